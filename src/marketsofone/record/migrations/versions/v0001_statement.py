"""The table of statements, which the database itself keeps from being changed."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

REFUSED = "the record is append-only: state a correction or a withdrawal instead"

SQLITE_TRIGGERS = (
    f"create trigger statement_update before update on statement "
    f"begin select raise(abort, '{REFUSED}'); end",
    f"create trigger statement_delete before delete on statement "
    f"begin select raise(abort, '{REFUSED}'); end",
    # `insert or replace` deletes without firing the trigger above
    f"create trigger statement_replace before insert on statement "
    f"when exists (select 1 from statement where id = new.id or supersedes = new.supersedes) "
    f"begin select raise(abort, '{REFUSED}'); end",
)
POSTGRESQL_TRIGGERS = (
    f"create function statement_refuse_change() returns trigger language plpgsql as "
    f"$$ begin raise exception '{REFUSED}'; end $$",
    "create trigger statement_change before update or delete or truncate on statement "
    "for each statement execute function statement_refuse_change()",
)


def upgrade() -> None:
    """Build the table, then guard it."""
    op.create_table(
        "statement",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("about_id", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("stated_by", sa.Text, nullable=False),
        sa.Column("stated_at", sa.DateTime, nullable=False),
        sa.Column("supersedes", sa.Integer, sa.ForeignKey("statement.id"), unique=True),
        sa.CheckConstraint("supersedes < id", name="supersedes_an_earlier_one"),
    )
    op.create_index("statement_about", "statement", ["about", "about_id"])
    op.create_index("statement_kind", "statement", ["kind"])
    triggers = {"sqlite": SQLITE_TRIGGERS, "postgresql": POSTGRESQL_TRIGGERS}
    for trigger in triggers[op.get_context().dialect.name]:
        op.execute(trigger)

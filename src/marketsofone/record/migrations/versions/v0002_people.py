"""Who may open the app, with what keys, and what each saw and changed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

REFUSED = "the audit trail is append-only"

SQLITE_TRIGGERS = tuple(
    f"create trigger trail_{change} before {change} on trail begin select raise(abort, '{REFUSED}'); end"
    for change in ("update", "delete"))
POSTGRESQL_TRIGGERS = (
    f"create function trail_refuse_change() returns trigger language plpgsql as "
    f"$$ begin raise exception '{REFUSED}'; end $$",
    "create trigger trail_change before update or delete or truncate on trail "
    "for each statement execute function trail_refuse_change()",
)


def upgrade() -> None:
    """Build the tables, then guard the trail."""
    op.create_table(
        "person",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("rep", sa.Text),
        sa.Column("team", sa.Text),
        sa.Column("secret", sa.Text),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("stamp", sa.Integer, nullable=False),
    )
    op.create_table(
        "pass_key",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False, unique=True),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("ends_at", sa.DateTime),
    )
    op.create_table(
        "trail",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
    )
    op.create_table(
        "sealed",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    triggers = {"sqlite": SQLITE_TRIGGERS, "postgresql": POSTGRESQL_TRIGGERS}
    for trigger in triggers[op.get_context().dialect.name]:
        op.execute(trigger)

"""The one table of the record, as queries see it. ``migrations/`` builds it, on every database."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa


class Instant(sa.TypeDecorator[datetime]):
    """A UTC instant, kept without a zone so that every database holds and compares it alike."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """From an instant with a zone."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Back to an instant in UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


METADATA = sa.MetaData()

STATEMENT = sa.Table(
    "statement", METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("about_id", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("stated_by", sa.Text, nullable=False),
    sa.Column("stated_at", Instant, nullable=False),
    sa.Column("supersedes", sa.Integer, sa.ForeignKey("statement.id"), unique=True),
    sa.CheckConstraint("supersedes < id", name="supersedes_an_earlier_one"),
    sa.Index("statement_about", "about", "about_id"),
    sa.Index("statement_kind", "kind"),
)

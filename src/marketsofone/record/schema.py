"""The tables of the record, as queries see them. ``migrations/`` builds them, on every database."""

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

PERSON = sa.Table(
    "person", METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("rep", sa.Text),
    sa.Column("team", sa.Text),
    sa.Column("secret", sa.Text),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("stamp", sa.Integer, nullable=False),
)

PASS_KEY = sa.Table(
    "pass_key", METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("ends_at", Instant),
)

TRAIL = sa.Table(
    "trail", METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id")),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
)

SEALED = sa.Table(
    "sealed", METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

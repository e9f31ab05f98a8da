"""The version of a store: read in one query, and held against the last step that this version knows."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "record_version"


def is_current(engine: sa.Engine) -> bool:
    """Whether a store took the last step this version knows; steps are named after their place in the order."""
    last = max(step.stem[1:5] for step in (MIGRATIONS / "versions").glob("v*.py"))
    table = sa.table(VERSION_TABLE, sa.column("version_num"))
    with engine.connect() as connection:
        return sa.inspect(connection).has_table(VERSION_TABLE) and connection.scalar(sa.select(table)) == last

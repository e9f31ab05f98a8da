"""The version of a store: read in one query, so that one which is up to date opens without what migrates it."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from marketsofone.record.database import connect, spoken

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "record_version"


def open_migrated(url_or_path: str | Path, wanted: str) -> sa.Engine:
    """An engine on a database of the present version, made or brought there first; ``wanted`` leads its errors."""
    engine = connect(url_or_path)
    try:
        with spoken(engine, wanted):
            if not is_current(engine):
                from marketsofone.record.migrating import migrate  # its library loads for as long as it takes to answer

                migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def is_current(engine: sa.Engine) -> bool:
    """Whether a store took the last step this version knows; steps are named after their place in the order."""
    last = max(step.stem[1:5] for step in (MIGRATIONS / "versions").glob("v*.py"))
    table = sa.table(VERSION_TABLE, sa.column("version_num"))
    with engine.connect() as connection:
        return sa.inspect(connection).has_table(VERSION_TABLE) and connection.scalar(sa.select(table)) == last

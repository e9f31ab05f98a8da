"""Open a store at the present version: one that is up to date without loading what migrates it."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from marketsofone.record.database import connect, spoken
from marketsofone.record.version import is_current


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

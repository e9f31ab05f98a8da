"""The written record of a project: where it stands, and how it enters a run as a source."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

    from marketsofone.record import Record
    from marketsofone.sources import Loaded

FILE_NAME = "record.db"


def record_of(folder: Path) -> Record:
    """The record of a project, made where there is none yet."""
    from marketsofone.record import open_record

    return open_record(folder / FILE_NAME)


def recorded_tables(engine: Backend, folder: Path, loaded: Loaded) -> Loaded:
    """What people stated, as customer tables beside those from files."""
    if not (folder / FILE_NAME).exists():
        return loaded
    from marketsofone.sources.recorded import load_record

    record = record_of(folder)
    try:
        added = load_record(engine, record, datetime.now(UTC))
    finally:
        record.close()
    return replace(loaded, tables=tuple(dict.fromkeys((*loaded.tables, *added))))

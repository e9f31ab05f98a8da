"""The written record of a project: where it stands, and how it enters a run as a source."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.project.settings.market_file import FILE_NAME as SETTINGS
from marketsofone.project.settings.market_file import read_settings

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

    from marketsofone.record import Record
    from marketsofone.sources import Loaded

FILE_NAME = "record.db"


def address_of(folder: Path) -> str | Path:
    """Where the record of a project stands: the database its file names, else a file in its folder."""
    from marketsofone.sources.mapping.variables import expanded

    url = read_settings(folder).record.url if (folder / SETTINGS).is_file() else None
    return folder / FILE_NAME if url is None else expanded(url, "record.url")


def record_of(folder: Path) -> Record:
    """The record of a project, made where there is none yet."""
    from marketsofone.record import open_record

    return open_record(address_of(folder))


def has_record(folder: Path) -> bool:
    """Whether anything was ever written: to look makes no file."""
    address = address_of(folder)
    return not isinstance(address, Path) or address.exists()


def record_if_any(folder: Path) -> Record | None:
    """The record of a project, or None where nothing was ever written."""
    return record_of(folder) if has_record(folder) else None


def recorded_tables(engine: Backend, folder: Path, loaded: Loaded) -> Loaded:
    """What people stated, as customer tables beside those from files."""
    record = record_if_any(folder)
    if record is None:
        return loaded
    from marketsofone.sources.stated.contacts import load_contacts
    from marketsofone.sources.stated.links import load_links
    from marketsofone.sources.stated.statements import load_record

    now = datetime.now(UTC)
    with record:
        added = load_record(engine, record, now)
        load_links(engine, record, now)
        if load_contacts(engine, record, now):
            added = (*added, "touch")
    return replace(loaded, record_read_at=now, tables=tuple(dict.fromkeys((*loaded.tables, *added))))

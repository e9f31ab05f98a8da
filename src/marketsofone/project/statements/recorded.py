"""The written record of a project: where it stands, and how it enters a run as a source."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.project.settings.market_file import FILE_NAME as SETTINGS
from marketsofone.project.settings.market_file import no_project, read_settings

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

    from marketsofone.features import AsOf
    from marketsofone.project.settings.market_file import Settings
    from marketsofone.record import Record
    from marketsofone.sources import Loaded

FILE_NAME = "record.db"


def address_of(folder: Path) -> str | Path:
    """Where the record of a project stands: the database its file names, else a file in its folder."""
    from marketsofone.sources.mapping.variables import expanded

    url = read_settings(folder).record.url if (folder / SETTINGS).is_file() else None
    return folder / FILE_NAME if url is None else expanded(url, "record.url")


def record_of(folder: Path) -> Record:
    """The record of a project, made where there is none yet.

    Raises
    ------
    SourceMissing
        The folder is no project: what is said there would be written down where no run reads it.
    """
    from marketsofone.record import open_record

    if not any((folder / name).exists() for name in (SETTINGS, "runs", FILE_NAME)):
        raise no_project(folder)
    return open_record(address_of(folder))


def has_record(folder: Path) -> bool:
    """Whether anything was ever written: to look makes no file."""
    address = address_of(folder)
    return not isinstance(address, Path) or address.exists()


def record_if_any(folder: Path) -> Record | None:
    """The record of a project, or None where nothing was ever written."""
    return record_of(folder) if has_record(folder) else None


def recorded_tables(engine: Backend, settings: Settings, loaded: Loaded, as_of: AsOf | None = None) -> Loaded:
    """What people stated, as customer tables beside those from files: what stood by the date.

    What was corrected or taken back later stood then. A no stands whenever it was said, and so does what two keys mean.

    Parameters
    ----------
    as_of : AsOf, optional
        Absent: the day that the project file fixes, else now.
    """
    record = record_if_any(settings.folder)
    if record is None:
        return loaded
    from marketsofone.features.statements import JUDGED
    from marketsofone.sources.stated.contacts import load_contacts
    from marketsofone.sources.stated.links import load_links
    from marketsofone.sources.stated.statements import load_record

    now = datetime.now(UTC)
    told = min(now, _told_by(settings, as_of))
    with record:
        later = {name: sum(entry.stated_at > told for entry in record.statements(name, as_of=now))
                 for name in JUDGED if told < now}
        added = load_record(engine, record, now, told)
        load_links(engine, record, now)
        if load_contacts(engine, record, told):
            added = (*added, "touch")
    return replace(loaded, record_read_at=now, stated_later=later,
                   tables=tuple(dict.fromkeys((*loaded.tables, *added))))


def _told_by(settings: Settings, as_of: AsOf | None) -> datetime:
    """The last instant whose statements count."""
    from marketsofone.features import AsOf

    of = as_of or AsOf(settings.market.as_of, settings.market.time_zone)
    return of.told_end.replace(tzinfo=UTC) - timedelta(microseconds=1)

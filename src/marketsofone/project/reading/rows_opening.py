"""Opens counted rows where they stand: in the source's own file, or in the written record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.customer.tables import RECORD
from marketsofone.errors import MarketError
from marketsofone.project.reading.rows import RowRead
from marketsofone.project.snapshots.snapshot import Snapshot
from marketsofone.project.statements.recorded import record_of
from marketsofone.sources import Input, Source

if TYPE_CHECKING:
    from marketsofone.record import Entry

_TOLD = ("score", "value", "sure", "team", "channel", "direction", "happened_at", "minutes", "answered", "outcome")


@dataclass(frozen=True, slots=True)
class RowOpened:
    """A counted row and what stands in it.

    Parameters
    ----------
    row : RowRead
    holds : mapping
        Field -> what the source says, as text; people's keys are left out, e-mails hidden.
    why_not : str
        Why the row could not be opened; empty where it was.
    """

    row: RowRead
    holds: Mapping[str, str]
    why_not: str = ""


Found = tuple[Mapping[int, Mapping[str, str]], str]


def open_rows(folder: Path, snapshot: Snapshot, rows: Sequence[RowRead]) -> tuple[RowOpened, ...]:
    """Counted rows with what stands in them, read from the sources again.

    A source is opened only while it is the very one the run read: the size and SHA-256 of its files, or
    of what a server's database gives, are those the manifest holds.

    Parameters
    ----------
    folder : Path
        The project, for where its sources lie.
    snapshot : Snapshot
        The run the rows are of.
    rows : sequence of RowRead
    """
    places = sorted({(row.source, row.table_name) for row in rows})
    found = {place: _found(folder, snapshot, place, [r for r in rows if (r.source, r.table_name) == place])
             for place in places}
    return tuple(_opened(row, found[row.source, row.table_name]) for row in rows)


def _opened(row: RowRead, found: Found) -> RowOpened:
    holds, why_not = found
    if not why_not and row.source_row not in holds:
        why_not = "the row is not there any more"
    return RowOpened(row, holds.get(row.source_row, {}), why_not)


def _found(folder: Path, snapshot: Snapshot, place: tuple[str, str], rows: Sequence[RowRead]) -> Found:
    source, table = place
    numbers = sorted({row.source_row for row in rows})
    if source == RECORD:
        return _stated(folder, numbers)
    try:
        return _in_source(folder, snapshot, source, table, numbers)
    except MarketError as problem:
        return {}, f"source '{source}' cannot be read: {problem.found or problem.wanted}"


def _in_source(folder: Path, snapshot: Snapshot, name: str, table: str, numbers: Sequence[int]) -> Found:
    from marketsofone.sources.reopening import is_unchanged, origins, reopen

    source = _source(folder, name)
    if source is None or table not in [each.table for each in source.tables]:
        return {}, f"market.toml no longer has source '{name}' fill {table}"
    inputs = {shown: Input(**read) for shown, read in snapshot.manifest["inputs"].items()}
    for shown, path in origins(source).items():
        if shown not in inputs or (path is not None and not path.is_file()):
            return {}, f"{shown} is not a file that is still there"
        if path is not None and not is_unchanged(path, inputs[shown]):
            return {}, f"{shown} has changed since the run"
    holds = reopen(source, table, numbers, inputs[source.read_as])
    return (holds, "") if holds is not None else ({}, f"{source.shown} gives other rows than it gave the run")


def _source(folder: Path, name: str) -> Source | None:
    from marketsofone.project.settings.market_file import read_settings
    from marketsofone.sources import sources_from

    every = sources_from(read_settings(folder).sources, folder)
    return next((each for each in every if each.name == name), None)


def _stated(folder: Path, numbers: Sequence[int]) -> Found:
    """Statements as they stand in the record; who stated them, and in which words, stays there."""
    with record_of(folder) as record:
        entries = {entry.id: entry for entry in record.statements(numbers=numbers)}
    return {number: _told(entry) for number, entry in entries.items()}, ""


def _told(entry: Entry) -> dict[str, str]:
    said = {each.name: getattr(entry.says, each.name) for each in fields(entry.says)
            if each.name in _TOLD}
    return {"about": entry.about, "stated_at": entry.stated_at.isoformat(timespec="seconds"),
            **{name: str(value) for name, value in said.items() if value is not None}}

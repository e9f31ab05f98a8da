"""Opens counted rows where they stand: in the source's own file, or in the written record."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.customer.tables import RECORD
from marketsofone.errors import MarketError
from marketsofone.project.reading.rows import RowRead
from marketsofone.project.reading.rows_beside import RowBeside, rows_beside
from marketsofone.project.snapshots.parquet import rows_where
from marketsofone.project.snapshots.snapshot import Snapshot
from marketsofone.project.statements.recorded import record_of
from marketsofone.sources import Input, Source

if TYPE_CHECKING:
    from marketsofone.record import Entry
    from marketsofone.sources.rows.reopening import Reopened

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
    beside : tuple of RowBeside
        Lines and products that its amount or its cost was added up from, where it tells none itself.
    """

    row: RowRead
    holds: Mapping[str, str]
    why_not: str = ""
    beside: tuple[RowBeside, ...] = ()


Found = tuple[Mapping[int, Sequence["Reopened"]], str]
"""The rows of each number as they stand in the source; or why they cannot be read."""

_NEAR = timedelta(days=1)
"""A day of the market and the day of its moment elsewhere are no further apart."""


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
    opened = [_opened(row, found[row.source, row.table_name]) for row in rows]

    def find(table: str, field: str, keys: Collection[str]) -> list[RowBeside]:
        return _named(folder, snapshot, table, field, keys)

    beside = rows_beside([(each.row, each.holds) for each in opened], find)
    return tuple(replace(each, beside=rests_on) for each, rests_on in zip(opened, beside, strict=True))


def _named(folder: Path, snapshot: Snapshot, table: str, field: str, keys: Collection[str]) -> list[RowBeside]:
    """Rows of a table that the run took, by their key, from all sources that are still what the run read."""
    taken_not = {(row["source"], row["source_row"]) for row in rows_where(
        snapshot.file("quarantine"), "table_name", table)}
    found = []
    for source in _sources(folder):
        if table in [each.table for each in source.tables]:
            with suppress(MarketError):
                holds, _why_not = _in_source(folder, snapshot, source.name, table, sorted(keys), field)
                found += [RowBeside(table, source.name, number, told.holds) for number, rows in holds.items()
                          for told in rows if (source.name, number) not in taken_not]
    return found


def _opened(row: RowRead, found: Found) -> RowOpened:
    there, why_not = found
    holds = next((one.holds for one in there.get(row.source_row, ()) if _is_of(row, one.day)), None)
    if not why_not and holds is None:
        why_not = "the row is not there any more"
    return RowOpened(row, holds or {}, why_not)


def _is_of(row: RowRead, day: date | None) -> bool:
    """Whether a counted row is the cell of that month; where months are not written across, no day is told."""
    return day is None or row.happened_on is None or abs(row.happened_on - day) <= _NEAR


def _found(folder: Path, snapshot: Snapshot, place: tuple[str, str], rows: Sequence[RowRead]) -> Found:
    source, table = place
    numbers = sorted({row.source_row for row in rows})
    if source == RECORD:
        return _stated(folder, numbers)
    try:
        return _in_source(folder, snapshot, source, table, numbers)
    except MarketError as problem:
        return {}, f"source '{source}' cannot be read: {problem.found or problem.wanted}"


def _in_source(folder: Path, snapshot: Snapshot, name: str, table: str, wanted: Sequence[int] | Sequence[str],
               by: str = "") -> Found:
    from marketsofone.sources.rows.reopening import is_unchanged, origins, reopen

    source = next((each for each in _sources(folder) if each.name == name), None)
    if source is None or table not in [each.table for each in source.tables]:
        return {}, f"market.toml no longer has source '{name}' fill {table}"
    inputs = {shown: Input(**read) for shown, read in snapshot.manifest["inputs"].items()}
    for shown, path in origins(source).items():
        if shown not in inputs or (path is not None and not path.is_file()):
            return {}, f"{shown} is not a file that is still there"
        if path is not None and not is_unchanged(path, inputs[shown]):
            return {}, f"{shown} has changed since the run"
    holds = reopen(source, table, wanted, inputs[source.read_as], by)
    return (holds, "") if holds is not None else ({}, f"{source.shown} gives other rows than it gave the run")


def _sources(folder: Path) -> Sequence[Source]:
    from marketsofone.project.settings.market_file import read_settings
    from marketsofone.sources import sources_from

    return sources_from(read_settings(folder).sources, folder)


def _stated(folder: Path, numbers: Sequence[int]) -> Found:
    """Statements as they stand in the record; who stated them, and in which words, stays there."""
    from marketsofone.sources.rows.reopening import Reopened

    with record_of(folder) as record:
        entries = {entry.id: entry for entry in record.statements(numbers=numbers)}
    return {number: [Reopened(_told(entry), None)] for number, entry in entries.items()}, ""


def _told(entry: Entry) -> dict[str, str]:
    said = {each.name: getattr(entry.says, each.name) for each in fields(entry.says)
            if each.name in _TOLD}
    return {"about": entry.about, "stated_at": entry.stated_at.isoformat(timespec="seconds"),
            **{name: str(value) for name, value in said.items() if value is not None}}

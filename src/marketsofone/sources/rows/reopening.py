"""A source read again, to show single rows of it as they stand in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from marketsofone.customer.tables import TABLES
from marketsofone.engine import scratch
from marketsofone.sources.findings import Input
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.rows.expressions import Place, Rows
from marketsofone.sources.sql import quoted
from marketsofone.sources.staging.across import DAY, HEADING
from marketsofone.sources.staging.every_source import stage
from marketsofone.sources.staging.months_begun import MONTH
from marketsofone.sources.staging.staged_rows import fingerprint
from marketsofone.sources.values.readings import key

_OF_PEOPLE = ("contact", "rep")
_HIDDEN = "(an e-mail)"


@dataclass(frozen=True, slots=True)
class Reopened:
    """What stands in a row of a source.

    Parameters
    ----------
    holds : mapping
        Field -> what stands there, as text; fields that are empty are left out. Where months are written across, the
        heading of the cell as ``column`` before them.
    day : date or None
        Of such a cell, the first day of its month; of a month of a contract, the day it began.
    """

    holds: Mapping[str, str]
    day: date | None


def origins(source: Source) -> dict[str, Path | None]:
    """What a source is read from, as the inputs of a run name it -> the file; None for a server's database."""
    scheme, _, rest = source.url.partition("://")
    file = Path(rest[1:]) if scheme in ("sqlite", "duckdb") else source.path
    return {source.read_as: file} | {join.file: join.path for join in source.joins}


def is_unchanged(path: Path, read: Input) -> bool:
    """Whether a file is the one that was read."""
    return path.stat().st_size == read.size and fingerprint(path) == read


def reopen(source: Source, table: str, wanted: Iterable[int] | Iterable[str], read: Input,
           by: str = "") -> dict[int, list[Reopened]] | None:
    """Rows of a source as they stand in it: what the mapping of a table takes from them.

    Keys of people (contacts, reps) are left out and e-mails hidden: they stay in the file.

    Parameters
    ----------
    source : Source
    table : str
        The customer table that the rows fill.
    wanted : iterable of int or str
        Numbers of the rows, the first row of data being 1; or keys, where ``by`` is given.
    read : Input
        Fingerprint of what the run read.
    by : str
        The field of the table whose keys are ``wanted``; rows that the source's filter leaves out are not given then.

    Returns
    -------
    dict or None
        Number -> the rows of that number: several where months are written across, one for each. None where a
        server's database gives other rows than it gave the run, or the same in another order.
    """
    import duckdb

    mapping = next(each for each in source.tables if each.table == table)
    taken = {name: sql for name, sql in mapping.fields.items() if TABLES[table].field(name).refers not in _OF_PEOPLE}
    taken |= {one.name: one.sql for one in mapping.columns}
    with scratch() as folder, duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        rows = Rows(con, source, stage(con, source, folder))
        if rows.staged.fingerprint != read:
            return None
        parts = [f"{_as_text(rows, table, name, sql)} as {quoted(name)}" for name, sql in taken.items()]
        places = [quoted(DAY), quoted(HEADING)] if source.across else [
            quoted(MONTH) if source.months else "null", "null"]
        found = con.execute(
            f"select * from (select m1_row, {', '.join([*places, *parts])} "
            f"from {rows.kept if by else rows.relation}) "
            f"where list_contains(?, {quoted(by or 'm1_row')}) order by m1_row", [[*wanted]])
        given: dict[int, list[Reopened]] = {}
        for number, day, heading, *values in found.fetchall():
            holds = _shown({"column": heading} | dict(zip(taken, values, strict=True)))
            given.setdefault(int(number), []).append(Reopened(holds, day))
        return given


def _as_text(rows: Rows, table: str, name: str, sql: str) -> str:
    """A value as text; a key as it is compared with others."""
    said = rows.expression(sql, Place(rows.source.name, table, name))
    is_key = name in {field.name for field in TABLES[table].fields if field.kind == "id"}
    return key(said.sql, said.type) if is_key else f"cast({said.sql} as varchar)"


def _shown(row: Mapping[str, str | None]) -> dict[str, str]:
    return {name: _HIDDEN if "@" in value else value for name, value in row.items() if value is not None}

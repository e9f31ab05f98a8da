"""A source read again, to show single rows of it as they stand in the file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from marketsofone.customer.tables import TABLES
from marketsofone.sources.expressions import Place, Rows
from marketsofone.sources.findings import Input
from marketsofone.sources.mapping import Source
from marketsofone.sources.sql import quoted
from marketsofone.sources.staged import fingerprint
from marketsofone.sources.staging import stage

_OF_PEOPLE = ("contact", "rep")
_HIDDEN = "(an e-mail)"


def origins(source: Source) -> dict[str, Path | None]:
    """What a source is read from, as the inputs of a run name it -> the file; None for a server's database."""
    scheme, _, rest = source.url.partition("://")
    file = Path(rest[1:]) if scheme in ("sqlite", "duckdb") else source.path
    return {source.read_as: file} | {join.file: join.path for join in source.joins}


def is_unchanged(path: Path, read: Input) -> bool:
    """Whether a file is the one that was read."""
    return path.stat().st_size == read.size and fingerprint(path) == read


def reopen(source: Source, table: str, numbers: Iterable[int], read: Input) -> dict[int, dict[str, str]] | None:
    """Rows of a source as they stand in it: what the mapping of a table takes from them.

    Keys of people (contacts, reps) are left out and e-mails hidden: they stay in the file.

    Parameters
    ----------
    source : Source
    table : str
        The customer table that the rows fill.
    numbers : iterable of int
        Numbers of the rows, the first row of data being 1.
    read : Input
        Fingerprint of what the run read.

    Returns
    -------
    dict or None
        Number -> field -> what stands there, as text; fields that are empty are left out. None where a
        server's database gives other rows than it gave the run, or the same in another order.
    """
    import duckdb

    mapping = next(each for each in source.tables if each.table == table)
    taken = {name: sql for name, sql in mapping.fields.items() if TABLES[table].field(name).refers not in _OF_PEOPLE}
    taken |= {one.name: one.sql for one in mapping.columns}
    with tempfile.TemporaryDirectory(prefix="marketsofone-") as folder, duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        rows = Rows(con, source, stage(con, source, Path(folder)))
        if rows.staged.fingerprint != read:
            return None
        parts = [f"cast({rows.expression(sql, Place(source.name, table, name)).sql} as varchar) as {quoted(name)}"
                 for name, sql in taken.items()]
        wanted = ", ".join(str(int(number)) for number in numbers) or "null"
        found = con.execute(f"select m1_row, {', '.join(parts)} from {rows.relation} where m1_row in ({wanted})")
        return {int(number): _shown(dict(zip(taken, values, strict=True)))
                for number, *values in found.fetchall()}


def _shown(row: Mapping[str, str | None]) -> dict[str, str]:
    return {name: _HIDDEN if "@" in value else value for name, value in row.items() if value is not None}

"""Rows that only name a group, above the rows that are of it: a board's ``Closed won`` above the deals that were."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import ValuesInvalid
from marketsofone.sources.findings import Finding
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.sql import copied, literal, quoted
from marketsofone.sources.staging.staged_rows import Staged, without_rows
from marketsofone.sources.values.readings import cleaned, text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NAMES_GROUP = "the name of the rows below it, not a row of its own"
"""Why such a row is refused."""


def under_groups_above(con: DuckDBPyConnection, source: Source, staged: Staged, target: Path) -> Staged:
    """The rows of a source, with the group of each in a column called as ``groups`` says.

    A row that fills the first column alone names those below it. Rows above the first such take the last line above
    the headings, if that holds one cell.

    Raises
    ------
    ValuesInvalid
        The file has a column of that name.
    """
    if not source.groups:
        return staged
    if staged.column(source.groups):
        raise ValuesInvalid(f"{source.place} has no column {source.groups!r}: groups gives its groups that name.",
                            "one.", f'Give them another name:\n[sources.{source.name}]\ngroups = "Group of rows"')
    heads = [int(place) for place, in con.execute(
        f"select file_row_number from {staged.relation} where {names_group(staged)} order by 1").fetchall()]
    name, kind = next(iter(staged.columns.items()))
    first = text(cleaned(quoted(name), kind), kind)
    last = staged.above[-1] if staged.above else ()
    begun = literal(last[0]) if len(last) == 1 else "null"
    said = f"case when {names_group(staged)} then {first} end"
    group = f"coalesce(last_value({said} ignore nulls) over (order by file_row_number), {begun})"
    held = (f"select {', '.join(map(quoted, staged.columns))}, {group} as {quoted(source.groups)} "
            f"from {staged.relation} order by file_row_number")
    rows = copied(con, held, target.with_suffix(".all.parquet"))
    told = Finding("groups_above", "info", source.name,
                   f"{len(heads):,} rows name the group of the {rows - len(heads):,} others ({source.groups}).")
    named = staged.with_column(source.groups, target.with_suffix(".all.parquet"), told)
    return without_rows(con, named, dict.fromkeys(heads, NAMES_GROUP), target) if heads else named


def names_group(staged: Staged) -> str:
    """SQL of whether a row says nothing but what its first column holds."""
    first, *others = (cleaned(quoted(name), kind) for name, kind in staged.columns.items())
    return " and ".join([f"{first} is not null", *(f"{value} is null" for value in others)])

"""E-mail addresses that are keys, and that files write with capitals or without: read in small letters where they meet.

Two ways to write an address are one key where the files show it: of all their addresses together fewer are left in
small letters than as they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile
from marketsofone.sources.profiling.links import may_refer
from marketsofone.sources.sql import quoted
from marketsofone.sources.values.addresses import is_address

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOST = 0.9
"""So many of a column's values are addresses where it is one of addresses."""


def with_small_addresses(con: DuckDBPyConnection, profiles: Sequence[FileProfile]) -> list[FileProfile]:
    """The files; where addresses meet in small letters only, their columns say so in ``repair``."""
    places = [(one, column) for one in profiles for column in one.columns if _holds_addresses(con, one, column)]
    if not places or not _meet(con, places):
        return list(profiles)
    anew = {(one.source.name, column.name): _small(con, one, column) for one, column in places}
    return [replace(one, columns=tuple(anew.get((one.source.name, column.name), column) for column in one.columns))
            for one in profiles]


def _holds_addresses(con: DuckDBPyConnection, one: FileProfile, column: ColumnProfile) -> bool:
    told = not column.values or any("@" in value for value in column.values)
    if column.kind != "text" or not told or column.repair or not may_refer(column):
        return False
    held = con.execute(f"select count_if({is_address('v')}) from (select {column.text} as v from {one.relation})")
    return bool(held.fetchall()[0][0] >= _MOST * column.filled)


def _meet(con: DuckDBPyConnection, places: Sequence[tuple[FileProfile, ColumnProfile]]) -> bool:
    """Whether all of them together hold fewer keys in small letters than as they stand."""
    rows = " union all ".join(f"select {column.text} as v from {one.relation}" for one, column in places)
    (distinct, small), = con.execute(f"select count(distinct v), count(distinct lower(v)) from ({rows})").fetchall()
    return bool(small < distinct)


def _small(con: DuckDBPyConnection, one: FileProfile, column: ColumnProfile) -> ColumnProfile:
    """A column in small letters, where it holds others."""
    (least, most, anew), = con.execute(
        f"select min(lower(v)), max(lower(v)), count_if(v <> lower(v)) from (select {column.text} as v "
        f"from {one.relation})").fetchall()
    if not anew:
        return column
    return replace(column, text=f"lower({column.text})", least=least, most=most,
                   repair=(f"lower(cast({quoted(column.name)} as varchar))",
                           "in small letters, for its addresses meet others so"))

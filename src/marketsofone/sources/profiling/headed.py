"""A column that stands in rows of its own: the name of a customer in one row, and what it bought in the rows below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketsofone.sources.sql import quoted
from marketsofone.sources.staging.staged_rows import Staged
from marketsofone.sources.values.readings import cleaned

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LEAST = 2


def stands_above(con: DuckDBPyConnection, staged: Staged) -> str:
    """The first column where it is filled only in rows that say nothing else, with others below; empty for none."""
    first, *others = (cleaned(quoted(name), kind) for name, kind in staged.columns.items())
    if len(others) < _LEAST:
        return ""
    if 2 * con.execute(f"select count({first}) from {staged.relation}").fetchall()[0][0] > staged.rows:
        return ""
    said = f"coalesce({', '.join(f'cast({value} as varchar)' for value in others)})"
    heads, alone, starts = con.execute(
        f"select count({first}), count(*) filter ({first} is not null and {said} is null), "
        f"count(*) filter ({first} is not null and file_row_number = 0) from {staged.relation}").fetchall()[0]
    return next(iter(staged.columns)) if starts and _LEAST <= heads == alone else ""

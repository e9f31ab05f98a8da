"""What stands in rows of its own above the rows that are of it: the name of a customer, or of a group of deals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.sources.mapping.source import Source
from marketsofone.sources.profiling.crm_values import LOST, WON, means
from marketsofone.sources.sql import quoted
from marketsofone.sources.staging.delimited import FEWER
from marketsofone.sources.staging.every_source import stage
from marketsofone.sources.staging.groups_above import NAMES_GROUP, names_group
from marketsofone.sources.staging.headings_again import AGAIN
from marketsofone.sources.staging.staged_rows import Staged
from marketsofone.sources.staging.totals import TOTAL
from marketsofone.sources.values.readings import cleaned

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LEAST = 2
_OF_EACH = 3
_GROUPS = ("Group", "Group of rows")


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


def said_above_totals(con: DuckDBPyConnection, staged: Staged) -> str:
    """The first column where only the first row of a block fills it, each block with a total below; empty for none."""
    totals = {row for row, why in staged.broken if why == TOTAL}
    if len(totals) < _LEAST or len(staged.columns) <= _LEAST:
        return ""
    first = cleaned(quoted(next(iter(staged.columns))), "VARCHAR")
    heads = [int(row) for row, in con.execute(
        f"select {staged.row_number} as r from {staged.relation} where {first} is not null order by r limit "
        f"{len(totals) + 2}").fetchall()]
    blocks = _LEAST <= len(heads) < staged.rows and heads[0] == 1 and {row - 1 for row in heads[1:]} <= totals
    return next(iter(staged.columns)) if blocks else ""


def groups_of_rows(con: DuckDBPyConnection, source: Source, staged: Staged, folder: Path, alone: int) -> str:
    """What to call the groups of a file whose rows stand below the name of theirs; empty where that is not sure.

    Some rows of a list may say little, and then name no group. So either the headings stand again below each name, or
    the first row is one, each name stands once, one of them tells what was won or lost, and none is of few rows.
    ``alone`` is how many rows fill the first column alone.
    """
    if not staged.is_text or len(staged.columns) <= _LEAST:
        return ""
    narrow = sum(why == FEWER for _, why in staged.broken)
    if not 0 < narrow + alone <= (staged.rows + narrow) / 2:
        return ""
    name = next(each for each in _GROUPS if not staged.column(each))
    grouped = stage(con, replace(source, name=f"{source.name}.grouped", groups=name), folder)
    heads, headings = ({row for row, why in grouped.broken if why == reason} for reason in (NAMES_GROUP, AGAIN))
    first = cleaned(quoted(next(iter(staged.columns))), "VARCHAR")
    groups, own, named = con.execute(f"select list(distinct lower({quoted(name)})), count({quoted(name)}), "
                                     f"count({first}) from {grouped.relation}").fetchall()[0]
    again = bool(heads) and {row + 1 for row in heads} <= headings
    told = any(means(group, words) for group in groups or () if group for words in (WON, LOST))
    plain = told and len(heads) == len(groups) >= _LEAST and _OF_EACH * len(groups) <= grouped.rows
    return name if own == named == grouped.rows and (again or plain) else ""


def rows_alone(con: DuckDBPyConnection, staged: Staged) -> tuple[int, bool]:
    """How many rows fill the first column alone, and whether the first row is one."""
    if len(staged.columns) <= _LEAST:
        return 0, False
    rows, starts = con.execute(f"select count(*), count(*) filter (file_row_number = 0) from {staged.relation} "
                               f"where {names_group(staged)}").fetchall()[0]
    return int(rows), bool(starts)

"""Contracts with a first and a last day: each month of one that has begun is a sale, as if the file had a row for it.

A contract's months begin on the day of the month on which it does. One without a last day goes on until the last day
that the file knows of, and nothing later is ever made: what a contract will bring has not been earned.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import ColumnMissing, SettingsInvalid, ValuesInvalid, shortened
from marketsofone.sources.findings import Finding
from marketsofone.sources.mapping.months import Months
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.spelling import nearest, quoted_as_toml
from marketsofone.sources.sql import copied, quoted
from marketsofone.sources.staging.staged_rows import Staged
from marketsofone.sources.values.dates import parsed, written
from marketsofone.sources.values.readings import cleaned

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MONTH = "months.day"
"""A column of the rows: the day on which the month began; empty where the days of the contract cannot be read."""

_LINE = "months.line"
_MOST = 1_200
"""Months of a hundred years: a day before that is a typing error."""


def a_row_each_month(con: DuckDBPyConnection, source: Source, staged: Staged, target: Path) -> Staged:
    """The rows of a source with ``months``: one for each month that has begun.

    A row whose days cannot be read stays one row without a day, so that it is refused and told.

    Raises
    ------
    ColumnMissing
        A column that ``months`` names is not there.
    SettingsInvalid
        The source has a column that is called as `MONTH` is.
    ValuesInvalid
        Dates can be read in two ways, or no month has begun.
    """
    months = source.months
    if months is None:
        return staged
    if {MONTH, _LINE} & {name.casefold() for name in staged.columns}:
        raise SettingsInvalid(f"{source.place} has months, which adds {MONTH}.", "it has one already.",
                              "Give the column, or the join, another name.")
    start, end = (_day(con, source, staged, name) for name in (months.start, months.end))
    said = f"{cleaned(quoted(staged.column(months.end)), staged.columns[staged.column(months.end)], source.missing)}"
    last = f"date '{months.until}'" if months.until else "max(m1_start) over ()"
    days = (f"(select *, {last} as m1_last, m1_said is not null and m1_end is null as m1_unread from (select *, "
            f"{staged.row_number} as {quoted(_LINE)}, {start} as m1_start, {end} as m1_end, {said} as m1_said "
            f"from {staged.relation}))")
    # a contract that ends on the day on which a month would begin has no such month: that day is its last or later
    held = "least(coalesce(m1_end - 1, m1_last), m1_last)"
    begun = (f"[m1_day for m1_day in [cast(m1_start + to_months(cast(m1_n as int)) as date) for m1_n in "
             f"range(0, date_diff('month', m1_start, {held}) + 1)] if m1_day <= {held}]")
    unread = f"m1_start is null or m1_unread or date_diff('month', m1_start, {held}) > {_MOST}"
    own = ", ".join(map(quoted, staged.columns))
    query = (f"select {own}, {quoted(_LINE)}, unnest(case when {unread} then [cast(null as date)] else {begun} end) "
             f"as {quoted(MONTH)} from {days}")
    rows = copied(con, query, target)
    counts = con.execute(
        f"select count(*) filter (not ({unread})), count(*) filter (m1_said is null and m1_start <= m1_last), "
        f"count(*) filter (m1_start > {held} and not ({unread})), max(m1_last), count(*) filter (m1_end > m1_last) "
        f"from {days}").fetchall()[0]
    if not counts[0] or not rows:
        raise ValuesInvalid(f"{source.place} says in {months.start!r} when each row begins.",
                            f"{staged.rows:,} rows, and no month of any has begun.",
                            f"Name the columns of days:\n[sources.{source.name}]\n"
                            'months = { from = "<first day>", to = "<last day>" }')
    columns = {**staged.columns, MONTH: "DATE"}
    return replace(staged, path=target, columns=columns, rows=rows, line=_LINE,
                   findings=(*staged.findings, _told(source, months, counts, rows)))


def _day(con: DuckDBPyConnection, source: Source, staged: Staged, said: str) -> str:
    """SQL of a column of days, written in one way."""
    column = staged.column(said)
    if not column:
        close = nearest(said, staged.columns)
        raise ColumnMissing(f"{source.place} has no column {said!r} for months.", f"{shortened(staged.columns, 20)}.",
                            f"If {close!r} is that column, write it in its place in [sources.{source.name}] months."
                            if close else "")
    kind = staged.columns[column]
    value = cleaned(quoted(column), kind, source.missing)
    if kind != "VARCHAR":
        return f"try_cast({value} as date)"
    way = written(con, staged.relation, value, source.date_format)
    if way.is_ambiguous:
        raise ValuesInvalid(f"{source.place}: the dates of {said!r} can be read in one way.",
                            f"all {way.rows:,} fit both day first and month first.",
                            f"Add to market.toml the one that is meant:\n[sources.{source.name}]\n"
                            'date_format = "%d/%m/%Y"   # or "%m/%d/%Y"')
    return f"cast({parsed(value, way.way, way.format)} as date)"


def _told(source: Source, months: Months, counts: tuple[int, ...], rows: int) -> Finding:
    read, going_on, none, last, later = counts
    told = f" {going_on:,} have no last day and go on." if going_on else ""
    told += f" {later:,} end later than that day: no month after it is counted." if later else ""
    told += f" Of {none:,} no month has begun." if none else ""
    assumed = bool(not months.until and (going_on or later))
    on = ", the last day on which one begins: nothing tells of which day the file is" if assumed else ""
    repair = (f"Write the day of the export:\n[sources.{source.name}]\nmonths = {{ from = "
              f"{quoted_as_toml(months.start)}, to = {quoted_as_toml(months.end)}, until = \"{last}\" }}")
    return Finding("months_begun", "warning" if assumed else "info", source.name,
                   f"{read:,} rows hold for a time: {rows:,} months of theirs had begun by {last} and count as a row "
                   f"each{on}.{told}", repair if assumed else "")

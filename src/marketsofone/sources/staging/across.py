"""Months written across: a line for each customer, a column for each month; each cell that holds something is a sale.

Such a cell becomes a row of its own, with the number of its line, dated the first day of its month or quarter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import ColumnMissing, SettingsInvalid, ValuesInvalid, shortened
from marketsofone.sources.findings import Finding
from marketsofone.sources.mapping.across import SPANS, Worded, worded
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.spelling import listed_as_toml, nearest
from marketsofone.sources.sql import copied, literal, quoted
from marketsofone.sources.staging.staged_rows import Staged
from marketsofone.sources.values.periods import Period, period_of
from marketsofone.sources.values.readings import cleaned, is_number, number, text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HEADING, DAY, VALUE = "across.heading", "across.day", "across.value"
"""Columns of the rows: the heading of the cell, the first day of its month or quarter, and what stands in it."""

_LINE, _CELL = "across.line", "across.cell"
_SOME_YEAR = 2000
_YEARLESS = re.compile(r"\D+|[mqt]?\d{1,2}", re.IGNORECASE)
"""A heading that a year may be missing from: ``Jan``, ``01``, ``Q1``, and not ``Level 3``."""
DASHES = ("-", "–", "—")
"""What bookkeepers write for 0."""


def a_row_each(con: DuckDBPyConnection, source: Source, staged: Staged, target: Path) -> Staged:
    """The rows of a source with ``across``: one for each cell of its months that is neither empty nor 0.

    Raises
    ------
    ColumnMissing
        A column that ``across`` names is not there.
    SettingsInvalid
        One it names is no month and no quarter, two are of the same month, none is there, or the source has a column
        that is called as those of `HEADING`, `DAY` and `VALUE` are.
    ValuesInvalid
        Every cell is empty or 0.
    """
    if not source.across:
        return staged
    periods = _periods(source, staged)
    _require_apart(source, periods)
    kept = _kept(source, staged, periods)
    kind = _kind([staged.columns[name] for name in periods])
    query = _query(source, staged, periods, kept, kind)
    rows = copied(con, query, target)
    if not rows:
        raise ValuesInvalid(f"{source.place} says in its columns of {_span(periods)} what was sold.",
                            f"{staged.rows:,} rows, and in {_from_to(periods)} every cell is empty or 0.",
                            f"Name the columns that hold it:\n[sources.{source.name}]\nacross = [\"...\"]")
    columns = {**{name: staged.columns[name] for name in kept}, HEADING: "VARCHAR", DAY: "DATE", VALUE: kind}
    return replace(staged, path=target, columns=columns, rows=rows, line=_LINE,
                   findings=(*staged.findings, _told(source, staged, periods, rows)))


def periods_of(columns: Sequence[str], months: int = 0, year: int = 0) -> dict[str, Period]:
    """The columns that are called as months or quarters are; a heading that stands twice was given a number.

    Parameters
    ----------
    months : int
        How long they are to be; 0 for any.
    year : int
        That of headings which name a month and no year; 0 where these are none.
    """
    known = {name.casefold() for name in columns}
    found = {}
    for name in columns:
        first, _, times = name.rpartition("_")
        again = times.isdigit() and first.casefold() in known
        period = _called(name, year) or (_called(first, year) if again else None)
        if period and months in (0, period.months):
            found[name] = period
    return found


def all_called(columns: Sequence[str], across: Sequence[str]) -> dict[str, Period]:
    """The columns that are called as months or quarters are, of any length, in the year that ``across`` may say."""
    said = worded(across)
    return periods_of(columns, year=said.year if said else 0)


def months_missing(periods: Mapping[str, Period]) -> list[str]:
    """Months between the first and the last that no column is of."""
    held = {month for period in periods.values() for month in period.each}
    return [f"{(month - 1) // 12}-{(month - 1) % 12 + 1:02d}" for month in range(min(held), max(held))
            if month not in held]


def alone_of(aside: Mapping[str, Period], taken: Mapping[str, Period]) -> list[str]:
    """Those left aside that are of a month of which none is taken: what was sold in it would be missing."""
    held = {month for period in taken.values() for month in period.each}
    return [name for name, period in aside.items() if not held.issuperset(period.each)]


def _called(heading: str, year: int) -> Period | None:
    bare = year and _YEARLESS.fullmatch(heading.strip())
    return period_of(heading) or (period_of(f"{heading} {year}") if bare else None)


def said_again(periods: Mapping[str, Period]) -> dict[str, str]:
    """Columns of a month that one before them is of too, and which that is."""
    holders: dict[int, str] = {}
    again = {}
    for name, period in periods.items():
        met = next((holders[month] for month in period.each if month in holders), "")
        if met:
            again[name] = met
        else:
            holders |= dict.fromkeys(period.each, name)
    return again


def _periods(source: Source, staged: Staged) -> dict[str, Period]:
    own = [*staged.columns]
    said = worded(source.across)
    if said:
        found = periods_of(own, said.months, said.year)
        if not found:
            raise _none(source, own, said)
        return found
    called = periods_of(own)
    named = [_column(source, staged, said) for said in source.across]
    wrong = [name for name in named if name not in called]
    if wrong:
        rest = [name for name in named if name in called]
        raise SettingsInvalid(
            f"{source.place}: across names columns whose headings are a month or a quarter with its year, such as "
            "Jan 2025, 2025-01 or Q1 2025.", f"{shortened(map(repr, wrong))}.",
            f"If that is no month, write:\n[sources.{source.name}]\nacross = {listed_as_toml(rest)}" if rest else
            "Write the month and its year into the heading.")
    return {name: called[name] for name in named}


def _none(source: Source, columns: Sequence[str], said: Worded) -> SettingsInvalid:
    other = next(((f"If it is written by the {word}:", word) for word, months in SPANS.items()
                  if periods_of(columns, months)), ("", ""))
    bare = not said.year and periods_of(columns, said.months, _SOME_YEAR)
    how, line = ("If they are of one year, name it, for instance:", f"{said.word} 2025") if bare else other
    return SettingsInvalid(
        f'{source.place} has columns whose headings are a {said.word} with its year, for across = "{said.word}".',
        f"{shortened(columns, 20)}.",
        f'{how}\n[sources.{source.name}]\nacross = "{line}"' if line else
        "Write the month and its year into each heading, such as Jan 2025, 2025-01 or Q1 2025; or take the line across "
        "out.")


def _column(source: Source, staged: Staged, said: str) -> str:
    name = staged.column(said)
    if name:
        return name
    close = nearest(said, staged.columns)
    raise ColumnMissing(
        f"{source.place} has no column {said!r} for across.", f"{shortened(staged.columns, 20)}.",
        f"If {close!r} is that column, write it in its place:\n[sources.{source.name}]\nacross = "
        + listed_as_toml([close if each == said else each for each in source.across]) if close else "")


def _require_apart(source: Source, periods: Mapping[str, Period]) -> None:
    """Raise where two columns are of the same month: what was sold in it would count twice."""
    again = said_again(periods)
    if not again:
        return
    name, first = next(iter(again.items()))
    raise SettingsInvalid(
        f"{source.place}: the columns of across are each of a time of their own, so that no sale counts twice.",
        f"{first!r} and {name!r}, which are of the same month.",
        f"Name those that hold what was sold, for instance:\n[sources.{source.name}]\nacross = "
        + listed_as_toml(name for name in periods if name not in again))


def _kept(source: Source, staged: Staged, periods: Mapping[str, Period]) -> list[str]:
    """The columns that stand beside each cell."""
    kept = [name for name in staged.columns if name not in periods]
    taken = sorted({name.casefold() for name in kept} & {HEADING, DAY, VALUE, _LINE, _CELL})
    if taken:
        raise SettingsInvalid(f"{source.place} has across, which adds {HEADING}, {DAY} and {VALUE}.",
                              f"it has {shortened(taken)} already.", "Give the column, or the join, another name.")
    return kept


def _kind(kinds: Sequence[str]) -> str:
    """The type of what stands in the cells: that of all columns, else numbers, else text."""
    if len(set(kinds)) == 1:
        return kinds[0]
    return "DOUBLE" if all(map(is_number, kinds)) else "VARCHAR"


def _query(source: Source, staged: Staged, periods: Mapping[str, Period], kept: Sequence[str], kind: str) -> str:
    cells = ", ".join(
        f"{{'heading': {literal(name)}, 'day': date '{period.first}', "
        f"'value': {_value(cleaned(quoted(name), staged.columns[name], source.missing), staged.columns[name], kind)}}}"
        for name, period in periods.items())
    heading, day, value = (f"struct_extract({quoted(_CELL)}, '{part}')" for part in ("heading", "day", "value"))
    beside = "".join(f"{quoted(name)}, " for name in kept)
    dashes = ", ".join(map(literal, DASHES))
    is_sale = f"coalesce({number(value, kind, source.decimal)} <> 0, cast({value} as varchar) not in ({dashes}))"
    return (f"select {beside}{quoted(_LINE)}, {heading} as {quoted(HEADING)}, {day} as {quoted(DAY)}, "
            f"{value} as {quoted(VALUE)} from (select {beside}{staged.row_number} as {quoted(_LINE)}, "
            f"unnest([{cells}]) as {quoted(_CELL)} from {staged.relation}) where {value} is not null and {is_sale}")


def _value(sql: str, own: str, kind: str) -> str:
    return sql if own == kind else text(sql, own) if kind == "VARCHAR" else f"cast({sql} as {kind})"


def _span(periods: Mapping[str, Period]) -> str:
    lengths = {period.months for period in periods.values()}
    return " and ".join(f"{word}s" for word, months in SPANS.items() if months in lengths)


def _from_to(periods: Mapping[str, Period]) -> str:
    in_order = sorted(periods, key=lambda name: periods[name].first)
    return f"{in_order[0]!r} to {in_order[-1]!r}" if len(in_order) > 1 else repr(in_order[0])


def _told(source: Source, staged: Staged, periods: Mapping[str, Period], rows: int) -> Finding:
    missing = months_missing(periods)
    gap = f" None is of {shortened(missing)}." if missing else ""
    aside, alone = _left_aside(source, staged, periods)
    repairs = ["If a column is, its heading names month and year in other words: write them as Mar 2025 or 2025-03."
               ] * bool(missing)
    repairs += ["If those not taken hold what was sold, and no other source reads them: read the file once more, as a "
                "source whose across names them."] * alone
    return Finding(
        "months_across", "warning" if missing else "info", source.name,
        f"{len(periods):,} columns are {_span(periods)}, {_from_to(periods)}: {rows:,} of the "
        f"{len(periods) * staged.rows:,} cells in {staged.rows:,} rows are neither empty nor 0 and count as a row "
        f"each, dated the first day of theirs.{gap}{aside}", " ".join(repairs))


def _left_aside(source: Source, staged: Staged, periods: Mapping[str, Period]) -> tuple[str, bool]:
    """Which columns of months or quarters are not taken, and why; whether they alone are of some month."""
    called = all_called([*staged.columns], source.across)
    aside = {name: period for name, period in called.items() if name not in periods}
    lengths = {period.months for period in periods.values()}
    others = [repr(name) for name, period in aside.items() if period.months not in lengths]
    unnamed = [repr(name) for name, period in aside.items() if period.months in lengths]
    told = f" Not taken, for they tell of longer or shorter times: {shortened(others)}." if others else ""
    told += f" Not taken, for across does not name them: {shortened(unnamed)}." if unnamed else ""
    alone = alone_of(aside, periods)
    told += f" No column that is taken is of the times of {shortened(map(repr, alone))}." if alone else ""
    return told, bool(alone)

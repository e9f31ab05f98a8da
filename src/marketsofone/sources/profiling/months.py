"""Columns that are months: a ledger written across, of which no row is a sale."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from marketsofone.errors import shortened
from marketsofone.sources.mapping.across import SPANS
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile
from marketsofone.sources.staging.across import DASHES, periods_of, said_again
from marketsofone.sources.values.periods import Period

_LEAST = 3
_SOME_YEAR = 2000
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_BARE = re.compile(r"[^\W\d]{3,}[.]?$")
"""A word alone: the name of a month, where no heading tells the year. A number alone, or Q1, may be anything."""

_DAY = re.compile(r"([^\W\d]{3,})[.]? [1-9]")
"""A day of a month, such as ``Mar 9``: beside it ``Mar 10`` is the day after and no month of 2010."""


@dataclass(frozen=True, slots=True)
class Months:
    """Columns of numbers that are called as months or quarters are.

    Parameters
    ----------
    periods : mapping
        Column -> the month or quarter it is called by.
    across : tuple of str
        What the settings say of them: those of one length, by its word where that is all of these; empty where two of
        them are of the same month, so that nothing tells which holds what was sold, where nothing tells the year, or
        where headings may be days.
    year : int
        That of headings without one, as the name of the file or the sheet says it; 0 where every heading has its own
        or nothing tells it.
    dated : bool
        Whether their years are known.
    """

    periods: Mapping[str, Period]
    across: tuple[str, ...]
    year: int = 0
    dated: bool = True

    @property
    def named(self) -> str:
        """Their headings."""
        return shortened(self.periods)

    @property
    def notes(self) -> list[str]:
        """What is said of them where they are not used."""
        how = "the columns that hold it" if self.dated else '"month" and the year, which no heading tells,'
        return [f"{len(self.periods)} columns are months: {self.named}. If they hold what was sold, it is not counted: "
                f"write across with {how} in a source of its own that fills order_line, as docs/architecture.md tells. "
                "They are no traits, for they tell what came after."]


def without_months(one: FileProfile) -> tuple[FileProfile, Months | None]:
    """A file without its columns of numbers that are called as months or quarters are, and what these are."""
    months = _with_years(one) or _of_one_year(one)
    if months is None:
        return one, None
    return replace(one, columns=tuple(column for column in one.columns if column.name not in months.periods)), months


def _with_years(one: FileProfile) -> Months | None:
    """Columns whose headings tell month and year, where there are several."""
    called = periods_of([column.name for column in one.columns])
    held = _held(one, called)
    across = () if _may_be_days(one) else _across(called, held)
    return Months(held, across) if len(held) >= _LEAST else None


def _may_be_days(one: FileProfile) -> bool:
    """Whether some heading is a month and a single digit: then two digits beside a month may be a day too."""
    found = (_DAY.fullmatch(column.name.strip()) for column in one.columns)
    return any(periods_of([day[1]], year=_SOME_YEAR) for day in found if day)


def _of_one_year(one: FileProfile) -> Months | None:
    """Columns whose headings tell a month alone, where there are several: the file or the sheet may tell the year."""
    year = _year_of(one)
    called = periods_of([column.name for column in one.columns if _BARE.match(column.name.strip())], 1,
                        year or _SOME_YEAR)
    held = _held(one, called)
    if len(held) < _LEAST:
        return None
    sure = year and len(held) == len(called) and not said_again(held)
    return Months(held, (f"month {year}",) if sure else (), year, dated=year > 0)


def _held(one: FileProfile, called: Mapping[str, Period]) -> dict[str, Period]:
    holding = {column.name for column in one.columns if column.name in called and _holds_amounts(column)}
    return {name: period for name, period in called.items() if name in holding}


def _year_of(one: FileProfile) -> int:
    """The one year that the name of the sheet, or else of the file, says; 0 for none or several."""
    for said in (one.source.sheet, one.source.table, PurePath(one.source.file).name):
        years = {*YEAR.findall(said)}
        if years:
            return int(years.pop()) if len(years) == 1 else 0
    return 0


def _holds_amounts(column: ColumnProfile) -> bool:
    """Whether what stands in a column is numbers, but for one in twenty, beside dashes and words without a digit."""
    says_nothing = column.distinct <= len(DASHES) and {*column.values} <= {*DASHES}
    return column.kind == "number" or says_nothing or column.numbers >= 0.95 * column.coded > 0


def _across(called: Mapping[str, Period], periods: Mapping[str, Period]) -> tuple[str, ...]:
    """The word, or else the columns, of the shortest periods of which there are several."""
    for word, months in SPANS.items():
        chosen = {name: period for name, period in periods.items() if period.months == months}
        if len(chosen) >= _LEAST:
            whole = len(chosen) == sum(period.months == months for period in called.values())
            return () if said_again(chosen) else (word,) if whole else tuple(chosen)
    return ()

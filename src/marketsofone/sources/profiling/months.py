"""Columns that are months: a ledger written across, of which no row is a sale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from marketsofone.errors import shortened
from marketsofone.sources.mapping.across import SPANS
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile
from marketsofone.sources.staging.across import DASHES, periods_of, said_again
from marketsofone.sources.values.periods import Period

_LEAST = 3


@dataclass(frozen=True, slots=True)
class Months:
    """Columns of numbers that are called as months or quarters are.

    Parameters
    ----------
    periods : mapping
        Column -> the month or quarter it is called by.
    across : tuple of str
        What the settings say of them: those of one length, by its word where that is all of these; empty where two of
        them are of the same month, so that nothing tells which holds what was sold.
    """

    periods: Mapping[str, Period]
    across: tuple[str, ...]

    @property
    def named(self) -> str:
        """Their headings."""
        return shortened(self.periods)

    @property
    def notes(self) -> list[str]:
        """What is said of them where they are not used."""
        return [f"{len(self.periods)} columns are months: {self.named}. If they hold what was sold, it is not counted: "
                "write across with the columns that hold it in a source of its own that fills order_line, as "
                "docs/architecture.md tells. They are no traits, for they tell what came after."]


def without_months(one: FileProfile) -> tuple[FileProfile, Months | None]:
    """A file without its columns of numbers that are called as months or quarters are, and what these are."""
    called = periods_of([column.name for column in one.columns])
    held = {column.name for column in one.columns if column.name in called and _holds_numbers(column)}
    if len(held) < _LEAST:
        return one, None
    periods = {name: period for name, period in called.items() if name in held}
    kept = tuple(column for column in one.columns if column.name not in held)
    return replace(one, columns=kept), Months(periods, _across(called, periods))


def _holds_numbers(column: ColumnProfile) -> bool:
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

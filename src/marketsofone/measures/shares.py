"""Shares: of the rows that are trials, how many succeeded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import ibis
import ibis.expr.types as ir
from ibis import Deferred, _


@dataclass(frozen=True, slots=True)
class Measure:
    """A share: of the rows that are trials, how many succeeded.

    Parameters
    ----------
    name : str
    table : str
        Customer table it is counted on.
    row_id : str
        The column that tells its rows apart.
    counted : Deferred
        Which rows count, whenever they began.
    successes : Deferred
        Which of those succeeded.
    unit : str
        One trial, in words.
    done : str
        What a success is, in words: "won 3 of 4 decided opportunities".
    moments : tuple of str
        Columns that tell when a trial happened, the first that is known.
    began : str
        The column that tells when it began: an opportunity counts where it was opened, for those that are won are
        decided sooner or later than those that are lost.
    first : date or None
        The day from which on what began counts; None counts all there is.
    """

    name: str
    table: str
    row_id: str
    counted: Deferred
    successes: Deferred
    unit: str
    done: str
    moments: tuple[str, ...]
    began: str
    first: date | None = None

    @property
    def day(self) -> Deferred:
        """When a trial began; null where it does not tell."""
        return _[self.began].cast("timestamp").cast("date")

    @property
    def trials(self) -> Deferred:
        """Which rows count; from a day on, what tells no day does not."""
        return self.counted if self.first is None else self.counted & (self.day >= self.first).fill_null(False)

    def since(self, day: date | None) -> Measure:
        """The same of what began on that day or later."""
        return replace(self, first=day)

    def rows(self, events: ir.Table) -> ir.Table:
        """One row a trial: ``buyer_id``, ``row_id``, ``trials``, ``total``.

        ``happened_on``, ``source`` and ``source_row`` say when and where.
        """
        return events.filter(self.trials).select(
            "buyer_id", "source", "source_row", row_id=_[self.row_id], trials=ibis.literal(1).cast("float64"),
            total=self.successes.cast("float64"),
            happened_on=ibis.coalesce(*(_[name].cast("date") for name in self.moments)),
        )


ANSWER_RATE = Measure(
    "answer_rate", "touch", "source_row",
    counted=_.answered.notnull() & (_.direction.fill_null("out") == "out")
    & (_.team.fill_null("sales") == "sales"),
    successes=_.answered, unit="approach", done="answered", moments=("happened_at",), began="happened_at",
)

ENTRY_RATE = Measure(
    "entry_rate", "opportunity", "opportunity_id",
    counted=_.entered.notnull(), successes=_.entered, unit="approach", done="let us in",
    moments=("entered_at", "opened_at"), began="opened_at",
)

WIN_RATE = Measure(
    "win_rate", "opportunity", "opportunity_id",
    counted=_.outcome.isin(["won", "lost"]) & _.entered.fill_null(True),
    successes=_.outcome == "won", unit="decided opportunity", done="won",
    moments=("closed_at", "opened_at"), began="opened_at",
)

"""How outcomes answer to effort, from a record in which effort was not dealt out at random, or that it cannot tell.

Reps call more where they expect more, so that those called more would have bought more anyway. Three things can
part the two: a lot that set the effort (``touch.arm``); buyers alike in everything that drove it; a buyer compared
with itself. Which of them is taken, what must be believed for it, and what was checked is said with the number.
Where nothing parts them the answer is ``not identified``, and no number is given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import ibis
import numpy as np

from marketsofone.estimates.response_moments import bent, between, by_lot, fetch_moments, later, within
from marketsofone.pooling.response import NOTHING, Slope, explained, slope

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

Status = Literal["randomised", "adjusted", "not identified"]
Design = Literal["between", "within"]

WEAK_LOT = 10.0
"""Least F of the lot on effort; below it the arms hardly differ in effort."""

TELLING = 0.5
"""Largest half width of the 90% interval: beyond it, all is due to effort cannot be told from nothing is."""

TOLERATED = 0.10
"""Largest elasticity that the negative control may leave to something unseen."""

LATER = 4
"""Periods of later effort that the control looks at: over many, effort that goes by chance hardly differs."""

BUYERS_A_CELL = 10.0
"""How many buyers a cell of alike ones should hold, where drivers are numbers."""

BENDS = (1.0, 2.0, 4.0, float("inf"))
"""Bends of the curve that are tried, in units of the mean effort; infinite is none."""

_Z = 1.6448536269514722
_SUSPECT = 1.96  # a control this many errors from 0 comes by chance one time in twenty
_BEND_SEEN = 3.84  # 95% of chi-square, 1 degree of freedom


@dataclass(frozen=True, slots=True)
class ResponseFit:
    """What the record says of effort.

    Parameters
    ----------
    status : {"randomised", "adjusted", "not identified"}
    elasticity : float or None
        Share of what usually comes that is due to effort: 0 nothing, 1 all. None where not identified.
    low, high : float or None
        Its 90% interval.
    naive : float
        What comparing all with all would have said, beside; ``nan`` without any variation.
    trials : float
        Periods of buyers behind the elasticity; 0 where not identified.
    mean_effort : float
        Touches in a period, mean over all rows compared (of those drawn, where there was a lot): what the
        elasticity is about.
    bend : float
        Touches in a period at which returns have visibly diminished; infinite where no bend is seen.
    control : Slope
        The negative control: what later effort says of outcomes before it. ``NOTHING`` where there was a lot.
    reason : str
        Sentences: what was compared, what must be believed, what was checked, or why there is no number.
    """

    status: Status
    elasticity: float | None
    low: float | None
    high: float | None
    naive: float
    trials: float
    mean_effort: float
    bend: float
    control: Slope
    reason: str

    @property
    def slope(self) -> Slope:
        """The elasticity with its error; ``NOTHING`` where not identified."""
        if self.elasticity is None or self.high is None:
            return NOTHING
        return Slope(self.elasticity, (self.high - self.elasticity) / _Z, float("inf"), self.trials)


def driver_cells(buyers: ir.Table, drivers: Sequence[str]) -> ir.Table:
    """Buyers alike in everything that is known to drive effort: ``buyer_id``, ``cell``.

    Numbers are cut into groups of like size, as fine as leaves about ten buyers a cell: what is left of a driver
    inside a group would pass for an effect. Text is taken as it is; many texts make cells of few buyers, which then
    say little: name the drivers that reps act on. Without drivers all buyers are one cell. Counts the buyers.
    """
    numbers = sum(buyers[name].type().is_numeric() for name in drivers)
    count = int(buyers.count().execute()) if numbers else 0
    bins = max(2, int((count / BUYERS_A_CELL) ** (1.0 / max(numbers, 1))))
    said = [_driver(buyers, name, bins).fill_null("") for name in drivers]
    cell = said[0] if said else ibis.literal("all")
    for part in said[1:]:
        cell = cell + " / " + part
    return buyers.select("buyer_id", cell=cell)


def fit_response(
    rows: ir.Table, lots: ir.Table | None = None, *, design: Design = "between", drivers: Sequence[str] = (),
) -> ResponseFit:
    """The response of outcomes to effort, where the record can tell it.

    A lot that moved effort comes first: it needs no belief. Otherwise buyers alike in the drivers are compared in
    the same period (``between``), or each buyer with itself (``within``, where buyers are seen in many periods and
    what drove effort is believed to stay with the buyer). Either is taken only if later effort says nothing of
    earlier outcomes (tested at 5%), and a bias of 0.1 lies outside the 90% interval of that control. The interval
    given is widened by what the control leaves open: its own distance from zero, and its error. What moves within a
    period and is seen by reps alone escapes this check; only a lot is safe from it.

    Parameters
    ----------
    rows : Ibis table
        ``buyer_id``, ``period`` (counted back from the date), ``cell``, ``effort`` (touches), ``outcome``.
    lots : Ibis table, optional
        Those whose effort was set by lot: ``buyer_id``, ``arm``, ``effort``, ``outcome``, a row for each period.
    design : {"between", "within"}
    drivers : sequence of str
        Names of the columns that made the cells, for the words.

    References
    ----------
    Angrist & Pischke, *Mostly Harmless Econometrics* (2009), ch. 4-5; Lipsitch, Tchetgen Tchetgen & Cohen (2010),
    Negative controls; Manchanda, Rossi & Chintagunta (2004), Response modeling with nonrandom marketing-mix
    variables (that calls follow volume).
    """
    mean_effort = float(rows.effort.mean().fill_null(0.0).execute())
    naive = slope(fetch_moments(between(rows, [])))
    drawn = slope(fetch_moments(by_lot(lots))) if lots is not None else NOTHING
    why_no_lot = _why_no_lot(drawn, lots is not None)
    if lots is not None and not why_no_lot:
        return _fit("randomised", drawn, naive, float(lots.effort.mean().execute()), float("inf"), NOTHING, _LOT)
    bend, adjusted = _bent_fit(rows, design, mean_effort)
    control = slope(fetch_moments(_control(rows, design)))
    doubt = _doubt(adjusted, control, rows, design)
    if doubt:
        return ResponseFit("not identified", None, None, None, naive.value, 0.0, mean_effort, float("inf"), control,
                           f"{why_no_lot} {doubt}")
    return _fit("adjusted", _widened(adjusted, control), naive, mean_effort, bend, control,
                f"{why_no_lot} {_compared(design, drivers)} {_checked(adjusted, control)}")


_LOT = "Groups whose effort was set by lot were compared: nothing needs to be believed of how reps choose."


def _fit(status: Status, found: Slope, naive: Slope, mean_effort: float, bend: float, control: Slope,
         reason: str) -> ResponseFit:
    low, high = found.interval()
    return ResponseFit(status, found.value, low, high, naive.value, found.trials, mean_effort, bend, control, reason)


def _driver(buyers: ir.Table, name: str, bins: int) -> ibis.Value:
    column = buyers[name]
    if not column.type().is_numeric():
        return column.cast("string")
    place = ibis.ntile(bins).over(order_by=[column, buyers.buyer_id])
    return ibis.cases((column.notnull(), place.cast("string")), else_=ibis.null("string"))


def _adjusted(rows: ir.Table, design: Design) -> ir.Table:
    return within(rows) if design == "within" else between(rows, ["cell", "period"])


def _control(rows: ir.Table, design: Design) -> ir.Table:
    if design == "within":
        return within(later(rows, 1))
    return between(later(rows, LATER), ["cell", "period"])


def _bent_fit(rows: ir.Table, design: Design, mean_effort: float) -> tuple[float, Slope]:
    """The straight line, unless a bend explains clearly more; then the bend that explains most."""
    if not mean_effort > 0:
        return float("inf"), NOTHING
    found = {bend: fetch_moments(_adjusted(bent(rows, bend * mean_effort), design)) for bend in BENDS}
    plain = found[float("inf")]
    straight = slope(plain)
    dispersion = straight.error**2 * plain.b
    best = max(found, key=lambda bend: explained(found[bend]))
    if not explained(found[best]) - explained(plain) > _BEND_SEEN * dispersion:
        return float("inf"), straight
    return best * mean_effort, slope(found[best])


def _why_no_lot(drawn: Slope, any_lot: bool) -> str:
    if not any_lot:
        return "No effort was set by lot."
    if drawn.strength < WEAK_LOT:
        return "The groups drawn by lot hardly differ in effort."
    if drawn.error * _Z > TELLING:
        return "Effort was set by lot, yet too few buyers were drawn to tell."
    return ""


def _doubt(found: Slope, control: Slope, rows: ir.Table, design: Design) -> str:
    """Why the adjusted slope cannot be taken; empty where it can."""
    if found is NOTHING or not found.trials > 0:
        return "Buyers that could be compared do not differ in effort."
    if found.error * _Z > TELLING:
        return "Too little is on record to tell whether effort matters at all."
    low, high = control.interval()
    if abs(control.value) > _SUSPECT * control.error:
        return ("Later effort goes with earlier outcomes, which it cannot have caused: something unseen drives both, "
                "or reps answer to outcomes. Set effort by lot for some buyers, or state a judgement.")
    if not max(-low, high) < TOLERATED:
        return ("The record is too thin to rule out that something unseen drives both effort and outcome. "
                "Set effort by lot for some buyers, or state a judgement.")
    return ""


def _widened(found: Slope, control: Slope) -> Slope:
    """The slope, its error holding a bias as large as the control leaves open."""
    error = float(np.sqrt(found.error**2 + control.value**2 + control.error**2))
    return replace(found, error=error)


def _checked(found: Slope, control: Slope) -> str:
    low, high = control.interval()
    said = (f"Checked: later effort tells no more of earlier outcomes than chance would "
            f"({_plainly(control.value)}, 90% interval {_plainly(low)} to {_plainly(high)}, where 1 is all of it).")
    if max(-low, high) > 0.5 * abs(found.value):
        said += " The elasticity is so small that something unseen could still account for half of it or more."
    return said


def _compared(design: Design, drivers: Sequence[str]) -> str:
    if design == "within":
        return "Each buyer was compared with itself, believing that what drives effort stays with the buyer."
    alike = " and ".join(drivers) if drivers else "nothing in particular"
    return f"Buyers alike in {alike} were compared, believing that among them effort went by chance."


def _plainly(value: float) -> str:
    """Two decimals, and no minus before nothing."""
    return f"{round(value, 2) + 0.0:.2f}"

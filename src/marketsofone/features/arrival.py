"""How much of a horizon's contribution has usually arrived by an age, in the season a win fell into."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.features.adding import added_lines

STEPS = 24
"""Steps that a horizon is cut into."""

_MONTHS, _YEAR = 12, 365.25
_PARTS = float(2 ** 20)
"""Shares are multiples of one part of these: they add up to the same in any order, to the last bit."""
_WEIGHED = 6
"""Decimals of weights, for the same reason."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How money arrives over a horizon.

    Parameters
    ----------
    seen : Ibis table
        ``phase``, ``step``; ``arrived``: the share of a horizon's contribution seen by a win that has lived ``step``
        steps; ``usual``: what such a win usually brought by then, each step as often as ``weight`` says; ``wins``.
    weight : Ibis table
        ``step``; ``wins``: how many there are, and ``weight``: how many for each that has lived the step, strong
        seasons counting for more. What one win brought in a step moves the mean of a horizon so many times as if all
        had lived it.
    """

    seen: ir.Table
    weight: ir.Table


def arrival(whole_steps: ir.Table, lived: ir.Table, horizon_days: int) -> Arrival:
    """Share of an average horizon's contribution seen by each step, for each day of the year of the win.

    A life table: each step's money a win is averaged over the wins old enough to show the whole step, so
    young wins inform the early steps; a step that none has lived yet is taken to bring what the others
    bring on average. Steps that fall into a strong season count for more, those in a weak one for less
    (an index by month of the year, where the wins have been seen in each of them), or wins too young to
    show a whole year would carry their season into the mean.

    Parameters
    ----------
    whole_steps : Ibis table
        ``row_id``, ``step``, ``phase`` (day of the year of the win) and ``money``, of steps lived whole.
    lived : Ibis table
        Every win: ``row_id``, ``lived`` (whole steps) and ``phase``.
    horizon_days : int
    """
    cells = _cells(whole_steps, lived, horizon_days)
    plain = _filled(cells.group_by("step").agg(rate=_.paid.sum() / _.wins.sum().nullif(0.0)))
    season = _season(cells, plain)
    seasoned = cells.left_join(season, "month").drop("month_right").mutate(index=_.index.fill_null(1.0))
    worth = seasoned.group_by("step").agg(paid=_.paid.sum(), worth=(_.wins * _.index).sum())
    rates = _filled(worth.mutate(rate=_.paid / _.worth.nullif(0.0)))
    weight = _weight(worth, lived)
    return Arrival(_summed(seasoned.select("phase", "step", "index"), rates, weight), weight)


def _weight(worth: ir.Table, lived: ir.Table) -> ir.Table:
    """How many wins there are for each that has lived a step; none for a step that nobody has."""
    joined = worth.cross_join(lived.agg(wins=_.count().cast("float64")))
    return joined.select("step", "wins", weight=(joined.wins / joined.worth.nullif(0.0)).fill_null(0.0).round(_WEIGHED))


def _ladder(last: int) -> ir.Table:
    return ibis.memtable({"step": list(range(last))}, schema={"step": "int64"})


def _cells(whole_steps: ir.Table, lived: ir.Table, horizon_days: int) -> ir.Table:
    """Money and wins at risk by day of the year of the win and step, and the month the step falls into."""
    alive = lived.group_by(of_phase=_.phase, of_lived=_.lived).agg(wins=_.count().cast("float64"))
    phases = lived.select("phase").distinct().cross_join(_ladder(STEPS))
    joined = phases.left_join(alive, [phases.phase == alive.of_phase, alive.of_lived > phases.step])
    at_risk = joined.group_by("phase", "step").agg(wins=_.wins.sum().fill_null(0.0))
    paid = whole_steps.group_by("phase", "step").agg(paid=added_lines(_.money))
    cells = at_risk.left_join(paid, ["phase", "step"]).drop("phase_right", "step_right")
    width = float(horizon_days) / STEPS
    day = cells.phase.cast("float64") + (cells.step.cast("float64") + 0.5) * width
    month = ((day - (day / _YEAR).floor() * _YEAR) * float(_MONTHS) / _YEAR).floor().cast("int64")
    return cells.mutate(paid=_.paid.fill_null(0.0), month=month)


def _filled(rates: ir.Table) -> ir.Table:
    """Every step with a rate; a step never lived brings what the others bring on average."""
    every = _ladder(STEPS).left_join(rates, "step").drop("step_right")
    usual = every.rate.mean().over(ibis.window())
    return every.mutate(rate=ibis.greatest(every.rate.fill_null(usual).fill_null(0.0), 0.0))


def _season(cells: ir.Table, plain: ir.Table) -> ir.Table:
    """Money by month of the year over what its steps bring on average; one where the year is not seen whole."""
    joined = cells.inner_join(plain, "step").filter(_.wins > 0)
    months = joined.group_by("month").agg(index=_.paid.sum() / (_.wins * _.rate).sum().nullif(0.0))
    seen = months.agg(months=_.index.count(), mean=_.index.mean())
    both = months.cross_join(seen)
    told = (both.months == _MONTHS) & (both["mean"] > 0)
    floor = ibis.greatest(both["index"] / both["mean"].nullif(0.0), 0.05)
    return both.select("month", index=ibis.cases((told, floor), else_=1.0))


def _summed(seasons: ir.Table, rates: ir.Table, weight: ir.Table) -> ir.Table:
    whole, each = rates.agg(whole=_.rate.sum()), rates.select("step", "rate")
    parts = seasons.inner_join(each, "step").inner_join(weight, "step").mutate(part=_.rate * _.index)
    before = ibis.window(group_by="phase", order_by="step", preceding=None, following=0)
    summed = parts.mutate(up_to=_.part.sum().over(before), usual=(_.part * _.weight).sum().over(before))
    even = (_.step.cast("float64") + 1.0) / float(STEPS)
    share = (_.up_to / _.whole.nullif(0.0)).fill_null(even)
    return summed.cross_join(whole).select(
        "phase", "usual", "wins", step=_.step + 1, arrived=(share * _PARTS).round() / _PARTS)

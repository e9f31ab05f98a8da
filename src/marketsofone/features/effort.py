"""Effort and what came with it: one row per buyer and period, as of a date; and who had effort set by lot.

Effort is counted in outgoing touches of sales and in the hours they took. The outcome of a period is that of the
opportunities opened in it, or the contribution of the orders placed in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.features.adding import added_lines
from marketsofone.features.asof import AsOf
from marketsofone.features.buyers import with_buyer
from marketsofone.features.sales import days_between, margin

Outcome = Literal["entered", "won", "order_line"]


def efforts(
    tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], everyone: ir.Table, as_of: AsOf, *,
    period_days: int, outcome: Outcome, approach_hours: float, margin_rate: float | None = None, minor: int = 100,
    drawn: bool = False,
) -> ir.Table:
    """Every buyer in every whole period since it was first heard of: its effort, and what came in the period.

    Periods are counted back from the date: 0 is the latest. A buyer is seen from the period after the one of its
    first trace in the data on (a touch, an opportunity, an order), so that the trace itself is not taken for an
    effect; periods in which nothing happened are rows too, with zeros. Who was never heard of has no row.

    Of those whom a lot drew the list tells, not a trace: more effort leaves a trace sooner, so that periods counted
    from it would be more in one arm than in the other. They are seen in every period alike.

    Parameters
    ----------
    tables : mapping
        Customer tables known by the date, ``touch`` among them.
    owner : mapping
        Which buyer each account, contact and opportunity belongs to.
    everyone : Ibis table
        ``buyer_id`` of those who may be profiled.
    as_of : AsOf
        With a day: effort is about when.
    period_days : int
        Length of a period.
    outcome : {"entered", "won", "order_line"}
        Opportunities opened in the period that let us in, or were won; or contribution of orders, major units.
    approach_hours : float
        What a touch took where its minutes are not written down.
    margin_rate : float, optional
        Share of an amount that is contribution, where a row has no cost.
    minor : int
        Minor units in one major unit.
    drawn : bool
        Whether ``everyone`` are those whom a lot drew.

    Returns
    -------
    Ibis table
        ``buyer_id``, ``period``, ``touches``, ``hours``, ``outcome``. Nothing is run.
    """
    touched = _approaches(tables, owner, approach_hours)
    came = _outcomes(tables, owner, outcome, margin_rate, minor)
    effort = _in_periods(touched, as_of, period_days)
    periods = effort.select("period").distinct()
    theirs = effort.semi_join(everyone, "buyer_id")
    gains = _in_periods(came.semi_join(everyone, "buyer_id"), as_of, period_days)
    seen = _in_each(everyone, periods) if drawn else _seen(theirs, gains, periods)
    spent = theirs.group_by("buyer_id", "period").agg(touches=_.touches.sum(), hours=added_lines(_.minutes) / 60.0)
    brought = gains.group_by("buyer_id", "period").agg(outcome=added_lines(_.outcome))
    beside = seen.left_join(spent, ["buyer_id", "period"]).drop("buyer_id_right", "period_right")
    beside = beside.left_join(brought, ["buyer_id", "period"]).drop("buyer_id_right", "period_right")
    zero = {name: beside[name].fill_null(0.0) for name in ("touches", "hours", "outcome")}
    return beside.select("buyer_id", "period", **zero)


def lots(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], everyone: ir.Table) -> ir.Table | None:
    """Whose effort was set by lot, and in which arm: ``buyer_id``, ``arm``; None where the data know no arms.

    An arm is a list of that name (``membership``), for those who drew little effort may never have been touched and
    then stand in no touch. An arm without a list is left out: those of it who were touched are not all of it. A
    buyer found in two arms is in none.
    """
    if "touch" not in tables or "membership" not in tables:
        return None
    touch = tables["touch"]
    names = touch.filter(touch.arm.notnull()).select(arm=touch.arm).distinct()
    listed = with_buyer(tables["membership"], owner)
    drawn = listed.inner_join(names, listed.list_name == names.arm).select("buyer_id", "arm")
    drawn = drawn.semi_join(everyone, "buyer_id")
    return drawn.group_by("buyer_id").agg(arm=_.arm.min(), arms=_.arm.nunique()).filter(_.arms == 1).drop("arms")


def _approaches(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], approach_hours: float) -> ir.Table:
    out = (_.direction.fill_null("out") == "out") & (_.team.fill_null("sales") == "sales")
    rows = with_buyer(tables["touch"].filter(out), owner)
    minutes = rows.minutes.cast("float64").fill_null(approach_hours * 60.0)
    return rows.select("buyer_id", at=rows.happened_at, touches=ibis.literal(1).cast("float64"), minutes=minutes)


def _outcomes(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], outcome: Outcome,
              margin_rate: float | None, minor: int) -> ir.Table:
    if outcome == "order_line":
        lines = with_buyer(tables["order_line"], owner)
        money = margin(lines, margin_rate) / float(minor)
        return lines.select("buyer_id", at=lines.ordered_at, outcome=money).filter(_.outcome.notnull())
    rows = with_buyer(tables["opportunity"], owner)
    told = rows.entered if outcome == "entered" else rows.outcome == "won"
    return rows.select("buyer_id", at=rows.opened_at, outcome=told.fill_null(False).cast("float64"))


def _in_periods(rows: ir.Table, as_of: AsOf, period_days: int) -> ir.Table:
    dated = rows.filter(_.at.notnull())
    ago = days_between(ibis.date(as_of.day), dated.at) / float(period_days)
    return dated.mutate(period=ago.floor().cast("int64")).filter(_.period >= 0)


def _in_each(everyone: ir.Table, periods: ir.Table) -> ir.Table:
    """Each buyer in every period that rows of effort cover whole: in the first of them they begin."""
    whole = periods.filter(_.period < periods.period.max().as_scalar())
    return everyone.select("buyer_id").distinct().cross_join(whole)


def _seen(effort: ir.Table, gains: ir.Table, periods: ir.Table) -> ir.Table:
    """Each buyer in the periods after that of its first trace, and not beyond those that all rows of effort cover."""
    traces = effort.select("buyer_id", "period").union(gains.select("buyer_id", "period"))
    first = traces.group_by("buyer_id").agg(first=_.period.max())
    return first.cross_join(periods).filter(_.period < _.first).select("buyer_id", "period")

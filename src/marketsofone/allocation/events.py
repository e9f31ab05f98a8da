"""Hours where each buyer has its rep, as one query: exact, in any engine with window functions."""

from __future__ import annotations

from math import log

import ibis
import ibis.expr.types as ir

from marketsofone.allocation.bounds import ROUNDING


def hours_expression(buyers: ir.Table, reps: ir.Table, hour_cost: float = 0.0) -> ir.Table:
    """The hours that earn most on exponential curves, by the same answer as ``solve_hours``. Runs nothing.

    As the price of an hour falls, each buyer enters once and reaches its most once. Between two such events a rep's
    demand is linear in the logarithm of the price, so running sums over the events find the price exactly.

    Parameters
    ----------
    buyers : table
        ``buyer_id``, ``rep_id``, ``ceiling``, ``scale`` (above zero), ``least`` and ``most`` hours (``most`` null: any
        number). The curve is ``ceiling * (1 - exp(-hours / scale))``.
    reps : table
        ``rep_id``, ``capacity`` in hours: a number, not infinite.
    hour_cost : float
        Money an hour costs.

    Returns
    -------
    table
        ``buyer_id``, ``rep_id``, ``hours`` and ``price``, the value of the rep's next hour. A buyer whose rep is
        not among ``reps`` is left out. Both are null where least hours exceed the capacity: ask ``solve_hours``,
        which says of whom and by how much.

    References
    ----------
    Patriksson, *European Journal of Operational Research* 185 (2008).
    """
    asking = _asking(buyers, reps)
    totals = _totals(asking)
    return _placed(asking, totals, _levels(_events(asking), totals), hour_cost)


def _asking(buyers: ir.Table, reps: ir.Table) -> ir.Table:
    """Buyers with their rep's hours, and the log prices at which each enters and has its most."""
    owned = buyers.inner_join(reps.select("rep_id", "capacity"), "rep_id")
    wants = (owned.ceiling > 0) & (owned.most.isnull() | (owned.most > owned.least))
    top = ibis.ifelse(wants, owned.ceiling, 1.0).ln() - owned.scale.ln()
    enters, ends = top - owned.least / owned.scale, top - owned.most / owned.scale
    return owned.select("buyer_id", "rep_id", "capacity", "least", "most", "scale", wants=wants, top=top,
                        enters=enters, ends=ends)


def _events(asking: ir.Table) -> ir.Table:
    """Two rows a buyer: from which log price on its scale is added to the rep's demand, and taken off again."""
    wants = asking.filter(asking.wants)
    enters = wants.select("rep_id", "buyer_id", at=wants.enters, added=wants.scale)
    ends = wants.filter(wants.ends.notnull()).select("rep_id", "buyer_id", at=wants.ends, added=-wants.scale)
    return ibis.union(enters, ends)


def _totals(asking: ir.Table) -> ir.Table:
    """Per rep the hours above the least, whether the least fit, and whether all may have their most."""
    spare = ibis.ifelse(asking.wants, asking.most - asking.least, 0.0)
    endless = asking.wants & asking.most.isnull()
    totals = asking.group_by("rep_id").agg(capacity=asking.capacity.max(), agreed=asking.least.sum(),
                                           spare=spare.sum(), endless=endless.any())
    room = ibis.greatest(totals.capacity - totals.agreed, 0.0)
    fits = totals.agreed - totals.capacity <= ROUNDING * ibis.greatest(totals.capacity, 1.0)
    return totals.select("rep_id", room=room, fits=fits, plenty=~totals.endless & (totals.spare <= room))


def _levels(events: ir.Table, totals: ir.Table) -> ir.Table:
    """The log price per rep, from the last event before its hours are used up."""
    order = ibis.window(group_by="rep_id", order_by=[ibis.desc("at"), "buyer_id", ibis.desc("added")])
    so_far = ibis.cumulative_window(group_by="rep_id", order_by=[ibis.desc("at"), "buyer_id", ibis.desc("added")])
    slopes = events.mutate(slope=events.added.sum().over(so_far))
    steps = slopes.mutate(step=ibis.coalesce(
        slopes.slope.lag().over(order) * (slopes["at"].lag().over(order) - slopes["at"]), 0.0))
    asked = steps.mutate(asked=steps.step.sum().over(so_far))
    ahead = asked.mutate(next_asked=asked.asked.lead().over(order)).inner_join(totals, "rep_id")
    last = ahead.filter((ahead.asked <= ahead.room) & (ahead.next_asked.isnull() | (ahead.next_asked > ahead.room))
                        & (ahead.slope > 0))
    return last.group_by("rep_id").agg(level=(last["at"] - (last.room - last.asked) / last.slope).min())


def _placed(asking: ir.Table, totals: ir.Table, levels: ir.Table, hour_cost: float) -> ir.Table:
    """Hours and prices; null for a rep whose least hours do not fit."""
    levelled = asking.inner_join(totals, "rep_id").left_join(levels, "rep_id")
    free = levelled.plenty | levelled.level.isnull()
    level = levelled.level
    if hour_cost > 0:
        free = free | (level <= log(hour_cost))
        level = ibis.ifelse(free, log(hour_cost), level)
    worth = ibis.greatest(levelled.scale * (levelled.top - level), levelled.least)
    within = ibis.least(worth, ibis.coalesce(levelled.most, worth))
    asked = within if hour_cost > 0 else ibis.ifelse(free, levelled.most, within)
    price = ibis.ifelse(free, 0.0, ibis.greatest(level.exp() - hour_cost, 0.0))
    return levelled.select(
        "buyer_id", "rep_id",
        hours=ibis.ifelse(levelled.fits, ibis.ifelse(levelled.wants, asked, levelled.least), ibis.null("float64")),
        price=ibis.ifelse(levelled.fits, price, ibis.null("float64")))

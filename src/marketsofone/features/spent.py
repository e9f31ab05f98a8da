"""Where selling time went and what came back, by buyer and rep, over the horizon before a date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.features.adding import added_lines
from marketsofone.features.asof import AsOf
from marketsofone.features.buyers import with_buyer
from marketsofone.features.sales import margin, sold_in, won_at


def time_spent(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], everyone: ir.Table, as_of: AsOf, *,
               horizon_days: int, approach_hours: float, minor: int = 100) -> ir.Table:
    """Outgoing touches of sales in the horizon: their hours and what they cost besides, by buyer and rep.

    Every such touch is in exactly one row, so the hours add up to the hours reported. ``buyer_id`` is null for touches
    that lead to nobody, and for buyers who are not among ``everyone`` (who objected is not told apart). Touches
    without a date count: they were reported, and nothing says they are older.

    Parameters
    ----------
    tables, owner : mapping
        Customer tables known by the date, ``touch`` among them, and what `owners` gave back.
    everyone : Ibis table
        ``buyer_id`` of those who may be profiled.
    approach_hours : float
        What a touch took where its minutes are not written down.
    minor : int
        Minor units in one major unit.

    Returns
    -------
    Ibis table
        ``buyer_id``, ``rep_id``, ``touches``, ``guessed`` (touches without minutes), ``hours``, ``cost`` (major
        units). Nothing is run.
    """
    out = (_.direction.fill_null("out") == "out") & (_.team.fill_null("sales") == "sales")
    touches = tables["touch"].filter(out)
    rows = _within(touches, touches.happened_at, as_of, horizon_days)
    told = _spent(with_buyer(rows, owner).semi_join(everyone, "buyer_id"), approach_hours, minor, "buyer_id", "rep_id")
    whole = _spent(rows, approach_hours, minor, "rep_id").mutate(buyer_id=ibis.null("int64"))
    known = told.group_by("rep_id").agg(**{name: told[name].sum() for name in _SUMS})
    known = known.mutate(buyer_id=ibis.null("int64"), **{name: -known[name] for name in _SUMS})
    rest = whole.select("rep_id", *_SUMS).union(known.select("rep_id", *_SUMS))
    rest = rest.group_by("rep_id").agg(**{name: rest[name].sum() for name in _SUMS}).filter(_.touches > 0)
    order = ("buyer_id", "rep_id", *_SUMS)
    return told.select(*order).union(rest.mutate(buyer_id=ibis.null("int64")).select(*order))


def contribution_within(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], as_of: AsOf, *,
                        horizon_days: int, margin_rate: float | None, step: str | None = None,
                        minor: int = 100) -> ir.Table | None:
    """What each buyer brought in the horizon, ``returned`` (major units), by ``buyer_id``; None where no table tells.

    Order lines placed in it, or won opportunities closed in it (opened, where no such day is told), as ``step`` of
    attractiveness asks (`sold_in`). ``told`` counts the rows that tell their margin, ``untold`` those that do not;
    where none does, ``returned`` is null.
    """
    sold = sold_in(tables, step)
    if sold is None:
        return None
    rows = tables[sold] if sold == "order_line" else tables[sold].filter(_.outcome == "won")
    at = rows.ordered_at if sold == "order_line" else won_at(rows)
    rows = with_buyer(_within(rows, at, as_of, horizon_days), owner)
    rows = rows.select("buyer_id", brought=margin(rows, margin_rate) / float(minor))
    return rows.group_by("buyer_id").agg(returned=added_lines(rows.brought), told=rows.brought.count(),
                                         untold=rows.count() - rows.brought.count())


_SUMS = ("touches", "guessed", "hours", "cost")


def _within(rows: ir.Table, moment: ibis.Value, as_of: AsOf, horizon_days: int) -> ir.Table:
    if as_of.day is None:
        return rows
    start = ibis.timestamp(as_of.midnight - timedelta(days=horizon_days))
    at = moment.cast("timestamp")
    return rows.filter(at.isnull() | (at >= start))


def _spent(rows: ir.Table, approach_hours: float, minor: int, *by: str) -> ir.Table:
    minutes = rows.minutes.cast("float64").fill_null(approach_hours * 60.0)
    return rows.group_by(*by).agg(
        touches=_.count(), guessed=(_.count() - _.minutes.count()), hours=added_lines(minutes) / 60.0,
        cost=added_lines(_.cost.cast("float64") / float(minor)).fill_null(0.0))

"""What a won buyer contributed over a horizon: one row a win, in money.

A win seen for less than the whole horizon counts for the share of a horizon's contribution that
usually arrives by its age, so that young wins inform without pulling the mean down.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.features.adding import added_lines
from marketsofone.features.arrival import STEPS, arrival
from marketsofone.features.asof import AsOf
from marketsofone.features.buyers import with_buyer
from marketsofone.features.periods import at_latest


def contributions(
    tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], step: str, as_of: AsOf,
    horizon_days: int, margin_rate: float | None, minor: int, lines: ir.Table | None = None,
) -> ir.Table:
    """What each won opportunity contributed over the horizon, in major units.

    Parameters
    ----------
    step : {"opportunity.amount", "order_line"}
        Its own amount less its cost, or the order lines that followed it.
    margin_rate : float, optional
        Share of an amount that is contribution, where a row has no cost.
    minor : int
        Minor units in one major unit.
    lines : Ibis table, optional
        What `followed_lines` gives, where it is held already.

    Returns
    -------
    Ibis table
        ``buyer_id``, ``row_id``, ``source``, ``source_row`` and ``happened_on`` (of the win), ``trials`` and ``total``;
        of order lines also ``strays``: how far the win moves the mean of a whole horizon.
        ``trials`` is 1 for a horizon seen whole, and for a recent win the share of a horizon's
        contribution that usually arrives by its age; its ``total`` then holds what came in the steps of
        the horizon that it has lived whole.
    """
    won = _won(tables, owner)
    if step == "opportunity.amount":
        money = margin(won, margin_rate) / float(minor)
        rows = won.select("buyer_id", "source", "source_row", row_id=won.opportunity_id,
                          happened_on=won_at(won).cast("date"),
                          trials=ibis.literal(1).cast("float64"), total=money)
        return rows.filter(_.total.notnull())
    if lines is None:
        lines = followed_lines(tables, owner, as_of, horizon_days, margin_rate, minor)
    return _arrived(_lived(won, as_of, horizon_days), lines, horizon_days)


def followed_lines(
    tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], as_of: AsOf,
    horizon_days: int, margin_rate: float | None, minor: int,
) -> ir.Table:
    """The order lines that are counted for a win: those in the steps of its horizon that it has lived whole.

    An order of which the day alone is told came after a win of that day.

    Returns
    -------
    Ibis table
        ``buyer_id``, ``row_id`` (the win), ``step``, ``phase``, ``money`` (contribution, major units), ``source``,
        ``source_row`` and ``happened_on`` (of the line).
    """
    lines = with_buyer(tables["order_line"], owner)
    at = lines.ordered_at.cast("timestamp")
    money = lines.select("buyer_id", "source", "source_row", ordered_at=at_latest(at), happened_on=at.cast("date"),
                         money=margin(lines, margin_rate) / float(minor)).filter(_.money.notnull())
    wins = _lived(_won(tables, owner), as_of, horizon_days).drop("source", "source_row").rename(won_on="happened_on")
    inside = money.inner_join(wins, "buyer_id").filter(
        _.ordered_at >= _.won_at, _.next_won_at.isnull() | (_.ordered_at < _.next_won_at)
    )
    aged = inside.mutate(age=days_between(_.happened_on, _.won_on)).filter(_.age < horizon_days)
    stepped = aged.mutate(step=_step(aged.age, horizon_days)).filter(_.step < _.lived)
    return stepped.select("buyer_id", "row_id", "step", "phase", "money", "source", "source_row", "happened_on")


def _won(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]) -> ir.Table:
    return with_buyer(tables["opportunity"].filter(_.outcome == "won"), owner)


def margin(rows: ir.Table, margin_rate: float | None) -> ibis.Value:
    """Contribution of each row in minor units: amount less cost, or the stated share of it."""
    amount = rows.amount.cast("float64")
    known = amount - rows.cost.cast("float64")
    return known if margin_rate is None else ibis.coalesce(known, amount * margin_rate)


def sold_in(tables: Mapping[str, ir.Table], step: str | None) -> str | None:
    """The table that tells what was sold: the one that attractiveness counts, else the ledger, else opportunities.

    Of two that tell of the same sales one counts; where the project says which, it is that one for all that adds them.

    Examples
    --------
    >>> sold_in({"order_line": ..., "opportunity": ...}, "opportunity.amount"), sold_in({"opportunity": ...}, None)
    ('opportunity', 'opportunity')
    """
    asked = () if step is None else (step.split(".")[0],)
    return next((name for name in (*asked, "order_line", "opportunity") if name in tables), None)


def bought(lines: ir.Table) -> ibis.Value:
    """Whether a line sells something: its amount is above zero, or nothing is paid for units that go out."""
    amount = lines.amount.fill_null(0)
    return (amount > 0) | ((amount == 0) & (lines.quantity.fill_null(1.0) > 0))


def days_between(later: ibis.Value, earlier: ibis.Value) -> ibis.Value:
    """Whole days between two instants: dates subtract alike on every engine, instants do not."""
    return later.cast("date").delta(earlier.cast("date"), unit="day").cast("float64")


def _lived(won: ir.Table, as_of: AsOf, horizon_days: int) -> ir.Table:
    """Each dated win, the whole steps of its horizon that it has lived, and the day of the year it came on."""
    wins, whole = _turns(won), float(horizon_days)
    until_next = ibis.coalesce(days_between(wins.next_won_at, wins.won_at), whole)
    age = ibis.least(days_between(ibis.timestamp(as_of.midnight), wins.won_at), until_next, whole)
    return wins.mutate(lived=_step(age, horizon_days), phase=_phase(wins.won_at))


def _arrived(lived: ir.Table, lines: ir.Table, horizon_days: int) -> ir.Table:
    arrives = arrival(lines, lived, horizon_days)
    weighed = lines.inner_join(arrives.weight, "step")
    paid = weighed.group_by("row_id").agg(total=added_lines(_.money), weighed=added_lines(_.money * _.weight))
    rows = lived.drop("won_at", "next_won_at").left_join(paid, "row_id").drop("row_id_right")
    rows = rows.mutate(total=_.total.fill_null(0.0), weighed=_.weighed.fill_null(0.0))
    return rows.inner_join(arrives.seen, [("phase", "phase"), ("lived", "step")]).select(
        "buyer_id", "row_id", "source", "source_row", "happened_on", trials=_.arrived,
        total=_.total, strays=(_.weighed - _.usual) / _.wins).filter(_.trials > 0)


def _turns(won: ir.Table) -> ir.Table:
    """Each win and when the next one of the same buyer takes over."""
    at = won_at(won)
    rows = won.select("buyer_id", "source", "source_row", row_id=won.opportunity_id, won_at=at,
                      happened_on=at.cast("date"))
    dated = rows.filter(_.won_at.notnull())
    order = ibis.window(group_by="buyer_id", order_by=[_.won_at, _.row_id])
    return dated.mutate(next_won_at=_.won_at.lead().over(order))


def won_at(won: ir.Table) -> ibis.Value:
    """When an opportunity was won: when it was closed, else when it was opened."""
    return ibis.coalesce(won.closed_at, won.opened_at).cast("timestamp")


def _step(age: ibis.Value, horizon_days: int) -> ibis.Value:
    return (age * float(STEPS) / float(horizon_days)).floor().cast("int64")


def _phase(at: ibis.Value) -> ibis.Value:
    """The day of the year on which a win came, 1 to 366."""
    return at.cast("date").day_of_year().cast("int64")

"""What a ledger tells of each buyer: how often, how recently and for how much it bought, as of a date."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.features.asof import AsOf
from marketsofone.features.buyers import with_buyer
from marketsofone.features.sales import days_between, margin


def purchase_days(
    tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], margin_rate: float | None, minor: int
) -> ir.Table:
    """One row per buyer and day with a purchase: ``buyer_id``, ``day``, ``total`` (contribution).

    Returns lower the contribution of the day they were booked on; a day of nothing but returns is no
    purchase (``bought`` is false), yet its loss stays in the buyer's total. Days are those of UTC.
    """
    return days_of(purchase_lines(tables, owner, margin_rate, minor))


def purchase_lines(
    tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], margin_rate: float | None, minor: int
) -> ir.Table:
    """The order lines of buyers whose contribution is known.

    ``buyer_id``, ``day``, ``bought`` (it is no return), ``money`` (contribution, major units), ``source`` and
    ``source_row``.
    """
    lines = with_buyer(tables["order_line"], owner)
    return lines.select("buyer_id", "source", "source_row", day=lines.ordered_at.cast("date"),
                        bought=lines.quantity.fill_null(1.0) > 0,
                        money=margin(lines, margin_rate) / float(minor)).filter(_.money.notnull())


def days_of(lines: ir.Table) -> ir.Table:
    """Purchase lines by buyer and day, as `purchase_days` gives them."""
    return lines.group_by("buyer_id", "day").agg(total=_.money.sum(), bought=_.bought.any())


def histories(days: ir.Table, as_of: AsOf) -> ir.Table:
    """One row a buyer: ``x`` repeat purchase days, ``t_x`` and ``age`` in days, and its spend tally.

    References
    ----------
    Fader, Hardie & Lee (2005), "Counting your customers the easy way": x, t_x and T.
    """
    grouped = days.group_by("buyer_id").agg(
        purchases=_.bought.sum(), first=_.day.min(where=_.bought), last=_.day.max(where=_.bought),
        total=_.total.sum(), squares=(_.total * _.total).sum(where=_.bought),
    )
    known = grouped.filter(_.purchases > 0)
    end = ibis.date(as_of.day) if as_of.day else known.last.max()
    t_x = days_between(known.last, known.first)
    return known.select(
        "buyer_id", x=(_.purchases - 1).cast("float64"), t_x=t_x,
        age=ibis.greatest(days_between(end, known.first), t_x), total=_.total, squares=_.squares,
    )

"""What a ledger tells of each buyer: how often, how recently and for how much it bought, as of a date.

A ledger begins on some day, and what was bought before it can come back after it. A return therefore takes back at
most what its buyer was seen to buy by that day and has not returned yet; what goes beyond is not counted.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.features.adding import SQUARES, added, added_lines
from marketsofone.features.asof import AsOf
from marketsofone.features.buyers import with_buyer
from marketsofone.features.sales import bought, days_between, margin


def purchase_days(
    tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], margin_rate: float | None, minor: int
) -> ir.Table:
    """One row per buyer and day with a purchase: ``buyer_id``, ``day``, ``total`` (contribution).

    Returns lower the contribution of the day they were booked on; a day of nothing but returns is no
    purchase (``bought`` is false), yet its loss stays in the buyer's total. More than was seen to be bought cannot
    come back.
    """
    return days_of(purchase_lines(tables, owner, margin_rate, minor))


def purchase_lines(
    tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], margin_rate: float | None, minor: int
) -> ir.Table:
    """The order lines of buyers whose contribution is known.

    Returns
    -------
    Ibis table
        ``buyer_id``, ``day``, ``bought`` (it is no return), ``money`` (contribution that is counted, major units),
        ``beyond`` (share of the line that is not counted: it takes back more than was seen to be bought), ``source``
        and ``source_row``.
    """
    lines = with_buyer(tables["order_line"], owner)
    known = lines.select("buyer_id", "source", "source_row", day=lines.ordered_at.cast("date"),
                         bought=bought(lines), amount=lines.amount.cast("float64"),
                         money=margin(lines, margin_rate) / float(minor)).filter(_.money.notnull())
    joined = known.left_join(_beyond(known), ["buyer_id", "day"])
    beyond = ibis.cases((joined.amount < 0, joined.beyond.fill_null(0.0)), else_=0.0)
    return joined.select("buyer_id", "day", "bought", "source", "source_row", beyond=beyond,
                         money=joined.money - joined.money * beyond)


def _beyond(lines: ir.Table) -> ir.Table:
    """Days on which a buyer gave back more than it was seen to have: ``buyer_id``, ``day``, ``beyond``.

    ``beyond`` is the share of what the day gave back. What a buyer has is the amount bought less the amount given
    back, day after day, and never below zero; which product comes back makes no difference.
    """
    of_buyers = lines.semi_join(lines.filter(_.amount < 0), "buyer_id")
    days = of_buyers.group_by("buyer_id", "day").agg(net=_.amount.sum(), returned=-_.amount.sum(where=_.amount < 0))
    until = ibis.cumulative_window(group_by="buyer_id", order_by="day")
    days = days.mutate(had=_.net.sum().over(until))
    days = days.mutate(owed=ibis.greatest(-_.had.min().over(until), 0.0))
    before = _.owed.lag().over(group_by="buyer_id", order_by="day").fill_null(0.0)
    more = days.mutate(more=_.owed - before).filter(_.more > 0)
    return more.select("buyer_id", "day", beyond=_.more / _.returned)


def days_of(lines: ir.Table) -> ir.Table:
    """Purchase lines by buyer and day, as `purchase_days` gives them."""
    return lines.group_by("buyer_id", "day").agg(total=added_lines(_.money), bought=_.bought.any())


def histories(days: ir.Table, as_of: AsOf) -> ir.Table:
    """One row a buyer: ``x`` repeat purchase days, ``t_x`` and ``age`` in days, and its spend tally.

    References
    ----------
    Fader, Hardie & Lee (2005), "Counting your customers the easy way": x, t_x and T.
    """
    grouped = days.group_by("buyer_id").agg(
        purchases=_.bought.sum(), first=_.day.min(where=_.bought), last=_.day.max(where=_.bought),
        total=added(_.total), squares=added(_.total * _.total, SQUARES, where=_.bought),
    )
    known = grouped.filter(_.purchases > 0)
    end = ibis.date(as_of.day) if as_of.day else known.last.max()
    t_x = days_between(known.last, known.first)
    return known.select(
        "buyer_id", x=(_.purchases - 1).cast("float64"), t_x=t_x,
        age=ibis.greatest(days_between(end, known.first), t_x), total=_.total, squares=_.squares,
    )

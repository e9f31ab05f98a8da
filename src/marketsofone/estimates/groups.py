"""Tallies of two or more groups of buyers, criterion by criterion: all that a comparison of them needs.

A group is a set of rows ``buyer_id``, ``group``; a buyer may stand in several groups, and each of them
is tallied by itself.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis import _

SHARE_PARTS = ("buyers", "n", "s", "nn", "ns", "ss")
"""Sums over buyers with trials: their number, trials n, successes s, and n*n, n*s, s*s."""

AMOUNT_PARTS = ("buyers", "n", "g", "gg")
"""Sums over buyers with an amount: their number, trials n, and the transformed amount g and g*g."""

_NEAR_ZERO = 0.1


def profile(rows: ir.Table, column: str, groups: ir.Table) -> ir.Table:
    """Buyers of each group with each known value: ``group``, ``value``, ``buyers``. Runs nothing."""
    known = rows.filter(rows[column].notnull()).select("buyer_id", value=rows[column].cast("string"))
    return known.inner_join(groups, "buyer_id").group_by("group", "value").agg(buyers=_.count().cast("float64"))


def share_sums(tallies: ir.Table, groups: ir.Table) -> ir.Table:
    """One row a group: ``SHARE_PARTS`` of a score's buyer tallies. Runs nothing."""
    rows = tallies.filter(_.trials > 0).select("buyer_id", n=_.trials, s=_.total).inner_join(groups, "buyer_id")
    sums = (_.count().cast("float64"), _.n.sum(), _.s.sum(), (_.n * _.n).sum(), (_.n * _.s).sum(), (_.s * _.s).sum())
    return rows.group_by("group").agg(**dict(zip(SHARE_PARTS, sums, strict=True)))


def amount_sums(amounts: ir.Table, groups: ir.Table, unit: float) -> ir.Table:
    """One row a group: ``AMOUNT_PARTS`` of what buyers spend or are, on the scale ``asinh(amount / unit)``.

    Parameters
    ----------
    amounts : Ibis table
        ``buyer_id``, ``trials``, ``amount`` (the buyer's mean).
    unit : float
        From :func:`fetch_unit`. Nothing is run.
    """
    size = _.amount.abs() / unit
    g = _.amount.sign() * (size + (size * size + 1.0).sqrt()).ln()
    rows = amounts.select("buyer_id", n=_.trials, g=g).inner_join(groups, "buyer_id")
    sums = (_.count().cast("float64"), _.n.sum(), _.g.sum(), (_.g * _.g).sum())
    return rows.group_by("group").agg(**dict(zip(AMOUNT_PARTS, sums, strict=True)))


def mean_amounts(tallies: ir.Table) -> ir.Table:
    """A score's buyer tallies as the mean amount of each buyer: ``buyer_id``, ``trials``, ``amount``."""
    return tallies.filter(_.trials > 0).select("buyer_id", "trials", amount=_.total / _.trials)


def known_amounts(rows: ir.Table, column: str) -> ir.Table:
    """A number known of each buyer as an amount: ``buyer_id``, ``trials`` (one), ``amount``."""
    known = rows.filter(rows[column].notnull())
    return known.select("buyer_id", trials=ibis.literal(1.0), amount=known[column].cast("float64"))


def fetch_unit(amounts: ir.Table, buyers: ir.Table) -> float:
    """A tenth of the median size of an amount of these buyers: below it, amounts count as near zero.

    Of all buyers of a market it gives a group the same typical amount whatever it is compared with.
    """
    sizes = amounts.semi_join(buyers, "buyer_id").select(size=_.amount.abs()).filter(_.size > 0)
    middle = sizes.agg(middle=_["size"].median()).execute()["middle"][0]
    return _NEAR_ZERO * float(middle) if middle is not None and middle > 0 else 1.0


def fetch_rows(query: ir.Table) -> pd.DataFrame:
    """A tally of groups, in the same order every time."""
    return query.order_by([name for name in ("group", "value") if name in query.columns]).execute()

"""Tallies of two or more groups of buyers, criterion by criterion: all that a comparison of them needs.

A group is a set of rows ``buyer_id``, ``group``; a buyer may stand in several groups, and each of them
is tallied by itself. Buyers of one company are one witness: what moves it moves them all.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis import _

from marketsofone.estimates.candidates import company_of, counted
from marketsofone.features.adding import SHARES, added, averaged

SHARE_PARTS = ("buyers", "units", "trials", "n", "s", "nn", "ns", "ss", "alone")
"""Sums over buyers with trials: their number, that of their companies, and trials; and over companies of what counts
of these (`worth`): trials n, successes s, n*n, n*s, s*s, and what n*n would be if no two trials of a company were
alike."""

AMOUNT_PARTS = ("buyers", "units", "n", "g", "gg")
"""Sums over buyers with an amount: their number, that of their companies, trials n; and over companies the transformed
amount g, the mean of their buyers', and g*g."""

_NEAR_ZERO = 0.1


def profile(rows: ir.Table, column: str, groups: ir.Table) -> ir.Table:
    """Of each group and known value ``buyers`` who have it, and ``units``: their companies. Runs nothing.

    A company whose buyers have several values is a unit of each; ``companies`` counts it once in a group.
    """
    known = rows.filter(rows[column].notnull())
    known = known.select("buyer_id", value=known[column].cast("string"), whose=known[company_of(rows)])
    known = known.inner_join(groups, "buyer_id")
    units, companies = _.count(), _.count()
    if company_of(rows) != "buyer_id":
        first = ibis.row_number().over(group_by=["group", "whose"], order_by="buyer_id") == 0
        known, units, companies = known.mutate(first=first), _.whose.nunique(), _.first.sum()
    counts = {"buyers": _.count(), "units": units, "companies": companies}
    return known.group_by("group", "value").agg(**{name: count.cast("float64") for name, count in counts.items()})


def counted_shares(tallies: ir.Table, companies: ir.Table | None = None) -> ir.Table:
    """What counts of a score's buyer tallies: ``buyer_id``, ``trials``, and of these ``n``, ``s`` and ``alone``.

    Of all buyers of a market it gives a group the same share whatever it is compared with.
    """
    told = counted(tallies.filter(_.trials > 0), "told", companies)
    return told.rename(n="told_n", s="told_s", alone="told_alone")


def share_sums(counts: ir.Table, groups: ir.Table) -> ir.Table:
    """One row a group: ``SHARE_PARTS`` of what counts of a score's tallies. Runs nothing."""
    rows = counts.inner_join(groups, "buyer_id")
    rows = _of_companies(rows, {part: added(_[part], SHARES) for part in ("trials", "n", "s", "alone")})
    parts = (_.trials, _.n, _.s, _.n * _.n, _.n * _.s, _.s * _.s, _.alone)
    sums = (_.buyers.sum(), _.count().cast("float64"), *(added(of, SHARES) for of in parts))
    return rows.group_by("group").agg(**dict(zip(SHARE_PARTS, sums, strict=True)))


def amount_sums(amounts: ir.Table, groups: ir.Table, unit: float) -> ir.Table:
    """One row a group: ``AMOUNT_PARTS`` of what buyers spend or are, on the scale ``asinh(amount / unit)``.

    Parameters
    ----------
    amounts : Ibis table
        ``buyer_id``, ``trials``, ``amount`` (the buyer's mean), and its ``company`` where several share one.
    unit : float
        From :func:`fetch_unit`. Nothing is run.
    """
    size = _.amount.abs() / unit
    g = _.amount.sign() * (size + (size * size + 1.0).sqrt()).ln()
    kept = dict.fromkeys(["buyer_id", company_of(amounts)])
    rows = amounts.select(*kept, n=_.trials, g=g).inner_join(groups, "buyer_id")
    rows = _of_companies(rows, {"n": added(_.n, SHARES), "g": averaged(_.g)})
    sums = (_.buyers.sum(), _.count().cast("float64"), added(_.n, SHARES), added(_.g), added(_.g * _.g))
    return rows.group_by("group").agg(**dict(zip(AMOUNT_PARTS, sums, strict=True)))


def _of_companies(rows: ir.Table, sums: Mapping[str, ir.Value]) -> ir.Table:
    """Buyers of one company in one group as one, with how many ``buyers`` they are; as they are where each is one."""
    if company_of(rows) == "buyer_id":
        return rows.mutate(buyers=ibis.literal(1.0))
    return rows.group_by("group", "company").agg(buyers=_.count().cast("float64"), **sums)


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

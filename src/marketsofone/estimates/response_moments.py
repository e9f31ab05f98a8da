"""The estimating equations of response to effort, each one Ibis expression that comes back as one row of sums.

Rows are buyers in periods: ``buyer_id``, ``period``, ``cell`` (buyers alike in all that is known to drive effort),
``effort`` and ``outcome``. Each equation says which effort is compared with which; what it takes to be left to
chance is said there. ``pooling.response.slope`` turns the sums into an elasticity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.pooling.response import Moments

if TYPE_CHECKING:
    from collections.abc import Sequence


def bent(rows: ir.Table, bend: float) -> ir.Table:
    """The rows with effort bent by diminishing returns: ``bend * (1 - exp(-effort / bend))``; infinite: as it is."""
    if bend == float("inf"):
        return rows
    return rows.mutate(effort=bend * (1.0 - (-_.effort / bend).exp()))


def between(rows: ir.Table, groups: Sequence[str]) -> ir.Table:
    """Buyers of one group compared: what effort a buyer got beyond its group is taken as left to chance.

    Without groups this is the naive comparison of all with all.
    """
    group = ibis.window(group_by=list(groups)) if groups else ibis.window()
    rows = _means(rows, group).mutate(more=_.effort - _.mean_effort, rest=_.outcome - _.usual)
    if "own" in rows.columns:
        rows = rows.mutate(own_more=_.own - _.mean_own)
    return _by_buyer(_equation(rows))


def within(rows: ir.Table) -> ir.Table:
    """Each buyer compared with itself in other periods, what all of its cell did in a period taken off.

    What is left to chance is when, of its own periods, a buyer got more: anything that stays with a buyer, seen or
    not, is taken out.
    """
    of_cell, then = ibis.window(group_by="cell"), ibis.window(group_by=["cell", "period"])
    rows = _means(rows, ibis.window(group_by="buyer_id")).mutate(
        season=_.outcome.mean().over(then) / _.outcome.mean().over(of_cell).nullif(0.0),
        more=_.effort - _.mean_effort - (_.effort.mean().over(then) - _.effort.mean().over(of_cell)))
    rows = rows.mutate(rest=_.outcome - _.usual * _.season)
    if "own" in rows.columns:
        rows = rows.mutate(own_more=_.own - _.mean_own - (_.own.mean().over(then) - _.own.mean().over(of_cell)))
    return _by_buyer(_equation(rows))


def by_lot(rows: ir.Table) -> ir.Table:
    """Arms compared: effort differs by lot, so only what the lot moved is used (as the arms were drawn).

    The arm's mean effort is the instrument (two-stage least squares with one dummy an arm). A buyer counts with what
    is usual of it in a period, not with the sum of its periods: where one arm is seen in more of them than the other,
    sums would take for an effect what came in periods that were seen.

    Parameters
    ----------
    rows : Ibis table
        ``buyer_id``, ``arm``, ``effort``, ``outcome``: every buyer drawn in every period, with zeros where nothing
        happened.
    """
    drawn = rows.group_by("buyer_id", "arm").agg(effort=_.effort.mean(), outcome=_.outcome.mean())
    arm, every = ibis.window(group_by="arm"), ibis.window()
    drawn = _means(drawn, every).mutate(alike=_.count().over(arm), moved=_.effort.mean().over(arm) - _.mean_effort)
    return _by_buyer(drawn.mutate(a=_.moved * (_.outcome - _.usual),
                                  b=_.moved * _.usual * (_.effort - _.mean_effort) / _.mean_effort.nullif(0.0)))


def later(rows: ir.Table, periods: int) -> ir.Table:
    """Rows with the mean effort of later periods in place of their own, which stands beside as ``own``.

    For the negative control: later effort cannot reach back, so with a row's own effort held it tells of the outcome
    only where something unseen drives both (or where reps answer to the outcome, which is as bad). A buyer's last
    period has none and is left out.

    Parameters
    ----------
    periods : int
        How many later periods, at most.
    """
    ahead = ibis.window(group_by="buyer_id", order_by=ibis.desc("period"), following=(1, periods))
    return rows.mutate(own=_.effort, effort=_.effort.mean().over(ahead)).filter(_.effort.notnull())


def fetch_moments(sums: ir.Table) -> Moments:
    """The one row of sums over buyers, run in the engine."""
    known = sums.filter(_.a.notnull() & _.b.notnull())
    sums = {"a": _.a, "b": _.b, "aa": _.wide_a * _.wide_a, "ab": _.wide_a * _.wide_b, "bb": _.wide_b * _.wide_b,
            "trials": _.trials.cast("float64")}
    told = {name: of.sum().fill_null(0.0) for name, of in sums.items()}
    row = known.agg(**told, buyers=_.count().cast("float64")).execute().iloc[0]
    return Moments(**{name: float(row[name]) for name in (*sums, "buyers")})


def _means(rows: ir.Table, group: ibis.expr.builders.WindowBuilder) -> ir.Table:
    """What is usual in a row's group: outcome, effort, own effort where it is held, and how many rows are alike."""
    held = {"mean_own": _.own.mean().over(group)} if "own" in rows.columns else {}
    return rows.mutate(usual=_.outcome.mean().over(group), mean_effort=_.effort.mean().over(group),
                       alike=_.count().over(group), **held)


def _equation(rows: ir.Table) -> ir.Table:
    """``a`` and ``b`` of each row; where own effort is held, all that goes with it is taken out of both sides."""
    if "own" in rows.columns:
        every = ibis.window()
        held = _.own_more * _.usual / _.mean_own.nullif(0.0)
        rows = rows.mutate(held=held.fill_null(0.0))
        whole = (_.own_more * _.held).sum().over(every).nullif(0.0)
        rows = rows.mutate(rest=_.rest - (_.own_more * _.rest).sum().over(every) / whole * _.held,
                           more=_.more - (_.more * _.held).sum().over(every) / whole * _.own_more)
    return rows.mutate(a=_.more * _.rest, b=_.more * _.usual * _.more / _.mean_effort.nullif(0.0))


def _by_buyer(rows: ir.Table) -> ir.Table:
    """Sums a buyer; those for the error are widened, for a group's own mean lies nearer to its rows than the truth."""
    wide = (_.alike / (_.alike - 1.0).nullif(0.0)).sqrt()
    return rows.filter(_.alike > 1).group_by("buyer_id").agg(
        a=_.a.sum(), b=_.b.sum(), wide_a=(_.a * wide).sum(), wide_b=(_.b * wide).sum(), trials=_.count())

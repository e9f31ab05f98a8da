"""Every opportunity's own chance of being won, from what was known of it by the date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

from marketsofone.engine import hold
from marketsofone.estimates import REACH
from marketsofone.estimates.against import fit_against
from marketsofone.features.adding import added_shares
from marketsofone.features.meeting import rivals_met

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from marketsofone.estimates import Estimate
    from marketsofone.project.ground.gathered import Gathered


_TOLD = 0.02
"""A smaller step in log odds is not told: half a point at most."""


def wins(engine: Backend, gathered: Gathered, made: Estimate, expected: ir.Table | None) -> ir.Table:
    """``opportunity_id``, ``win``, ``win_low``, ``win_high`` and ``reasons`` of every opportunity.

    An opportunity departs from what is expected of it as its buyer does from what is expected of
    the buyer: in log odds, so that nothing leaves the range of a share. Who else is met moves it by what
    we win against them, less what the buyer's own record already holds of them. Its interval is the buyer's and
    the doubt about what whom it meets takes or gives, which come of different chances.

    Parameters
    ----------
    made : Estimate
        Of competitiveness.
    expected : Ibis table or None
        ``opportunity_id`` and ``expected``: the chance its own traits suggest, its own outcome left
        out; None expects of each what is expected of its buyer.
    """
    buyer = made.buyers.select("buyer_id", "value", "low", "high", "trials", "total", "prior", "borrowed",
                               buyer_expected=_.expected)
    rows = gathered.owner["opportunity"].select("opportunity_id", "buyer_id").inner_join(buyer, "buyer_id")
    if expected is None:
        rows = rows.mutate(expected=rows.buyer_expected)
    else:
        rows = rows.left_join(expected, "opportunity_id").drop("opportunity_id_right")
        rows = rows.mutate(expected=rows.expected.fill_null(rows.buyer_expected))
    rows = rows.mutate(own=_line(rows.expected) - _line(rows.buyer_expected))
    met = rivals_met(gathered.tables)
    rows = rows.mutate(against=ibis.literal(0.0), doubt=ibis.literal(0.0)) if met is None \
        else _with_rivals(engine, gathered, hold(engine, "foretold", rows), met)
    middle = _line(rows.value)
    moved = middle + rows.own + rows.against
    reach = {name: ((_line(rows[name]) - middle) ** 2 + REACH**2 * rows.doubt).sqrt() for name in ("low", "high")}
    rows = rows.mutate(win=_share(moved), win_low=_share(moved - reach["low"]), win_high=_share(moved + reach["high"]))
    return rows.select("opportunity_id", "win", "win_low", "win_high", reasons=_reason(rows))


def _with_rivals(engine: Backend, gathered: Gathered, rows: ir.Table, met: ir.Table) -> ir.Table:
    """``against``: how whom an opportunity meets moves its log odds beyond those its buyer was seen with; ``doubt``."""
    winning = gathered.shares["competitiveness"]
    outcome = gathered.tables["opportunity"].filter(winning.trials).select(
        "opportunity_id", won=winning.successes.cast("float64"))
    foretold = rows.select("opportunity_id", "buyer_id", expected=_share(_line(rows.prior) + rows.own))
    decided = foretold.inner_join(outcome, "opportunity_id")
    shifts = hold(engine, "against", fit_against(met, decided))
    joined = met.left_join(shifts, met.competitor_id.identical_to(shifts.competitor_id))
    each = joined.group_by("opportunity_id").agg(
        shift=added_shares(_.part * _["shift"]), doubt=added_shares(_.part**2 * _.doubt))
    seen = each.inner_join(decided, "opportunity_id").group_by("buyer_id").agg(
        usual=added_shares(_["shift"]) / _["shift"].count())
    rows = rows.left_join(each, "opportunity_id").drop("opportunity_id_right")
    rows = rows.left_join(seen, "buyer_id").drop("buyer_id_right")
    held = (ibis.literal(1.0) - rows.borrowed) * rows.usual.fill_null(0.0)
    return rows.mutate(against=rows["shift"].fill_null(0.0) - held, doubt=rows.doubt.fill_null(0.0))


def _line(share: ibis.Value) -> ibis.Value:
    inside = ibis.greatest(ibis.least(share, 1.0 - 1e-9), 1e-9)
    return (inside / (ibis.literal(1.0) - inside)).ln()


def _share(line: ibis.Value) -> ibis.Value:
    return ibis.literal(1.0) / (ibis.literal(1.0) + (-line).exp())


def _reason(rows: ir.Table) -> ibis.Value:
    buyer = "our chance with this buyer is " + _percent(rows.value)
    record = (
        " (" + rows.total.cast("int64").cast("string") + " of " + rows.trials.cast("int64").cast("string")
        + ibis.cases((rows.trials.round(0) == 1, " decided opportunity won)"), else_=" decided opportunities won)")
    )
    own = "; what is known of the opportunity itself suggests " + _percent(rows.expected)
    seen = ibis.cases((rows.trials > 0, record), else_="")
    met = "; whom else it considers brings that to " + _percent(_share(_line(rows.value) + rows.own + rows.against))
    return (buyer + seen + ibis.cases((rows.expected != rows.buyer_expected, own), else_="")
            + ibis.cases((rows.against.abs() > _TOLD, met), else_=""))


def _percent(share: ibis.Value) -> ibis.Value:
    return (share * 100.0).round(1).cast("string") + "%"

"""Every opportunity's own chance of being won, from what was known of it by the date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from marketsofone.estimates import Estimate
    from marketsofone.project.ground.gathered import Gathered


def wins(gathered: Gathered, made: Estimate, expected: ir.Table | None) -> ir.Table:
    """``opportunity_id``, ``win``, ``win_low``, ``win_high`` and ``reasons`` of every opportunity.

    An opportunity departs from what is expected of it as its buyer does from what is expected of
    the buyer: in log odds, so that nothing leaves the range of a share.

    Parameters
    ----------
    made : Estimate
        Of competitiveness.
    expected : Ibis table or None
        ``opportunity_id`` and ``expected``: the chance its own traits suggest, its own outcome left
        out; None expects of each what is expected of its buyer.
    """
    buyer = made.buyers.select("buyer_id", "value", "low", "high", "trials", "total", buyer_expected=_.expected)
    rows = gathered.owner["opportunity"].select("opportunity_id", "buyer_id").inner_join(buyer, "buyer_id")
    if expected is None:
        rows = rows.mutate(expected=rows.buyer_expected)
    else:
        rows = rows.left_join(expected, "opportunity_id").drop("opportunity_id_right")
        rows = rows.mutate(expected=rows.expected.fill_null(rows.buyer_expected))
    shift = _line(rows.expected) - _line(rows.buyer_expected)
    rows = rows.mutate(**{name: _share(_line(rows[of]) + shift)
                          for name, of in (("win", "value"), ("win_low", "low"), ("win_high", "high"))})
    return rows.select("opportunity_id", "win", "win_low", "win_high", reasons=_reason(rows))


def _line(share: ibis.Value) -> ibis.Value:
    inside = ibis.greatest(ibis.least(share, 1.0 - 1e-9), 1e-9)
    return (inside / (ibis.literal(1.0) - inside)).ln()


def _share(line: ibis.Value) -> ibis.Value:
    return ibis.literal(1.0) / (ibis.literal(1.0) + (-line).exp())


def _reason(rows: ir.Table) -> ibis.Value:
    buyer = "we win this buyer " + _percent(rows.value)
    record = (
        " (" + rows.total.cast("int64").cast("string") + " of " + rows.trials.cast("int64").cast("string")
        + " decided opportunities won)"
    )
    own = "; what is known of the opportunity itself suggests " + _percent(rows.expected)
    seen = ibis.cases((rows.trials > 0, record), else_="")
    return buyer + seen + ibis.cases((rows.expected != rows.buyer_expected, own), else_="")


def _percent(share: ibis.Value) -> ibis.Value:
    return (share * 100.0).round(1).cast("string") + "%"

"""A curve from selling hours to expected contribution for every buyer: ``ceiling``, ``scale``, ``shape``, ``status``.

``value(h) = ceiling * (1 - (1 + h / (shape * scale)) ** -shape)``, major units over the horizon; ``shape`` infinite
is ``ceiling * (1 - exp(-h / scale))``. It is what hours *add*: what comes without any is not in it.

A prospect's curve follows from its scores: each approach is a trial with the chance that the buyer lets us in and
that we then win, known as well as the scores are. That further approaches are trials of the same chance is an
assumption; the record of touches corrects it where it can tell. A customer's curve has no such backing: it comes
from the record, or from a stated judgement, or no hour is credited.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import mul
from typing import TYPE_CHECKING

import ibis
import numpy as np
from ibis import _

from marketsofone.pooling.response_curve import NEWTON_STEPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from marketsofone.estimates.response import ResponseFit

INDEPENDENT_ERROR = 0.5
"""How far (standard deviation) repeated approaches may be from independent trials before the record speaks."""

UNSEEN_BEND = 8.0
"""Where no bend is seen, returns are taken to diminish at so many times the mean effort: none is seen beyond."""

NO_HOURS_CREDITED = "cannot tell yet"
"""Status of a customer of whom neither the record nor a person says what an hour does."""

_MOST_CHANCE, _LEAST_CHANCE = 0.99, 1e-9


@dataclass(frozen=True, slots=True)
class Clock:
    """What turns touches in a period into hours over the horizon.

    Parameters
    ----------
    approach_hours : float
        Selling hours a touch takes.
    horizon_days, period_days : float
        Over which contribution is counted, and the period that effort was measured in.
    """

    approach_hours: float
    horizon_days: float
    period_days: float

    @property
    def hours(self) -> float:
        """Hours over the horizon that one touch in each period is."""
        return self.approach_hours * self.horizon_days / self.period_days


def multiplier(fit: ResponseFit) -> float:
    """How many independent trials an approach is worth: 1 by assumption, corrected by the record.

    The assumption and the record are weighed by their precision; where the record cannot tell, it is 1.
    """
    if fit.elasticity is None:
        return 1.0
    assumed, seen = INDEPENDENT_ERROR**-2, max(fit.slope.error, 1e-9) ** -2
    return max((assumed + seen * fit.elasticity) / (assumed + seen), 0.0)


def approaches_doubt(fit: ResponseFit) -> float:
    """How far (standard deviation, as a share of what is expected) approaches may do more or less than expected."""
    seen = 0.0 if fit.elasticity is None else max(fit.slope.error, 1e-9) ** -2
    by = multiplier(fit)
    return float((INDEPENDENT_ERROR**-2 + seen) ** -0.5) / by if by > 0 else 0.0


def response_doubt(fit: ResponseFit) -> float:
    """The same of one customer's hours: what is not known of the response of all, and how far customers may differ."""
    if fit.elasticity is None or fit.elasticity <= 0:
        return float("inf")
    return float(np.hypot(fit.slope.error / fit.elasticity, INDEPENDENT_ERROR))


def prospect_curves(rows: ir.Table, scores: Sequence[str], fit: ResponseFit, approach_hours: float,
                    opened: float = 1.0) -> ir.Table:
    """Curves of buyers not yet won. Runs nothing.

    ``status`` is that of the fit: ``not identified`` says that the curve rests on the scores and the assumption alone.

    Parameters
    ----------
    rows : Ibis table
        ``buyer_id``, ``attractiveness`` (net of the cost to serve), and ``<score>``, ``<score>_variance`` of those
        of pull and competitiveness that are in ``scores``.
    scores : sequence of str
        The scores with evidence.
    opened : float
        Opportunities that come of an answer, where pull counts answers.
    """
    chances = [score for score in scores if score != "attractiveness"]
    by = multiplier(fit) * opened
    mean = reduce(mul, [rows[score].cast("float64") for score in chances])
    square = reduce(mul, [rows[s].cast("float64") * rows[s] + rows[f"{s}_variance"] for s in chances])
    chance = ibis.least(ibis.greatest(mean * by, _LEAST_CHANCE), _MOST_CHANCE)
    spread = ibis.greatest((square / (mean * mean).nullif(0.0) - 1.0) * chance * chance, 0.0).fill_null(0.0)
    known = rows.mutate(chance=chance, spread=spread)
    ceiling = known.attractiveness.cast("float64") if by > 0 else ibis.literal(0.0)
    found = _matched(known.mutate(ceiling=ceiling))
    return found.select("buyer_id", "ceiling", scale=_.scale * approach_hours, shape=_.shape,
                        status=ibis.literal(fit.status))


def customer_curves(rows: ir.Table, fit: ResponseFit, clock: Clock) -> ir.Table:
    """Curves of buyers already won: what hours add to what would come without any. Runs nothing.

    Where the response is not identified no hour is credited: ``ceiling`` 0, status ``cannot tell yet``. What the
    buyer brings anyway stays as it is; a judgement may be pooled in (`estimates.judged`).

    Parameters
    ----------
    rows : Ibis table
        ``buyer_id``, ``base`` (contribution expected over the horizon, major units), ``touches`` (its own effort:
        mean touches in a period) and ``borrowed`` (share of ``base`` that comes from others, 0 to 1). What comes from
        others was brought at the usual effort, the rest at its own; so a buyer called more than usual brings less
        by itself, as far as its own record carries what is expected of it, and no further.
    """
    due = 0.0 if fit.elasticity is None else min(max(fit.elasticity, 0.0), 1.0)
    if due == 0.0 or not fit.mean_effort > 0:
        status = NO_HOURS_CREDITED if fit.elasticity is None else fit.status
        return rows.select("buyer_id", ceiling=ibis.literal(0.0), scale=ibis.literal(clock.hours),
                           shape=ibis.literal(float("inf")), status=ibis.literal(status))
    bend = fit.bend if np.isfinite(fit.bend) else UNSEEN_BEND * fit.mean_effort
    usual = bend * -np.expm1(-fit.mean_effort / bend)
    now = bend * (1.0 - (-rows.touches.cast("float64") / bend).exp())
    own = 1.0 - due + due * now / usual
    borrowed = ibis.greatest(rows.borrowed.cast("float64"), _LEAST_CHANCE)
    at_usual = rows.base.cast("float64") / (borrowed + (1.0 - borrowed) * own)
    return rows.select("buyer_id", ceiling=ibis.greatest(at_usual * (due * bend / usual), 0.0),
                       scale=ibis.literal(float(bend * clock.hours)), shape=ibis.literal(float("inf")),
                       status=ibis.literal(fit.status))


def buyers_curves(prospects: ir.Table, customers: ir.Table | None, scores: Sequence[str], fit: ResponseFit,
                  customer_fit: ResponseFit | None, clock: Clock, opened: float = 1.0) -> ir.Table:
    """The curve of every buyer: ``buyer_id``, ``ceiling``, ``scale`` (hours), ``shape``, ``status``. Runs nothing.

    Parameters
    ----------
    prospects : Ibis table
        As ``prospect_curves`` takes them.
    customers : Ibis table, optional
        As ``customer_curves`` takes them; absent where nobody is won yet.
    fit : ResponseFit
        Of getting in or winning to approaches.
    customer_fit : ResponseFit, optional
        Of customers' contribution to touches; absent: nothing is known of it.
    opened : float
        As ``prospect_curves`` takes it.
    """
    found = prospect_curves(prospects, scores, fit, clock.approach_hours, opened)
    if customers is None:
        return found
    return found.union(customer_curves(customers, customer_fit, clock) if customer_fit is not None
                       else _uncredited(customers, clock))


def _uncredited(rows: ir.Table, clock: Clock) -> ir.Table:
    return rows.select("buyer_id", ceiling=ibis.literal(0.0), scale=ibis.literal(clock.hours),
                       shape=ibis.literal(float("inf")), status=ibis.literal(NO_HOURS_CREDITED))


def _matched(rows: ir.Table) -> ir.Table:
    """``scale`` in trials and ``shape``, from ``chance`` and its variance ``spread``: `pooling.response_curve.matched`.

    Written out as an expression, for there is one row a buyer.
    """
    first = -(1.0 - _.chance).ln()
    both = -((1.0 - _.chance) * (1.0 - _.chance) + _.spread).ln()
    rows = rows.mutate(first=first).mutate(ratio=ibis.least(ibis.greatest(both / _.first, 1.08), 2.0))
    rows = rows.mutate(plain=_.ratio > 2.0 - 1e-6, ratio=ibis.least(_.ratio, 2.0 - 1e-6))
    rows = rows.mutate(u=0.72 * ((float(np.log(2.0)) / (_.ratio - 1.0)).exp() - 2.0))
    for _step in range(NEWTON_STEPS):
        rows = rows.mutate(u=_.u - ((1.0 + 2.0 * _.u).ln() - _.ratio * (1.0 + _.u).ln())
                           / (2.0 / (1.0 + 2.0 * _.u) - _.ratio / (1.0 + _.u)))
    rows = rows.mutate(raw=_.first / (1.0 + _.u).ln())
    return rows.mutate(
        scale=ibis.cases((_.plain, 1.0 / _.first), else_=1.0 / (_.raw * _.u)),
        shape=ibis.cases((_.plain, ibis.literal(float("inf"))), else_=_.raw))

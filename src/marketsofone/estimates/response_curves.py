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
import pandas as pd
from ibis import _

from marketsofone.errors import MarketError, ValuesInvalid
from marketsofone.pooling.response_curve import NEWTON_STEPS, judged_curve

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

JUDGED = "judged"
"""Status of a curve in which a person's word weighs more than the record."""

_COLUMNS = ("buyer_id", "ceiling", "scale", "shape", "status")
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


def prospect_curves(rows: ir.Table, scores: Sequence[str], fit: ResponseFit, approach_hours: float) -> ir.Table:
    """Curves of buyers not yet won. Runs nothing.

    ``status`` is that of the fit: ``not identified`` says that the curve rests on the scores and the assumption alone.

    Parameters
    ----------
    rows : Ibis table
        ``buyer_id``, ``attractiveness`` (net of the cost to serve), and ``<score>``, ``<score>_variance`` of those
        of pull and competitiveness that are in ``scores``.
    scores : sequence of str
        The scores with evidence.
    """
    chances = [score for score in scores if score != "attractiveness"]
    by = multiplier(fit)
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
    buyer brings anyway stays as it is; a judgement may be pooled in (``with_judgements``).

    Parameters
    ----------
    rows : Ibis table
        ``buyer_id``, ``base`` (contribution expected over the horizon at the present effort, major units) and
        ``touches`` (its present effort: mean touches in a period).
    """
    due = 0.0 if fit.elasticity is None else min(max(fit.elasticity, 0.0), 1.0)
    if due == 0.0 or not fit.mean_effort > 0:
        status = NO_HOURS_CREDITED if fit.elasticity is None else fit.status
        return rows.select("buyer_id", ceiling=ibis.literal(0.0), scale=ibis.literal(clock.hours),
                           shape=ibis.literal(float("inf")), status=ibis.literal(status))
    bend = fit.bend if np.isfinite(fit.bend) else UNSEEN_BEND * fit.mean_effort
    usual = bend * -np.expm1(-fit.mean_effort / bend)
    now = bend * (1.0 - (-rows.touches.cast("float64") / bend).exp())
    without = rows.base.cast("float64") / ibis.greatest(1.0 - due + due * now / usual, _LEAST_CHANCE) * due
    return rows.select("buyer_id", ceiling=ibis.greatest(ibis.least(without * bend / usual, _most(rows)), 0.0),
                       scale=ibis.literal(float(bend * clock.hours)), shape=ibis.literal(float("inf")),
                       status=ibis.literal(fit.status))


def judged_curves(said: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The curves people's points stand for, and a sentence on each that could not be taken.

    Parameters
    ----------
    said : DataFrame
        ``about``, ``about_id``, ``hours``, ``none``, ``half``, ``now``, ``more``, ``most``, ``sure``.

    Returns
    -------
    DataFrame
        The same rows with ``ceiling``, ``scale``, ``shape``, ``misfit`` in place of the points.
    """
    kept, problems = [], []
    for row in said.itertuples(index=False):
        try:
            found = judged_curve(row.hours, row.none, row.half, row.now, row.more, row.most)
            if not row.sure > 0:
                raise ValuesInvalid("A judgement is worth some trials.", f"sure = {row.sure:g}.", "State more than 0.")
        except MarketError as problem:
            problems.append(f"{problem.wanted} {problem.found}")
            continue
        kept.append({"about": row.about, "about_id": row.about_id, "sure": float(row.sure),
                     "ceiling": found.curve.ceiling, "scale": found.curve.scale, "shape": found.curve.shape,
                     "misfit": found.misfit})
    columns = ("about", "about_id", "sure", "ceiling", "scale", "shape", "misfit")
    return pd.DataFrame(kept, columns=list(columns)), tuple(problems)


def with_judgements(curves: ir.Table, judged: ir.Table, trials: ir.Table | None = None) -> ir.Table:
    """Curves with people's judgements pooled in, each weighed by trials: the record outgrows a judgement.

    Ceilings and slopes at zero are pooled in proportion to what each is worth: ``sure`` trials for the judgement,
    its own periods on record for the buyer's curve. Where the record does not identify the response its periods
    are worth nothing, and the judgement stands alone. Several judgements on one buyer are pooled first.

    Parameters
    ----------
    curves : Ibis table
        ``buyer_id``, ``ceiling``, ``scale``, ``shape``, ``status``.
    judged : Ibis table
        ``buyer_id``, ``sure``, ``ceiling``, ``scale``, ``shape``: one row a judgement and buyer it speaks of.
    trials : Ibis table, optional
        ``buyer_id``, ``trials``: periods of each buyer behind its curve.
    """
    told = judged.group_by("buyer_id").agg(
        sure=_.sure.sum(), told_ceiling=(_.sure * _.ceiling).sum() / _.sure.sum(),
        told_slope=(_.sure * _.ceiling / _.scale).sum() / _.sure.sum(),
        told_thin=(_.sure / _.shape).sum() / _.sure.sum())
    rows = curves.left_join(told, "buyer_id").drop("buyer_id_right")
    seen = ibis.literal(0.0)
    if trials is not None:
        rows = rows.left_join(trials.select("buyer_id", "trials"), "buyer_id").drop("buyer_id_right")
        tells = rows.status.isin(["randomised", "adjusted"])
        seen = ibis.cases((tells, rows.trials.fill_null(0).cast("float64")), else_=0.0)
    share = (rows.sure / (rows.sure + seen)).fill_null(0.0)
    rows = rows.mutate(share=share)
    ceiling = _mixed(rows.ceiling, rows.told_ceiling, rows.share)
    slope = _mixed(rows.ceiling / rows.scale, rows.told_slope, rows.share)
    thin = _mixed(1.0 / rows.shape, rows.told_thin, rows.share)
    moved = rows.share > 0
    return rows.select(
        "buyer_id", ceiling=ceiling,
        scale=ibis.cases((moved & (slope > 0), ceiling / slope), else_=rows.scale),
        shape=ibis.cases((moved & (thin > 0), 1.0 / thin), (moved, float("inf")), else_=rows.shape),
        status=ibis.cases((rows.share > 0.5, JUDGED), else_=rows.status))


def buyers_curves(
    prospects: ir.Table, customers: ir.Table | None, scores: Sequence[str], fit: ResponseFit,
    customer_fit: ResponseFit | None, clock: Clock, judged: ir.Table | None = None, trials: ir.Table | None = None,
) -> ir.Table:
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
    judged, trials : Ibis table, optional
        As ``with_judgements`` takes them.
    """
    found = prospect_curves(prospects, scores, fit, clock.approach_hours)
    if customers is not None:
        of_customers = (customer_curves(customers, customer_fit, clock) if customer_fit is not None
                        else _uncredited(customers, clock))
        found = found.union(of_customers)
    return found if judged is None else with_judgements(found, judged, trials)


def _uncredited(rows: ir.Table, clock: Clock) -> ir.Table:
    return rows.select("buyer_id", ceiling=ibis.literal(0.0), scale=ibis.literal(clock.hours),
                       shape=ibis.literal(float("inf")), status=ibis.literal(NO_HOURS_CREDITED))


def _mixed(record: ibis.Value, told: ibis.Value, share: ibis.Value) -> ibis.Value:
    return ibis.cases((share > 0, (1.0 - share) * record + share * told), else_=record)


def _most(rows: ir.Table) -> ibis.Value:
    """No hours add more than a thousand times what a buyer brings now: a guard where present effort is near none."""
    return rows.base.cast("float64") * 1000.0


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

"""What an hour is worth: the three scores together, as expected contribution per selling hour.

The scores come from different steps, so given the stratum they are taken as independent: the mean
of their product is the product of their means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import mul

import ibis
import ibis.expr.types as ir
from scipy import special


@dataclass(frozen=True, slots=True)
class Hour:
    """What an approach takes and costs.

    Parameters
    ----------
    approach_hours : float
        Selling hours an approach takes.
    hour_cost : float
        Of one selling hour, major units.
    serve_cost : float
        To serve a buyer over the horizon, major units: taken off attractiveness.
    """

    approach_hours: float
    hour_cost: float
    serve_cost: float = 0.0


def with_hour_value(rows: ir.Table, scores: Sequence[str], hour: Hour, probability: float) -> ir.Table:
    """Rows with ``worth`` (product of the scores there are) and ``value_per_hour`` with its interval.

    Parameters
    ----------
    rows : Ibis table
        ``<score>`` and ``<score>_variance`` for each of ``scores``.
    scores : sequence of str
        The scores with evidence; without ``attractiveness`` there is no money and the value is null.
    """
    means = [rows[score].cast("float64") for score in scores]
    variances = [rows[f"{score}_variance"].cast("float64") for score in scores]
    worth = reduce(mul, means)
    second = reduce(mul, [m * m + v for m, v in zip(means, variances, strict=True)])
    rows = rows.mutate(worth=worth, worth_variance=ibis.greatest(second - worth * worth, 0.0))
    if "attractiveness" not in scores:
        nothing = ibis.null("float64")
        return rows.mutate(value_per_hour=nothing, value_per_hour_low=nothing, value_per_hour_high=nothing)
    low, high = _interval(rows.worth, rows.worth_variance, probability)
    return rows.mutate(
        value_per_hour=_per_hour(rows.worth, hour),
        value_per_hour_low=_per_hour(low, hour),
        value_per_hour_high=_per_hour(high, hour),
    )


def _per_hour(worth: ibis.Value, hour: Hour) -> ibis.Value:
    return worth / hour.approach_hours - hour.hour_cost


def _interval(mean: ibis.Value, variance: ibis.Value, probability: float) -> tuple[ibis.Value, ibis.Value]:
    """Lognormal where the mean is above zero, normal where serving costs eat it up."""
    z = float(special.ndtri(0.5 + probability / 2))
    square = mean * mean
    spread = (variance / square.nullif(0.0) + 1.0).ln().sqrt()
    middle = ibis.greatest(mean, 1e-12).ln() - spread * spread / 2.0
    plain = variance.sqrt() * z
    low = ibis.cases((mean > 0, (middle - spread * z).exp()), else_=mean - plain)
    high = ibis.cases((mean > 0, (middle + spread * z).exp()), else_=mean + plain)
    return low, high

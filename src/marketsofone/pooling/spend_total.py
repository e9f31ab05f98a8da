"""What a buyer may spend in all over a horizon: purchases times spend, with an interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from marketsofone.errors import ValuesInvalid
from marketsofone.pooling.repeat_ascent import Floats
from marketsofone.pooling.repeat_purchases import Spread
from marketsofone.pooling.spend import SpendModel, expected_spend, spend_variance


@dataclass(frozen=True, slots=True, eq=False)
class Total:
    """Spend in all, one of each per buyer, in the spend model's unit of money."""

    mean: Floats
    low: Floats
    high: Floats


def total_spend(purchases: Spread, model: SpendModel, x: npt.ArrayLike, mean: npt.ArrayLike,
                probability: float = 0.90) -> Total:
    """Expected total spend of each buyer, and the interval that holds it with that probability.

    Mean, variance and the chance of nothing at all are exact for the two models; between them the
    total is taken as gamma-distributed where it is not nothing. Against simulated futures of buyers
    with up to 15 repeat purchases, 3% to 6% ended above a 90% interval (5% promised). For those with
    dozens, who may leave soon or buy on for long, the lower end is too high: up to 18% ended below it.
    The uncertainty of the models' own parameters is not in the interval.

    Parameters
    ----------
    purchases : Spread
        From ``purchase_spread``.
    model : SpendModel
    x, mean : array_like, shape (buyers,)
        As in ``SpendCells``; ``x`` may be 0.
    probability : float
        Strictly between 0 and 1.

    Returns
    -------
    Total
        ``high`` is infinite where the tail of spend is too heavy for a variance.

    Raises
    ------
    ValuesInvalid
        The probability is not strictly between 0 and 1.
    """
    if not 0.0 < probability < 1.0:
        raise ValuesInvalid("An interval needs a probability strictly between 0 and 1.", f"{probability}")
    each, (between, within) = expected_spend(model, x, mean), spend_variance(model, x, mean)
    expected = purchases.mean * each
    with np.errstate(invalid="ignore"):
        square = (purchases.variance + purchases.mean**2) * (each**2 + between) + purchases.mean * within
    low, high = (_quantile(tail, expected, square, purchases.none)
                 for tail in ((1.0 - probability) / 2.0, (1.0 + probability) / 2.0))
    return Total(expected, low, high)


def _quantile(tail: float, mean: Floats, square: Floats, none: Floats) -> Floats:
    """Quantile of an amount that is 0 with chance ``none`` and gamma-distributed otherwise."""
    some = 1.0 - none
    at = (tail - none) / np.maximum(some, np.finfo(float).tiny)
    positive, finite = (at > 0.0) & (mean > 0.0), np.isfinite(square)
    amount = np.where(positive & ~finite, np.inf, 0.0)
    rows = positive & finite
    mean_if_some, square_if_some = mean[rows] / some[rows], square[rows] / some[rows]
    variance = np.maximum(square_if_some - mean_if_some**2, 1e-12 * square_if_some)
    amount[rows] = gammaincinv(mean_if_some**2 / variance, at[rows]) * variance / mean_if_some
    return amount

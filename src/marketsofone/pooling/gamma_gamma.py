"""How far what buyers spend each time differs between them and from time to time: the gamma-gamma model.

A buyer's purchases are gamma-distributed around a mean of its own, and such means are inverse-gamma-distributed
over buyers. What one purchase says of the next is then linear in it, as everywhere in this room.

References
----------
Fader, Hardie & Lee (2005), "RFM and CLV: using iso-value curves for customer base analysis", *Journal of
Marketing Research* 42.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from marketsofone.pooling.family import Amount

Floats = NDArray[np.float64]

LEAST, MOST = 0.05, 50.0
_ENOUGH = 10


def fit_repeated(rows: Floats, trials: Floats, total: Floats, squares: Floats) -> Amount | None:
    """The family of what buyers spend each time: how far it differs from time to time, around a buyer's own mean.

    Shares of a buyer's total do not depend on the buyer's mean if amounts are gamma-distributed: they are Dirichlet.
    Each buyer therefore tells as much whatever it spends, and one huge order does not speak for all.

    Parameters
    ----------
    rows, trials, total, squares : float array, shape (buyers,)
        As in ``fit_curvature``. Buyers whose returns leave nothing of their total say nothing.

    Returns
    -------
    Amount or None
        None where fewer than ten purchases followed another of their buyer: too few to tell.

    Examples
    --------
    Ten buyers of two purchases, of which one is twice the other.

    >>> two = np.full(10, 2.0)
    >>> round(fit_repeated(two, two, np.full(10, 30.0), np.full(10, 500.0)).curvature, 6)
    0.25
    """
    told = (rows >= 2) & (total > 0)
    k, n = rows[told], trials[told]
    if np.sum(k - 1.0) < _ENOUGH:
        return None
    uneven = float(np.sum(np.minimum(n * squares[told] / total[told] ** 2, k) - 1.0))
    return Amount(_within(uneven, k, n), repeated=True)


def _within(uneven: float, k: Floats, n: Floats) -> float:
    """The curvature at which shares are as uneven as they are seen to be."""

    def short(curvature: float) -> float:
        return uneven - float(np.sum(curvature * (k - 1.0) / (n + curvature)))

    if short(LEAST) <= 0.0:
        return LEAST
    return MOST if short(MOST) >= 0.0 else float(optimize.brentq(short, LEAST, MOST))


def log_likelihoods(
    sizes: Floats, curvature: float, trials: Floats, total: Floats, mean: Floats, buyers: Floats
) -> Floats:
    """Log-likelihood of the totals of all buyers at each prior size, shape (sizes,), up to a constant.

    Parameters
    ----------
    sizes : float array, shape (sizes,)
        In trials; above ``curvature``, from where on the means of buyers have a variance.
    trials, total, mean, buyers : float array, shape (cells,)
        The tally of one buyer of a cell, the mean expected of it, and how many buyers have that tally.
        Those whose total or mean is not above zero say nothing.
    """
    told = (trials > 0) & (total > 0) & (mean > 0)
    n, s, m, w = (part[told] for part in (trials, total, mean, buyers))
    times, place = np.unique(n, return_inverse=True)
    people = np.bincount(place, w, len(times)).astype(np.float64)
    scale = float(np.sum(w * np.log(m)))
    return np.array([_height(size / curvature, curvature, (times, people), (n, s, m, w), scale) for size in sizes])


def _height(
    prior: float, curvature: float, counted: tuple[Floats, Floats], cells: tuple[Floats, ...], scale: float
) -> float:
    """At one prior size over curvature; ``scale`` is the sum of the logarithms of all means."""
    (times, people), (n, s, m, w) = counted, cells
    shape = prior + 1.0
    ways = special.gammaln(times / curvature + shape) - special.gammaln(shape) + shape * np.log(prior)
    spent = (n / curvature + shape) * np.log(m * prior + s / curvature)
    return float(np.sum(people * ways) + shape * scale - np.sum(w * spent))

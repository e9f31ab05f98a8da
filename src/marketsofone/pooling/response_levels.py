"""How much each buyer brings in a period, from its own counts so far: a level that drifts, and what it foretells.

The level of a buyer is gamma distributed around its group's; each period it is seen anew, and between periods
knowledge of it fades towards the group, so that old periods count less and forecasts further ahead are wider.
Effort multiplies the level by a known ``response``. Everything has closed form. Plain numbers only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Levels:
    """What is known of each buyer's level after the last period seen.

    Parameters
    ----------
    a, b : float array, shape (buyers,)
        Shape and rate of its gamma distribution.
    group_a, group_b : float array, shape (buyers,)
        Those of its group, to which knowledge fades.
    keep : float
        Share of what is known that is kept from one period to the next, from 0 to 1.
    """

    a: Floats
    b: Floats
    group_a: Floats
    group_b: Floats
    keep: float

    def log_chance(self, counts: Floats, response: Floats) -> Floats:
        """Log chance of each count in the periods that follow, shape (buyers, periods), each on its own.

        ``response`` multiplies the level in that period; the first column is the first period ahead.
        """
        found = np.empty(counts.shape)
        for ahead in range(counts.shape[1]):
            kept = self.keep ** (ahead + 1)
            a, b = kept * self.a + (1 - kept) * self.group_a, kept * self.b + (1 - kept) * self.group_b
            found[:, ahead] = _log_negative_binomial(counts[:, ahead], a, b, response[:, ahead])
        return found

    @property
    def mean(self) -> Floats:
        """The level expected of each buyer, shape (buyers,)."""
        return self.a / self.b


def fit_levels(counts: Floats, response: Floats, group: Ints) -> Levels:
    """Levels of buyers seen in the same periods.

    Maximises the likelihood of each period's counts given those before it (a product of negative binomials) over
    the size of the group's distribution and the share of knowledge kept.

    Parameters
    ----------
    counts, response : float array, shape (buyers, periods)
        Oldest period first; what effort multiplies the level by.
    group : int array, shape (buyers,)
        Buyers of one group share a mean.

    References
    ----------
    Harvey & Fernandes (1989), Time series models for count or qualitative observations; Smith & Miller (1986),
    A non-Gaussian state space model.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> level = rng.gamma(2.0, 2.0, size=400)
    >>> seen = rng.poisson(level[:, None], size=(400, 12)).astype(float)
    >>> found = fit_levels(seen, np.ones_like(seen), np.zeros(400, dtype=np.int64))
    >>> found.keep > 0.98, bool(abs(np.corrcoef(found.mean, level)[0, 1]) > 0.95)
    (True, True)
    """
    mean = np.bincount(group, counts.sum(axis=1)) / np.maximum(np.bincount(group, response.sum(axis=1)), 1e-12)
    start = np.maximum(mean, 1e-9)[group]

    def misfit(place: Floats) -> float:
        return -_filtered(counts, response, start, *_from(place))[0]

    found = optimize.minimize(misfit, np.array([0.0, 2.0]), method="Nelder-Mead",
                              options={"xatol": 1e-3, "fatol": 1e-3, "maxiter": 200})
    size, keep = _from(found.x)
    _, a, b = _filtered(counts, response, start, size, keep)
    return Levels(a, b, np.full(len(a), size), size / start, keep)


def _from(place: Floats) -> tuple[float, float]:
    return float(np.exp(np.clip(place[0], -6, 6))), float(special.expit(place[1]))


def _filtered(counts: Floats, response: Floats, mean: Floats, size: float, keep: float) -> tuple[float, Floats, Floats]:
    """Log likelihood of the counts in their order, and what is known after the last of them."""
    group_a, group_b = np.full(len(mean), size), size / mean
    a, b, total = group_a, group_b, 0.0
    for period in range(counts.shape[1]):
        if period:
            a, b = keep * a + (1 - keep) * group_a, keep * b + (1 - keep) * group_b
        total += float(_log_negative_binomial(counts[:, period], a, b, response[:, period]).sum())
        a, b = a + counts[:, period], b + response[:, period]
    return total, a, b


def _log_negative_binomial(count: Floats, a: Floats, b: Floats, response: Floats) -> Floats:
    share = response / (b + response)
    return np.asarray(special.gammaln(a + count) - special.gammaln(a) - special.gammaln(count + 1)
                      + a * np.log1p(-share) + special.xlogy(count, share))

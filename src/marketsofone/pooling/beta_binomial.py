"""How likely tallies of successes are where buyers of one stratum differ: the beta-binomial, counted first.

Ratios of gamma functions at whole counts are products, so that their logarithms are sums over steps, and
buyers who take the same step are counted once: a market of a million buyers takes a few thousand steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COUNTED = 64
"""Trials up to which a tally is counted by its steps."""


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Distinct steps of a rising product: from ``size`` times ``share``, ``up`` steps of one above it.

    Parameters
    ----------
    share, up, buyers : float array, shape (steps,)
        ``buyers`` of them take the step.
    """

    share: Floats
    up: Floats
    buyers: Floats

    def height(self, size: float) -> float:
        """Logarithm of the product over all buyers."""
        return float(np.sum(self.buyers * np.log(size * self.share + self.up)))


def rising(share: Floats, place: Ints, count: Ints, buyers: Floats) -> Steps:
    """The steps of gamma(size share + count) / gamma(size share), over all buyers.

    Parameters
    ----------
    share : float array, shape (shares,)
    place : int array, shape (cells,)
        Which share a cell starts from.
    count : int array, shape (cells,)
        Steps that each of its buyers takes.
    buyers : float array, shape (cells,)

    Examples
    --------
    Two buyers from one share: both take the first step, one the second.

    >>> rising(np.array([0.5]), np.array([0, 0]), np.array([1, 2]), np.ones(2)).buyers.tolist()
    [2.0, 1.0]
    """
    top = np.zeros(len(share), dtype=np.int64)
    np.maximum.at(top, place, count)
    after = np.cumsum(top)
    first, some = after - top, count > 0
    last = np.bincount((first[place] + count - 1)[some], buyers[some], minlength=int(top.sum()))
    beyond = np.append(np.cumsum(last[::-1])[::-1], 0.0)
    up = np.arange(len(last), dtype=np.float64) - np.repeat(first, top)
    return Steps(np.repeat(share, top), up, beyond[:-1] - np.repeat(beyond[after], top))


def log_likelihoods(sizes: Floats, trials: Floats, successes: Floats, mean: Floats, buyers: Floats) -> Floats:
    """Log-likelihood of the tallies of all buyers at each prior size, shape (sizes,).

    Parameters
    ----------
    sizes : float array, shape (sizes,)
        In trials.
    trials, successes, mean, buyers : float array, shape (cells,)
        The tally of one buyer of a cell, the mean expected of it, strictly between 0 and 1, and how many
        buyers have that tally.

    Notes
    -----
    Without the ways in which successes can fall among trials, which are the same at every size.

    Examples
    --------
    One success in one trial is as likely as the mean, whatever the size:

    >>> one = np.ones(1)
    >>> np.exp(log_likelihoods(np.array([2.0, 50.0]), one, one, 0.3 * one, one)).round(12).tolist()
    [0.3, 0.3]
    """
    few = (trials <= COUNTED) & (trials == np.floor(trials)) & (successes == np.floor(successes))
    n, s, w = trials[few].astype(np.int64), successes[few].astype(np.int64), buyers[few]
    share, place = np.unique(mean[few], return_inverse=True)
    won, lost = rising(share, place, s, w), rising(1.0 - share, place, n - s, w)
    tried = rising(np.ones(1), np.zeros_like(n), n, w)
    others = tuple(part[~few] for part in (trials, successes, mean, buyers))
    return np.array([won.height(k) + lost.height(k) - tried.height(k) + _uncounted(k, *others) for k in sizes])


def _uncounted(size: float, n: Floats, s: Floats, m: Floats, w: Floats) -> float:
    a, b = size * m, size * (1.0 - m)
    return float(np.sum(w * (special.betaln(a + s, b + n - s) - special.betaln(a, b))))

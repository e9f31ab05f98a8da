"""Families of evidence: how far a mean may stray, given what it is a mean of.

A share (won or lost) and an amount (money per sale) are pooled by one formula, because both are
natural exponential families whose variance is at most quadratic in their mean. With a conjugate
prior of mean ``m`` and size ``k`` (in trials), ``n`` trials that sum to ``s`` give

    mean = (k m + s) / (k + n)          variance = V(mean) / (k + n - c)

where ``V`` is the variance of one trial and ``c`` its curvature (the coefficient of mean squared).
Amounts depart from that in the variance, see `Amount.left`.

References
----------
Morris (1983), Natural exponential families with quadratic variance functions: statistical theory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
_TINY = 1e-9


def beyond(size: Floats, curvature: float) -> Floats:
    """How far a prior size lies above the curvature: one over how members differ, in units of one trial's variance."""
    return np.asarray(np.maximum(size - curvature, 1e-3 * size))


@dataclass(frozen=True, slots=True)
class Share:
    """Successes among trials: each trial is 0 or 1, the mean lies strictly between."""

    curvature: float = -1.0

    def variance(self, mean: Floats) -> Floats:
        """Variance of one trial at ``mean``."""
        return mean * (1.0 - mean)

    def link(self, mean: Floats) -> Floats:
        """Mean to the whole line, on which departures from what is expected add up: log odds."""
        inside = np.clip(mean, _TINY, 1.0 - _TINY)
        return np.log(inside) - np.log1p(-inside)

    def unlink(self, line: Floats) -> Floats:
        """The way back from :meth:`link`."""
        inside: Floats = np.clip(special.expit(line), _TINY, 1.0 - _TINY)
        return inside

    def slope(self, mean: Floats) -> Floats:
        """Change of the mean for a small step along the line."""
        return mean * (1.0 - mean)

    def within(self, mean: Floats) -> Floats:
        """A mean, or the nearest to it that there can be."""
        return np.clip(mean, _TINY, 1.0 - _TINY)

    def left(self, mean: Floats, prior: Floats, size: Floats, trials: Floats) -> Floats:
        """Variance left after ``trials``, given a prior of mean ``prior`` and this size (conjugate beta)."""
        del prior
        return self.variance(mean) / (size + trials - self.curvature)

    def averaged(self, weights: Floats, mean: Floats, variance: Floats) -> Floats:
        """Variance around ``mean``, averaged over what it is at each of several prior sizes, shape (sizes, members)."""
        del mean
        middle: Floats = np.einsum("k,kb->b", weights, variance)   # no linear algebra: it would wake threads for few
        return middle

    def interval(self, mean: Floats, variance: Floats, probability: float) -> tuple[Floats, Floats]:
        """Central interval of the beta distribution with these moments, widened to hold the mean."""
        most = mean * (1.0 - mean)
        size = np.maximum(most / np.maximum(variance, most * 1e-12) - 1.0, 1e-3)
        tail = (1.0 - probability) / 2.0
        a, b = mean * size, (1.0 - mean) * size
        return (np.minimum(special.betaincinv(a, b, tail), mean),
                np.maximum(special.betaincinv(a, b, 1.0 - tail), mean))


@dataclass(frozen=True, slots=True)
class Amount:
    """Money per trial: above zero, with a spread in proportion to its mean.

    A group whose mean is a loss is outside of what the family describes: its value stands, its
    interval is too narrow.

    Parameters
    ----------
    curvature : float
        Squared coefficient of variation of one trial (variance over squared mean).
    repeated : bool
        Trials are purchases that buyers make again and again, so that each buyer shows by itself how its amounts
        differ; how alike buyers are is then found by the likelihood of their totals.
    """

    curvature: float = 1.0
    repeated: bool = False

    def variance(self, mean: Floats) -> Floats:
        """Variance of one trial at ``mean``."""
        return self.curvature * mean**2

    def link(self, mean: Floats) -> Floats:
        """Logarithm: departures from what is expected are factors."""
        return np.log(np.maximum(mean, _TINY))

    def unlink(self, line: Floats) -> Floats:
        """The way back from :meth:`link`."""
        return np.exp(line)

    def slope(self, mean: Floats) -> Floats:
        """Change of the mean for a small step along the line."""
        return mean

    def within(self, mean: Floats) -> Floats:
        """A mean, or the nearest to it that there can be."""
        return np.maximum(mean, _TINY)

    def left(self, mean: Floats, prior: Floats, size: Floats, trials: Floats) -> Floats:
        """Variance left after ``trials``, given a prior of mean ``prior`` and this size.

        On average it is what linear credibility leaves, whatever the distributions. It grows with the
        mean, not with its square as under a gamma: a small amount is weak evidence of a small buyer,
        who may only have left early. Where purchases repeat, it is the conjugate's: who left early is then
        told by how often it bought.
        """
        if self.repeated:
            rest: Floats = self.variance(mean) / np.maximum(size + trials - self.curvature, 1e-3 * size)
            return rest
        between = self.curvature / beyond(size, self.curvature)
        spread: Floats = between * size / (size + trials) * prior * np.maximum(mean, _TINY)
        return spread

    def averaged(self, weights: Floats, mean: Floats, variance: Floats) -> Floats:
        """Variance around ``mean``, averaged over what it is at each of several prior sizes, shape (sizes, members).

        Averaged is how wide the interval is: its ends are a factor from the mean, and the largest of several variances
        would else speak for all of them.
        """
        square = np.maximum(mean, _TINY) ** 2
        spread: Floats = square * np.expm1(np.einsum("k,kb->b", weights, np.log1p(variance / square)))
        return spread

    def interval(self, mean: Floats, variance: Floats, probability: float) -> tuple[Floats, Floats]:
        """Central interval of the lognormal distribution with these moments, widened to hold the mean.

        A loss gets that of the normal distribution.
        """
        gain = mean > _TINY
        inside = np.where(gain, mean, 1.0)
        spread = np.sqrt(np.log1p(variance / inside**2))
        z = special.ndtri(0.5 + probability / 2.0)
        middle, plain = np.log(inside) - spread**2 / 2.0, z * np.sqrt(variance)
        return (np.where(gain, np.exp(middle - z * spread), mean - plain),
                np.where(gain, np.maximum(np.exp(middle + z * spread), mean), mean + plain))


Family = Share | Amount

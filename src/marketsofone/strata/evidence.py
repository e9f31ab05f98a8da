"""How different the values of a dimension are, on each score, and what that difference is worth.

All of it rests on sums of buyers' tallies. Buyers differ among themselves, so a stratum's mean is
never surer than its buyers allow: the spread between buyers is in every variance here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sums:
    """Tallies of one score for the values of one dimension, each part shape (values,).

    ``buyers`` with trials; sums over them of trials ``n``, totals ``s``, of ``n*n``, ``n*s``,
    ``s*s``; for money also of the scaled logarithm ``g`` and its square.
    """

    money: bool
    buyers: Floats
    n: Floats
    s: Floats
    nn: Floats
    ns: Floats
    ss: Floats
    g: Floats
    gg: Floats

    def merged(self, group: NDArray[np.int64], groups: int) -> Sums:
        """The same tallies for groups of values; group -1 is left out."""
        return Sums(self.money, *(summed(part, group, groups) for part in self.parts()))

    def parts(self) -> tuple[Floats, ...]:
        """The tallies in the order of the fields."""
        return (self.buyers, self.n, self.s, self.nn, self.ns, self.ss, self.g, self.gg)

    def __add__(self, other: Sums) -> Sums:
        """Tallies of two halves of the buyers together."""
        return Sums(self.money, *(a + b for a, b in zip(self.parts(), other.parts(), strict=True)))


def summed(part: Floats, group: NDArray[np.int64], groups: int) -> Floats:
    """Sums of a part by group, shape (groups,); group -1 is left out."""
    kept = group >= 0
    return np.bincount(group[kept], part[kept], minlength=groups).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Means:
    """A mean for each value and the variance of that mean; values without evidence have infinite variance."""

    mean: Floats
    variance: Floats


def level_means(sums: Sums) -> Means:
    """Means in the score's own unit (a share, or money), with buyer-to-buyer spread in the variance."""
    n = float(sums.n.sum())
    if n <= 0:
        return Means(np.zeros_like(sums.n), np.full_like(sums.n, np.inf))
    middle = float(sums.s.sum()) / n
    residual = float((sums.ss - 2 * middle * sums.ns + middle**2 * sums.nn).sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        if sums.money:
            variance = np.where(sums.n > 0, residual / n / sums.n, np.inf)
        else:
            variance = _share_variance(sums, middle, residual)
        return Means(np.where(sums.n > 0, sums.s / np.maximum(sums.n, 1e-12), middle), variance)


def _share_variance(sums: Sums, middle: float, residual: float) -> Floats:
    unit = max(middle * (1.0 - middle), 1e-9)
    pairs = float((sums.nn - sums.n).sum())
    alike = np.clip((residual / unit - sums.n.sum()) / pairs, 0.0, 0.95) if pairs > 0 else 0.0
    spread = unit * (sums.n + alike * (sums.nn - sums.n))
    return np.where(sums.n > 0, spread / np.maximum(sums.n, 1e-12) ** 2, np.inf)


def tested_means(sums: Sums) -> Means:
    """Means on the scale that differences are tested on: shares as they are, money as logarithms."""
    if not sums.money:
        return level_means(sums)
    count = float(sums.buyers.sum())
    if count < 2:
        return Means(np.zeros_like(sums.n), np.full_like(sums.n, np.inf))
    seen = np.maximum(sums.buyers, 1e-12)
    mean = sums.g / seen
    inside = float((sums.gg - sums.g * mean).sum()) / max(count - np.sum(sums.buyers > 0), 1.0)
    return Means(mean, np.where(sums.buyers > 0, max(inside, 1e-12) / seen, np.inf))


def chance(means: Means) -> float:
    """Chance of differences at least this large where there are none (Cochran's heterogeneity test)."""
    use = np.isfinite(means.variance) & (means.variance > 0)
    if use.sum() < 2:
        return 1.0
    weight = 1.0 / means.variance[use]
    middle = np.average(means.mean[use], weights=weight)
    return float(special.chdtrc(use.sum() - 1, np.sum(weight * (means.mean[use] - middle) ** 2)))


def surprise(means: Means) -> float:
    """How far the differences exceed chance, in standard errors: comparable across many and few values."""
    use = np.isfinite(means.variance) & (means.variance > 0)
    freedom = int(use.sum()) - 1
    if freedom < 1:
        return -np.inf
    weight = 1.0 / means.variance[use]
    middle = np.average(means.mean[use], weights=weight)
    ratio = np.sum(weight * (means.mean[use] - middle) ** 2) / freedom
    return float((np.cbrt(ratio) - (1 - 2 / (9 * freedom))) / np.sqrt(2 / (9 * freedom)))


def gain_share(sums: Sums, people: Floats) -> float:
    """Share of expected contribution that treating the groups differently adds through this score.

    Hours that earn with diminishing returns (logarithmic response) belong to buyers in proportion
    to what they are worth; placing them so, rather than evenly, adds the Theil index between the
    groups to the contribution. Half the squared coefficient of variation between groups is its
    second-order form, from which what chance alone would show is taken off, so that it is centred on
    zero where groups do not differ (and may be below it).

    Parameters
    ----------
    sums : Sums
        Of the groups.
    people : float array, shape (groups,)
        Buyers in each group.

    References
    ----------
    Theil (1967), *Economics and Information Theory*, chapter 4.
    """
    means = level_means(sums)
    use = np.isfinite(means.variance)
    if use.sum() < 2 or people[use].sum() <= 0:
        return 0.0
    weight = people[use] / people[use].sum()
    middle = float(np.sum(weight * means.mean[use]))
    if middle <= 0:
        return 0.0
    seen = float(np.sum(weight * (means.mean[use] / middle - 1.0) ** 2))
    noise = float(np.sum(weight * (1.0 - weight) * means.variance[use])) / middle**2
    return 0.5 * (seen - noise)

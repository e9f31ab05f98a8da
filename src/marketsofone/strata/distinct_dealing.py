"""What chi-square does when the same buyers are dealt to two groups by chance: its first three moments, exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

_STIRLING = ((1.0, 1.0), (1.0, 7.0, 6.0, 1.0), (1.0, 31.0, 90.0, 65.0, 15.0, 1.0))
"""Powers 2, 4 and 6 of a count in falling factorials."""

_PRECISE = 20_000.0
"""Buyers in the smaller group up to which the third moment is not lost in rounding."""

_LEAST_SKEWED = 0.1


def shares_of(counts: Floats) -> Floats:
    """Counts by value as shares of their sum; zeros where there are none."""
    shares: Floats = counts / np.maximum(counts.sum(-1, keepdims=True), 1e-9)
    return shares


def log_ways(of: Floats, taken: Floats) -> Floats:
    """The logarithm of how many ways there are to take so many of so many."""
    ways: Floats = special.gammaln(of + 1.0) - special.gammaln(taken + 1.0) - special.gammaln(of - taken + 1.0)
    return ways


@dataclass(frozen=True, slots=True)
class DealtLaw:
    """What Pearson's chi-square does under dealing: ``shift`` and ``stretch`` times one of ``freedom`` degrees.

    Parameters
    ----------
    shift, stretch, freedom : float array
        Of one shape; 0 freedom where these buyers cannot show a difference.
    """

    shift: Floats
    stretch: Floats
    freedom: Floats

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether the buyers could show a difference."""
        return np.asarray(self.freedom > 0)

    def standard(self, square: Floats) -> Floats:
        """A chi-square on the scale of a textbook's."""
        return np.asarray(np.maximum(square - self.shift, 0.0) / self.stretch)

    def chance(self, square: Floats) -> Floats:
        """Chance of one at least as large."""
        chance: Floats = special.chdtrc(np.maximum(self.freedom, 1e-9), self.standard(square))
        return chance

    def square(self, chance: Floats) -> Floats:
        """The chi-square that has this chance."""
        return np.asarray(self.shift + self.stretch * special.chdtri(np.where(self.known, self.freedom, 1.0), chance))


def dealt_law(buyers_a: Floats, buyers_b: Floats, both: Floats) -> DealtLaw:
    """The gamma law with the very mean, variance and skewness that `dealt_moments` finds."""
    mean, variance, skewness = dealt_moments(buyers_a, buyers_b, both)
    known = variance > 0
    freedom = 8.0 / np.where(known, skewness, 1.0) ** 2
    stretch = np.where(known, np.sqrt(variance / (2.0 * freedom)), 1.0)
    return DealtLaw(np.where(known, mean - stretch * freedom, 0.0), stretch, np.where(known, freedom, 0.0))


def dealt_moments(buyers_a: Floats, buyers_b: Floats, both: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, variance and skewness of Pearson's chi-square under dealing; zeros where it cannot vary.

    Parameters
    ----------
    buyers_a, buyers_b : float array
        Buyers of the two groups.
    both : float array, shape (..., values)
        Buyers of both with each value.

    References
    ----------
    Haldane (1940), The mean and variance of chi-square when used as a test of homogeneity, when
    expectations are small, *Biometrika* 31; the third moment in the same way.
    """
    people = buyers_a + buyers_b
    use = (buyers_a > 0) & (buyers_b > 0) & (people > 5)
    few = np.where(use, np.minimum(buyers_a, buyers_b), 3.0)
    n = np.where(use, people, 6.0)
    values = (both > 0).sum(-1)
    rare = np.divide(1.0, both, out=np.zeros_like(both), where=both > 0).sum(-1)
    mean = n * (values - 1.0) / (n - 1.0)
    (v, w), (v_of, w_of) = (((count - 1.0) * (n - count) / (n - 1.0), (n * inverse - count**2) / (n - 2.0))
                            for count, inverse in ((2.0, 1.0 / few + 1.0 / (n - few)), (values, rare)))
    variance = 2.0 * n / (n - 3.0) * (v - w) * (v_of - w_of) + n**2 / (n - 1.0) * w * w_of
    varies = use & (values > 1) & (variance > 1e-9)
    skewness = _skewness(few, n, both, np.where(varies, variance, 1.0))
    return np.where(varies, mean, 0.0), np.where(varies, variance, 0.0), np.where(varies, skewness, 0.0)


def _skewness(few: Floats, n: Floats, both: Floats, variance: Floats) -> Floats:
    """Third standardised moment; that of the fitting gamma law where rounding would spoil it."""
    first, second, third = _raw(few, n, both)
    factor = n**2 / (few * (n - few))
    central = factor**3 * (third - 3.0 * first * second + 2.0 * first**3)
    mean = factor * (first - few**2 / n)
    gamma = 2.0 * np.sqrt(variance) / np.maximum(mean, 1e-9)
    return np.maximum(np.where(few <= _PRECISE, central / variance**1.5, gamma), _LEAST_SKEWED)


def _raw(few: Floats, n: Floats, both: Floats) -> tuple[Floats, Floats, Floats]:
    """Three raw moments of the sum over values of count²/all, for the smaller group.

    Counts dealt without replacement have plain falling-factorial moments; sums over values are kept
    as polynomials whose power is the order of the factorial.
    """
    one, two, three = (_terms(both, power) for power in (1, 2, 3))
    each = _times(one, one)
    s1, s2, s3, s11, s111, s12 = (part.sum(-2) for part in
                                  (one, two, three, each, _times(each, one), _times(one, two)))
    pairs = _times(s1, s1)
    square = _added(pairs - s11, s2)
    cube = _added(_times(pairs, s1) - 3.0 * _times(s11, s1) + 2.0 * s111, 3.0 * (_times(s1, s2) - s12), s3)
    drawn = _falling_ratio(few, n)
    return _mean(s1, drawn), _mean(square, drawn), _mean(cube, drawn)


def _terms(both: Floats, power: int) -> Floats:
    """(count²/all)^power of each value, shape (..., values, order of the factorial)."""
    parts, falling = [np.zeros_like(both)], np.ones_like(both)
    whole = np.maximum(both, 1.0) ** power
    for order, number in enumerate(_STIRLING[power - 1]):
        falling = falling * np.maximum(both - order, 0.0)
        parts.append(number * falling / whole)
    return np.stack(parts, axis=-1)


def _times(first: Floats, second: Floats) -> Floats:
    """Product of two polynomials along the last axis."""
    size = second.shape[-1]
    product = np.zeros((*first.shape[:-1], first.shape[-1] + size - 1))
    for order in range(first.shape[-1]):
        product[..., order:order + size] += first[..., order, None] * second
    return product


def _added(*parts: Floats) -> Floats:
    """Sum of polynomials, the first being the longest."""
    total = parts[0].copy()
    for part in parts[1:]:
        total[..., :part.shape[-1]] += part[..., :total.shape[-1]]
    return total


def _falling_ratio(few: Floats, n: Floats) -> Floats:
    """Falling factorials of the smaller group over those of all, orders 0 to 6."""
    ratios = [np.ones_like(n)]
    for order in range(6):
        ratios.append(ratios[-1] * np.maximum(few - order, 0.0) / np.maximum(n - order, 1.0))
    return np.stack(ratios, axis=-1)


def _mean(polynomial: Floats, drawn: Floats) -> Floats:
    total: Floats = (polynomial * drawn[..., : polynomial.shape[-1]]).sum(-1)
    return total

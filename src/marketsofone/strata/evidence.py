"""How different the values of a dimension are, on each score, and what that difference is worth.

All of it rests on sums of buyers' tallies. Buyers differ among themselves, so a stratum's mean is
never surer than its buyers allow: the spread between buyers is in every variance here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LEAST_CHANCE = 1e-250


@dataclass(frozen=True, slots=True)
class Row:
    """Where the values of several dimensions stand in one row, so that all are judged in a few operations.

    Parameters
    ----------
    starts : int array, shape (dimensions,)
        Where the values of each begin; a dimension has one or more.
    of : int array, shape (values,)
        The dimension of each value; shape (1,) where there is but one.
    """

    starts: Ints
    of: Ints

    def each(self, part: Floats) -> Floats:
        """Sums over the values of each dimension, shape (dimensions,)."""
        return np.asarray(np.add.reduceat(part, self.starts))

    def beside(self, each: Floats) -> Floats:
        """What holds of a dimension, beside each of its values."""
        return each[self.of]


def row_of(lengths: Ints) -> Row:
    """Dimensions of so many values each, one after the other."""
    return Row(np.cumsum(lengths) - lengths, np.repeat(np.arange(len(lengths)), lengths))


ALONE = Row(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))
"""One dimension."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Tallies of one score for the values of one dimension, each part shape (values,).

    ``buyers`` with trials; sums over them of trials ``n``, totals ``s``, of ``n*n``, ``n*s``,
    ``s*s``; for money also of the scaled logarithm ``g`` and its square. ``alone`` is what ``nn`` would be if no
    two trials of a buyer were alike: ``n``, unless a record counts for less than its trials. Or of several
    dimensions in a ``row`` (:func:`in_a_row`).
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
    alone: Floats | None = None
    row: Row = field(default=ALONE, kw_only=True)

    def merged(self, group: Ints, groups: int) -> Sums:
        """The same tallies for groups of the values of one dimension; group -1 is left out."""
        kept = np.flatnonzero(group >= 0)
        parts = np.array(self.parts())[:, kept]
        cells = np.arange(len(parts))[:, None] * groups + group[kept]
        return Sums(self.money, *np.bincount(cells.ravel(), parts.ravel(), len(parts) * groups).reshape(-1, groups))

    def parts(self) -> tuple[Floats, ...]:
        """The tallies in the order of the fields."""
        return (self.buyers, self.n, self.s, self.nn, self.ns, self.ss, self.g, self.gg, self.unlike)

    @property
    def unlike(self) -> Floats:
        """``alone``, where it is told."""
        return self.n if self.alone is None else self.alone

    def __add__(self, other: Sums) -> Sums:
        """Tallies of two halves of the buyers together."""
        return Sums(self.money, *(a + b for a, b in zip(self.parts(), other.parts(), strict=True)), row=self.row)


def in_a_row(sums: Sequence[Sums]) -> Sums:
    """Tallies of one score for several dimensions, one after the other."""
    row = row_of(np.array([len(each.n) for each in sums]))
    return Sums(sums[0].money, *map(np.concatenate, zip(*(each.parts() for each in sums), strict=True)), row=row)


def merged_in_a_row(sums: Sequence[Sums], groups: Sequence[Ints]) -> Sums:
    """Tallies of one score for groups of the values of several dimensions; group -1 is left out."""
    row = row_of(np.array([int(group.max()) + 1 for group in groups]))
    cells = [np.where(group >= 0, group + start, -1) for group, start in zip(groups, row.starts, strict=True)]
    return replace(in_a_row(sums).merged(np.concatenate(cells), len(row.of)), row=row)


def summed(part: Floats, group: Ints, groups: int) -> Floats:
    """Sums of a part by group, shape (groups,); group -1 is left out."""
    kept = group >= 0
    return np.bincount(group[kept], part[kept], minlength=groups).astype(np.float64)


SURE = np.array([np.inf])
"""Degrees of freedom of a variance that is known."""

NORMAL = np.zeros(1)
"""Excess kurtosis of means that are as a normal law has them."""


@dataclass(frozen=True, slots=True)
class Means:
    """A mean for each value and the variance of that mean.

    Parameters
    ----------
    mean, variance : float array, shape (values,)
        Values without evidence have infinite variance.
    row : Row
    freedom : float array, shape (dimensions,) or (1,)
        Degrees of freedom behind the variance of each dimension's values: infinite where it need not be estimated.
    peaked : float array, shape (values,) or (1,)
        Excess kurtosis of each mean: above zero where few successes were expected.
    """

    mean: Floats
    variance: Floats
    row: Row = ALONE
    freedom: Floats = field(default_factory=lambda: SURE)
    peaked: Floats = field(default_factory=lambda: NORMAL)

    def part(self, place: int) -> Means:
        """Those of one dimension."""
        start = self.row.starts[place]
        end = self.row.starts[place + 1] if place + 1 < len(self.row.starts) else len(self.mean)
        own = self.freedom if len(self.freedom) == 1 else self.freedom[place:place + 1]
        peaked = self.peaked if len(self.peaked) == 1 else self.peaked[start:end]
        return Means(self.mean[start:end], self.variance[start:end], freedom=own, peaked=peaked)


def level_means(sums: Sums) -> Means:
    """Means in the score's own unit (a share, or money), with buyer-to-buyer spread in the variance."""
    row, n = sums.row, sums.row.each(sums.n)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.where(n > 0, row.each(sums.s) / n, 0.0)
        around = row.beside(middle)
        residual = row.each(sums.ss - 2 * around * sums.ns + around**2 * sums.nn)
        variance = row.beside(residual / n) / sums.n if sums.money else _share_variance(sums, middle, residual)
    seen = sums.n > 0
    peaked = NORMAL if sums.money else _peaked(sums.n * seen, np.where(seen, variance, 0.0), middle, row)
    return Means(np.where(seen, sums.s / np.maximum(sums.n, 1e-12), around), np.where(seen, variance, np.inf), row,
                 peaked=peaked)


def _share_variance(sums: Sums, middle: Floats, residual: Floats) -> Floats:
    row, unit = sums.row, np.maximum(middle * (1.0 - middle), 1e-9)
    more = sums.nn - sums.unlike
    pairs = row.each(more)
    alike = np.where(pairs > 0, np.clip((residual / unit - row.each(sums.unlike)) / pairs, 0.0, 0.95), 0.0)
    spread: Floats = row.beside(unit) * (sums.unlike + row.beside(alike) * more) / np.maximum(sums.n, 1e-12) ** 2
    return spread


def _peaked(n: Floats, variance: Floats, middle: Floats, row: Row) -> Floats:
    """Excess kurtosis of shares: that of as many trials as they are worth, more so where a buyer's come in bunches.

    None where all succeeded, or none did: all shares are alike then, and no law of them is asked for.
    """
    spread = middle * (1.0 - middle)
    unit = np.maximum(spread, 1e-9)
    heavy = np.where(spread > 0, np.maximum(1.0 - 6.0 * unit, 0.0), 0.0)
    return np.asarray(row.beside(heavy / unit**3) * variance**2 * n) if heavy.any() else NORMAL


def tested_means(sums: Sums) -> Means:
    """Means on the scale that differences are tested on: shares as they are, money as logarithms."""
    if not sums.money:
        return level_means(sums)
    row, seen, buyers = sums.row, sums.buyers > 0, np.maximum(sums.buyers, 1e-12)
    mean, count = sums.g / buyers, row.each(sums.buyers)
    freedom = count - row.each(seen.astype(np.float64))
    inside = row.each(sums.gg - sums.g * mean) / np.maximum(freedom, 1.0)
    spread = np.where(count >= 2, np.maximum(inside, 1e-12), np.inf)
    told = row.beside((count >= 2).astype(np.float64))
    return Means(mean * told, np.where(seen, row.beside(spread) / buyers, np.inf), row, freedom)


def chance(means: Means) -> float:
    """Chance of differences at least this large where there are none (Cochran's heterogeneity test; Fisher's F)."""
    return float(chances(means)[0])


def chances(means: Means) -> Floats:
    """The :func:`chance` of each dimension, shape (dimensions,)."""
    square, freedom = tested(means)
    return np.where(freedom >= 1, special.chdtrc(np.maximum(freedom, 1.0), square), 1.0)


def surprise(means: Means) -> float:
    """How far the differences exceed chance, in standard errors: comparable across many and few values."""
    return float(surprises(means)[0])


def surprises(means: Means) -> Floats:
    """The :func:`surprise` of each dimension, shape (dimensions,)."""
    square, freedom = tested(means)
    noise = 2.0 / (9.0 * np.maximum(freedom, 1.0))
    ratio = np.cbrt(square / np.maximum(freedom, 1.0))
    return np.where(freedom >= 1, (ratio - (1.0 - noise)) / np.sqrt(noise), -np.inf)


def tested(means: Means) -> tuple[Floats, Floats]:
    """The :func:`heterogeneity` of each dimension as a chi-square, and its degrees of freedom."""
    square, freedom = heterogeneity(means)
    if means.peaked.any():
        square = _as_chi_square(square, freedom, *_beyond_normal(means))
    return chi_square(square, freedom, means.freedom), freedom


def _beyond_normal(means: Means) -> tuple[Floats, Floats]:
    """What rare successes add to the variance and to the third moment of the heterogeneity of each dimension."""
    row, (use, weight, total) = means.row, weighed(means)
    free = np.where(use, 1.0 - weight / row.beside(total), 0.0)
    peaked = np.broadcast_to(means.peaked, free.shape)
    return row.each(peaked * free**2), row.each((22.0 + peaked) * peaked * free**3)


def _as_chi_square(square: Floats, freedom: Floats, spread: Floats, lean: Floats) -> Floats:
    """The chi-square as surprising as squares of shares of which few successes were expected.

    Such squares are about as large as they should be and much more often very large: the share of a postcode where
    one of two thousand answers was expected and one came. They are referred to the gamma law of their mean, variance
    and third moment.

    References
    ----------
    Haldane (1940), The mean and variance of chi-square when used as a test of homogeneity, when expectations are
    small, *Biometrika* 31; Poisson's central moments up to the sixth.
    """
    asked = (freedom >= 1) & (spread > 0)
    most, more = np.where(asked, freedom, 1.0), np.where(asked, spread, 0.0)
    variance = 2.0 * most + more
    own = 8.0 * variance**3 / (8.0 * most + np.where(asked, lean, 0.0)) ** 2
    standard = np.maximum((square - most) * np.sqrt(2.0 * own / variance) + own, 0.0)
    doubt = 2.0 / (9.0 * own)
    normal = (np.cbrt(standard / own) - (1.0 - doubt)) / np.sqrt(doubt)
    return np.where(asked, _chi_square_of(special.chdtrc(own, standard), normal, most), square)


def heterogeneity(means: Means) -> tuple[Floats, Floats]:
    """Weighted squares around each dimension's middle, and how many of its values may differ from it."""
    row, (use, weight, total) = means.row, weighed(means)
    middle = row.each(weight * means.mean) / total
    return row.each(weight * (means.mean - row.beside(middle)) ** 2), row.each(use.astype(np.float64)) - 1.0


def weighed(means: Means) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Which values have evidence, what each weighs, and what those of each dimension weigh together (1 where none)."""
    use = np.isfinite(means.variance) & (means.variance > 0)
    weight = np.where(use, 1.0 / np.where(use, means.variance, 1.0), 0.0)
    total = means.row.each(weight)
    return use, weight, np.where(total > 0, total, 1.0)


def chi_square(square: Floats, freedom: Floats, rest: Floats) -> Floats:
    """The chi-square as surprising as squares over a variance that was estimated with ``rest`` degrees of freedom.

    Such squares follow Fisher's F: from few buyers they are often large where nothing differs. Beyond what chances
    can be told apart, by Paulson's approximation.

    References
    ----------
    Paulson (1942), An approximate normalization of the analysis of variance distribution.

    Examples
    --------
    >>> chi_square(np.array([8.0, 8.0]), np.array([2.0, 2.0]), np.array([5.0, np.inf])).round(2).tolist()
    [4.78, 8.0]
    """
    rest = np.broadcast_to(rest, square.shape)
    asked = np.isfinite(rest) & (freedom >= 1)
    if not asked.any():
        return square
    most, left = np.maximum(freedom, 1.0), np.where(asked, np.maximum(rest, 1.0), 1.0)
    chance = special.fdtrc(most, left, square / most)
    inner = np.cbrt(square / most)
    noise, doubt = 2.0 / (9.0 * most), 2.0 / (9.0 * left)
    normal = ((1.0 - doubt) * inner - (1.0 - noise)) / np.sqrt(noise + inner**2 * doubt)
    return np.where(asked, np.where(rest >= 1, _chi_square_of(chance, normal, most), 0.0), square)


def _chi_square_of(chance: Floats, normal: Floats, freedom: Floats) -> Floats:
    """The chi-square of that chance; beyond what chances can be told apart, of that quantile of a normal law."""
    noise = 2.0 / (9.0 * freedom)
    beyond = freedom * np.maximum(1.0 - noise + normal * np.sqrt(noise), 0.0) ** 3
    told = special.chdtri(freedom, np.maximum(chance, _LEAST_CHANCE))
    return np.asarray(np.where(chance > _LEAST_CHANCE, told, beyond))


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
    return float(gain_shares(sums, people)[0])


def gain_shares(sums: Sums, people: Floats) -> Floats:
    """The :func:`gain_share` of each dimension, shape (dimensions,)."""
    means, row = level_means(sums), sums.row
    use = np.isfinite(means.variance)
    whole, groups = row.each(np.where(use, people, 0.0)), row.each(use.astype(np.float64))
    weight = np.where(use, people, 0.0) / row.beside(np.where(whole > 0, whole, 1.0))
    middle = row.each(weight * means.mean)
    told = (groups >= 2) & (whole > 0) & (middle > 0)
    size = np.where(told, middle, 1.0)
    seen = row.each(weight * (means.mean / row.beside(size) - 1.0) ** 2)
    noise = row.each(weight * (1.0 - weight) * np.where(use, means.variance, 0.0)) / size**2
    return np.where(told, 0.5 * (seen - noise), 0.0)

"""Traits as levels: every trait of a row becomes a small integer, missing and unseen values included.

A number falls into one of at most 254 bins, values that many rows share having a bin of their own; a
category keeps its own level while it is frequent enough to be told apart. Models that see levels only are
fast, never meet a value they cannot handle, and cannot be thrown by an outlier.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
LevelArray = NDArray[np.int32]

MOST_BINS = 250
"""Bins of a number."""

MOST_LEVELS = 600
"""Levels of their own, over all categorical traits together; never fewer than 60 for one trait."""

MANY_LEVELS = 60
"""From more levels than this on, boosted trees see a category by its past success rate."""

LEAST_SEEN = 3
"""A category seen less often is pooled with the other rare ones."""

_MOST_SHARED = 60
_FAR = 4.0


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of rows (buyers or opportunities) at the start of their trials.

    Parameters
    ----------
    numeric : float array, shape (rows, k)
        ``nan`` where missing; infinite values count as missing.
    categories : int array, shape (rows, c)
        Codes from 0 up, -1 where missing.
    names : tuple of str
        Names of the ``k`` numeric traits, then of the ``c`` categorical ones.
    """

    numeric: FloatArray
    categories: IntArray
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.numeric)


@dataclass(frozen=True, slots=True)
class NumberLevels:
    """How one number becomes levels: 0 is missing, the others are bins from low to high.

    ``values`` holds the standardised mean of each level, cut off at four standard deviations.
    """

    cuts: FloatArray
    values: FloatArray

    def of(self, numbers: FloatArray) -> LevelArray:
        """Levels of numbers, shape (rows,)."""
        levels = np.searchsorted(self.cuts, numbers, side="right") + 1
        return np.where(np.isfinite(numbers), levels, 0).astype(np.int32)


@dataclass(frozen=True, slots=True)
class CategoryLevels:
    """How one category becomes levels: 0 is missing, 1 rare or never seen, the others by frequency.

    ``codes`` is the number of codes seen when this was learned, ``count`` the number of levels.
    """

    level_of: LevelArray
    count: int
    codes: int

    def of(self, codes: IntArray) -> LevelArray:
        """Levels of codes, shape (rows,)."""
        return np.where(codes < 0, 0, self.level_of[self.known(codes)]).astype(np.int32)

    def known(self, codes: IntArray) -> IntArray:
        """Codes as they are; missing ones and those never seen share one code more."""
        return np.where((codes < 0) | (codes >= self.codes), self.codes, codes)


@dataclass(frozen=True, slots=True)
class Sharing:
    """Two further numbers about a number: how round it is, and how many rows share its very value.

    A round amount is often a guess made before anybody asked; an amount that many rows share is often a
    price list. Learned where a number has many values and yet repeats them.
    """

    column: int
    values: FloatArray
    counts: IntArray

    def of(self, numbers: FloatArray, new: bool) -> FloatArray:
        """Significant digits and doubled binary logarithm of the count, shape (rows, 2)."""
        place = np.minimum(np.searchsorted(self.values, numbers), len(self.values) - 1)
        times = np.where(self.values[place] == numbers, self.counts[place] + new, 1)
        both = np.column_stack([significant_digits(numbers), np.floor(2 * np.log2(times))])
        both[~np.isfinite(numbers)] = np.nan
        return both


@dataclass(frozen=True, slots=True)
class Leveling:
    """How the traits of a row become levels, learned from traits alone, never from outcomes.

    ``numbers`` are the numeric traits and then the two numbers of each ``sharing``.
    """

    sharing: tuple[Sharing, ...]
    numbers: tuple[NumberLevels, ...]
    categories: tuple[CategoryLevels, ...]

    def levels(self, traits: Traits, *, new: bool = False) -> LevelArray:
        """Levels of rows, shape (rows, numbers + categories).

        ``new`` says that the rows were not among those it was learned from.
        """
        numbers = [*traits.numeric.T]
        for sharing in self.sharing:
            numbers += [*sharing.of(traits.numeric[:, sharing.column], new).T]
        columns = [how.of(column) for how, column in zip(self.numbers, numbers, strict=True)]
        columns += [how.of(traits.categories[:, j]) for j, how in enumerate(self.categories)]
        return np.column_stack(columns) if columns else np.zeros((len(traits), 0), np.int32)

    def owners(self, numeric: int) -> list[int]:
        """Which trait each column of levels belongs to, ``numeric`` being the number of numeric traits."""
        shared = [sharing.column for sharing in self.sharing for _ in range(2)]
        return [*range(numeric), *shared, *range(numeric, numeric + len(self.categories))]


def fit_leveling(traits: Traits) -> Leveling:
    """Learn bins, shared values and frequent categories from the rows at hand."""
    most = max(MANY_LEVELS, MOST_LEVELS // max(1, traits.categories.shape[1]))
    numbers, sharing, further = [], [], []
    for j, column in enumerate(traits.numeric.T):
        values, counts = np.unique(column[np.isfinite(column)], return_counts=True)
        numbers.append(_number_levels(values, counts))
        if MOST_BINS < len(values) < 0.8 * counts.sum():
            shared = Sharing(j, values[counts > 1], counts[counts > 1])
            sharing.append(shared)
            further += [_number_levels(*np.unique(extra[np.isfinite(extra)], return_counts=True))
                        for extra in shared.of(column, new=False).T]
    categories = tuple(_category_levels(column, most) for column in traits.categories.T)
    return Leveling(tuple(sharing), (*numbers, *further), categories)


def significant_digits(numbers: FloatArray) -> FloatArray:
    """How many decimal digits a number needs, from 0 for zero up to 7 for seven and more.

    Examples
    --------
    >>> significant_digits(np.array([0.0, 50_000.0, 105_000.0, -0.25, 1 / 3])).tolist()
    [0.0, 1.0, 3.0, 2.0, 7.0]
    """
    size = np.where(np.isfinite(numbers), np.abs(numbers), 0.0)
    digits = np.full(len(size), 7.0)
    scaled = size / 10.0 ** np.floor(np.log10(np.where(size > 0, size, 1.0)))
    for count in range(6, 0, -1):
        moved = scaled * 10.0 ** (count - 1)
        digits[np.abs(moved - np.round(moved)) < 1e-8 * moved] = count
    return np.where(size > 0, digits, 0.0)


def _number_levels(values: FloatArray, counts: IntArray) -> NumberLevels:
    if not len(values):
        return NumberLevels(np.zeros(0), np.zeros(2))
    cuts = _cuts(values, counts)
    bins = np.searchsorted(cuts, values, side="right")
    scaled = (values - values[0]) / max(float(values[-1] - values[0]), 1e-300)
    mean = np.average(scaled, weights=counts)
    deviation = np.sqrt(np.average((scaled - mean) ** 2, weights=counts)) or 1.0
    sums = np.bincount(bins, counts * (scaled - mean) / deviation, len(cuts) + 1)
    means = sums / np.maximum(np.bincount(bins, counts, len(cuts) + 1), 1)
    return NumberLevels(cuts, np.append(0.0, np.clip(means, -_FAR, _FAR)))


def _cuts(values: FloatArray, counts: IntArray) -> FloatArray:
    """Between every two values while they are few; else around shared values and at quantiles of the rest."""
    between = values[:-1] / 2 + values[1:] / 2
    if len(values) <= MOST_BINS:
        return between
    common = np.argsort(-counts, kind="stable")[:_MOST_SHARED]
    common = common[counts[common] >= counts.sum() / MOST_BINS]
    around = np.concatenate([between[common[common > 0] - 1], between[common[common < len(between)]]])
    rest = np.delete(counts, common).cumsum()
    parts = MOST_BINS - 2 * len(common)
    at = np.searchsorted(rest, np.arange(1, parts) * rest[-1] / parts)
    return np.unique(np.concatenate([around, np.delete(values, common)[at]]))


def _category_levels(codes: IntArray, most: int) -> CategoryLevels:
    counts = np.bincount(codes[codes >= 0])
    frequent = np.argsort(-counts, kind="stable")[: most - 2]
    frequent = frequent[counts[frequent] >= LEAST_SEEN]
    level_of = np.ones(len(counts) + 1, np.int32)
    level_of[frequent] = np.arange(2, len(frequent) + 2)
    return CategoryLevels(level_of, len(frequent) + 2, len(counts))

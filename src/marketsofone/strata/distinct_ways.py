"""How likely chance alone deals two profiles so far apart: counted way by way where the ways are few."""

from __future__ import annotations

from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

_MOST_WAYS = 5_000
_AT_ONCE = 2_000_000
_SAME = 1e-9


def dealt_chance(first: Floats, second: Floats) -> Floats:
    """Chance that dealing the same buyers to two groups puts Pearson's chi-square beyond where it is.

    Counted, so a handful beside many is called different as seldom as is said. Ways exactly as far count half: counted
    whole, groups so small that few chances are possible would be called different far less often than is said. NaN
    where the smaller group may be dealt in more than 5,000 ways (15 buyers over five values, 98 over three), or in so
    many that to write them takes two million numbers (one buyer over 1,415 values), or counts are parts of buyers.

    Parameters
    ----------
    first, second : float array, shape (..., values)
        Buyers of each group with each value.

    References
    ----------
    Freeman & Halton (1951), Note on an exact treatment of contingency, goodness of fit and other problems of
    significance, *Biometrika* 38; Lancaster (1961), Significance tests in discrete distributions, *JASA* 56 (half).

    Examples
    --------
    Three buyers who all decide at head office beside three who decide on site: two of the twenty ways to deal them,
    neither beyond the other.

    >>> round(dealt_chance(np.array([3.0, 0.0]), np.array([0.0, 3.0])).item(), 6)
    0.05
    """
    few = np.where((first.sum(-1) <= second.sum(-1))[..., None], first, second).reshape(-1, first.shape[-1])
    both = (first + second).reshape(few.shape)
    buyers, values = few.sum(axis=1), (both > 0).sum(axis=1)
    asked = np.all(np.mod(few, 1.0) == 0, axis=1) & np.all(np.mod(both, 1.0) == 0, axis=1) & (buyers > 0) & (values > 1)
    chance = np.full(len(few), np.nan)
    for size, count in np.unique(np.column_stack([buyers, values])[asked].astype(np.int64), axis=0).tolist():
        ways = comb(size + count - 1, count - 1)
        if ways <= _MOST_WAYS and ways * count <= _AT_ONCE:
            rows = np.flatnonzero(asked & (buyers == size) & (values == count))
            seen = both[rows] > 0
            chance[rows] = _counted(few[rows][seen].reshape(-1, count), both[rows][seen].reshape(-1, count))
    return chance.reshape(first.shape[:-1])


def _counted(few: Floats, both: Floats) -> Floats:
    """The chance of each row; all rows deal as many buyers over as many values."""
    ways = _ways(int(few[0].sum()), few.shape[1])
    step = max(_AT_ONCE // ways.size, 1)
    return np.concatenate([_beyond(few[at:at + step], both[at:at + step], ways) for at in range(0, len(few), step)])


def _beyond(few: Floats, both: Floats, ways: Floats) -> Floats:
    left = both[:, None] - ways
    lost = special.gammaln(ways + 1.0) + special.gammaln(np.maximum(left, 0.0) + 1.0)
    log = special.gammaln(both + 1.0).sum(axis=1)[:, None] - lost.sum(axis=2)
    weight = np.where((left >= 0).all(axis=2), np.exp(log - log.max(axis=1, keepdims=True)), 0.0)
    seen, dealt = (few**2 / both).sum(axis=1), (ways**2 / both[:, None]).sum(axis=2)
    counts = [(weight * (dealt > seen[:, None] * bound)).sum(axis=1) for bound in (1.0 - _SAME, 1.0 + _SAME)]
    return np.asarray((counts[0] + counts[1]) / 2.0 / weight.sum(axis=1))


@lru_cache(maxsize=64)
def _ways(buyers: int, values: int) -> Floats:
    """Every way so many buyers can have so many values, shape (ways, values).

    Value by value none, one, ... or all of those left have it; what each step chose is read backwards from the ends.
    """
    left, steps = np.array([buyers]), []
    for _value in range(values - 1):
        times = left + 1
        before = np.repeat(np.arange(len(left)), times)
        own = np.arange(len(before)) - np.repeat(np.cumsum(times) - times, times)
        left = left[before] - own
        steps.append((before, own))
    ways, at = np.empty((len(left), values)), np.arange(len(left))
    ways[:, -1] = left
    for value, (before, own) in zip(range(values - 2, -1, -1), reversed(steps), strict=True):
        ways[:, value], at = own[at], before[at]
    return ways

"""One value of a criterion beside all its others: where two groups differ in that value alone, it tells most."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from marketsofone.strata.distinct_dealing import dealt_law, log_ways, shares_of
from marketsofone.strata.noncentral import noncentrality, part_shown

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_SUREST = 1e-15
_SAME = 1.0 + 1e-9
"""Two chances no further apart than this are one: which group is named first does not tell."""
_LEAST, _UNTOLD = 1e-30, 0.9
"""A chance above the second says no more than that nothing differs: of many values some one always looks alike."""


@dataclass(frozen=True, slots=True)
class SingleValue:
    """The value in which two groups differ most surely, each array of one shape, an element a pair.

    Parameters
    ----------
    place : int array
        Which of the values it is.
    apart : float array
        The difference of its share.
    square : float array
        The chi-square of one degree of freedom that is as surprising.
    among : float array
        From how many values it was picked, which is paid for; 0 where only the whole profile is looked at.
    """

    place: NDArray[np.int64]
    apart: Floats
    square: Floats
    among: Floats

    @property
    def picked(self) -> Bools:
        """Whether there is a single value to look at: of two values either says all that the profile does."""
        return np.asarray(self.among > 0)

    @property
    def effect(self) -> Floats:
        """The difference of its share, less what chance alone shows."""
        return self._along(np.maximum(self.square - 1.0, 0.0))

    @property
    def chance(self) -> Floats:
        """Chance of any value differing as surely where none does, at most."""
        return np.where(self.picked, np.minimum(self.among * special.chdtrc(1.0, self.square), 1.0), 1.0)

    def low(self, level: Floats) -> Floats:
        """Lower bound of the difference of its share, wrong with chance ``level``; zero where ``chance`` is above."""
        reach = 1.0 - level / np.maximum(self.among, 1.0)
        return self._along(noncentrality(self.square, np.ones_like(self.square), reach))

    def grown(self, times: Floats) -> SingleValue:
        """The same difference with ``times`` as many buyers behind it, what chance adds staying as it is."""
        more = np.maximum(self.square - 1.0, 0.0) * times
        shown = np.divide(1.0 + more, more, out=np.zeros_like(more), where=more > 0)
        return replace(self, apart=self.effect * np.sqrt(shown), square=np.where(self.picked, 1.0 + more, 0.0))

    def _along(self, noncentral: Floats) -> Floats:
        return np.where(self.picked, self.apart * part_shown(noncentral, self.square), 0.0)


def looked_twice(one: Floats, other: Floats) -> Floats:
    """The chance of two looks at the same buyers together: having looked twice is paid for, however alike they are.

    References
    ----------
    Liu & Xie (2020), Cauchy combination test, *JASA* 115.

    Examples
    --------
    Two that say the same say it once; what one alone tells counts half.

    >>> looked_twice(np.array([0.01, 0.01]), np.array([0.01, 0.5])).round(4)
    array([0.01, 0.02])
    """
    tangents = [1.0 / np.tan(np.pi * np.clip(chance, _LEAST, _UNTOLD)) for chance in (one, other)]
    together: Floats = np.arctan2(1.0, (tangents[0] + tangents[1]) / 2.0) / np.pi
    return together


def single_value(first: Floats, second: Floats, looked: Bools) -> SingleValue:
    """The value whose share differs most surely between two groups, of three values or more.

    How surely a value differs is told by the law that has the exact moments of its chi-square when the same buyers are
    dealt to the groups by chance. Only values that could be as surprising as that one are paid for: one that two buyers
    have never is.

    Parameters
    ----------
    first, second : float array, shape (..., values)
        Buyers of each group with each value.
    looked : bool array
        Where it is looked for at all.

    References
    ----------
    Tarone (1990), A modified Bonferroni method for discrete data, *Biometrics* 46.

    Examples
    --------
    >>> needs, others = np.array([9.0, 1.0, 1.0, 1.0]), np.array([3.0, 3.0, 3.0, 3.0])
    >>> found = single_value(needs, others, np.array(True))
    >>> float(found.apart.round(2)), float(found.among), float(found.chance.round(3))
    (0.5, 1.0, 0.018)
    """
    chance, least = _chances(first, second)
    surest = chance.argmin(-1)[..., None]
    apart = np.take_along_axis(np.abs(shares_of(first) - shares_of(second)), surest, -1)[..., 0]
    seen = np.take_along_axis(chance, surest, -1)
    asked = looked & ((first + second > 0).sum(-1) > 2) & (seen[..., 0] < 1.0)
    among = np.where(asked, (least <= seen * _SAME).sum(-1), 0).astype(np.float64)
    return SingleValue(surest[..., 0], apart, np.where(asked, special.chdtri(1.0, seen[..., 0]), 0.0), among)


def _chances(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Of each value: the chance of its share differing as it does, and the least chance it could have."""
    a, b = first.sum(-1, keepdims=True), second.sum(-1, keepdims=True)
    both, people = first + second, a + b
    law = dealt_law(np.broadcast_to(a, both.shape), np.broadcast_to(b, both.shape), np.stack([both, people - both], -1))
    expected = both * a / np.maximum(people, 1e-9)
    spread = a * b * both * (people - both)
    unit = np.divide(people**3, spread, out=np.zeros_like(both), where=spread > 0)

    def chance(dealt: Floats) -> Floats:
        very = np.exp(log_ways(both, dealt) + log_ways(people - both, a - dealt) - log_ways(people, a))
        told = np.maximum(law.chance(unit * (dealt - expected) ** 2), np.maximum(very, _SUREST))
        return np.where(law.known, np.minimum(told, 1.0), 1.0)

    most, fewest = np.minimum(a, both), np.maximum(both - b, 0.0)
    return chance(first), chance(np.where(most - expected > expected - fewest, most, fewest))

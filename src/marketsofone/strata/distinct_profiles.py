"""How two groups spread over the values of a criterion: which share of buyers would have to change theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from marketsofone.strata.distinct_dealing import DealtLaw, dealt_law, log_ways, shares_of
from marketsofone.strata.distinct_singles import SingleValue, looked_twice, single_value
from marketsofone.strata.distinct_ways import dealt_chance
from marketsofone.strata.noncentral import noncentrality, part_shown

Floats = NDArray[np.float64]

_TINY = 1e-30


@dataclass(frozen=True, slots=True)
class ProfileContrast:
    """The distance of two profiles, each array of one shape, an element a pair.

    Parameters
    ----------
    apart : float array
        Half the sum of the differences in share, as seen.
    widest_value : int array
        Which of the values differs by the largest share.
    square : float array
        Pearson's chi-square as seen.
    law : DealtLaw
        What ``square`` does where nothing differs.
    single : SingleValue
        The value that differs most surely.
    half : float array
        Largest distance that a unit of effect size can make with these values, at most one half.
    values : float array
        How many values are seen.
    buyers_a, buyers_b : float array
    """

    apart: Floats
    widest_value: NDArray[np.int64]
    square: Floats
    law: DealtLaw
    single: SingleValue
    half: Floats
    values: Floats
    buyers_a: Floats
    buyers_b: Floats

    @property
    def effect(self) -> Floats:
        """Share of the buyers of one group who would have to change value, less what chance alone shows."""
        return np.maximum(self._along(np.maximum(self._standard - self.law.freedom, 0.0)), self.single.effect)

    @property
    def telling(self) -> NDArray[np.int64]:
        """Which value to name: the one that differs most surely where that tells more than all of them together."""
        surest = self.single.picked & (self.single.chance <= self.law.chance(self.square))
        return np.where(surest, self.single.place, self.widest_value)

    @property
    def scale(self) -> Floats:
        """What a margin of 1 is worth in units of the effect."""
        return np.ones_like(self.apart)

    @property
    def chance(self) -> Floats:
        """Chance of profiles at least this far apart where they are the same: by all values together, and by one."""
        of_all = self.law.chance(self.square)
        told = np.where(self.single.picked, looked_twice(of_all, self.single.chance), of_all)
        return np.where(self.known, told, 1.0)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether these buyers could show a difference, or all show one value."""
        one = (self.values == 1) & (self.buyers_a > 0) & (self.buyers_b > 0)
        return np.asarray(self.law.known | one)

    @property
    def widest(self) -> tuple[float, float]:
        """The least and the largest effect there can be."""
        return 0.0, 1.0

    def interval(self, level: Floats) -> tuple[Floats, Floats]:
        """Lower and upper bound, each wrong with chance ``level``: a distance cannot fall below zero.

        The lower one follows the values as they were seen to differ, or the one that differs most surely, and is a
        little too high for a few hundred buyers (right 92 times where 95 are promised); it is zero where ``chance`` is
        above the level, and only there, and never above the effect: where a handful of buyers stands beside very many,
        the law is so skewed that its bound would be. The upper one
        holds whichever values differ, those not seen yet included, and takes profiles that agree better
        than chance lets them for ones that agree as chance does.

        References
        ----------
        Steiger (2004), Beyond the F test, *Psychological Methods* 9 (bounds from the noncentral law).
        """
        of_all = self._along(noncentrality(self._standard, self.law.freedom, 1.0 - level))
        shown = np.minimum(np.maximum(of_all, self.single.low(level)), self.effect)
        low = np.where(self.chance <= level, shown, 0.0)
        usual = special.chdtri(np.maximum(self.law.freedom, 1e-9), 0.5)
        most = noncentrality(np.maximum(self._standard, usual), self.law.freedom, level)
        high = self.half * np.sqrt(most * self.law.stretch / np.maximum(_pairs(self.buyers_a, self.buyers_b), 1e-9))
        fewest = np.minimum(self.buyers_a, self.buyers_b)
        unseen = -np.log(level) / np.maximum(fewest, 1e-9)
        return low, np.minimum(np.maximum(np.maximum(high, self.effect), unseen), 1.0)

    def grown(self, times: Floats) -> ProfileContrast:
        """The same profiles with ``times`` as many buyers behind them, what chance adds staying as it is."""
        far = np.maximum(self._standard - self.law.freedom, 0.0)
        more = far * times
        square = self.law.shift + self.law.stretch * (self.law.freedom + more)
        shown = np.divide(square, self.law.stretch * more, out=np.zeros_like(square), where=more > 0)
        return replace(self, apart=self._along(far) * np.sqrt(shown), square=square, single=self.single.grown(times),
                       buyers_a=self.buyers_a * times, buyers_b=self.buyers_b * times)

    @property
    def _standard(self) -> Floats:
        """Chi-square on the scale of the law it follows where nothing differs."""
        return self.law.standard(self.square)

    def _along(self, noncentral: Floats) -> Floats:
        """The distance that a noncentrality makes when values differ in the way they were seen to."""
        return self.apart * part_shown(noncentral * self.law.stretch, self.square)


def profile_contrast(first: Floats, second: Floats) -> ProfileContrast:
    """Counts of buyers by value as the distance of two profiles.

    Pearson's chi-square, referred to a gamma law with the very mean, variance and skewness it has when
    the same buyers are dealt to the groups by chance; so sparse tables of thousands of values stay honest,
    and a criterion whose values all differ shows nothing. Where the ways of dealing are few they are counted,
    and the chi-square is the one that this law finds as surprising. Where they are many, and of three values or more,
    the one that differs most surely is looked at beside: where only that one does, chi-square loses it among the rest.

    Parameters
    ----------
    first, second : float array, shape (..., values)
        Buyers of each group with each value.

    """
    buyers_a, buyers_b = first.sum(-1), second.sum(-1)
    both = first + second
    shares_a, shares_b, shares = (shares_of(part) for part in (first, second, both))
    apart = np.abs(shares_a - shares_b)
    terms = np.divide((shares_a - shares_b) ** 2, shares, out=np.zeros_like(shares), where=shares > 0)
    law = dealt_law(buyers_a, buyers_b, both)
    most = np.maximum(shares.max(-1), 0.5)
    exact, least = dealt_chance(first, second), _chance_of(first, second)
    told = law.known & (least > 2.0 * _TINY)
    counted, surest = (law.square(np.where(told, chance, 1.0)) for chance in (np.maximum(exact, least), least))
    seen = _pairs(buyers_a, buyers_b) * terms.sum(-1)
    return ProfileContrast(
        apart=apart.sum(-1) / 2.0, widest_value=apart.argmax(-1),
        square=np.where(told, np.where(np.isnan(exact), np.minimum(seen, surest), counted), seen),
        law=law, single=single_value(first, second, np.isnan(exact)), half=np.sqrt(most * (1.0 - most)),
        values=(both > 0).sum(-1).astype(np.float64), buyers_a=buyers_a, buyers_b=buyers_b)


def _chance_of(first: Floats, second: Floats) -> Floats:
    """Chance of dealing this very table: no test of so few buyers can be surer than that."""
    both = first + second
    all_ways = log_ways(both.sum(-1), first.sum(-1))
    chance: Floats = np.exp(np.clip(log_ways(both, first).sum(-1) - all_ways, np.log(_TINY), 0.0))
    return chance


def _pairs(buyers_a: Floats, buyers_b: Floats) -> Floats:
    """Half the harmonic mean of two sizes: what the evidence of a comparison grows with."""
    return buyers_a * buyers_b / np.maximum(buyers_a + buyers_b, 1e-9)

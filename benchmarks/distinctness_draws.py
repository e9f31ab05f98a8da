"""Made-up pairs of groups for the distinctness test, criterion by criterion, and an oracle beside it.

A difference of so many points means the same everywhere: the share of one group's buyers who would have to
change for both to be alike. For a criterion of values, one value gains what the others lose in proportion; for a
share, it is the difference of the rates; for money, buyers of the groups overlap but for that share.

The oracle tests the same hypothesis knowing what the test must estimate: the mix of both groups together, how
far the trials of one buyer resemble each other (it weights buyers accordingly), the spread of money. Which value
differs it does not know: like the product it looks at all of three values or more together, and at the surest alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from marketsofone.strata.distinct import Contrast
from marketsofone.strata.distinct_amounts import Spread, amount_contrast
from marketsofone.strata.distinct_profiles import profile_contrast
from marketsofone.strata.distinct_shares import share_contrast
from marketsofone.strata.distinct_singles import looked_twice
from marketsofone.strata.evidence import Sums

Floats = NDArray[np.float64]
ALIKE = 0.1


@dataclass(frozen=True, slots=True)
class Drawn:
    """Pairs of one criterion: the product's contrast, and the oracle's chance of what it sees."""

    contrast: Contrast
    oracle: Floats


@dataclass(frozen=True, slots=True)
class Profile:
    """A criterion of values: the first holds an even share of the buyers, each other one half of the one before it."""

    values: int

    def draw(self, rng: np.random.Generator, size: int, a: int, b: int, points: float) -> Drawn:
        """``size`` pairs of ``a`` and ``b`` buyers, ``points`` apart."""
        rest = 0.5 ** np.arange(self.values - 1)
        even = 1 / self.values
        first, second = (np.concatenate([[own], (1 - own) * rest / rest.sum()]) for own in (even + points, even))
        counts = rng.multinomial(a, first, size).astype(float), rng.multinomial(b, second, size).astype(float)
        mix = (a * first + b * second) / (a + b)
        apart = (counts[0] / a - counts[1] / b) ** 2 * a * b / (a + b)
        oracle = special.chdtrc(self.values - 1, (apart / mix).sum(-1))
        if self.values > 2:
            surest = special.chdtrc(1, (apart / (mix * (1 - mix))).max(-1))
            oracle = looked_twice(oracle, np.minimum(self.values * surest, 1.0))
        return Drawn(profile_contrast(*counts), oracle)


@dataclass(frozen=True, slots=True)
class Rate:
    """A score that is a share: one trial a buyer and ``more`` on average, those of a buyer resembling each other."""

    more: float
    middle: float = 0.5

    def draw(self, rng: np.random.Generator, size: int, a: int, b: int, points: float) -> Drawn:
        """``size`` pairs of ``a`` and ``b`` buyers, ``points`` apart."""
        rates = self.middle + points * b / (a + b), self.middle - points * a / (a + b)
        groups = [self._group(rng, (size, buyers), rate) for buyers, rate in zip((a, b), rates, strict=True)]
        means, variances = zip(*(self._weighted(*group) for group in groups), strict=True)
        z = (means[0] - means[1]) / np.sqrt(variances[0] + variances[1])
        return Drawn(share_contrast(*(_sums(*group) for group in groups)), 2 * special.ndtr(-np.abs(z)))

    def _group(self, rng: np.random.Generator, shape: tuple[int, int], rate: float) -> tuple[Floats, Floats]:
        trials = 1 + rng.poisson(self.more, shape)
        strength = 1 / ALIKE - 1
        own = rng.beta(rate * strength, (1 - rate) * strength, shape)
        return trials.astype(float), rng.binomial(trials, own).astype(float)


    def _weighted(self, trials: Floats, total: Floats) -> tuple[Floats, Floats]:
        weight = 1 / (1 + ALIKE * (trials - 1))
        worth = (trials * weight).sum(-1)
        return (total * weight).sum(-1) / worth, self.middle * (1 - self.middle) / worth


def _sums(n: Floats, s: Floats) -> Sums:
    nothing = np.zeros(n.shape[0])
    parts = ((n > 0).sum(-1).astype(float), n.sum(-1), s.sum(-1), (n * n).sum(-1), (n * s).sum(-1), (s * s).sum(-1))
    return Sums(False, *parts, nothing, nothing)


@dataclass(frozen=True, slots=True)
class Money:
    """A score that is money: lognormal, the logarithm spread by one."""

    def draw(self, rng: np.random.Generator, size: int, a: int, b: int, points: float) -> Drawn:
        """``size`` pairs of ``a`` and ``b`` buyers, ``points`` apart."""
        logs = [rng.normal(middle, 1.0, (size, buyers)) for buyers, middle in ((a, shift(points)), (b, 0.0))]
        g = [np.arcsinh(10 * np.exp(log)) for log in logs]
        spreads = [Spread(np.full(size, float(of.shape[1])), of.sum(-1), (of * of).sum(-1)) for of in g]
        z = (logs[0].mean(-1) - logs[1].mean(-1)) / np.sqrt(1 / a + 1 / b)
        contrast = amount_contrast(spreads[0], spreads[1], np.full(size, 0.1))
        return Drawn(contrast, 2 * special.ndtr(-np.abs(z)))


def shift(points: float) -> float:
    """Difference of mean logarithms at which groups overlap but for so many points."""
    return float(2 * special.ndtri((1 + points) / 2))


CRITERIA: Mapping[str, Profile | Rate | Money] = {
    "needs": Profile(5), "version": Profile(3), "adjustment": Profile(3), "payment": Profile(4),
    "approach": Profile(4), "competitors": Profile(5), "site": Profile(2), "end_customers": Profile(4),
    "pull": Rate(3.0), "competitiveness": Rate(0.5), "attractiveness": Money(),
}
"""The criteria of a question, with how many values or trials each has."""

RARE: Mapping[str, Profile | Rate | Money] = dict(CRITERIA) | {
    "pull": Rate(3.0, 0.03), "competitiveness": Rate(0.5, 0.03)}
"""The same where three approaches in a hundred are answered, and three opportunities won."""

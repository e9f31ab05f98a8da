"""Two groups' shares of successes side by side, with the spread between buyers in every step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from marketsofone.strata.evidence import Sums

Floats = NDArray[np.float64]

_HALVINGS = 45
_MOST_ALIKE = 0.95
_BOUND = 4.0


@dataclass(frozen=True, slots=True)
class ShareContrast:
    """The difference of two shares, each array of one shape, an element a pair.

    Parameters
    ----------
    rate_a, rate_b : float array
        Successes per trial; 0 where there are no trials.
    trials_a, trials_b : float array
        What the trials are worth: fewer than there were, where those of one buyer resemble each other.
    freedom : float array
        Degrees of freedom of what is known of the spread.
    """

    rate_a: Floats
    rate_b: Floats
    trials_a: Floats
    trials_b: Floats
    freedom: Floats

    @property
    def effect(self) -> Floats:
        """Share of the first group less that of the second."""
        return self.rate_a - self.rate_b

    @property
    def scale(self) -> Floats:
        """What a margin of 1 is worth in units of the effect."""
        return np.ones_like(self.rate_a)

    @property
    def chance(self) -> Floats:
        """Chance of a difference at least this large where there is none: score test, two-sided."""
        distance = np.abs(_distance(self, np.zeros_like(self.rate_a)))
        return np.where(self.known, 2.0 * special.stdtr(np.maximum(self.freedom, 1.0), -distance), 1.0)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether both groups have evidence."""
        return (self.trials_a > 0) & (self.trials_b > 0)

    @property
    def widest(self) -> tuple[float, float]:
        """The least and the largest effect there can be."""
        return -1.0, 1.0

    def interval(self, level: Floats) -> tuple[Floats, Floats]:
        """Both ends of the differences that a test at ``level`` would not reject.

        References
        ----------
        Miettinen & Nurminen (1985), Comparative analysis of two rates, *Statistics in Medicine* 4; Gart & Nam (1990),
        Approximate interval estimation of the difference in binomial parameters: correction for skewness, *Biometrics*
        46 (three rare successes of a few are no more surprising than they are).
        """
        reach = -special.stdtrit(np.maximum(self.freedom, 1.0), level / 2.0)
        low, high = _ends(self, reach)
        return low, high

    def grown(self, times: Floats) -> ShareContrast:
        """The same shares with ``times`` as many buyers behind them."""
        return replace(self, trials_a=self.trials_a * times, trials_b=self.trials_b * times,
                       freedom=self.freedom * times)


def share_contrast(first: Sums, second: Sums) -> ShareContrast:
    """Two groups' tallies of one score as the difference of their shares.

    Trials of one buyer resemble each other; the resemblance is measured within the groups, and trials
    count for less accordingly. Reliable for groups that resemble each other in that respect: where one
    is far more mixed than the other, its share is a little less sure than stated.

    Parameters
    ----------
    first, second : Sums
        An element a pair.

    References
    ----------
    Rao & Scott (1992), A simple method for the analysis of clustered binary data, *Biometrics* 48.
    """
    alike = _resemblance(first, second)
    worth = [_ratio(part.n**2, part.unlike + alike * (part.nn - part.unlike)) for part in (first, second)]
    return ShareContrast(_ratio(first.s, first.n), _ratio(second.s, second.n), worth[0], worth[1],
                         _freedom(first, second, alike))


def _freedom(first: Sums, second: Sums, alike: Floats) -> Floats:
    """How well the spread is known, in degrees of freedom.

    What buyers with one trial each do is known from the shares alone; how much the trials of a buyer
    resemble each other must be learnt, from pairs of trials and from no more buyers than there are. The
    smaller group bounds it all, or a handful beside many would look too sure.
    """
    people = [_ratio(part.n**2, part.nn) for part in (first, second)]
    pairs = first.nn + second.nn - first.unlike - second.unlike
    more = _ratio(pairs, first.unlike + second.unlike)
    part = more / (1.0 + alike * more)
    doubt = _ratio(part**2, pairs) + _ratio((alike * part) ** 2, people[0] + people[1] - 2.0)
    learnt = np.divide(1.0, doubt, out=np.full_like(doubt, np.inf), where=doubt > 0)
    return np.minimum(learnt, _BOUND * np.minimum(*people))


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Part per whole; 0 where there is no whole."""
    return np.divide(part, whole, out=np.zeros_like(part, dtype=np.float64), where=whole > 0)


def _resemblance(first: Sums, second: Sums) -> Floats:
    """Intraclass correlation of the trials of one buyer, by moments within the groups."""
    excess, pairs = np.zeros_like(first.n), np.zeros_like(first.n)
    for part in (first, second):
        rate, people = _ratio(part.s, part.n), _ratio(part.n**2, part.nn)
        unit = rate * (1.0 - rate)
        residual = part.ss - 2.0 * rate * part.ns + rate**2 * part.nn
        use = (unit > 1e-12) & (people > 1)
        seen = _ratio(residual * people, unit * (people - 1.0) * use)
        excess += np.where(use, seen - part.unlike, 0.0)
        pairs += np.where(use, part.nn - part.unlike, 0.0)
    return np.clip(_ratio(excess, pairs), 0.0, _MOST_ALIKE)


def _distance(pair: ShareContrast, difference: Floats) -> Floats:
    """How far the observed difference lies from a supposed one, in standard errors under the latter."""
    trials_a, trials_b = np.maximum(pair.trials_a, 1e-9), np.maximum(pair.trials_b, 1e-9)
    rate = _restricted(pair.rate_a, pair.rate_b, trials_b / trials_a, difference)
    other = np.clip(rate - difference, 0.0, 1.0)
    first, second = rate * (1.0 - rate) / trials_a, other * (1.0 - other) / trials_b
    variance = np.maximum(first + second, 1e-15)
    lean = (first * (1.0 - 2.0 * rate) / trials_a - second * (1.0 - 2.0 * other) / trials_b) / variance**1.5
    apart = pair.effect - difference
    return np.where(np.abs(apart) < 1e-12, 0.0, _evened(apart / np.sqrt(variance), lean / 6.0))


def _evened(score: Floats, lean: Floats) -> Floats:
    """The score of a normal law as surprising as one of a law that leans to one side."""
    told = np.abs(lean) > 1e-9
    most = np.where(told, lean, 1.0)
    within = np.maximum(1.0 + 4.0 * most * (score + most), 0.0)
    return np.where(told, (np.sqrt(within) - 1.0) / (2.0 * most), score)


def _restricted(a: Floats, b: Floats, ratio: Floats, difference: Floats) -> Floats:
    """The first share that fits best when the second is lower by ``difference`` (a cubic, in closed form)."""
    third = 1.0 + ratio
    second = -(1.0 + ratio + a + ratio * b + difference * (ratio + 2.0))
    first = difference**2 + difference * (2.0 * a + ratio + 1.0) + a + ratio * b
    zeroth = -a * difference * (1.0 + difference)
    centre = second / (3.0 * third)
    turn = centre**3 - second * first / (6.0 * third**2) + zeroth / (2.0 * third)
    size = np.where(turn < 0, -1.0, 1.0) * np.sqrt(np.maximum(centre**2 - first / (3.0 * third), 1e-18))
    angle = (np.pi + np.arccos(np.clip(turn / size**3, -1.0, 1.0))) / 3.0
    fitting: Floats = np.clip(2.0 * size * np.cos(angle) - centre,
                              np.maximum(0.0, difference), np.minimum(1.0, 1.0 + difference))
    return fitting


def _ends(pair: ShareContrast, reach: Floats) -> Floats:
    """The farthest difference on either side that lies within reach, by halving, shape (2, pairs)."""
    inside, outside = np.stack([pair.effect] * 2), np.stack([np.full_like(pair.effect, side) for side in (-1.0, 1.0)])
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2.0
        near = np.abs(_distance(pair, middle)) <= reach
        inside, outside = np.where(near, middle, inside), np.where(near, outside, middle)
    return inside

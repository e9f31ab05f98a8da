"""Two groups' amounts side by side: money of won buyers, or any number known of each buyer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

_DIGITS = 1e-12


@dataclass(frozen=True, slots=True)
class Spread:
    """What a group's buyers say of an amount, on the scale that tests use.

    Amounts have long tails, and some are negative, so they are compared as ``asinh(amount / scale)``:
    a logarithm for amounts far above the scale, the amount itself near zero.

    Parameters
    ----------
    buyers : float array
    g, gg : float array
        Sum over buyers of the transformed amount and of its square.
    """

    buyers: Floats
    g: Floats
    gg: Floats


@dataclass(frozen=True, slots=True)
class AmountContrast:
    """The difference of two typical amounts, each array of one shape, an element a pair.

    Parameters
    ----------
    middle_a, middle_b : float array
        Means of the transformed amounts.
    error_a, error_b : float array
        Variances of those means; infinite where they cannot be told.
    buyers_a, buyers_b : float array
    unit : float array
        The scale of the transform, in units of the amount.
    """

    middle_a: Floats
    middle_b: Floats
    error_a: Floats
    error_b: Floats
    buyers_a: Floats
    buyers_b: Floats
    unit: Floats

    @property
    def effect(self) -> Floats:
        """Typical amount of the first group less that of the second."""
        return self._money(self.middle_a - self.middle_b)

    @property
    def scale(self) -> Floats:
        """The typical amount of both: what a margin of 1 is worth in units of the effect."""
        return self.unit * np.abs(np.sinh(self._centre))

    @property
    def chance(self) -> Floats:
        """Chance of a difference at least this large where there is none: Welch's test, two-sided."""
        distance = np.abs(self.middle_a - self.middle_b) / np.sqrt(np.maximum(self.error_a + self.error_b, 1e-24))
        return np.where(self.known, 2.0 * special.stdtr(self._freedom, -distance), 1.0)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether both groups have the two buyers that a spread takes."""
        return (self.buyers_a > 1) & (self.buyers_b > 1)

    @property
    def widest(self) -> tuple[float, float]:
        """The least and the largest effect there can be."""
        return -np.inf, np.inf

    def interval(self, level: Floats) -> tuple[Floats, Floats]:
        """Both ends of the differences that a test at ``level`` would not reject.

        References
        ----------
        Welch (1947), The generalization of 'Student's' problem, *Biometrika* 34.
        """
        spread = np.where(self.known, self.error_a + self.error_b, 1.0)
        reach = -special.stdtrit(self._freedom, level / 2.0) * np.sqrt(spread)
        apart = self.middle_a - self.middle_b
        return self._money(apart - reach), self._money(apart + reach)

    def grown(self, times: Floats) -> AmountContrast:
        """The same amounts with ``times`` as many buyers behind them."""
        return replace(self, error_a=self.error_a / times, error_b=self.error_b / times,
                       buyers_a=self.buyers_a * times, buyers_b=self.buyers_b * times)

    @property
    def _weight(self) -> Floats:
        return self.buyers_a / np.maximum(self.buyers_a + self.buyers_b, 1.0)

    @property
    def _centre(self) -> Floats:
        return self._weight * self.middle_a + (1.0 - self._weight) * self.middle_b

    @property
    def _freedom(self) -> Floats:
        """Satterthwaite's degrees of freedom, and no more than groups of one spread would have.

        A handful that happens to lie close together beside many would else be given the freedom of the many: three
        beside three hundred were called different at one in two thousand twenty times as often as that.
        """
        known = self.known
        a, b = np.where(known, self.error_a, 1.0), np.where(known, self.error_b, 1.0)
        rest_a, rest_b = np.maximum(self.buyers_a - 1.0, 1.0), np.maximum(self.buyers_b - 1.0, 1.0)
        spread = (a * self.buyers_a * rest_a + b * self.buyers_b * rest_b) / (rest_a + rest_b)
        alike = _satterthwaite(spread / np.maximum(self.buyers_a, 1.0), spread / np.maximum(self.buyers_b, 1.0),
                               rest_a, rest_b)
        return np.minimum(_satterthwaite(a, b, rest_a, rest_b), alike)

    def _money(self, apart: Floats) -> Floats:
        """A difference on the transformed scale in units of the amount, around the middle of both groups.

        What is smaller than the last digits of the two is none.
        """
        with np.errstate(over="ignore"):
            above = np.sinh(self._centre + apart * (1.0 - self._weight))
            below = np.sinh(self._centre - apart * self._weight)
        none = np.abs(above - below) < _DIGITS * (np.abs(above) + np.abs(below))
        return self.unit * np.where(none, 0.0, above - below)


def amount_contrast(first: Spread, second: Spread, unit: Floats) -> AmountContrast:
    """Two groups' amounts as the difference of what is typical.

    Each buyer counts once, by its own mean amount, so a group is never surer than its buyers allow.
    *Typical* is close to the median: a few very large buyers move a group's mean, not this.

    Parameters
    ----------
    first, second : Spread
        An element a pair.
    unit : float array
        The scale of the transform.
    """
    middle_a, error_a = _mean(first)
    middle_b, error_b = _mean(second)
    return AmountContrast(middle_a, middle_b, error_a, error_b, first.buyers, second.buyers, unit)


def _satterthwaite(a: Floats, b: Floats, rest_a: Floats, rest_b: Floats) -> Floats:
    return np.maximum((a + b) ** 2 / np.maximum(a**2 / rest_a + b**2 / rest_b, 1e-300), 1.0)


def _mean(spread: Spread) -> tuple[Floats, Floats]:
    count = np.maximum(spread.buyers, 1.0)
    middle = spread.g / count
    inside = np.maximum(spread.gg - spread.g * middle, 0.0) / np.maximum(count - 1.0, 1.0)
    return middle, np.where(spread.buyers > 1, inside / count, np.inf)

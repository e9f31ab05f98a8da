"""How strongly an outcome answers to effort: one number from sums over buyers, with its error.

The number is an *elasticity*: the share of what usually comes that is due to effort. At 0 all of it would have come
anyway; at 1 nothing comes without effort, and twice the effort brings twice as much. Plain numbers only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over buyers of what one estimating equation needs.

    Each buyer has ``a`` (instrument times outcome, both around their group's mean) and ``b`` (the same for the
    outcome that an elasticity of 1 foretells); the elasticity makes ``a - elasticity * b`` sum to zero. A buyer
    is one draw however many periods it was seen in, so that its own good and bad years count once.

    Parameters
    ----------
    a, b, aa, ab, bb : float
        Sums over buyers of ``a``, ``b``, their squares and their product.
    buyers : float
        How many had any say.
    trials : float
        Their periods.
    """

    a: float
    b: float
    aa: float
    ab: float
    bb: float
    buyers: float
    trials: float


@dataclass(frozen=True, slots=True)
class Slope:
    """An elasticity, its standard error, the strength (F) of the instrument and the periods behind it."""

    value: float
    error: float
    strength: float
    trials: float

    def interval(self, z: float = 1.6448536269514722) -> tuple[float, float]:
        """The normal interval, 90% unless ``z`` says otherwise."""
        return self.value - z * self.error, self.value + z * self.error


NOTHING = Slope(float("nan"), float("inf"), 0.0, 0.0)
"""No buyer has any say."""

_FEWEST_BUYERS = 5


def slope(m: Moments) -> Slope:
    """The elasticity that the moments give, with an error that is robust within buyers.

    With fewer than five buyers, or no variation of effort at all, it is ``NOTHING``.

    References
    ----------
    Liang & Zeger (1986), Longitudinal data analysis using generalized linear models (the sandwich by cluster);
    Staiger & Stock (1997), Instrumental variables regression with weak instruments (why the F matters).

    Examples
    --------
    >>> found = slope(Moments(a=50.0, b=100.0, aa=60.0, ab=80.0, bb=200.0, buyers=100.0, trials=400.0))
    >>> round(found.value, 2), round(found.error, 3)
    (0.5, 0.055)
    """
    if m.buyers < _FEWEST_BUYERS or not m.b > 0:
        return NOTHING
    value = m.a / m.b
    free = m.buyers / (m.buyers - 1.0)
    spread = max(m.aa - 2.0 * value * m.ab + value * value * m.bb, 0.0) * free
    around = max(m.bb - m.b * m.b / m.buyers, 1e-300) * free
    return Slope(value, float(np.sqrt(spread)) / m.b, m.b * m.b / around, m.trials)


def explained(m: Moments) -> float:
    """How much of the misfit the slope takes away: what competing bends of one curve are chosen by."""
    return m.a * m.a / m.b if m.b > 0 else 0.0

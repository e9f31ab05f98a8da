"""Curves from hours to contribution with diminishing returns, and how one is found from few numbers.

One family: ``value(h) = ceiling * (1 - (1 + h / (shape * scale)) ** -shape)``. It is what a chance of success per
hour gives that is not known exactly and differs between buyers (a gamma mixture of exponentials). ``shape``
infinite is the plain exponential; ``shape`` 1 is Little's ADBUDG curve of exponent 1. The slope at zero is
``ceiling / scale``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from marketsofone.errors import ValuesInvalid

Floats = NDArray[np.float64]

JUDGED_AT = (0.0, 0.5, 1.0, 1.5)
"""Efforts that a person is asked about, in units of the present effort; the fifth question is without limit."""

_SHAPES = np.array([0.5, 1.0, 2.0, 5.0, np.inf])


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve.

    Parameters
    ----------
    ceiling : float
        What endless effort adds, major units.
    scale : float
        Hours above zero; ``ceiling / scale`` is what the first hour adds, an hour.
    shape : float
        Above zero; infinite for the exponential.
    """

    ceiling: float
    scale: float
    shape: float

    def value(self, hours: Floats) -> Floats:
        """What so many hours add, major units, shape of ``hours``."""
        return self.ceiling * rise(hours, self.scale, self.shape)


@dataclass(frozen=True, slots=True)
class Judged:
    """The curve through a person's points.

    Parameters
    ----------
    curve : Curve
        What hours add to what comes without any.
    base : float
        What comes without any hour.
    elasticity : float
        Share of what comes now that is due to the present effort.
    misfit : float
        Largest distance of a point from the curve, as a share of the whole rise.
    """

    curve: Curve
    base: float
    elasticity: float
    misfit: float


def rise(hours: Floats, scale: float, shape: float) -> Floats:
    """Share of the ceiling that so many hours reach, from 0 to 1.

    Examples
    --------
    >>> rise(np.array([0.0, 2.0]), scale=2.0, shape=1.0)
    array([0. , 0.5])
    """
    reached = hours / scale
    if np.isinf(shape):
        return np.asarray(-np.expm1(-reached))
    return np.asarray(-np.expm1(-shape * np.log1p(reached / shape)))


def judged_curve(hours: float, none: float, half: float, now: float, more: float, most: float) -> Judged:
    """The curve through what a person expects with no calls, half, as now, half more, and as many as could be used.

    The ends are taken as said; scale and shape are the least squares through the three points between. A person
    may see an S: too few calls do nothing. The curve has no S; its ``misfit`` then tells how far off it is.

    Parameters
    ----------
    hours : float
        What the present effort is, hours over the horizon; above zero.
    none, half, now, more, most : float
        Contribution over the horizon, major units, never falling.

    Raises
    ------
    ValuesInvalid
        The points fall, effort makes no difference where it should, or ``hours`` is not above zero.

    References
    ----------
    Lodish (1971), CALLPLAN: an interactive salesman's call planning system; Little (1970), Models and managers:
    the concept of a decision calculus.

    Examples
    --------
    >>> found = judged_curve(10.0, none=50, half=90, now=110, more=122, most=170)
    >>> round(found.curve.scale, 1), found.curve.shape, round(found.elasticity, 2)
    (10.0, 1.0, 0.55)
    """
    points = (none, half, now, more, most)
    check_monotone(points)
    if not hours > 0:
        raise ValuesInvalid("A judgement needs the hours that 'as now' means.", f"hours = {hours:g}.",
                            "State the hours spent on this buyer now, above 0, over the horizon.")
    whole = most - none
    if not whole > 0:
        return Judged(Curve(0.0, hours, np.inf), none, 0.0, 0.0)
    at = hours * np.array(JUDGED_AT[1:])
    said = (np.array([half, now, more]) - none) / whole
    fits = [_scale_through(at, said, float(shape)) for shape in _SHAPES]
    scale, shape, misfit = min(fits, key=lambda fit: fit[2])
    due = (now - none) / now if now > 0 else 0.0
    return Judged(Curve(whole, scale, shape), none, due, misfit)


def check_monotone(points: tuple[float, ...]) -> None:
    """Raises ``ValuesInvalid`` where a person expects less from more effort, and says between which points."""
    names = ("no calls", "half of them", "as now", "half more", "as many as could be used")
    for (less, before), (more, after) in zip(zip(names, points, strict=True), list(zip(names, points, strict=True))[1:],
                                             strict=False):
        if after < before:
            raise ValuesInvalid(
                "A judgement of effort never falls as effort grows.",
                f"{before:g} with {less}, {after:g} with {more}.",
                "State the same value where more calls add nothing; lower none of them.",
            )


def _scale_through(at: Floats, said: Floats, shape: float) -> tuple[float, float, float]:
    def squares(log_scale: float) -> float:
        return float(np.sum((rise(at, np.exp(log_scale), shape) - said) ** 2))

    middle = np.log(at[1])
    found = optimize.minimize_scalar(squares, bounds=(middle - 7.0, middle + 7.0), method="bounded",
                                     options={"xatol": 1e-9})
    scale = float(np.exp(found.x))
    return scale, shape, float(np.max(np.abs(rise(at, scale, shape) - said)))


def matched(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Scale (in trials) and shape of the curve that an uncertain chance of success gives.

    ``1 - E(1 - p)**n`` of a chance with this mean and variance is met exactly for no, one and two trials, and
    closely beyond. Without variance the shape is infinite: every trial has the same chance.

    Parameters
    ----------
    mean, variance : float array, shape (buyers,)
        Of the chance that one trial succeeds; ``0 < mean < 1``, ``0 <= variance < mean * (1 - mean)``.

    Examples
    --------
    >>> scale, shape = matched(np.array([0.2]), np.array([0.2 * 0.8 / 6]))
    >>> trials = np.array([0.0, 1.0, 2.0, 10.0])
    >>> rise(trials, scale[0], shape[0]).round(3)      # Beta(1, 4): 1 - 4 / (4 + n)
    array([0.   , 0.2  , 0.333, 0.714])
    """
    first = -np.log1p(-mean)
    both = -np.log((1.0 - mean) ** 2 + variance)
    ratio = np.clip(both / first, _LEAST_RATIO, 2.0)
    plain = ratio > 2.0 - _ALIKE
    ratio = np.minimum(ratio, 2.0 - _ALIKE)
    u = 0.72 * (2.0 ** (1.0 / (ratio - 1.0)) - 2.0)
    for _ in range(NEWTON_STEPS):
        u = u - (np.log1p(2 * u) - ratio * np.log1p(u)) / (2 / (1 + 2 * u) - ratio / (1 + u))
    shape = first / np.log1p(u)
    return np.where(plain, 1.0 / first, 1.0 / (shape * u)), np.where(plain, np.inf, shape)


_LEAST_RATIO, _ALIKE = 1.08, 1e-6
NEWTON_STEPS = 5

"""Newton's method to the top of a likelihood of a few parameters, inside a box."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MOST_STEPS = 200
SHORTEST_STRIDE = 1e-9
FLAT = 1e-12  # curvature below which a direction counts as level


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A log-likelihood at one point, with its first and second derivatives."""

    height: float
    slope: Floats
    curve: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Summit:
    """Where an ascent ended.

    Parameters
    ----------
    point : float array, shape (parameters,)
        The coordinates reached.
    surface : Surface
        The log-likelihood and its derivatives there.
    free : bool array, shape (parameters,)
        Coordinates that are determined by the data: neither held nor stopped by the box.
    """

    point: Floats
    surface: Surface
    free: Flags

    def covariance(self) -> Floats:
        """Inverse of minus the second derivatives among the free coordinates, 0 elsewhere."""
        variance = np.zeros_like(self.surface.curve)
        bends, ways = _bends(self.surface, self.free)
        variance[np.ix_(self.free, self.free)] = (ways / np.maximum(bends, FLAT)) @ ways.T
        return variance

    def axes(self, longest: float) -> Floats:
        """Steps of one standard error, each unsure independently of the others, shape (axes, parameters).

        ``longest`` bounds a step along which the data say next to nothing.
        """
        bends, ways = _bends(self.surface, self.free)
        steps = np.zeros((len(bends), len(self.point)))
        steps[:, self.free] = (ways / np.sqrt(np.maximum(bends, longest**-2))).T
        return steps

    def spread(self, ways: Floats) -> Floats:
        """Standard errors of quantities whose derivatives by the coordinates are the rows of ``ways``.

        Infinite where a quantity leans on a coordinate that the data do not determine.
        """
        variance = np.einsum("ij,jk,ik->i", ways, self.covariance(), ways)
        undetermined = np.any(ways[:, ~self.free] != 0.0, axis=1)
        return np.where(undetermined, np.inf, np.sqrt(np.maximum(variance, 0.0)))


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """The least and the largest value of each coordinate."""

    low: Floats
    high: Floats

    def clip(self, point: Floats) -> Floats:
        """The nearest point inside."""
        return np.clip(point, self.low, self.high)

    def open_ways(self, point: Floats, slope: Floats) -> Flags:
        """Coordinates that can move uphill without leaving the box."""
        return ~((point <= self.low) & (slope < 0.0) | (point >= self.high) & (slope > 0.0))


def climb(evaluate: Callable[[Floats], Surface], start: Floats, box: Box, held: Flags,
          tolerance: float = 1e-8) -> Summit:
    """Climb from ``start`` until the next step promises less than ``tolerance`` of log-likelihood.

    Each step is Newton's on the absolute value of the curvature, so it leads uphill from saddles and
    flats too, and never longer than a stride that shrinks after a step down and grows after a good one.

    Parameters
    ----------
    evaluate : callable
        Log-likelihood and derivatives at a point.
    start : float array, shape (parameters,)
    box : Box
        Where to stay.
    held : bool array, shape (parameters,)
        Coordinates that must not move.
    tolerance : float
        In nats. A step that promises this gain is ``sqrt(2 * tolerance)`` standard errors long.
    """
    point, stride = box.clip(start), 2.0
    here = evaluate(point)
    for _ in range(MOST_STEPS):
        free = ~held & box.open_ways(point, here.slope)
        step = newton_step(here, free, stride)
        if here.slope @ step < 2.0 * tolerance or stride < SHORTEST_STRIDE:
            break
        onward = box.clip(point + step)
        there = evaluate(onward)
        if there.height > here.height:
            point, here, stride = onward, there, min(2.0 * stride, 4.0)
        else:
            stride = 0.25 * min(stride, float(np.abs(step).max()))
    return Summit(point, here, ~held & (point > box.low) & (point < box.high))


def newton_step(here: Surface, free: Flags, stride: float) -> Floats:
    """The step uphill, at most ``stride`` along any coordinate."""
    step = np.zeros_like(here.slope)
    bends, ways = _bends(here, free)
    uphill = ways.T @ here.slope[free]
    step[free] = ways @ (uphill / np.maximum(np.abs(bends), FLAT))
    longest = float(np.abs(step).max(initial=0.0))
    return step * min(1.0, stride / longest) if longest > 0.0 else step


def _bends(here: Surface, free: Flags) -> tuple[Floats, Floats]:
    """Eigenvalues and eigenvectors of minus the second derivatives among the free coordinates."""
    bends, ways = np.linalg.eigh(-here.curve[np.ix_(free, free)])
    return bends, ways

"""Limits of a model that the data cannot tell from its maximum: found, named, and settled on.

A likelihood may keep rising, or stay level, as parameters run off together: where nobody leaves, any
number says how alike buyers are in leaving. The numbers an optimiser happens to stop at are then
meaningless. Here the limit itself is tried, and taken and named where it is as likely.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from marketsofone.pooling.repeat_ascent import Box, Flags, Floats, Summit, Surface, climb

INDISTINCT = 0.01   # nats that a limit may lose and still not be told apart from the maximum
UNSURE = 3.0        # standard error of a coordinate, on a log scale, from which its limits are tried


@dataclass(frozen=True, slots=True)
class Ridge:
    """A limit along one coordinate.

    Parameters
    ----------
    name : str
        What the data look like there, in words.
    coordinate : int
        The coordinate that runs off.
    limit : float
        Where it is held.
    moot : tuple of int
        Coordinates that mean nothing at that limit; they rest at 0.
    """

    name: str
    coordinate: int
    limit: float
    moot: tuple[int, ...] = ()

    def at(self, point: Floats) -> Floats:
        """The point moved to the limit."""
        moved = point.copy()
        moved[list(self.moot)] = 0.0
        moved[self.coordinate] = self.limit
        return moved

    def holds(self) -> list[int]:
        """The coordinates that no longer move."""
        return [self.coordinate, *self.moot]


def highest(evaluate: Callable[[Floats], Surface], starts: Sequence[Floats], box: Box) -> Summit:
    """The summit above the first start or, where it leaves a coordinate unsure, the highest of all.

    A likelihood that hardly determines its parameters may have more than one top.
    """
    held = np.zeros(len(starts[0]), dtype=bool)
    summit = climb(evaluate, starts[0], box, held)
    if all(_sure(summit, coordinate) for coordinate in range(len(held))):
        return summit
    others = [climb(evaluate, start, box, held) for start in starts[1:]]
    return max([summit, *others], key=lambda top: top.surface.height)


def settle(evaluate: Callable[[Floats], Surface], starts: Sequence[Floats], box: Box,
           ridges: Sequence[Ridge]) -> tuple[Summit, str]:
    """Climb, then take every limit that is as likely as the summit.

    Parameters
    ----------
    evaluate : callable
        Log-likelihood and derivatives at a point.
    starts : sequence of float arrays, shape (coordinates,)
        As in ``highest``.
    box : Box
    ridges : sequence of Ridge
        Tried in this order.

    Returns
    -------
    tuple of Summit and str
        The summit, and the names of the limits taken, joined by "; ".
    """
    held, names = np.zeros(len(starts[0]), dtype=bool), []
    summit = highest(evaluate, starts, box)
    for ridge in ridges:
        if held[ridge.coordinate] or _sure(summit, ridge.coordinate):
            continue
        limit = ridge.at(summit.point)
        if evaluate(limit).height >= summit.surface.height - INDISTINCT:
            held = _with(held, ridge.holds())
            summit = climb(evaluate, limit, box, held)
            names.append(ridge.name)
    return summit, "; ".join(names)


def _sure(summit: Summit, coordinate: int) -> bool:
    return bool(summit.free[coordinate] and summit.covariance()[coordinate, coordinate] < UNSURE**2)


def _with(held: Flags, more: list[int]) -> Flags:
    also = held.copy()
    also[more] = True
    return also

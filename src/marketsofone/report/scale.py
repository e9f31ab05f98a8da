"""Where a number stands on a picture: scales and readable tick marks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight scale from ``low`` to ``high``; what lies outside stands at its end."""

    low: float
    high: float

    def place(self, value: float, length: float = 100.0) -> float:
        """Distance of a value from the low end, rounded so that the page stays the same byte for byte.

        Examples
        --------
        >>> Scale(0.0, 2.0).place(0.5), Scale(0.0, 2.0).place(7.0, length=300)
        (25.0, 300.0)

        """
        part = (value - self.low) / (self.high - self.low)
        return round(length * min(max(part, 0.0), 1.0), 2)

    def ticks(self, about: int = 5) -> tuple[float, ...]:
        """Round numbers within the scale, about so many.

        Examples
        --------
        >>> Scale(0.0, 0.43).ticks()
        (0.0, 0.1, 0.2, 0.3, 0.4)

        """
        step = _round_step((self.high - self.low) / about)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return tuple(round(n * step, 12) for n in range(first, last + 1))


def scale_from_zero(values: Iterable[float], highs: Iterable[float]) -> Scale:
    """A scale that holds zero, every value and nine in ten upper ends.

    One stratum about which nothing is known would else press all others to the left; its interval
    runs off the end instead.
    """
    values, highs = list(values), list(highs)
    top = max([*values, float(np.quantile(highs, 0.9)) if highs else 0.0, 0.0])
    bottom = min([*values, 0.0])
    return Scale(bottom, top if top > bottom else bottom + 1.0)


def scale_around(values: Iterable[float], least: float, most: float) -> Scale:
    """A scale that holds the values with a little room, within ``least`` and ``most``."""
    values = list(values)
    room = 0.06 * (max(values) - min(values)) or abs(values[0]) * 0.5 or 0.5
    return Scale(max(min(values) - room, least), min(max(values) + room, most))


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return power * min((1.0, 2.0, 5.0, 10.0), key=lambda step: abs(step * power - rough))

"""The law of chi-square where something differs, read backwards."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

_LARGE = 2_000.0


def part_shown(noncentral: Floats, square: Floats) -> Floats:
    """Which part of a distance a noncentrality makes, where a chi-square of ``square`` was seen; one at most.

    Parameters
    ----------
    noncentral, square : float array
        Of one shape; where nothing was seen the part is 0.
    """
    part = np.divide(noncentral, square, out=np.zeros_like(square), where=square > 0)
    shown: Floats = np.sqrt(np.minimum(part, 1.0))
    return shown


def noncentrality(square: Floats, freedom: Floats, below: Floats) -> Floats:
    """The noncentrality at which a chi-square falls below the one seen with chance ``below``; 0 where none does.

    Parameters
    ----------
    square, freedom, below : float array
        Of one shape; ``below`` may be a single value for all.
    """
    freedom = np.maximum(freedom, 1e-9)
    below = np.broadcast_to(below, square.shape)
    small = np.minimum(square, _LARGE)
    exact = special.chndtrinc(small, freedom, below)
    reach = special.ndtri(below)
    middle = square - freedom + 2.0 * reach**2
    wide = np.sqrt(np.maximum(middle**2 - (square - freedom) ** 2 + 2.0 * reach**2 * freedom, 0.0))
    found = np.where(square < _LARGE, exact, middle - np.sign(reach) * wide)
    return np.where(special.chdtr(freedom, square) > below, np.maximum(found, 0.0), 0.0)

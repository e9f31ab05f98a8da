"""Columns of buyers, brought together by rep."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from marketsofone.allocation.curves import Floats

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def summed(rep: Ints, values: Floats, reps: int) -> Floats:
    """The sum per rep; zero where it has no buyer."""
    return np.bincount(rep, values, minlength=reps).astype(np.float64)


def highest(rep: Ints, values: Floats, reps: int) -> Floats:
    """The highest value per rep; minus infinity where it has no buyer."""
    top = np.full(reps, -np.inf)
    np.maximum.at(top, rep, values)
    return top

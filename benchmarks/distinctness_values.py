"""What looking at the surest single value beside chi-square of all finds, by how many values a criterion has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from marketsofone.strata.distinct_profiles import profile_contrast

Floats = NDArray[np.float64]
BUYERS, POINTS, LEVEL = 150, 0.15, 0.05 / 11
VALUES = (4, 6, 12, 20, 100)


def one_value(rng: np.random.Generator, asks: int) -> list[str]:
    """How often a difference is called: in one value, spread over all, and where there is none."""
    lines = ["| values | one value gains what the others lose | half of the values gain what the others lose | nothing "
             "differs |", "|---|---|---|---|"]
    for values in VALUES:
        even = np.full(values, 1 / values)
        single = np.concatenate([[even[0] + POINTS], np.full(values - 1, (1 - even[0] - POINTS) / (values - 1))])
        spread = even + np.repeat([2 * POINTS / values, -2 * POINTS / values], values // 2)
        cells = [_called(rng, first, even, 20 * asks) for first in (single, spread, even)]
        lines.append(f"| {values} | " + " | ".join(cells) + " |")
    return lines


def _called(rng: np.random.Generator, first: Floats, second: Floats, pairs: int) -> str:
    contrast = profile_contrast(*(rng.multinomial(BUYERS, share, pairs).astype(float) for share in (first, second)))
    both, by_all = ((chance <= LEVEL).mean() for chance in (contrast.chance, contrast.law.chance(contrast.square)))
    return f"{both:.4f} ({by_all:.4f})"

"""Simulated buyers who live by the BG/NBD model, and small tables that break other programs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from marketsofone.pooling.repeat_buying import RepeatCells

Floats = NDArray[np.float64]
Histories = tuple[Floats, Floats, Floats]
"""``x``, ``t_x`` and ``T`` of every buyer."""

HARD = {
    "a handful of buyers": ((3, 40), 0.5, 30.0, 0.8, 2.5, 365.0, True),
    "buying daily": ((200, 201), 2.0, 2.5, 0.5, 3.0, 365.0, True),
    "hundreds of purchases each": ((60, 61), 5.0, 1.0, 0.05, 20.0, 730.0, False),
    "nobody leaves": ((300, 301), 0.6, 40.0, 1e-9, 1.0, 730.0, True),
    "hardly anyone buys again": ((400, 401), 0.003, 30.0, 0.5, 3.0, 365.0, True),
}
"""Number of buyers from and to, r, alpha, a, b, longest time, and whether days are whole."""


def simulate(rng: np.random.Generator, buyers: int, r: float, alpha: float, a: float, b: float, longest: float,
             by_day: bool) -> Histories:
    """Histories of buyers; by day, times are whole and purchases may share a day."""
    rate = np.maximum(rng.gamma(r, 1 / alpha, buyers), 1e-12)
    last_of_all = rng.geometric(np.clip(rng.beta(a, b, buyers), 1e-12, 1.0))
    until = rng.uniform(0.0 if by_day else 0.1 * longest, longest, buyers)
    T = np.maximum(np.ceil(until), 1.0) if by_day else until
    x, t_x, clock, going = np.zeros(buyers), np.zeros(buyers), np.zeros(buyers), np.arange(buyers)
    while len(going):
        clock[going] += rng.exponential(1 / rate[going])
        going = going[clock[going] <= T[going]]
        x[going] += 1
        t_x[going] = np.ceil(clock[going]) if by_day else clock[going]
        going = going[x[going] < last_of_all[going]]
    return x, t_x, T


def market(buyers: int, seed: int) -> Histories:
    """Up to two years of purchases, by day."""
    return simulate(np.random.default_rng(seed), buyers, 0.8, 40.0, 0.8, 2.5, 730.0, True)


def hard_tables(seeds: int) -> Iterator[tuple[str, Histories]]:
    """Every kind of hard table, from fresh seeds."""
    for kind, ((least, most), *planted) in HARD.items():
        for seed in range(seeds):
            rng = np.random.default_rng(1_000 + seed)
            yield kind, simulate(rng, int(rng.integers(least, most)), *planted)


def counted(x: Floats, t_x: Floats, T: Floats) -> RepeatCells:
    """Distinct histories in whole days, and how many buyers share each."""
    key = (x.astype(np.int64) << 40) + (t_x.astype(np.int64) << 20) + T.astype(np.int64)
    found, weight = np.unique(key, return_counts=True)
    return RepeatCells(found >> 40, (found >> 20) & 0xFFFFF, found & 0xFFFFF, weight)

"""What intervals hold of sales of very unequal size, drawn by laws that neither the simulator nor the pooling knows.

Nothing sets strata apart here: the pooling alone is judged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from truth_measures import Figures

from marketsofone.pooling import Cells, Tree, fit_curvature, pool

Floats = NDArray[np.float64]
Rng = np.random.Generator

SPREADS = ((0.7, 0.7), (1.0, 1.0), (0.5, 1.5), (1.5, 1.0))
"""Between buyers and within them: as standard deviations of a logarithm."""
SIZES: tuple[tuple[int, Callable[[Rng, int], NDArray[np.int64]]], ...] = (
    (300, lambda rng, buyers: rng.integers(2, 5, buyers)), (300, lambda rng, buyers: rng.poisson(1.0, buyers)),
    (2_000, lambda rng, buyers: rng.poisson(0.4, buyers)), (3_000, lambda rng, buyers: rng.integers(2, 5, buyers)))
"""Buyers, and how many sales each has: two to four; one or 0.4 on average."""


@dataclass(frozen=True, slots=True)
class Law:
    """How buyers' means are drawn around one, and factors of sales around one, each for a spread."""

    name: str
    means: Callable[[Rng, float, int], Floats]
    sales: Callable[[Rng, float, int], Floats]


def _lognormal(rng: Rng, spread: float, count: int) -> Floats:
    return rng.lognormal(-spread**2 / 2.0, spread, count)


def _gamma(rng: Rng, spread: float, count: int) -> Floats:
    shape = 1.0 / np.expm1(spread**2)
    return rng.gamma(shape, 1.0 / shape, count)


def _inverse_gamma(rng: Rng, spread: float, count: int) -> Floats:
    shape = 2.0 + 1.0 / np.expm1(spread**2)
    return (shape - 1.0) / rng.gamma(shape, 1.0, count)


def _pareto(rng: Rng, spread: float, count: int) -> Floats:
    tail = 1.0 + 1.4 / spread
    return (1.0 + rng.pareto(tail, count)) * (tail - 1.0) / tail


def _half_next_to_nothing(rng: Rng, spread: float, count: int) -> Floats:
    return _lognormal(rng, spread, count) * rng.choice([0.1, 1.9], count)


LAWS = (Law("lognormal", _lognormal, _lognormal), Law("gamma around inverse-gamma means", _inverse_gamma, _gamma),
        Law("half of sales next to nothing", _lognormal, _half_next_to_nothing),
        Law("Pareto around lognormal means", _lognormal, _pareto))


def amount_figures(law: Law, spreads: tuple[float, float], seed: int) -> Figures:
    """Of one market of each size: buyers whose mean lies in its interval, and markets whose mean does."""
    held = np.zeros(2)
    for place, (buyers, often) in enumerate(SIZES):
        rng = np.random.default_rng([seed, place])
        means, count = law.means(rng, spreads[0], buyers), often(rng, buyers)
        who = np.repeat(np.arange(buyers), count)
        money = means[who] * law.sales(rng, spreads[1], len(who))
        rows = count.astype(np.float64)
        total, squares = np.bincount(who, money, buyers), np.bincount(who, money**2, buyers)
        cells = Cells(np.zeros(buyers, dtype=np.int64), rows, total, np.full(buyers, money.mean()), np.ones(buyers),
                      rows=rows, squares=squares)
        found = pool(fit_curvature(rows, rows, total, squares), Tree(np.array([-1])), cells)
        inside = (found.cells.low <= means) & (means <= found.cells.high)
        held += [inside.mean(), found.nodes.low[0] <= means.mean() <= found.nodes.high[0]]
    return {"cover:buyers": [float(held[0]), len(SIZES)], "cover:market": [float(held[1]), len(SIZES)]}

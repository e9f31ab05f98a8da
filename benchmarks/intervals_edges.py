"""Edges in one simulated market: does the interval hold what acting on the parts would earn by planted worth?"""

from __future__ import annotations

import numpy as np
from alarms import WHOLE
from numpy.typing import NDArray
from tree_market import sampled, without_rival
from truth_market import draw_market
from truth_measures import Figures

from marketsofone.customer import Stratum
from marketsofone.sources.simulated import Plan
from marketsofone.strata import Rules
from marketsofone.strata.edge import Edge, Parted, both_ways, edge, hours
from marketsofone.strata.edge_parting import Folds, fold_tree, folds_of, partings
from marketsofone.strata.regrowing import placed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TAIL = 0.05


def edge_figures(plan: Plan, seed: int) -> Figures:
    """How many edges' intervals hold, of how many, in the market and its planted sectors: ``cover:edge:<place>``.

    Also what is said and what is true over all places, as ``said:edge``, and edges that are said to be above nothing.
    """
    market = without_rival(draw_market(plan, seed))
    sample = sampled(market)
    words = sample.words["sector"]
    strata = (WHOLE, *(Stratum(i + 1, 0, word, "sector", (word,), 1, f"s{i}") for i, word in enumerate(words)))
    folds = folds_of(sample, strata, market.dimensions, Rules())
    ways = [_judged(folds, chooses, market.truth.prod(axis=1)) for chooses in (0, 1)]
    figures: Figures = {}
    for number in ways[0].keys() & ways[1].keys():
        (first, one), (second, other) = ways[0][number], ways[1][number]
        found, true = both_ways(first, second), (one + other) / 2
        low, high = found.bounds(TAIL)
        place = "sectors" if number else "market"
        for key, added in ((f"cover:edge:{place}", [float(low <= true <= high), 1.0]),
                           (f"shown:edge:{place}", [float(low > 0), 1.0]),
                           (f"said:edge:{place}", [found.value, true])):
            figures[key] = [a + b for a, b in zip(figures.get(key, [0.0, 0.0]), added, strict=True)]
    return figures


def _judged(folds: Folds, chooses: int, worth: Floats) -> dict[int, tuple[Edge, float]]:
    """Each stratum's edge as one fold acts, and what acting so earns by the planted worth of its buyers."""
    node = placed(folds.sample, fold_tree(folds, chooses))
    found = {}
    for number, parted in partings(folds, chooses):
        part = _part(folds, parted, node)
        at = (part >= 0) & (folds.standing == number if number else True)
        found[number] = (edge(parted), float(np.sum(worth[at] * hours(parted)[part[at]])))
    return found


def _part(folds: Folds, parted: Parted, node: Ints) -> Ints:
    """The part that each buyer belongs to, -1 where it is not known."""
    if not parted.by:
        return np.array([parted.members.get(int(number), -1) for number in range(int(node.max()) + 1)])[node]
    words = folds.folded.words[parted.by]
    return np.array([*(parted.members.get(word, -1) for word in words), -1])[folds.folded.codes[parted.by]]

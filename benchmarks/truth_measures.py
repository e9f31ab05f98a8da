"""What is measured on one simulated market: coverage, interval scores, likeness with the truth, structure found."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import adjusted_rand_score
from truth_market import Floats, Market, draw_market, scores_of, stratified
from truth_oracle import members, of_strata, oracle

from marketsofone.sources.simulated import Plan
from marketsofone.sources.simulated.layout import SCORES

Figures = dict[str, list[float]]
TAIL = 0.05
TOP_SHARE = 0.1


def market_figures(plan: Plan, seed: int, unstated: float = 0.0) -> Figures:
    """Everything asked of one market; each figure a sum and what it is a sum over, so that seeds add up.

    ``unstated`` is the share of dimension values left out by lot. Keys are ``kind:score:level``; values
    ``[ours, count or oracle's]`` as the kind says.
    """
    market = draw_market(plan, seed, unstated)
    strata, node = stratified(market)
    depth = np.array([stratum.depth for stratum in strata])
    inside = members(strata, node)
    figures: Figures = {}
    found = scores_of(market, strata, node)
    guesses, best = np.empty_like(market.truth), np.empty_like(market.truth)
    for number, score in enumerate(SCORES):
        truth, money = market.truth[:, number], score == "attractiveness"
        pooled = found[score]
        known = oracle(market, number, market.tallies[score])
        guesses[:, number], best[:, number] = pooled.cells.mean, known.mean
        ours = (pooled.cells.low, pooled.cells.high)
        figures |= _intervals(f"{score}:buyers", ours, (known.low, known.high), truth)
        means = np.array([truth[of].mean() for of in inside])
        _, low, high = of_strata(known, strata, node, money=money)
        for level in range(depth.max() + 1):
            at = depth == level
            figures |= _intervals(f"{score}:level {level}", (pooled.nodes.low[at], pooled.nodes.high[at]),
                                  (low[at], high[at]), means[at])
            figures[f"ratio:{score}:level {level}"] = [float(np.sum(pooled.nodes.mean[at] / means[at])), int(at.sum())]
    figures |= _likeness(guesses, best, market.truth)
    figures |= _ranking(guesses, market.truth)
    return figures | _structure(market, node, depth)


def _intervals(name: str, ours: tuple[Floats, Floats], oracles: tuple[Floats, Floats], truth: Floats) -> Figures:
    return {
        f"cover:{name}": [float(np.sum(_holds(*ours, truth))), len(truth)],
        f"oracle cover:{name}": [float(np.sum(_holds(*oracles, truth))), len(truth)],
        f"interval:{name}": [float(_interval_score(*ours, truth).sum()), float(_interval_score(*oracles, truth).sum())],
    }


def _holds(low: Floats, high: Floats, truth: Floats) -> np.ndarray:
    return (low <= truth) & (truth <= high)


def _interval_score(low: Floats, high: Floats, truth: Floats) -> Floats:
    """Width, and what lies outside twenty times: lower is better (Gneiting & Raftery, 2007)."""
    outside = np.maximum(low - truth, 0.0) + np.maximum(truth - high, 0.0)
    return np.asarray(high - low + outside / TAIL)


def _likeness(guesses: Floats, best: Floats, truth: Floats) -> Figures:
    figures: Figures = {}
    for i, score in enumerate(SCORES):
        own, reach = (float(np.corrcoef(of[:, i], truth[:, i])[0, 1]) for of in (guesses, best))
        figures[f"like:{score}"] = [own, reach]
        for j, other in enumerate(SCORES):
            if i != j:
                figures[f"other:{score}:{other}"] = [float(np.corrcoef(guesses[:, i], truth[:, j])[0, 1]), 1]
    return figures


def _ranking(guesses: Floats, truth: Floats) -> Figures:
    """Planted margin of the tenth ranked first, by all three scores and without pull."""
    worth, count = truth.prod(axis=1), int(TOP_SHARE * len(truth))
    first = [worth[np.argsort(-of.prod(axis=1), kind="stable")[:count]].sum() for of in (guesses, guesses[:, 1:])]
    most = np.sort(worth)[::-1][:count].sum()
    return {"margin": [float((first[0] - first[1]) / most), 1], "margin kept": [float(first[0] / most), 1]}


def _structure(market: Market, node: np.ndarray, depth: np.ndarray) -> Figures:
    cell = market.company.truth["cell_3"].to_pandas()
    return {"alike": [float(adjusted_rand_score(cell, node)), 1], "depth": [float(depth.max()), 1],
            "strata": [len(depth), 1]}


def noise_figures(plan: Plan, seed: int) -> Figures:
    """Whether a market in which nothing differs was split at all."""
    strata, _ = stratified(draw_market(plan, seed))
    return {"split": [float(len(strata) > 1), 1]}

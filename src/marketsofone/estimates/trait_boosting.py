"""The boosted part of the prior on traits: trees that find what traits do together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from marketsofone.estimates.trait_levels import FloatArray, IntArray

LEAST_ROWS, LEAST_OF_EACH = 200, 15
"""Fewer rows, or fewer successes or failures, grow no trees."""

_FIRST_TREES = 60


@dataclass(frozen=True, slots=True)
class Trees:
    """What kind of trees: leaves, how fast they learn, how many at most, columns seen as categories."""

    leaves: int
    rate: float
    most: int
    categories: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Boosted:
    """A grown model, and after how many trees the rows of each held-out group were foretold best."""

    model: Any
    base: float
    best: dict[int, int]

    def log_odds(self, levels: FloatArray, trees: int) -> FloatArray:
        """Log odds of rows after some trees, shape (rows,)."""
        if self.model is None or trees == 0 or not len(levels):
            return np.full(len(levels), self.base)
        stages = self.model.staged_decision_function(levels)
        return np.asarray(next(islice(stages, trees - 1, None)), float).ravel()


def fit_boosted(kind: Trees, levels: FloatArray, trials: FloatArray, successes: FloatArray,
                held_out: FloatArray, groups: IntArray, held_trials: FloatArray, held_successes: FloatArray,
                seed: int) -> Boosted:
    """Grow trees until none of the held-out groups is foretold better by more of them.

    Each held-out group decides its own number of trees from its own outcomes alone.

    Parameters
    ----------
    kind : Trees
    levels : float array, shape (rows, columns)
    trials, successes : float array, shape (rows,)
    held_out, groups, held_trials, held_successes
        The same for rows that are not trained on, and the group of each.
    seed : int
    """
    base = float(np.log((successes.sum() + 0.5) / (trials.sum() - successes.sum() + 0.5)))
    distinct = [int(group) for group in np.unique(groups)]
    rows, outcome, weight = _one_outcome_a_row(trials, successes)
    if len(rows) < LEAST_ROWS or min(np.bincount(outcome, minlength=2)) < LEAST_OF_EACH:
        return Boosted(None, base, dict.fromkeys(distinct, 0))
    model = _classifier(kind, len(rows), seed)
    best: dict[int, int] = {}
    while len(best) < len(distinct):
        model.fit(levels[rows], outcome, sample_weight=weight)
        odds = [stage.ravel() for stage in model.staged_decision_function(held_out)]
        for group in (group for group in distinct if group not in best):
            mine = groups == group
            losses = [_loss(stage[mine], held_trials[mine], held_successes[mine]) for stage in odds]
            lowest = int(np.argmin(losses)) + 1
            if lowest <= 0.75 * model.max_iter or model.max_iter >= kind.most:
                best[group] = lowest
        model.max_iter *= 2
    return Boosted(model, base, best)


def _classifier(kind: Trees, rows: int, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=_FIRST_TREES, learning_rate=kind.rate, max_leaf_nodes=kind.leaves,
        min_samples_leaf=int(np.clip(rows // 200, 5, 20)), l2_regularization=2.0, early_stopping=False,
        warm_start=True, categorical_features=list(kind.categories) or None, random_state=seed)


def _one_outcome_a_row(trials: FloatArray, successes: FloatArray) -> tuple[IntArray, IntArray, FloatArray | None]:
    """Rows, outcomes and weights; a row with successes and failures comes twice."""
    failures = trials - successes
    won, lost = np.flatnonzero(successes > 0), np.flatnonzero(failures > 0)
    rows = np.concatenate([won, lost])
    outcome = np.repeat([1, 0], [len(won), len(lost)])
    weight = np.concatenate([successes[won], failures[lost]])
    order = np.argsort(rows, kind="stable")
    return rows[order], outcome[order], None if (weight == 1).all() else weight[order]


def _loss(odds: FloatArray, trials: FloatArray, successes: FloatArray) -> float:
    return float(trials @ np.logaddexp(0, odds) - successes @ odds)

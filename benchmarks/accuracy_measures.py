"""How good foretold shares are, and how sure one may be of a difference over splits that overlap."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import log_loss, roc_auc_score

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
LEAST_TRIALS = 20
MEASURES = ("log loss", "Brier", "AUC", "calibration error", "perfect model, 95%")


def measures(share: Floats, success: Flags, seed: int) -> dict[str, float]:
    """Log loss, Brier score, AUC, calibration error, and what the latter would be for a perfect model."""
    p = np.clip(share, 1e-6, 1 - 1e-6)
    values = (log_loss(success, p), np.mean((p - success) ** 2), roc_auc_score(success, p),
              calibration(p, success), perfect(p, np.random.default_rng(seed)))
    return {name: float(value) for name, value in zip(MEASURES, values, strict=True)}


def calibration(share: Floats, success: Flags) -> float:
    """Expected calibration error over ten bins of like size, from the least to the most likely."""
    bins = np.array_split(np.argsort(share, kind="stable"), 10)
    return float(sum(abs(share[rows].sum() - success[rows].sum()) for rows in bins) / len(share))


def perfect(share: Floats, rng: np.random.Generator, draws: int = 400) -> float:
    """95th percentile of the calibration error where every share is exactly right."""
    return float(np.quantile([calibration(share, rng.random(len(share)) < share) for _ in range(draws)], 0.95))


def corrected_interval(gaps: Floats, test_share: float) -> tuple[float, float, float]:
    """Mean over splits and its 95% interval, the variance corrected for splits that share rows.

    Parameters
    ----------
    gaps : float array, shape (splits,)
    test_share : float
        Rows foretold over rows learned from.

    References
    ----------
    Nadeau and Bengio, "Inference for the generalization error", *Machine Learning* 52 (2003).

    Examples
    --------
    >>> low, mean, high = corrected_interval(np.array([1.0, 2.0, 3.0]), 0.5)
    >>> round(low, 2), mean, round(high, 2)
    (-1.93, 2.0, 5.93)
    """
    mean = float(np.mean(gaps))
    if len(gaps) < 2:
        return float("nan"), mean, float("nan")
    margin = float(stats.t.ppf(0.975, len(gaps) - 1)) * corrected_error(gaps, test_share)
    return mean - margin, mean, mean + margin


def corrected_error(values: Floats, test_share: float) -> float:
    """Standard error of the mean over splits, corrected for the rows they share."""
    return float(np.std(values, ddof=1) * np.sqrt(1 / len(values) + test_share))


def stratum_counts(strata: pd.DataFrame, node: NDArray[np.int64], success: Flags) -> pd.DataFrame:
    """Held-out trials and successes of every stratum, those of its parts among them."""
    count = len(strata)
    trials = np.bincount(node, minlength=count).astype(float)
    won = np.bincount(node, success, minlength=count)
    for number in range(count - 1, 0, -1):
        trials[strata["parent"][number]] += trials[number]
        won[strata["parent"][number]] += won[number]
    return strata.assign(trials=trials, won=won)


def covered(counts: pd.DataFrame, probability: float = 0.90) -> Floats:
    """How much of each held-out count lies inside its predictive interval, shape (strata with 20 trials,).

    The predictive distribution is beta-binomial: a stratum's rate as unsure as the product says, and the
    chance of each trial. A count is a whole number, so intervals cannot hold it exactly nine times in ten;
    the count on the edge is taken in by the share that makes them (a randomised interval, averaged).
    """
    few = counts[counts["trials"] >= LEAST_TRIALS]
    mean, variance = few["mean"].to_numpy(float), few["variance"].to_numpy(float)
    size = mean * (1 - mean) / variance - 1
    rate = stats.betabinom(few["trials"].to_numpy(int), mean * size, (1 - mean) * size)
    won = few["won"].to_numpy(int)
    below, upto = rate.cdf(won - 1), rate.cdf(won)
    tail = (1 - probability) / 2
    inside = np.minimum(upto, 1 - tail) - np.maximum(below, tail)
    return np.clip(inside / np.maximum(upto - below, 1e-12), 0.0, 1.0)

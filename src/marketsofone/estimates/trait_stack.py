"""How several models of the same outcome are weighed into one, and set right as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from marketsofone.estimates.trait_levels import FloatArray

_TRUST = 4.0
_SHIFT_TRUST = 1.0
_LEAST_ROWS = 50
_LEAST_AGREEMENT = 0.5


@dataclass(frozen=True, slots=True)
class Stack:
    """Log odds = ``base + shift`` + weighted departures of the parts' log odds from ``base``."""

    base: float
    shift: float
    weights: FloatArray

    def log_odds(self, parts: FloatArray) -> FloatArray:
        """Log odds of rows from those of the parts, shape (rows, parts) -> (rows,)."""
        return np.asarray(self.base + self.shift + (parts - self.base) @ self.weights)


def fit_stack(parts: FloatArray, base: float, trials: FloatArray, successes: FloatArray) -> Stack:
    """Weigh parts by how well they foretell rows that none of them was trained on.

    Weights are never negative; their sum and the shift calibrate the whole, as Platt's method does for a
    single model. A weak pull towards equal weights that add up to one decides where rows are few.

    Parameters
    ----------
    parts : float array, shape (rows, parts)
        Log odds by part.
    base : float
        Log odds of the plain success rate.
    trials, successes : float array, shape (rows,)

    References
    ----------
    Breiman, "Stacked regressions", *Machine Learning* 24 (1996); Platt, "Probabilistic outputs for support
    vector machines" (1999).

    Examples
    --------
    >>> parts = np.array([[1.0, 0.0], [-1.0, 0.0]] * 500)
    >>> stack = fit_stack(parts, 0.0, np.full(1000, 10.0), np.array([7.0, 3.0] * 500))
    >>> stack.weights.round(2).tolist()
    [0.85, 0.5]
    """
    away = parts - base
    equal = 1 / max(1, parts.shape[1])

    def loss(at: FloatArray) -> tuple[float, FloatArray]:
        odds = base + at[0] + away @ at[1:]
        gap = at[1:] - equal
        value = trials @ np.logaddexp(0, odds) - successes @ odds
        value += _SHIFT_TRUST * at[0] ** 2 / 2 + _TRUST * gap @ gap / 2
        residual = trials * expit(odds) - successes
        slope = np.append(residual.sum() + _SHIFT_TRUST * at[0], away.T @ residual + _TRUST * gap)
        return value / trials.sum(), slope / trials.sum()

    start = np.append(0.0, np.full(parts.shape[1], equal))
    bounds = [(None, None)] + [(0.0, None)] * parts.shape[1]
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B",
                     options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 500}).x
    return Stack(base, float(found[0]), found[1:])


@dataclass(frozen=True, slots=True)
class Trust:
    """How much further from the middle the mean of several models may be believed than a single one.

    A mean varies less than what it is a mean of, yet goes with the outcome as much, so that the slope on it is
    steeper by the ratio of the variances: regression dilution, undone.

    Parameters
    ----------
    middle : float
        Mean log odds.
    agreement : float
        Correlation of what two models say about rows that neither was trained on; 1 where unseen.

    References
    ----------
    Spearman, "Correlation calculated from faulty data", *British Journal of Psychology* 3 (1910).
    """

    middle: float
    agreement: float

    def log_odds(self, mean: FloatArray, models: int) -> FloatArray:
        """Log odds of rows from the mean over ``models`` of what they say, each weighed as if it spoke alone.

        Examples
        --------
        >>> Trust(0.0, 0.8).log_odds(np.array([-0.9, 0.9]), 2).tolist()
        [-1.0, 1.0]
        """
        return np.asarray(self.middle + (mean - self.middle) / (self.agreement + (1 - self.agreement) / models))


def fit_trust(said: FloatArray) -> Trust:
    """Learn from what one or two models say about rows that they were not trained on, shape (models, rows)."""
    middle = float(said.mean()) if said.size else 0.0
    if len(said) < 2 or said.shape[1] < _LEAST_ROWS:
        return Trust(middle, 1.0)
    apart = said - said.mean(axis=1, keepdims=True)
    own = float((apart**2).sum()) / 2
    return Trust(middle, float(np.clip(apart[0] @ apart[1] / own, _LEAST_AGREEMENT, 1.0)) if own > 0 else 1.0)

"""The additive part of the prior on traits: each trait moves the log odds on its own.

A number enters as a line in its value, a line in its rank and a bent line through knots; a category as one
effect per level. How far effects of one trait may stray from zero is learned from the data, trait by trait,
so that traits that tell nothing fade out however many there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import dpotri
from scipy.special import expit

from marketsofone.estimates.trait_levels import FloatArray, IntArray, LevelArray

MOST_KNOTS = 8
"""Knots of a number, fewer where there are many numbers."""

ROUNDS = 14
"""Rounds of learning the spread of effects."""

_CURVATURE_ROWS = 15_000
_CURVATURE_ROUNDS = (0, 2, 6)
_SPREAD_START, _LEAST, _MOST = 10.0, 0.5, 1e8


@dataclass(frozen=True, slots=True)
class Design:
    """How levels of all traits, laid end to end, become coefficients.

    ``basis`` has a row per level and a column per coefficient, ``block`` tells which coefficients share a
    spread, ``offsets`` where each trait's levels start. The first coefficient is the intercept.
    """

    basis: sparse.csr_array
    block: IntArray
    offsets: LevelArray

    def cells(self, levels: LevelArray) -> LevelArray:
        """Position of each row's levels among all levels, shape (rows, traits)."""
        return levels + self.offsets


def design(columns: list[FloatArray | int]) -> Design:
    """Lay out coefficients for columns of levels.

    Parameters
    ----------
    columns : list of float array or int
        For a number the value of each of its levels, missing first; for a category how many levels it has.
    """
    numbers = sum(not isinstance(column, int) for column in columns)
    knots = int(np.clip(240 // max(1, numbers) - 3, 0, MOST_KNOTS))
    parts = [_category_basis(column) if isinstance(column, int) else _number_basis(column, knots)
             for column in columns]
    basis = sparse.block_diag([sparse.coo_array(basis) for basis, _ in parts]) if parts else np.zeros((0, 0))
    first = np.cumsum([0] + [int(block.max()) + 1 for _, block in parts])
    block = np.concatenate([np.zeros(0, int), *[block + at for (_, block), at in zip(parts, first, strict=False)]])
    offsets = np.cumsum([0] + [len(basis) for basis, _ in parts])[:-1]
    return Design(sparse.csr_array(basis), block, offsets.astype(np.int32))


def _category_basis(levels: int) -> tuple[FloatArray, IntArray]:
    return np.eye(levels), np.zeros(levels, int)


def _number_basis(values: FloatArray, knots: int) -> tuple[FloatArray, IntArray]:
    """Columns for a number: missing, its value, its rank, and hats over its rank."""
    bins = len(values) - 1
    missing = np.append(1.0, np.zeros(bins))
    rank = np.append(0.0, np.linspace(-1.7, 1.7, bins) if bins > 1 else np.zeros(bins))
    lines = np.column_stack([missing, values, rank])
    if knots < 3 or bins < 3:
        return lines, np.zeros(3, int)
    at = np.linspace(-1.7, 1.7, min(knots, bins))
    hats = np.maximum(0.0, 1 - np.abs(rank[:, None] - at) / (at[1] - at[0])) * (missing == 0)[:, None]
    return np.column_stack([lines, hats]), np.repeat([0, 1], [3, len(at)])


@dataclass(frozen=True, slots=True)
class Additive:
    """Fitted effects: ``effects[cell]`` is what a level adds to the log odds."""

    design: Design
    intercept: float
    effects: FloatArray

    def log_odds(self, levels: LevelArray) -> FloatArray:
        """Log odds of rows, shape (rows,)."""
        return _summed(self.effects, self.design.cells(levels)) + self.intercept


def _summed(effects: FloatArray, cells: LevelArray) -> FloatArray:
    total = np.zeros(len(cells))
    for column in cells.T:
        total += effects[column]
    return total


def fit_additive(design: Design, levels: LevelArray, trials: FloatArray, successes: FloatArray) -> Additive:
    """Fit effects and their spreads by penalised likelihood and evidence.

    Newton steps on the penalised log likelihood alternate with MacKay's update of the spread of each
    block of effects. The curvature is taken from at most 15,000 rows and only now and then.

    Parameters
    ----------
    design : Design
    levels : int array, shape (rows, traits)
    trials, successes : float array, shape (rows,)

    References
    ----------
    MacKay, "Bayesian interpolation", *Neural Computation* 4 (1992); Wood, *Generalized Additive Models*,
    2nd ed. (2017), section 6.2.
    """
    failures = trials.sum() - successes.sum()
    start = np.append(np.log((successes.sum() + 0.5) / (failures + 0.5)), np.zeros(len(design.block)))
    fit = _Fit(design, design.cells(levels), trials, successes, start)
    blocks = int(design.block.max(initial=-1)) + 1
    precision, at = np.full(blocks, _SPREAD_START), start
    for turn in range(ROUNDS):
        if turn in _CURVATURE_ROUNDS:
            curvature = fit.curvature(at)
        penalty = np.append(1.0, precision[design.block])
        factor = cho_factor(curvature + np.diag(penalty), lower=True)
        at = fit.step(at, penalty, factor)
        precision = _precision(factor, penalty, design.block, at[1:], blocks)
    return Additive(design, float(at[0]), np.asarray(design.basis @ at[1:]))


@dataclass(frozen=True, slots=True)
class _Fit:
    """The data of one fit, and what is asked of them at a point (intercept first)."""

    design: Design
    cells: LevelArray
    trials: FloatArray
    successes: FloatArray
    start: FloatArray

    def odds(self, at: FloatArray) -> FloatArray:
        odds: FloatArray = _summed(self.design.basis @ at[1:], self.cells) + at[0]
        return odds

    def value(self, odds: FloatArray, at: FloatArray, penalty: FloatArray) -> float:
        """Penalised log likelihood."""
        fitted = self.successes @ odds - self.trials @ np.logaddexp(0, odds)
        return float(fitted - penalty @ (at - self.start) ** 2 / 2)

    def slope(self, odds: FloatArray, at: FloatArray, penalty: FloatArray) -> FloatArray:
        """Gradient of the penalised log likelihood."""
        residual = self.successes - self.trials * expit(odds)
        tallied = np.zeros(self.design.basis.shape[0])
        for column in self.cells.T:
            tallied += np.bincount(column, residual, len(tallied))
        return np.append(residual.sum(), self.design.basis.T @ tallied) - penalty * (at - self.start)

    def curvature(self, at: FloatArray) -> FloatArray:
        """Negative second derivative of the log likelihood, from evenly spaced rows."""
        every = slice(None, None, -(-len(self.cells) // _CURVATURE_ROWS))
        cells, share = self.cells[every], expit(self.odds(at)[every])
        picks = sparse.csr_array(
            (np.ones(cells.size), cells.ravel(), np.arange(len(cells) + 1) * cells.shape[1]),
            shape=(len(cells), self.design.basis.shape[0]))
        rows = np.column_stack([np.ones(len(cells)), (picks @ self.design.basis).toarray()])
        weight = self.trials[every] * share * (1 - share)
        weight *= self.trials.sum() / max(float(self.trials[every].sum()), 1.0)
        return np.asarray(rows.T @ (weight[:, None] * rows))

    def step(self, at: FloatArray, penalty: FloatArray, factor: tuple[FloatArray, bool]) -> FloatArray:
        """A Newton step with a curvature that may be a little old, halved until it climbs."""
        odds = self.odds(at)
        step: FloatArray = cho_solve(factor, self.slope(odds, at, penalty))
        value = self.value(odds, at, penalty)
        for _ in range(8):
            if self.value(self.odds(at + step), at + step, penalty) >= value:
                return at + step
            step = step / 2
        return at


def _precision(factor: tuple[FloatArray, bool], penalty: FloatArray, block: IntArray, effects: FloatArray,
               blocks: int) -> FloatArray:
    """MacKay's update of one over the variance of the effects of each block."""
    variance = np.diag(dpotri(factor[0], lower=1)[0])[1:]
    determined = np.bincount(block, 1 - penalty[1:] * variance, blocks)
    squares = np.bincount(block, effects**2, blocks)
    return np.clip(np.maximum(determined, 1e-6) / np.maximum(squares, 1e-12), _LEAST, _MOST)

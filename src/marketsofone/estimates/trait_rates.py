"""The past success rate of a category, seen by a row without the outcomes of its own group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketsofone.estimates.trait_levels import CategoryLevels, FloatArray, IntArray, LevelArray

_CUTS = np.linspace(-3.0, 3.0, 121)

RATE_VALUES = np.append(0.0, np.append(_CUTS[:1], _CUTS))
"""Value of each level of a past rate: its log odds beside the overall ones."""


@dataclass(frozen=True, slots=True)
class PastRates:
    """Trials and successes of each category of one trait, by group of rows, shape (codes + 1, groups)."""

    how: CategoryLevels
    trials: FloatArray
    successes: FloatArray

    def levels(self, codes: IntArray, left_out: tuple[int, ...], own: IntArray | None = None) -> LevelArray:
        """Levels of rows by the past rate of their category.

        Parameters
        ----------
        codes : int array, shape (rows,)
        left_out : tuple of int
            Groups whose outcomes must not be seen by any row.
        own : int array, shape (rows,), optional
            Group of each row: its outcomes are not seen by that row either.
        """
        known = self.how.known(codes)
        keep = np.setdiff1d(np.arange(self.trials.shape[1]), left_out)
        if own is None:
            return self._table(keep)[known]
        tables = np.zeros(self.trials.shape, np.int32)
        for group in keep:
            tables[:, group] = self._table(keep[keep != group])
        return tables[known, own]

    def _table(self, groups: IntArray) -> LevelArray:
        trials, successes = self.trials[:, groups].sum(1), self.successes[:, groups].sum(1)
        rate = (successes.sum() + 0.5) / (trials.sum() + 1.0)
        weight = _prior_trials(trials, successes, rate)
        share = (successes + weight * rate) / (trials + weight)
        odds = np.log(share / (1 - share)) - np.log(rate / (1 - rate))
        levels: LevelArray = (np.searchsorted(_CUTS, odds, side="right") + 1).astype(np.int32)
        return levels


def past_rates(how: CategoryLevels, codes: IntArray, groups: IntArray, count: int,
               trials: FloatArray, successes: FloatArray) -> PastRates:
    """Tally one categorical trait by category and by one of ``count`` groups."""
    shape = (how.codes + 1, count)
    cell, cells = how.known(codes) * count + groups, shape[0] * count
    return PastRates(how, np.bincount(cell, trials, cells).astype(np.float64).reshape(shape),
                     np.bincount(cell, successes, cells).astype(np.float64).reshape(shape))


def _prior_trials(trials: FloatArray, successes: FloatArray, rate: float) -> float:
    """Trials a category needs to weigh as much as the overall rate, by moments (Kleinman 1973)."""
    chance = rate * (1 - rate)
    excess = float(((successes - trials * rate) ** 2 - trials * chance).sum())
    pairs = float((trials * (trials - 1)).sum())
    if excess <= 0 or pairs <= 0:
        return 1e6
    return float(np.clip(chance * pairs / excess - 1, 1.0, 1e6))

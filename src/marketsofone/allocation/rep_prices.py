"""Prices of reps' hours at which the bound on any assignment is lowest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from marketsofone.allocation.bounds import Bounds
from marketsofone.allocation.by_rep import Bools, summed
from marketsofone.allocation.curves import Floats
from marketsofone.allocation.pairs import Pairs

DEEP = 30.0     # how far, on a log scale, a price may fall below where the search begins
ROUNDS = 60     # of the search, for each sharpness


@dataclass(frozen=True, slots=True)
class Dual:
    """The bound at given prices: hours at their price, and for each buyer the best it could do at these prices.

    Parameters
    ----------
    pairs : Pairs
    limits : Bounds
    softness : float array, shape (buyers,)
        Money by which a rep may be worse and still be considered a little: makes the bound smooth.
    """

    pairs: Pairs
    limits: Bounds
    softness: Floats

    def bound(self, log_price: Floats) -> float:
        """What no assignment to these pairs can exceed."""
        worth, _hours = self.pairs.profits(log_price)
        return self._rent(log_price) + float(np.sum(self._best(worth)))

    def shares(self, log_price: Floats, sharpness: float) -> Floats:
        """How much of each buyer goes to each pair: all to the best, less where others are nearly as good."""
        worth, _hours = self.pairs.profits(log_price)
        return self._soft(worth, sharpness)[1]

    def lowest(self, log_price: Floats, sharpness: float) -> Floats:
        """Log prices at which the smoothed bound is lowest, by L-BFGS from those given."""
        with np.errstate(divide="ignore"):
            floor = np.log(self.limits.hour_cost)
        low = np.maximum(floor, log_price - DEEP)
        high = np.where(np.isinf(self.limits.capacity), low, np.inf)
        size = max(abs(self.bound(log_price)), np.finfo(float).tiny)
        found = minimize(self._smooth, np.clip(log_price, low, high), (sharpness, size), jac=True, method="L-BFGS-B",
                         bounds=list(zip(low, high, strict=True)), options={"maxiter": ROUNDS})
        return np.asarray(found.x)

    def _smooth(self, log_price: Floats, sharpness: float, size: float) -> tuple[float, Floats]:
        """The smoothed bound and its slope, as a share of the size."""
        worth, hours = self.pairs.profits(log_price)
        best, share = self._soft(worth, sharpness)
        left = self._finite() - summed(self.pairs.rep, share * hours, len(log_price))
        return ((self._rent(log_price) + float(np.sum(best))) / size, left * np.exp(log_price) / size)

    def _soft(self, worth: Floats, sharpness: float) -> tuple[Floats, Floats]:
        """Per buyer the smoothed best, and the share of each pair."""
        starts, group = self.pairs.starts, self.pairs.group
        soft = sharpness * self.softness[self.pairs.buyer[starts]]
        best = self._best(worth)
        weight = np.exp((worth - best[group]) / soft[group])
        nobody = np.where(self._optional(), np.exp(-np.maximum(best, 0.0) / soft), 0.0)
        total = np.add.reduceat(weight, starts) + nobody
        return best + soft * np.log(total), weight / total[group]

    def _best(self, worth: Floats) -> Floats:
        """The best each buyer could do; nothing, where nothing was agreed and nobody is worth it."""
        best = np.maximum.reduceat(worth, self.pairs.starts)
        return np.where(self._optional(), np.maximum(best, 0.0), best)

    def _optional(self) -> Bools:
        return np.equal(self.limits.least[self.pairs.buyer[self.pairs.starts]], 0.0)

    def _finite(self) -> Floats:
        return np.where(np.isinf(self.limits.capacity), 0.0, self.limits.capacity)

    def _rent(self, log_price: Floats) -> float:
        """What all hours are worth at their prices, beyond their cost."""
        return float(np.sum(np.maximum(np.exp(log_price) - self.limits.hour_cost, 0.0) * self._finite()))

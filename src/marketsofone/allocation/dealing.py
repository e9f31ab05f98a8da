"""From shares to whole buyers: each dealt to one rep, so that agreed hours fit, and hours placed exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from marketsofone.allocation.bounds import ROUNDING, Bounds, check_least
from marketsofone.allocation.by_rep import Ints
from marketsofone.allocation.curves import Curves, Floats
from marketsofone.allocation.pairs import Pairs
from marketsofone.allocation.water import Placed, solve_hours

GOLDEN = 0.6180339887498949   # multiples of it, less whole numbers, fill the unit interval evenly
TRIES = 100                   # rounds of handing on buyers whose agreed hours do not fit


@dataclass(frozen=True, slots=True)
class Dealt:
    """A rep for each buyer, the hours placed, and their worth less what the moves cost."""

    rep: Ints
    placed: Placed
    value: float


@dataclass(frozen=True, slots=True)
class Deal:
    """Who may serve whom, and the limits."""

    curves: Curves
    pairs: Pairs
    limits: Bounds
    owner: Ints

    def dealt(self, pairs: Pairs, share: Floats) -> Ints:
        """A rep per buyer by its shares, so that each rep gets about what its shares add up to; -1 without a pair.

        Buyers take their place in the order of the most they could ask for, and choose by evenly spread numbers:
        as by lot, but the same every time.
        """
        starts, group = pairs.starts, pairs.group
        upto = np.cumsum(share)
        before = (upto - share)[starts]
        total = np.add.reduceat(share, starts)
        place = np.empty(len(starts))
        place[np.argsort(-pairs.curves.scale[starts], kind="stable")] = np.arange(len(starts)) * GOLDEN % 1.0
        passed = upto <= (before + place * total)[group]
        at = np.minimum(starts + np.add.reduceat(passed.astype(np.int64), starts),
                        np.append(starts[1:], len(pairs)) - 1)
        rep = np.full(len(self.curves), -1)
        rep[pairs.buyer[starts]] = pairs.rep[at]
        return rep

    def placed(self, rep: Ints, near: Placed | None = None) -> Dealt:
        """Hours placed exactly where each buyer has this rep; who gets none goes back to its owner."""
        rep = self._fitting(rep)
        at = self.pairs.find(np.arange(len(rep)), rep)
        served = at >= 0
        rep = np.where(served, rep, -1)
        ceiling, cost = self.curves.ceiling.copy(), np.zeros(len(rep))
        ceiling[served], cost[served] = self.pairs.curves.ceiling[at[served]], self.pairs.cost[at[served]]
        limits = self.limits
        placed = solve_hours(Curves(ceiling, self.curves.scale, self.curves.shape), rep, limits.capacity,
                             limits.hour_cost, limits.least, limits.most, near)
        rep = np.where(placed.hours > 0, rep, self.owner)
        return Dealt(rep, placed, placed.value - float(np.sum(cost[placed.hours > 0])))

    def _fitting(self, rep: Ints) -> Ints:
        """Buyers handed on until agreed hours fit: those that take up least, to the roomiest rep that may."""
        least, limits = self.limits.least, replace(self.limits, rep=rep)
        for _ in range(TRIES):
            room = limits.capacity - limits.by_rep(least)
            if not (room < -ROUNDING * np.maximum(limits.capacity, 1.0)).any():
                return limits.rep
            limits = replace(limits, rep=self._handed_on(limits.rep, room))
        check_least(limits.by_rep(least), limits.capacity)
        return limits.rep

    def _handed_on(self, rep: Ints, room: Floats) -> Ints:
        """Buyers of reps without room, the smallest agreements first, dealt to reps in proportion to their room."""
        least = self.limits.least
        fits = (room[self.pairs.rep] >= least[self.pairs.buyer]) & (self.pairs.rep != rep[self.pairs.buyer])
        able = np.bincount(self.pairs.buyer[fits], minlength=len(rep)) > 0
        full = np.flatnonzero((rep >= 0) & (np.append(room, 0.0)[rep] < 0) & (least > 0) & able)
        full = full[np.lexsort((least[full], rep[full]))]
        so_far = np.cumsum(least[full]) - least[full]
        since = so_far - so_far[np.searchsorted(rep[full], rep[full])]
        leaving = np.zeros(len(rep), dtype=bool)
        leaving[full[since < -room[rep[full]]]] = True
        offered = self.pairs.of(fits & leaving[self.pairs.buyer])
        if not len(offered):
            return rep
        found = self.dealt(offered, room[offered.rep])
        return np.where(found >= 0, found, rep)

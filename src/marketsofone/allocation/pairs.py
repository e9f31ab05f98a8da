"""Who could serve whom: one row per buyer and rep that may, with what it would be worth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from marketsofone.allocation.bounds import Bounds
from marketsofone.allocation.by_rep import Bools, Ints
from marketsofone.allocation.curves import Curves, Floats
from marketsofone.allocation.levels import Asking, asking
from marketsofone.errors import ValuesInvalid

NOBODY, AWAY = -1, -2
"""The owner of a buyer whom nobody serves; that of one whose rep has no hours."""


@dataclass(frozen=True)
class Pairs:
    """Buyers with the reps that may serve them, sorted by buyer.

    Parameters
    ----------
    buyer, rep : int array, shape (pairs,)
    curves : Curves
        Of the buyer, served by that rep.
    asking : Asking
    cost : float array, shape (pairs,)
        Money that serving by this rep takes away whatever the hours: of a move.
    """

    buyer: Ints
    rep: Ints
    curves: Curves
    asking: Asking
    cost: Floats

    def __len__(self) -> int:
        return len(self.buyer)

    def of(self, rows: Ints | Bools) -> Pairs:
        """Some of the pairs."""
        return Pairs(self.buyer[rows], self.rep[rows], self.curves.of(rows), self.asking.of(rows), self.cost[rows])

    @cached_property
    def _keys(self) -> Ints:
        return (self.buyer << 32) + self.rep

    def find(self, buyer: Ints, rep: Ints) -> Ints:
        """Where the pairs of these buyers and reps are; -1 where they may not be."""
        keys = (buyer << 32) + rep
        at = np.minimum(np.searchsorted(self._keys, keys), len(self) - 1)
        return np.where((self._keys[at] == keys) & (rep >= 0), at, -1)

    @cached_property
    def starts(self) -> Ints:
        """Where each buyer's pairs begin."""
        return np.flatnonzero(np.diff(self.buyer, prepend=-1))

    @cached_property
    def group(self) -> Ints:
        """Which of the buyers that have pairs each belongs to, counted from 0."""
        return np.cumsum(np.diff(self.buyer, prepend=-1) != 0) - 1

    def profits(self, log_price: Floats) -> tuple[Floats, Floats]:
        """What each pair is worth at log prices of hours (cost included), and the hours it asks for."""
        hours, _growth = self.asking.at(log_price)
        return self.curves.value(hours) - np.exp(log_price)[self.rep] * hours - self.cost, hours

    def best(self, worth: Floats) -> Ints:
        """The pair that is worth most to each buyer with pairs; the first of equals."""
        top = np.maximum.reduceat(worth, self.starts)[self.group] == worth
        at = np.flatnonzero(top)
        return at[np.flatnonzero(np.diff(self.buyer[at], prepend=-1))]


def pairs(curves: Curves, owner: Ints, limits: Bounds, allowed: Bools | None,
          skill: Floats | None, moving_cost: ArrayLike) -> Pairs:
    """All pairs that may be.

    Raises
    ------
    ValuesInvalid
        Matrices of another shape than buyers by reps, a skill not above zero, a cost of moving that is missing.
    """
    shape = (len(curves), len(limits.capacity))
    may = np.ones(shape, dtype=bool) if allowed is None else np.asarray(allowed, dtype=bool)
    times = np.ones(1) if skill is None else np.asarray(skill, dtype=np.float64)
    moving = np.broadcast_to(np.asarray(moving_cost, dtype=np.float64), shape[:1])
    _check(shape, owner, may, times, moving)
    buyer, rep = np.nonzero(may)
    factor = np.ones(1) if skill is None else times[buyer, rep]
    served = curves.of(buyer).times(factor)
    cost = np.where((owner[buyer] != NOBODY) & (owner[buyer] != rep), moving[buyer], 0.0)
    return Pairs(buyer, rep, served, asking(served, rep, limits.least[buyer], limits.most[buyer]), cost)


def _check(shape: tuple[int, int], owner: Ints, may: Bools, skill: Floats, moving: Floats) -> None:
    """Refuse what cannot be read as limits of an assignment."""
    wrong = [
        (owner.shape != shape[:1] or bool((owner >= shape[1]).any()), "Each buyer's owner must be a rep, -1 or -2"),
        (may.shape != shape, "Who may serve whom must be stated for each buyer and rep"),
        (len(skill) > 1 and skill.shape != shape, "Skill must be stated for each buyer and rep"),
        (not (skill > 0).all() or not np.isfinite(skill).all(), "Skill must be a number above zero"),
        (not ((moving >= 0) & np.isfinite(moving)).all(), "The cost of a move must be zero or more"),
    ]
    for bad, wanted in wrong:
        if bad:
            raise ValuesInvalid(f"{wanted}.", f"Asked for {shape[0]:,} buyers and {shape[1]:,} reps.",
                                "State what is missing, or leave it out to have no such limit.")

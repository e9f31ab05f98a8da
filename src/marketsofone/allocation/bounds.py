"""The limits of a plan, checked before anything is placed: hours there are, hours agreed, hours allowed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from marketsofone.allocation.by_rep import Ints, summed
from marketsofone.allocation.curves import Floats
from marketsofone.errors import HoursExceeded, ValuesInvalid, shortened

ROUNDING = 1e-9   # of a capacity: agreed hours that exceed it by less add up differently, no more


@dataclass(frozen=True, slots=True)
class Bounds:
    """What hours must keep to.

    Parameters
    ----------
    rep : int array, shape (buyers,)
        Place of the buyer's rep in ``capacity``; -1 has none.
    capacity, hour_cost : float array, shape (reps,)
        Hours there are, and money each costs.
    least, most : float array, shape (buyers,)
        Hours of a buyer.
    """

    rep: Ints
    capacity: Floats
    hour_cost: Floats
    least: Floats
    most: Floats

    def by_rep(self, column: Floats) -> Floats:
        """A column of the buyers, summed over each rep's."""
        served = self.rep >= 0
        return summed(self.rep[served], column[served], len(self.capacity))


def limits_of(buyers: int, rep: ArrayLike, capacity: ArrayLike, hour_cost: ArrayLike, least: ArrayLike,
           most: ArrayLike) -> Bounds:
    """The limits as arrays of full length.

    Raises
    ------
    ValuesInvalid
        A limit is missing, negative or contradicts another, or there is no rep at all.
    """
    hours = np.atleast_1d(np.asarray(capacity, dtype=np.float64))
    if not len(hours):
        raise ValuesInvalid("A plan needs somebody who sells.", "No rep has hours stated.",
                            "State at least one rep with the hours it has.")
    cost = np.broadcast_to(np.asarray(hour_cost, dtype=np.float64), hours.shape)
    low, high = (np.broadcast_to(np.asarray(column, dtype=np.float64), (buyers,)) for column in (least, most))
    owner = np.broadcast_to(np.asarray(rep, dtype=np.int64), (buyers,))
    limits = Bounds(owner, hours, cost, np.where(owner < 0, 0.0, low), np.where(owner < 0, 0.0, high))
    _check_values(limits, low)
    _check_endless(limits)
    return limits


def bounds(buyers: int, rep: ArrayLike, capacity: ArrayLike, hour_cost: ArrayLike, least: ArrayLike,
           most: ArrayLike) -> Bounds:
    """The limits as arrays of full length, refused where no plan can keep to them.

    Raises
    ------
    HoursExceeded
        Least hours exceed what a rep has.
    ValuesInvalid
        A limit is missing, negative or contradicts another, or there is no rep at all.
    """
    limits = limits_of(buyers, rep, capacity, hour_cost, least, most)
    check_least(limits.by_rep(limits.least), limits.capacity)
    return limits


def check_least(least_by_rep: Floats, capacity: Floats) -> None:
    """Refuse least hours that exceed the hours there are.

    Raises
    ------
    HoursExceeded
        Names the reps, by how much, and what would do.
    """
    excess = least_by_rep - capacity
    over = np.flatnonzero(excess > ROUNDING * np.maximum(capacity, 1.0))
    if not len(over):
        return
    said = (f"rep {r}: {least_by_rep[r]:,.1f} agreed, {capacity[r]:,.1f} there are, {excess[r]:,.1f} too many"
            for r in over)
    raise HoursExceeded(tuple(over.tolist()), tuple(excess[over].tolist()), shortened(said, most=5))


def _check_values(limits: Bounds, least: Floats) -> None:
    """Refuse what is missing, negative or contradictory."""
    reps, buyers = len(limits.capacity), len(limits.rep)
    wrong = [
        (limits.rep >= reps, "Each buyer's rep must be one of those with hours", buyers),
        (~(limits.capacity >= 0), "Each rep needs its hours, zero or more", reps),
        (~((limits.hour_cost >= 0) & np.isfinite(limits.hour_cost)), "An hour of each rep needs its cost", reps),
        (~((limits.least >= 0) & np.isfinite(limits.least)), "Least hours must be zero or more", buyers),
        (~(limits.most >= limits.least), "Most hours must not be below least hours", buyers),
        ((limits.rep < 0) & (least > 0), "Hours are agreed only for buyers with a rep", buyers),
    ]
    for rows, wanted, of in wrong:
        if rows.any():
            raise ValuesInvalid(f"{wanted}.", f"{int(rows.sum()):,} of {of:,} do not keep to this.",
                                "State what is missing, or leave those out of the plan.")


def _check_endless(limits: Bounds) -> None:
    """Refuse hours without end that cost nothing: any plan could be bettered."""
    endless = np.isinf(limits.capacity) & (limits.hour_cost == 0)
    rows = (limits.rep >= 0) & np.isinf(limits.most)
    if endless.any() and endless[limits.rep[rows]].any():
        raise ValuesInvalid("Hours must end somewhere: by capacity, by what they cost, or by most hours a buyer.",
                            "A rep has endless hours at no cost, and buyers who may have any number.",
                            "State the rep's hours or the cost of an hour (hour_cost).")

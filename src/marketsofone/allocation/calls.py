"""Hours as whole calls of a given length: the best calls first, which is exact."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from marketsofone.allocation.bounds import Bounds, bounds
from marketsofone.allocation.by_rep import highest
from marketsofone.allocation.curves import Curves, Floats
from marketsofone.allocation.water import Placed, placed_at, solve_hours
from marketsofone.errors import ValuesInvalid

NEARBY = 0.1      # of the logarithm of a price: where the search for the last calls begins
ROUNDING = 1e-9   # of a call: as near to a whole one as hours add up


def solve_calls(curves: Curves, rep: ArrayLike, capacity: ArrayLike, call_hours: ArrayLike,
                hour_cost: ArrayLike = 0.0, least: ArrayLike = 0.0, most: ArrayLike = np.inf) -> Placed:
    """The whole calls that earn most, each buyer served by the rep it has.

    Each further call on a buyer is worth less than the one before, and all calls of a rep take as long; so taking
    the calls that are worth most, while hours last, is exact. Hours that do not make a call are left over.

    Parameters
    ----------
    curves, rep, capacity, hour_cost
        As in ``solve_hours``.
    call_hours : float or float array, shape (reps,)
        Hours a call takes, the way there included; above zero.
    least, most : float or float array, shape (buyers,)
        Calls agreed at least (a cadence) and allowed at most: whole numbers.

    Returns
    -------
    Placed
        Hours are whole calls; a price is the worth per hour of the best call left out, net of cost.

    Raises
    ------
    HoursExceeded, ValuesInvalid
        As in ``solve_hours``.

    Examples
    --------
    >>> curves = Curves([100.0, 300.0, 50.0], [1.0, 1.0, 1.0])
    >>> solve_calls(curves, [0, 0, 0], [2.2], 0.5).hours.tolist()
    [0.5, 1.5, 0.0]
    """
    calls = _Calls(curves, *_in_hours(len(curves), rep, capacity, call_hours, hour_cost, least, most))
    few, many = calls.around(_start(curves, calls.limits))
    chosen, price = calls.best(few, many)
    asked = calls.at(price + calls.limits.hour_cost)
    return placed_at(curves, calls.limits, chosen * calls.length, asked * calls.length, price)


def _in_hours(buyers: int, rep: ArrayLike, capacity: ArrayLike, call_hours: ArrayLike, hour_cost: ArrayLike,
              least: ArrayLike, most: ArrayLike) -> tuple[Bounds, Floats]:
    """Limits counted in hours, capacities cut to whole calls, and the hours of a call for each buyer."""
    owner = np.broadcast_to(np.asarray(rep, dtype=np.int64), (buyers,))
    hours = np.atleast_1d(np.asarray(capacity, dtype=np.float64))
    by_rep = np.broadcast_to(np.asarray(call_hours, dtype=np.float64), hours.shape)
    length = by_rep[np.maximum(owner, 0)]
    if not (by_rep > 0).all():
        raise ValuesInvalid("A call must take some time.", f"{int((~(by_rep > 0)).sum()):,} reps' calls take none.",
                            "State the hours a call takes (approach_hours).")
    limits = bounds(buyers, owner, hours, hour_cost, np.asarray(least) * length, np.asarray(most) * length)
    whole = np.where(np.isinf(hours), hours, np.floor(hours / by_rep + ROUNDING) * by_rep)
    whole = np.maximum(whole, limits.by_rep(limits.least))
    return replace(limits, capacity=whole, most=np.minimum(limits.most, np.append(whole, 0.0)[owner])), length


def _start(curves: Curves, limits: Bounds) -> Floats:
    """Price and cost of an hour were calls divisible: near those of whole calls."""
    placed = solve_hours(curves, limits.rep, limits.capacity, limits.hour_cost, limits.least, limits.most)
    return placed.price + limits.hour_cost


@dataclass(frozen=True, slots=True)
class _Calls:
    """Calls on each buyer: how many are worth a price, and which are the best."""

    curves: Curves
    limits: Bounds
    length: Floats

    def at(self, worth: Floats) -> Floats:
        """Calls per buyer that each earn at least so much an hour, by rep, and no fewer than agreed."""
        least, most = self.limits.least / self.length, self.limits.most / self.length
        if not len(self.length):
            return least
        price = np.append(worth, np.inf)[self.limits.rep]
        some = self.curves.ceiling > 0
        divisible = np.zeros(len(price))
        with np.errstate(divide="ignore"):
            drop = np.log(self.curves.ceiling[some] / self.curves.scale[some]) - np.log(price[some])
        room = self.curves.of(some).log_drop(self.limits.most[some])
        divisible[some] = self.curves.of(some).hours_at(np.clip(drop, 0.0, room)) / self.length[some]
        whole = np.floor(np.minimum(divisible, most))
        one_more = some & (self.gain(whole + 1.0) >= price * self.length)
        calls: Floats = np.clip(whole + one_more, np.ceil(least - ROUNDING), np.floor(most + ROUNDING))
        return calls

    def gain(self, nth: Floats) -> Floats:
        """What the nth call on each buyer adds."""
        before = np.where(np.isfinite(nth), nth - 1.0, 0.0) * self.length
        return self.curves.after(before).value(self.length)

    def around(self, worth: Floats) -> tuple[Floats, Floats]:
        """Calls on each buyer that are surely taken, and those of which the best are taken, from a price nearby."""
        up, down, cost = np.full_like(worth, NEARBY), np.full_like(worth, NEARBY), self.limits.hour_cost
        worth = np.where(worth > 0, worth, 0.0)
        while True:
            few, many = self.at(worth * np.exp(up)), self.at(np.maximum(worth * np.exp(-down), cost))
            too_many = self.limits.by_rep(few * self.length) > self.limits.capacity * (1 + ROUNDING)
            too_few = ((self.limits.by_rep(many * self.length) < self.limits.capacity * (1 + ROUNDING))
                       & (worth * np.exp(-down) > cost))
            if not (too_many | too_few).any():
                return few, many
            up, down = np.where(too_many, 2 * up, up), np.where(too_few, 2 * down, down)

    def best(self, few: Floats, many: Floats) -> tuple[Floats, Floats]:
        """The sure calls and the best of the others while hours last; the worth an hour of the best one left out."""
        rep, reps = self.limits.rep, len(self.limits.capacity)
        buyer = np.repeat(np.arange(len(few)), (many - few).astype(np.int64))
        nth = np.arange(len(buyer)) - np.searchsorted(buyer, buyer) + few[buyer] + 1.0
        worth = self.curves.of(buyer).after((nth - 1.0) * self.length[buyer]).value(self.length[buyer])
        worth = worth / self.length[buyer]
        order = np.lexsort((buyer, -worth, rep[buyer]))
        buyer, worth = buyer[order], worth[order]
        place = np.arange(len(buyer)) - np.searchsorted(rep[buyer], rep[buyer])
        room = self.limits.capacity - self.limits.by_rep(few * self.length)
        taken = (place + 1) * self.length[buyer] <= room[rep[buyer]] * (1 + ROUNDING)
        price = np.maximum(highest(rep[buyer[~taken]], worth[~taken], reps) - self.limits.hour_cost, 0.0)
        return few + np.bincount(buyer[taken], minlength=len(few)), price

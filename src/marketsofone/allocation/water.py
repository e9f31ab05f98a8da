"""Hours where each buyer has its rep: filled like water, until the next hour is worth the same wherever it flows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from marketsofone.allocation.bounds import Bounds, bounds
from marketsofone.allocation.by_rep import Bools, highest, summed
from marketsofone.allocation.curves import Curves, Floats
from marketsofone.allocation.levels import Asking, asking, log_prices


@dataclass(frozen=True, slots=True)
class Placed:
    """Hours placed, what they earn, and what no plan could exceed.

    Parameters
    ----------
    hours : float array, shape (buyers,)
    price : float array, shape (reps,)
        Value of the next hour of each rep, net of what an hour costs; zero where hours are left over.
    value : float
        Contribution expected, less what the hours cost, in major units of money.
    bound : float
        No hours within the limits are worth more: the value of the dual problem at these prices.
    """

    hours: Floats
    price: Floats
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """Share of the bound that may have been missed."""
        return relative_gap(self.value, self.bound)


def relative_gap(value: float, bound: float) -> float:
    """Share of the larger of both that may have been missed."""
    size = max(abs(bound), abs(value))
    return (bound - value) / size if size > 0 else 0.0


def solve_hours(curves: Curves, rep: ArrayLike, capacity: ArrayLike, hour_cost: ArrayLike = 0.0,
                least: ArrayLike = 0.0, most: ArrayLike = np.inf, near: Placed | None = None) -> Placed:
    """The hours that earn most, each buyer served by the rep it has.

    An hour is placed while the next one is worth more than it costs and than it would earn elsewhere. Exact: the
    problem is concave and separable, so one price of an hour per rep settles it; the gap stated is rounding.
    It misleads where buyers can be served by somebody else: see ``assign``.

    Parameters
    ----------
    curves : Curves
    rep : int array, shape (buyers,)
        Place of the buyer's rep, or pool, in ``capacity``; -1 has none and gets no hours.
    capacity : float array, shape (reps,)
        Hours there are over the period.
    hour_cost : float or float array, shape (reps,)
        Money an hour costs.
    least, most : float or float array, shape (buyers,)
        Hours agreed at least (a cadence: calls agreed times hours a call) and allowed at most.
    near : Placed, optional
        A plan of the same reps under other limits, as a place to start from.

    Raises
    ------
    HoursExceeded
        Least hours exceed what a rep has: which reps, by how much, and what would do.
    ValuesInvalid
        Something is missing or cannot be.

    References
    ----------
    Patriksson, *European Journal of Operational Research* 185 (2008), a survey of this problem.

    Examples
    --------
    >>> curves = Curves([100.0, 300.0, 50.0], [1.0, 1.0, 1.0])
    >>> placed = solve_hours(curves, [0, 0, 0], [2.0])
    >>> placed.hours.round(3).tolist(), placed.price.round(2).tolist()
    ([0.451, 1.549, 0.0], [63.72])
    """
    limits = bounds(len(curves), rep, capacity, hour_cost, least, most)
    wants = (curves.ceiling > 0) & (limits.least < limits.most)
    buyers = asking(curves.of(wants), limits.rep[wants], limits.least[wants], limits.most[wants])
    log_price = _log_prices(curves.of(wants), buyers, limits, wants, near)
    price = _above_cost(log_price, limits.hour_cost)
    asked, growth = limits.least.copy(), np.zeros(len(curves))
    asked[wants], growth[wants] = buyers.at(log_price)
    asked = np.clip(asked, limits.least, limits.most)
    return placed_at(curves, limits, _evened(asked, growth, limits, price), asked, price)


def placed_at(curves: Curves, limits: Bounds, hours: Floats, asked: Floats, price: Floats) -> Placed:
    """The plan with its value, and the bound from hours that each buyer would be worth at the prices."""
    served = limits.rep >= 0
    cost = np.append(limits.hour_cost, 0.0)[limits.rep]
    value = float(np.sum((curves.value(hours) - cost * hours)[served]))
    at_prices = (curves.value(asked) - (cost + np.append(price, 0.0)[limits.rep]) * asked)[served]
    worth = np.multiply(price, limits.capacity, out=np.zeros_like(price), where=price > 0)
    return Placed(hours, price, value, max(value, float(np.sum(at_prices) + np.sum(worth))))


def _log_prices(curves: Curves, buyers: Asking, limits: Bounds, wants: Bools,
                near: Placed | None) -> Floats:
    """Log of price and cost per rep; minus infinity where both are zero."""
    with np.errstate(divide="ignore"):
        floor = np.log(limits.hour_cost)
        start = np.full_like(floor, -np.inf) if near is None else np.log(near.price + limits.hour_cost)
    least, most = limits.least[wants], limits.most[wants]
    room = np.maximum(limits.capacity - limits.by_rep(limits.least), 0.0)
    scarce = summed(buyers.rep, most - least, len(room)) > room
    lowest = np.where(scarce, np.maximum(floor, _lowest(curves, buyers, least, most, room)), 0.0)
    hours = np.where(scarce, limits.capacity - limits.by_rep(np.where(wants, 0.0, limits.least)), 0.0)
    return np.where(scarce, log_prices(buyers.of(scarce[buyers.rep]), hours, lowest, start), floor)


def _above_cost(log_price: Floats, hour_cost: Floats) -> Floats:
    """What an hour is worth beyond its cost: exactly zero where the price is no more than the cost."""
    with np.errstate(divide="ignore"):
        floor = np.log(hour_cost)
    return np.where(log_price > floor, np.maximum(np.exp(log_price) - hour_cost, 0.0), 0.0)


def _lowest(curves: Curves, buyers: Asking, least: Floats, most: Floats, room: Floats) -> Floats:
    """Log prices at which all the hours there are, or more, are asked for.

    Where somebody may have all of them: the highest price at which one buyer alone would. Else: where all have most.
    """
    everything = least + room[buyers.rep]
    may = most >= everything
    alone = highest(buyers.rep[may], buyers.top[may] - curves.of(may).log_drop(everything[may]), len(room))
    return np.where(np.isfinite(alone), alone, -highest(buyers.rep, buyers.last - buyers.top, len(room)))


def _evened(asked: Floats, growth: Floats, limits: Bounds, price: Floats) -> Floats:
    """Hours asked for, with what rounding of the price left over spread as one more step of the price would.

    Where the next hour is worth nothing, hours may be left over; nowhere may there be too many.
    """
    left = limits.capacity - limits.by_rep(asked)
    whole = limits.by_rep(growth)
    step = np.divide(left, whole, out=np.zeros_like(left), where=((price > 0) | (left < 0)) & (whole > 0))
    evened: Floats = np.clip(asked + growth * np.append(step, 0.0)[limits.rep], limits.least, limits.most)
    return evened

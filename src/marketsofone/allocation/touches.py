"""Marketing's touches beside selling hours: two purses, one objective, one cap of contacts per buyer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from marketsofone.allocation.bounds import bounds
from marketsofone.allocation.curves import Curves, Floats
from marketsofone.allocation.touch_market import MixedMarket, Touching
from marketsofone.allocation.touch_prices import lowest_prices
from marketsofone.allocation.water import relative_gap, solve_hours


@dataclass(frozen=True, slots=True)
class Mixed:
    """Hours and touches placed together, and what no plan could exceed.

    Parameters
    ----------
    hours : float array, shape (buyers,)
    touches : float array, shape (buyers,)
        Whole touches.
    hour_price : float array, shape (reps,)
        Value of the next hour of each rep, net of what an hour costs, these touches given.
    budget_price : float
        Value of the next unit of money in marketing's budget, net of that money.
    value : float
        Contribution expected, less what hours and touches cost, in major units of money.
    bound : float
        No hours and touches within the limits are worth more.
    """

    hours: Floats
    touches: Floats
    hour_price: Floats
    budget_price: float
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """Share of the bound that may have been missed."""
        return relative_gap(self.value, self.bound)


def solve_mixed(curves: Curves, rep: ArrayLike, capacity: ArrayLike, touching: Touching, hour_cost: ArrayLike = 0.0,
                least: ArrayLike = 0.0, most: ArrayLike = np.inf) -> Mixed:
    """The hours and whole touches that earn most, each buyer served by the rep it has.

    Touches and hours move a buyer along one and the same curve: ``curve(hours + worth_hours * touches)``. So what one
    has achieved is not there for the other to achieve, and nothing is counted twice. It misleads where a touch opens
    a door that no call could, or makes the calls after it worth more: then both together are worth more than this.

    Two prices settle it, of each rep's hour and of marketing's money, found by halving on the dual problem. Touches
    are then made whole, those that earn most for their cost first, and hours placed exactly beside them.

    Parameters
    ----------
    curves, rep, capacity, hour_cost, least, most
        As in ``solve_hours``.
    touching : Touching

    Raises
    ------
    HoursExceeded, ValuesInvalid
        As in ``solve_hours``; also where agreed hours alone are more contacts than a buyer may have.

    Examples
    --------
    >>> touching = Touching(worth_hours=0.1, cost=1.0, budget=20.0, contacts=10.0, call_hours=1.0)
    >>> mixed = solve_mixed(Curves([100.0, 60.0, 50.0], 1.0), [0, 0, 0], [1.0], touching)
    >>> float(mixed.touches.sum()), round(mixed.value), round(mixed.gap, 3)
    (20.0, 116, 0.0)
    """
    limits = bounds(len(curves), rep, capacity, hour_cost, least, most)
    market = MixedMarket(curves, limits, touching.for_buyers(limits))
    dual = lowest_prices(market)
    touches = market.whole(dual.hours, dual.touches)
    most_left = np.minimum(limits.most, (market.touching.contacts - touches) * market.touching.call_hours)
    moved = touches * market.touching.worth_hours
    placed = solve_hours(curves.after(moved), limits.rep, limits.capacity, limits.hour_cost, limits.least,
                         np.maximum(most_left, limits.least))
    value = placed.value + float(np.sum(curves.value(moved) - touches * market.touching.cost))
    return Mixed(placed.hours, touches, placed.price, dual.budget_price, value, max(value, dual.bound))

"""Prices of hours and of marketing's money at which the bound on any plan is lowest, by halving both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketsofone.allocation.by_rep import highest
from marketsofone.allocation.curves import Floats
from marketsofone.allocation.touch_market import MixedMarket

DEEP = 40.0       # how far, on a log scale, the price of an hour may lie below what anybody's first is worth
CLOSE = 1e-7      # on a log scale: prices nearer to each other are not told apart
UNSERVED = 1e200  # what an hour costs where there is no rep: more than any is worth


@dataclass(frozen=True, slots=True)
class Relaxed:
    """Hours and touches that may be divided, the price of marketing's money beyond itself, and the bound."""

    hours: Floats
    touches: Floats
    log_price: Floats
    budget_price: float
    bound: float

    def mixed(self, other: Relaxed, share: float) -> Relaxed:
        """So much of this plan and the rest of another: as good as either, for all curves bend one way."""
        return Relaxed(share * self.hours + (1 - share) * other.hours,
                       share * self.touches + (1 - share) * other.touches, self.log_price, self.budget_price,
                       min(self.bound, other.bound))


def lowest_prices(market: MixedMarket) -> Relaxed:
    """The plan with divisible touches that earns most, within rounding of prices.

    Buyers who are as well served by either team leap from one to the other as prices pass each other; there the plans
    on both sides are mixed so that hours and money are used up, which keeps every limit.
    """
    at_cost = _at(market, 0.0, None, DEEP)
    if _spent(market, at_cost) <= market.touching.budget:
        return at_cost
    low, high = 0.0, _dearest(market)
    dear, cheap = _at(market, high, at_cost, DEEP), at_cost
    while high - low > CLOSE:
        middle = 0.5 * (low + high)
        found = _at(market, middle, cheap, 2 * (high - low))
        if _spent(market, found) > market.touching.budget:
            low, cheap = middle, found
        else:
            high, dear = middle, found
    over, under = _spent(market, cheap), _spent(market, dear)
    return cheap.mixed(dear, (market.touching.budget - under) / (over - under))


def _spent(market: MixedMarket, plan: Relaxed) -> float:
    return float(np.sum(plan.touches * market.touching.cost))


def _dearest(market: MixedMarket) -> float:
    """Log of the price of marketing's money at which no touch is worth it."""
    first = np.maximum(market.curves.ceiling, 0.0) / market.curves.scale * market.touching.worth_hours
    return float(np.log(np.max(first / market.touching.cost, initial=1.0))) + 1.0


def _at(market: MixedMarket, log_money: float, near: Relaxed | None, within: float) -> Relaxed:
    """The plan where money of marketing has this price: hours of each rep used up, by mixing both sides of a leap."""
    limits, reps = market.limits, len(market.limits.capacity)
    served = limits.rep >= 0
    with np.errstate(divide="ignore"):
        floor, first = np.log(limits.hour_cost), np.log(np.maximum(market.curves.ceiling, 0) / market.curves.scale)
    top = np.maximum(highest(limits.rep[served], first[served], reps), np.maximum(floor, -DEEP))
    bottom = np.maximum(floor, top - DEEP)
    touch = np.exp(log_money) * market.touching.cost

    def hours(log_price: Floats) -> Floats:
        return limits.by_rep(market.asked(_hour(market, log_price), touch).hours)

    low, high = bottom, top
    if near is not None:
        nearby = np.clip(near.log_price - within, bottom, top), np.clip(near.log_price + within, bottom, top)
        low = np.where(hours(nearby[0]) > limits.capacity, nearby[0], bottom)
        high = np.where(hours(nearby[1]) <= limits.capacity, nearby[1], top)
    enough = hours(low) <= limits.capacity
    high = np.where(enough, low, high)
    while np.max(high - low) > CLOSE:
        middle = 0.5 * (low + high)
        over = hours(middle) > limits.capacity
        low, high = np.where(over, middle, low), np.where(over | enough, high, middle)
    return _between(market, low, high, touch, log_money)


def _between(market: MixedMarket, low: Floats, high: Floats, touch: Floats, log_money: float) -> Relaxed:
    """The plans at both prices, mixed by rep so that its hours are used up; the bound at the higher prices."""
    limits = market.limits
    much, little = (market.asked(_hour(market, price), touch) for price in (low, high))
    over, under = limits.by_rep(much.hours), limits.by_rep(little.hours)
    share = np.divide(limits.capacity - under, over - under, out=np.zeros_like(over), where=over > limits.capacity)
    of_much = np.append(share, 0.0)[limits.rep]
    rent = np.maximum(np.exp(high) - limits.hour_cost, 0.0)
    budget_price = float(np.expm1(log_money))
    purses = np.sum(np.multiply(rent, limits.capacity, out=np.zeros_like(rent), where=rent > 0))
    money = budget_price * market.touching.budget if budget_price > 0 else 0.0
    return Relaxed(of_much * much.hours + (1 - of_much) * little.hours,
                   of_much * much.touches + (1 - of_much) * little.touches, high, budget_price,
                   float(purses + money + np.sum(little.worth)))


def _hour(market: MixedMarket, log_price: Floats) -> Floats:
    """What an hour costs each buyer's rep, price and cost; out of reach where there is none."""
    return np.append(np.exp(log_price), UNSERVED)[market.limits.rep]

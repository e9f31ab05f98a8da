"""How firm a plan is: what becomes of it when it is drawn many times from what is not known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from marketsofone.allocation.bounds import Bounds, bounds
from marketsofone.allocation.curves import Curves, Floats
from marketsofone.allocation.water import Placed, solve_hours

ROWS = 2_000_000   # buyers times draws solved at a time, so that memory stays bounded


@dataclass(frozen=True, slots=True)
class Firmness:
    """What draws of the curves say about a plan.

    Parameters
    ----------
    share : float array, shape (buyers,)
        Of the plans made afresh from each draw, those in which the buyer gets more than its least hours.
    low, high : float array, shape (buyers,)
        Between these lies what the hours as planned earn, with the probability asked for.
    held : bool
        Whether prices of hours were held as in the plan instead of found anew for each draw.
    """

    share: Floats
    low: Floats
    high: Floats
    held: bool


def inclusion(plan: Placed, draws: Curves, rep: ArrayLike, capacity: ArrayLike, hour_cost: ArrayLike = 0.0,
              least: ArrayLike = 0.0, most: ArrayLike = np.inf, probability: float = 0.9,
              held: bool = False) -> Firmness:
    """How often each buyer is in the plan when the plan is drawn many times, and what its hours may earn.

    Each draw is a world that might be; in each the best plan is found anew, all draws in one solution. With
    ``held`` the prices of hours stay those of the plan, which costs next to nothing: right where each rep has many
    buyers who err independently, for then draws hardly move the price; too sure where all are wrong together.

    Parameters
    ----------
    plan : Placed
        From ``solve_hours`` under the same limits.
    draws : Curves
        Ceilings and scales of shape (draws, buyers), from what is believed of them; shapes likewise or one.
    rep, capacity, hour_cost, least, most
        As in ``solve_hours``.
    probability : float
        Of the interval of what the planned hours earn.
    held : bool
        Whether to hold prices.

    Examples
    --------
    >>> ceilings = np.array([[100.0, 50.0], [100.0, 500.0], [100.0, 10.0], [100.0, 20.0]])
    >>> plan = solve_hours(Curves([100.0, 50.0], 1.0), [0, 0], [0.5])
    >>> inclusion(plan, Curves(ceilings, 1.0), [0, 0], [0.5]).share.tolist()
    [0.75, 0.25]
    """
    limits = bounds(draws.ceiling.shape[1], rep, capacity, hour_cost, least, most)
    served, wanted = limits.rep >= 0, limits.most > limits.least
    if held:
        price = np.append(plan.price + limits.hour_cost, np.inf)[limits.rep]
        more = draws.next_hour(limits.least) > price
    else:
        more = _hours(plan, draws, limits) > limits.least
    tail = 0.5 * (1 - probability)
    earned = draws.value(plan.hours)
    low, high = np.quantile(earned, [tail, 1 - tail], axis=0)
    return Firmness((more & served & wanted).mean(axis=0), low, high, held)


def _hours(plan: Placed, draws: Curves, limits: Bounds) -> Floats:
    """Hours in the best plan of each draw: draws are to one another as reps, with nothing to share."""
    many, buyers = draws.ceiling.shape
    at_once = max(1, ROWS // max(buyers, 1))
    parts = [_solved(plan, draws.of(slice(first, first + at_once)), limits) for first in range(0, many, at_once)]
    return np.concatenate(parts)


def _solved(plan: Placed, draws: Curves, limits: Bounds) -> Floats:
    """The same for some of the draws, all at once."""
    many, buyers = draws.ceiling.shape
    rep = np.tile(limits.rep, many)
    rep = np.where(rep < 0, -1, rep + np.repeat(np.arange(many), buyers) * len(limits.capacity))
    start = Placed(plan.hours, np.tile(plan.price, many), plan.value, plan.bound)
    placed = solve_hours(Curves(draws.ceiling.ravel(), draws.scale.ravel(), draws.shape.ravel()), rep,
                         np.tile(limits.capacity, many), np.tile(limits.hour_cost, many),
                         np.tile(limits.least, many), np.tile(limits.most, many), start)
    return placed.hours.reshape(many, buyers)


def sweep(curves: Curves, rep: ArrayLike, capacity: ArrayLike, shares: ArrayLike, hour_cost: ArrayLike = 0.0,
          least: ArrayLike = 0.0, most: ArrayLike = np.inf) -> list[Placed]:
    """The best plan at each of several shares of the hours there are: contribution against hours.

    With fewer hours their price is higher, and who gets none of many gets none of few: only the others are asked again.
    Where a rep's buyers get all they can take and no hour is left, prices are not one number: any of them may stand.

    Parameters
    ----------
    curves, rep, capacity, hour_cost, least, most
        As in ``solve_hours``.
    shares : float array, shape (plans,)
        What the capacities are multiplied by.

    Examples
    --------
    >>> plans = sweep(Curves([100.0, 50.0], 1.0), [0, 0], [1.0], [0.5, 1.0, 2.0])
    >>> [round(plan.value, 1) for plan in plans]
    [39.3, 64.2, 98.0]
    """
    capacity, shares = np.asarray(capacity, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    limits = bounds(len(curves), rep, capacity * shares.max(), hour_cost, least, most)
    whole = near = solve_hours(curves, limits.rep, limits.capacity, hour_cost, limits.least, limits.most)
    some = np.flatnonzero((whole.hours > 0) | (np.append(limits.capacity, np.inf)[limits.rep] == 0))
    few, own, low, high = curves.of(some), limits.rep[some], limits.least[some], limits.most[some]
    plans: dict[int, Placed] = {}
    for place in np.argsort(-shares, kind="stable"):
        if shares[place] == shares.max():
            plans[place] = whole
            continue
        near = solve_hours(few, own, capacity * shares[place], hour_cost, low, high, near)
        hours = np.zeros(len(curves))
        hours[some] = near.hours
        plans[place] = replace(near, hours=hours)
    return [plans[place] for place in range(len(shares))]

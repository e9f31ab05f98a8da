"""Which rep serves which buyer: prices of reps' hours from the dual problem, and a plan proven near its bound."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from marketsofone.allocation.bounds import ROUNDING, Bounds, limits_of
from marketsofone.allocation.by_rep import Bools, Ints
from marketsofone.allocation.curves import Curves, Floats
from marketsofone.allocation.dealing import Deal, Dealt
from marketsofone.allocation.pairs import AWAY, NOBODY, Pairs, pairs
from marketsofone.allocation.rep_prices import DEEP, Dual
from marketsofone.allocation.water import relative_gap, solve_hours
from marketsofone.errors import HoursExceeded, ValuesInvalid

SHARPNESS = (0.1, 0.02, 0.004)   # of what a buyer is worth: how much worse a rep may be and still be considered
NEAR_ENOUGH = 1e-4               # of the bound: a nearer plan is not sought
WIDENINGS = 4                    # rounds of considering reps that new prices made worth it
FEW_PAIRS, LIKELY = 300_000, 8   # up to so many pairs, all are considered; else so many reps for a buyer at first
MOVES = 60                       # rounds of moving buyers to whom a rep's hours are worth more


@dataclass(frozen=True, slots=True)
class Assigned:
    """A rep for each buyer, its hours, and what no other choice could exceed.

    Parameters
    ----------
    rep : int array, shape (buyers,)
        Place of the rep in ``capacity``; -1 is served by nobody.
    hours : float array, shape (buyers,)
    price : float array, shape (reps,)
        Value of the next hour of each rep, net of what an hour costs.
    value : float
        Contribution expected, less what the hours and the moves cost, in major units of money.
    bound : float
        No choice of reps and hours is worth more.
    moved : bool array, shape (buyers,)
        Who is served by another rep than before.
    """

    rep: Ints
    hours: Floats
    price: Floats
    value: float
    bound: float
    moved: Bools

    @property
    def gap(self) -> float:
        """Share of the bound that may have been missed."""
        return relative_gap(self.value, self.bound)


def assign(curves: Curves, owner: ArrayLike, capacity: ArrayLike, hour_cost: ArrayLike = 0.0, least: ArrayLike = 0.0,
           most: ArrayLike = np.inf, allowed: Bools | None = None, skill: Floats | None = None,
           moving_cost: ArrayLike = 0.0) -> Assigned:
    """Who serves whom, and for how many hours: near the best there is, with the distance proven.

    Given a price of each rep's hour, every buyer has a best rep; the total then is a bound on any plan, and the
    prices are moved until it is lowest. From there buyers are dealt out, hours placed exactly (``solve_hours``), and
    buyers moved while that pays. Finding the very best assignment is hard in general; the gap says what is
    left. It is small where reps have many buyers, and may be some percent where each has a handful.

    Parameters
    ----------
    curves, capacity, hour_cost, least, most
        As in ``solve_hours``.
    owner : int array, shape (buyers,)
        Place of the rep that serves the buyer now; -1: none; -2: one who has no hours and is no rep of the plan.
    allowed : bool array, shape (buyers, reps), optional
        Who may serve whom: regions, languages, skills; all where absent. A buyer who may not be moved is allowed its
        owner only.
    skill : float array, shape (buyers, reps), optional
        What the curve's ceiling is multiplied by with that rep; above zero. 1 where absent.
    moving_cost : float or float array, shape (buyers,)
        Money lost when a buyer gets another rep than its owner.

    Raises
    ------
    HoursExceeded
        No assignment was found that has room for the least hours.
    ValuesInvalid
        A limit is missing or contradicts another.

    References
    ----------
    Fisher, *Management Science* 27 (1981), on Lagrangian bounds.

    Examples
    --------
    >>> curves = Curves([100.0, 100.0, 100.0, 100.0], 1.0)
    >>> found = assign(curves, [0, 0, 0, 0], [2.0, 2.0])
    >>> np.bincount(found.rep).tolist(), round(found.gap, 6)
    ([2, 2], 0.0)
    """
    owners = np.broadcast_to(np.asarray(owner, dtype=np.int64), (len(curves),))
    limits = limits_of(len(curves), np.zeros(len(curves), dtype=np.int64), capacity, hour_cost, least, most)
    _check_room(limits)
    may = pairs(curves, owners, limits, allowed, skill, moving_cost)
    _check_served(may, limits)
    found = _solved(Deal(curves, may, limits, np.maximum(owners, NOBODY)))
    return replace(found, moved=found.moved | ((owners == AWAY) & (found.rep >= 0)))


def _solved(deal: Deal) -> Assigned:
    """Prices from the dual problem, buyers dealt out by them, then moved while that pays."""
    if not len(deal.pairs):
        nobody = solve_hours(deal.curves, -1, deal.limits.capacity, deal.limits.hour_cost)
        return _assigned(deal, Dealt(deal.owner, nobody, 0.0), 0.0)
    start = price = _pool_price(deal.curves, deal.limits)
    everyone = Dual(deal.pairs, deal.limits, _softness(deal, start))
    considered, bound = _likely(deal, start), np.inf
    plans = _tried(deal, deal.owner)
    for _ in range(WIDENINGS):
        dual = replace(everyone, pairs=deal.pairs.of(considered))
        for sharpness in SHARPNESS:
            price = dual.lowest(price, sharpness)
            bound = min(bound, everyone.bound(price))
            plans += _tried(deal, deal.dealt(dual.pairs, dual.shares(price, sharpness)))
        missed = np.setdiff1d(deal.pairs.best(deal.pairs.profits(price)[0]), considered)
        if not len(missed):
            break
        considered = np.union1d(considered, missed)
    if not plans:
        raise HoursExceeded((), (), "no assignment was found in which the agreed hours of every rep fit")
    best = max(plans, key=lambda plan: plan.value)
    return _assigned(deal, _improved(deal, deal.pairs.of(considered), best, bound, start - DEEP), bound)


def _tried(deal: Deal, rep: Ints) -> list[Dealt]:
    """The plan, where each buyer with agreed hours has a rep and they fit."""
    served = deal.pairs.find(np.arange(len(rep)), rep) >= 0
    if (deal.limits.least[~served] > 0).any():
        return []
    try:
        return [deal.placed(rep)]
    except HoursExceeded:
        return []


def _improved(deal: Deal, pairs: Pairs, best: Dealt, bound: float, lowest: Floats) -> Dealt:
    """Buyers moved to whom hours are worth more at the prices there are: many, then fewer, then one after the other."""
    many, passed = max(1, len(deal.owner) // 20), 0
    for _ in range(MOVES):
        if relative_gap(best.value, bound) <= NEAR_ENOUGH:
            break
        tried = _tried(deal, _moved(deal, pairs, best, lowest, slice(passed, passed + many)))
        if tried and tried[0].value > best.value:
            best, passed = tried[0], 0
        else:
            passed += many == 1
            many = max(1, many // 3)
    return best


def _moved(deal: Deal, pairs: Pairs, plan: Dealt, lowest: Floats, which: slice) -> Ints:
    """The reps after some of the moves, counted from those that promise most."""
    with np.errstate(divide="ignore"):
        price = np.maximum(np.log(plan.placed.price + deal.limits.hour_cost), lowest)
    now = np.zeros(len(plan.rep))
    at = deal.pairs.find(np.arange(len(plan.rep)), plan.rep)
    now[at >= 0] = deal.pairs.of(at[at >= 0]).profits(price)[0]
    gain = pairs.profits(price)[0] - now[pairs.buyer]
    gain[plan.rep[pairs.buyer] == pairs.rep] = -np.inf
    best = pairs.best(gain)
    moves = best[np.argsort(-gain[best], kind="stable")[which]]
    moves = moves[np.isfinite(gain[moves])]
    rep = plan.rep.copy()
    rep[pairs.buyer[moves]] = pairs.rep[moves]
    return rep


def _assigned(deal: Deal, plan: Dealt, bound: float) -> Assigned:
    moved = (deal.owner >= 0) & (plan.rep != deal.owner)
    return Assigned(plan.rep, plan.placed.hours, plan.placed.price, plan.value, max(bound, plan.value), moved)


def _likely(deal: Deal, log_price: Floats) -> Ints:
    """The pairs that are worth most to each buyer; equals taken in turns, so that no rep is always passed over."""
    pairs, reps = deal.pairs, len(log_price)
    if len(pairs) <= FEW_PAIRS:
        return np.arange(len(pairs))
    worth, _hours = pairs.profits(log_price)
    order = np.lexsort(((pairs.rep - pairs.buyer) % reps, -worth, pairs.buyer))
    place = np.arange(len(pairs)) - pairs.starts[pairs.group]
    return np.sort(order[place < LIKELY])


def _softness(deal: Deal, log_price: Floats) -> Floats:
    """What each buyer is worth at prices somewhat lower, and never nothing: the measure of being nearly as good."""
    pairs = deal.pairs
    worth = np.maximum(np.maximum.reduceat(pairs.profits(log_price - 1.0)[0], pairs.starts), 0.0)
    soft = np.ones(len(deal.owner))
    soft[pairs.buyer[pairs.starts]] = worth + max(1e-3 * float(np.mean(worth)), np.finfo(float).tiny)
    return soft


def _check_room(limits: Bounds) -> None:
    """Refuse least hours that exceed those of all reps together."""
    agreed, there_are = float(np.sum(limits.least)), float(np.sum(limits.capacity))
    if agreed > there_are * (1 + ROUNDING):
        raise HoursExceeded((), (agreed - there_are,), f"all reps together: {agreed:,.1f} agreed, {there_are:,.1f} "
                            f"there are, {agreed - there_are:,.1f} too many")


def _check_served(may: Pairs, limits: Bounds) -> None:
    """Refuse hours agreed with a buyer whom nobody may serve."""
    alone = (np.bincount(may.buyer, minlength=len(limits.rep)) == 0) & (limits.least > 0)
    if alone.any():
        raise ValuesInvalid("Hours are agreed only with buyers whom somebody may serve.",
                            f"{int(alone.sum()):,} buyers have least hours and no rep who may serve them.",
                            "Allow a rep for each of them, or set their least hours to 0.")


def _pool_price(curves: Curves, limits: Bounds) -> Floats:
    """Log price of an hour, its cost included, were all hours those of one pool: where the search begins."""
    pool = solve_hours(curves, 0, [np.sum(limits.capacity)], [np.min(limits.hour_cost)], limits.least, limits.most)
    first_hour = np.max(np.maximum(curves.ceiling, 0.0) / curves.scale, initial=0.0)
    price = max(float(pool.price[0]), 1e-6 * float(first_hour), np.finfo(float).tiny)
    return np.log(price + limits.hour_cost)

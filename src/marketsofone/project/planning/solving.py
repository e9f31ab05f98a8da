"""Hours placed on buyers, segments that do not earn what they cost dropped, and who serves whom."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from marketsofone.allocation import AWAY, Curves, Mixed, Placed, Touching, assign, solve_calls, solve_hours, solve_mixed
from marketsofone.allocation.bounds import check_least
from marketsofone.errors import HoursExceeded, NothingToPlan, shortened
from marketsofone.project.planning.inputs import Bools, Floats, Ints, Problem

ROUNDS = 40
"""Rounds of dropping segments that do not earn what they cost."""

HARDLY = 1e-9
"""Hours that are none: below it a buyer is not in the plan."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A plan.

    Parameters
    ----------
    hours, touches : float array, shape (buyers,)
    rep : int array, shape (buyers,)
        Place of who serves each buyer; -1: nobody.
    price : float array, shape (reps,)
        What a rep's next hour would earn beyond its cost.
    budget_price : float
        What marketing's next unit of money would earn beyond itself.
    value, bound : float
        Contribution net of hours, touches, moves and segments; what no plan within the limits and these segments
        can exceed.
    dropped : bool array, shape (segments,)
        Segments that would earn less than they cost.
    """

    hours: Floats
    touches: Floats
    rep: Ints
    price: Floats
    budget_price: float
    value: float
    bound: float
    dropped: Bools

    @property
    def gap(self) -> float:
        """Share of the bound that may have been missed."""
        size = max(abs(self.bound), abs(self.value))
        return (self.bound - self.value) / size if size > 0 else 0.0


def place(problem: Problem, reassign: bool = False) -> Placement:
    """The hours that earn most, under the limits of the problem.

    Where a segment costs something to pursue, those that earn less beyond the price of their hours than they cost
    are dropped, the worst first, and hours are placed anew; a plan with fewer segments is kept only if it earns more.
    That search is a good one, not a proven one: the bound holds for the segments kept.

    Raises
    ------
    NothingToPlan
        No buyer is served by a rep with hours.
    HoursExceeded
        Hours agreed exceed what a rep has; reps are named by their keys.
    """
    if not reassign and not (problem.rep >= 0).any():
        raise NothingToPlan("A plan places hours on buyers that a rep serves.",
                            f"{len(problem.rep):,} buyers, none served by a rep with hours.",
                            "Map rep_id of accounts, or let the plan assign reps:\n  m1 plan solve --assign")
    best = _placed(problem, problem.curves, reassign, np.zeros(len(problem.segments), dtype=np.bool_))
    if not problem.segment_cost:
        return best
    tried = best
    for _ in range(ROUNDS):
        short = _too_dear(problem, tried)
        if not short.any():
            break
        dropped = tried.dropped | short
        kept = problem.curves.times(np.where(dropped[problem.segment], 0.0, 1.0))
        tried = _placed(problem, kept, reassign, dropped)
        best = tried if tried.value > best.value else best
    return best


def check_agreed(problem: Problem) -> None:
    """That the hours agreed with its buyers fit into those of each rep, before any are placed.

    Raises
    ------
    HoursExceeded
        They do not; reps are named by their keys.
    """
    served, capacity = problem.rep >= 0, problem.sellers.capacity
    try:
        agreed = np.bincount(problem.rep[served], problem.least[served], len(capacity)).astype(np.float64)
        check_least(agreed, capacity)
    except HoursExceeded as exceeded:
        raise _named(problem, exceeded) from None


def earned(problem: Problem, placement: Placement) -> Floats:
    """Contribution that hours and touches are expected to add, shape (buyers,), before what they cost."""
    return problem.curves.value(worth(problem, placement))


def worth(problem: Problem, placement: Placement) -> Floats:
    """Hours, and touches in the hours they are worth."""
    if problem.touching is None:
        return placement.hours
    moved: Floats = placement.hours + placement.touches * np.asarray(problem.touching.worth_hours)
    return moved


def _placed(problem: Problem, curves: Curves, reassign: bool, dropped: Bools) -> Placement:
    solve = _assigned if reassign else _kept
    try:
        found = solve(problem, curves)
    except HoursExceeded as exceeded:
        raise _named(problem, exceeded) from None
    used = len(np.unique(problem.segment[found.hours > HARDLY]))
    cost = problem.segment_cost * used
    return replace(found, value=found.value - cost, bound=found.bound - cost, dropped=dropped)


def _kept(problem: Problem, curves: Curves) -> Placement:
    """Hours where every buyer keeps its rep."""
    sellers, none = problem.sellers, np.zeros(len(problem.rep))
    nothing = np.zeros(len(problem.segments), dtype=np.bool_)
    limits = (problem.rep, sellers.capacity)
    if problem.touching is not None:
        mixed = solve_mixed(curves, *limits, problem.touching, sellers.hour_cost, problem.least, problem.most)
        if problem.call_hours:
            return _whole_beside(problem, curves, mixed, problem.touching)
        return Placement(mixed.hours, mixed.touches, problem.rep, mixed.hour_price, mixed.budget_price, mixed.value,
                         mixed.bound, nothing)
    if problem.call_hours:
        found = _whole(problem, curves, problem.most)
    else:
        found = solve_hours(curves, *limits, sellers.hour_cost, problem.least, problem.most)
    return Placement(found.hours, none, problem.rep, found.price, 0.0, found.value, found.bound, nothing)


def _whole(problem: Problem, curves: Curves, most: Floats) -> Placed:
    """Hours as whole calls."""
    calls, sellers = problem.call_hours, problem.sellers
    return solve_calls(curves, problem.rep, sellers.capacity, calls, sellers.hour_cost,
                       np.ceil(problem.least / calls - HARDLY), np.floor(most / calls + HARDLY))


def _whole_beside(problem: Problem, curves: Curves, mixed: Mixed, touching: Touching) -> Placement:
    """Whole calls beside the touches that were placed with hours that need not be whole; these bound what is earned."""
    moved = mixed.touches * np.asarray(touching.worth_hours)
    left = (np.asarray(touching.contacts) - mixed.touches) * np.asarray(touching.call_hours)
    found = _whole(problem, curves.after(moved), np.maximum(np.minimum(problem.most, left), problem.least))
    value = found.value + float(np.sum(curves.value(moved) - mixed.touches * np.asarray(touching.cost)))
    return Placement(found.hours, mixed.touches, problem.rep, found.price, mixed.budget_price, value,
                     max(value, mixed.bound), np.zeros(len(problem.segments), dtype=np.bool_))


def _assigned(problem: Problem, curves: Curves) -> Placement:
    """Who serves whom, and for how many hours; touches and whole calls are placed with the reps so found."""
    sellers = problem.sellers
    owner = np.where(problem.has_rep & (problem.rep < 0), AWAY, problem.rep)
    found = assign(curves, owner, sellers.capacity, sellers.hour_cost, problem.least, problem.most,
                   allowed=_allowed(problem), moving_cost=problem.moving_cost)
    plain = Placement(found.hours, np.zeros(len(found.hours)), found.rep, found.price, 0.0, found.value, found.bound,
                      np.zeros(len(problem.segments), dtype=np.bool_))
    if problem.touching is None and not problem.call_hours:
        return plain
    placed = _kept(replace(problem, rep=found.rep), curves)
    moves = problem.moving_cost * float(found.moved.sum())
    return replace(placed, value=placed.value - moves, bound=max(plain.bound, placed.value - moves))


def _allowed(problem: Problem) -> Bools | None:
    """Who may serve whom; None where everyone may."""
    region = np.array(problem.sellers.region)
    of_buyer = np.append(region, "")[problem.rep] if problem.region is None else problem.region
    if not problem.fixed.any() and not problem.same_region:
        return None
    allowed = np.ones((len(problem.rep), len(region)), dtype=np.bool_)
    if problem.same_region:
        allowed = (of_buyer[:, None] == region) | (of_buyer == "")[:, None]
    allowed[problem.fixed & problem.has_rep] = False
    only = np.flatnonzero(problem.fixed & (problem.rep >= 0))
    allowed[only, problem.rep[only]] = True
    return allowed


def _too_dear(problem: Problem, placement: Placement) -> Bools:
    """Segments pursued that earn less beyond the price of their hours than they cost: the worse half of them."""
    price = np.append(placement.price + problem.sellers.hour_cost, 0.0)[placement.rep]
    gain = earned(problem, placement) - price * placement.hours
    count = len(problem.segments)
    surplus = np.bincount(problem.segment, gain, count)
    used = np.bincount(problem.segment, placement.hours, count) > HARDLY
    short = np.flatnonzero(used & (surplus < problem.segment_cost))
    worst = short[np.argsort(surplus[short], kind="stable")][: (len(short) + 1) // 2]
    marked = np.zeros(count, dtype=np.bool_)
    marked[worst] = True
    return marked


def _named(problem: Problem, exceeded: HoursExceeded) -> HoursExceeded:
    """The same error with reps by their keys."""
    if not exceeded.reps:
        return exceeded
    capacity = problem.sellers.capacity
    said = (f"rep {problem.sellers.source_id[place]}: {capacity[place] + much:,.1f} agreed, {capacity[place]:,.1f} "
            f"there are, {much:,.1f} too many" for place, much in zip(exceeded.reps, exceeded.excess, strict=True))
    return HoursExceeded(exceeded.reps, exceeded.excess, shortened(said, most=5))

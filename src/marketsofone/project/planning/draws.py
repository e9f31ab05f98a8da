"""How firm a plan is: it is drawn many times from what is not known of each buyer, and of the response of all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from marketsofone.allocation import Curves, Placed, solve_hours
from marketsofone.project.planning.inputs import Bools, Floats, Problem
from marketsofone.project.planning.solving import HARDLY, Placement, place, worth

RESOLVED = 20_000
"""Up to so many buyers each draw is solved anew; with more, prices of hours are held as in the plan."""

DRAWN = 20_000_000
"""Buyers times draws at most, but never fewer than ``FEWEST`` draws."""

FEWEST = 20
_LEAST_RATE = 1e-6


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is not known of all buyers together.

    Parameters
    ----------
    prospects, customers : float
        Standard deviation of the factor by which approaches to buyers not yet won, and hours for customers, may
        do more or less than expected.
    """

    prospects: float
    customers: float


@dataclass(frozen=True, slots=True)
class Firm:
    """What the draws say.

    Parameters
    ----------
    inclusion : float array, shape (buyers,)
        Share of plans, made afresh for each draw, in which the buyer gets more than its least hours.
    low, high : float array, shape (buyers,)
        90% interval of what the hours as planned earn.
    pursued : float array, shape (segments,)
        Share of draws in which hours are placed in the segment.
    worthless : float array, shape (segments,)
        Share of draws in which no hour there earns its cost.
    segment_low, segment_high : float array, shape (segments,)
        90% interval of what is earned in a segment as planned.
    total_low, total_high : float
        The same of the plan.
    draws : int
    held : bool
        Whether prices were held.
    """

    inclusion: Floats
    low: Floats
    high: Floats
    pursued: Floats
    worthless: Floats
    segment_low: Floats
    segment_high: Floats
    total_low: float
    total_high: float
    draws: int
    held: bool


def firmness(problem: Problem, placement: Placement, doubt: Doubt, draws: int, seed: int) -> Firm:
    """How often each buyer and segment is in the plan when it is drawn many times, and what the plan may earn.

    Each draw gives every buyer a worth (lognormal about what is expected) and a chance per hour (the gamma that the
    shape of its curve stands for), and all buyers together a response. Whole calls and touches are drawn as hours.
    Where a segment costs something to pursue, segments that earn less than that are dropped in each draw as in a plan.
    """
    buyers, segments = len(problem.rep), len(problem.segments)
    many = max(FEWEST, min(draws, DRAWN // max(buyers, 1)))
    held, rng = buyers > RESOLVED, np.random.default_rng(seed)
    planned = worth(problem, placement)
    some = np.flatnonzero(planned > HARDLY)
    included, pursued, worthless = np.zeros(buyers), np.zeros(segments), np.zeros(segments)
    earned, by_segment = np.empty((many, len(some))), np.empty((many, segments))
    cost, won = problem.cost, problem.rows["won"].to_numpy(zero_copy_only=False)
    for draw in range(many):
        curves = _drawn(problem, doubt, won, rng)
        hours = _held(problem, placement, curves) if held else _solved(problem, placement, curves)
        more = hours > problem.least + HARDLY
        included += more
        pursued += np.bincount(problem.segment[more], minlength=segments) > 0
        pays = (problem.rep >= 0) & (curves.ceiling > cost * curves.scale)
        worthless += np.bincount(problem.segment[pays], minlength=segments) == 0
        earned[draw] = curves.of(some).value(planned[some])
        by_segment[draw] = np.bincount(problem.segment[some], earned[draw], segments)
    low, high = np.zeros(buyers), np.zeros(buyers)
    low[some], high[some] = _ends(earned)
    total_low, total_high = _ends(by_segment.sum(axis=1))
    return Firm(included / many, low, high, pursued / many, worthless / many, *_ends(by_segment), float(total_low),
                float(total_high), many, held)


def _drawn(problem: Problem, doubt: Doubt, won: Bools, rng: np.random.Generator) -> Curves:
    """One world that might be."""
    curves, spread = problem.curves, problem.rows["worth_spread"].to_numpy()
    value = np.exp(spread * rng.standard_normal(len(spread)) - 0.5 * spread**2)
    uncertain = np.isfinite(curves.shape) & (curves.shape > 0)
    rate = np.ones(len(spread))
    rate[uncertain] = rng.standard_gamma(curves.shape[uncertain]) / curves.shape[uncertain]
    prospects, customers = np.maximum(1.0 + np.array([doubt.prospects, doubt.customers]) * rng.standard_normal(2),
                                      _LEAST_RATE)
    ceiling = curves.ceiling * value * np.where(won, customers, 1.0)
    scale = curves.scale / np.maximum(rate * np.where(won, 1.0, prospects), _LEAST_RATE)
    return Curves(ceiling, scale, np.where(uncertain, np.inf, curves.shape))


def _solved(problem: Problem, placement: Placement, curves: Curves) -> Floats:
    if problem.segment_cost:
        return place(replace(problem, curves=curves, rep=placement.rep, touching=None, call_hours=0.0)).hours
    sellers = problem.sellers
    near = Placed(placement.hours, placement.price, placement.value, placement.bound)
    return solve_hours(curves, placement.rep, sellers.capacity, sellers.hour_cost, problem.least, problem.most,
                       near).hours


def _held(problem: Problem, placement: Placement, curves: Curves) -> Floats:
    """Hours that each buyer would be given at the prices of the plan."""
    price = np.append(placement.price + problem.sellers.hour_cost, np.inf)[placement.rep]
    with np.errstate(divide="ignore", invalid="ignore"):
        drop = np.log(np.maximum(curves.ceiling, 0.0) / curves.scale) - np.log(price)
    some = np.isfinite(drop) & (drop > 0)
    hours = np.zeros(len(price))
    hours[some] = curves.of(some).hours_at(drop[some])
    hours = np.clip(hours, problem.least, problem.most)
    if not problem.segment_cost:
        return hours
    gain = curves.value(hours) - np.where(hours > 0, price * hours, 0.0)
    short = np.bincount(problem.segment, gain, len(problem.segments)) < problem.segment_cost
    return np.where(short[problem.segment], problem.least, hours)


def _ends(values: Floats) -> tuple[Floats, Floats]:
    low, high = np.quantile(values, [0.05, 0.95], axis=0)
    return low, high

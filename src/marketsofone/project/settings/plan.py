"""The section ``[plan]`` of the project file: hours, limits and what a plan may not do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from marketsofone.project.settings.keys import AMOUNT, FLAG, HOURS, Rule, whole


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_listing(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)


def _is_amounts(value: object) -> bool:
    return isinstance(value, Mapping) and all(_is_number(each) and each >= 0 for each in value.values())


KEYS = Rule("a list of the sources' keys", '["A000713"]', _is_listing)
LISTED = Rule("a list of segments written by hand, by their names", '["too_small"]', _is_listing)
DRIVERS = Rule("a list of dimensions or traits", '["size"]', _is_listing)
HOURS_OF = Rule("hours, not below 0, by the source's key of a buyer", "{ A000713 = 3.0 }", _is_amounts)
CALLS_OF = Rule("calls in the period, not below 0, by the source's key of a buyer", "{ A000713 = 2 }", _is_amounts)
WEIGHTS = Rule("weights, not below 0 and one of them above, by the name of a column",
               "{ attractiveness = 0.6, pull = 0.4 }",
               lambda value: _is_amounts(value) and (not value or any(value.values())))
HOURS_OR_NONE = Rule("a number of hours, not below 0", "0.0", lambda value: _is_number(value) and value >= 0)


OF_BUYERS = ("least", "most", "calls", "not_moved")
"""Settings of `PlanSettings` that name single buyers."""

MOST_WEEKS = 520
"""Ten years: no plan is made for longer."""


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """What a plan of selling hours keeps to.

    Parameters
    ----------
    weeks : int
        Length of the period planned; a rep has ``week_hours`` times as many hours.
    whole_calls : bool
        Whether hours come as whole calls of ``approach_hours`` each.
    most_hours, most_contacts : float, int
        At most so many hours, and contacts of both teams, with one buyer in the period; 0: no limit but the curve.
    least, most : mapping
        Hours agreed at least, and allowed at most, by buyer.
    calls : mapping
        Cadences agreed: calls in the period by buyer, each of ``approach_hours``.
    not_moved : sequence of str
        Buyers that keep their rep whatever ``--assign`` finds.
    same_region : bool
        Whether ``--assign`` moves a buyer to reps of its rep's region only.
    moving_cost : float
        Money lost when a buyer gets another rep.
    touch_budget, touch_cost, touch_hours : float
        Marketing's money in the period, what a touch costs, and how many selling hours it is worth; no budget:
        no touches are placed.
    segment_cost : float or None
        What pursuing one segment costs in the period; absent: the share of ``[strata] handling_cost``.
    knock_outs : sequence of str
        Segments written by hand whose members get no hours.
    factors : mapping
        The user's own view of segments: columns of the strata, or numbers of buyers, with weights.
    drivers : sequence of str
        What reps act on when they choose whom to call; absent: the stratum.
    response_days : int
        Length of the periods in which effort and outcome are compared.
    draws : int
        How often the plan is drawn from what is not known.
    """

    weeks: Annotated[int, whole(1, MOST_WEEKS, 4)] = 4
    whole_calls: Annotated[bool, FLAG] = False
    most_hours: Annotated[float, HOURS_OR_NONE] = 0.0
    most_contacts: Annotated[int, whole(0, 10_000, 4)] = 0
    least: Annotated[Mapping[str, float], HOURS_OF] = field(default_factory=dict)
    most: Annotated[Mapping[str, float], HOURS_OF] = field(default_factory=dict)
    calls: Annotated[Mapping[str, float], CALLS_OF] = field(default_factory=dict)
    not_moved: Annotated[Sequence[str], KEYS] = ()
    same_region: Annotated[bool, FLAG] = False
    moving_cost: Annotated[float, AMOUNT] = 0.0
    touch_budget: Annotated[float, AMOUNT] = 0.0
    touch_cost: Annotated[float, AMOUNT] = 0.0
    touch_hours: Annotated[float, HOURS] = 0.1
    segment_cost: Annotated[float | None, AMOUNT] = None
    knock_outs: Annotated[Sequence[str], LISTED] = ()
    factors: Annotated[Mapping[str, float], WEIGHTS] = field(default_factory=dict)
    drivers: Annotated[Sequence[str], DRIVERS] = ()
    response_days: Annotated[int, whole(7, 3650, 182)] = 182
    draws: Annotated[int, whole(20, 10_000, 100)] = 100

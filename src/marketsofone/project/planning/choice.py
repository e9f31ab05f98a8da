"""Pursue, hold or leave: the choice of every segment under the hours there are, with what would change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketsofone.project.planning.draws import Firm
from marketsofone.project.planning.inputs import Bools, Floats, Problem
from marketsofone.project.planning.solving import HARDLY, Placement, earned, worth
from marketsofone.project.snapshots.approach import CHOICES, HOLD, LEAVE, PURSUE
from marketsofone.project.words import number

UNKNOWN = "cannot tell yet"
MANY_TIMES = 1000.0
"""More times its price are not counted: any number comes of hours that cost nothing and are left over."""

DECIDED = "decided"
"""The status of the response of a buyer that is an opportunity, won or lost: hours with it do nothing any more."""

LEFT_OUT = "left out"
"""The status of the response of buyers whom a scenario leaves."""

SEGMENT_CHOICE = pa.schema([
    ("stratum_id", pa.string()), ("path", pa.string()), ("buyers", pa.int64()), ("choice", pa.string()),
    ("hours", pa.float64()), ("touches", pa.float64()), ("expected_contribution", pa.float64()),
    ("expected_contribution_low", pa.float64()), ("expected_contribution_high", pa.float64()),
    ("next_hour_value", pa.float64()), ("runner_up", pa.string()), ("changes", pa.string()), ("reason", pa.string()),
    ("firm", pa.float64()), ("factor_score", pa.float64()), ("disagrees", pa.bool_())])
"""Columns of the table ``segment_choice``."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How buyers, and the segments they are planned with, stand to the prices of hours.

    Parameters
    ----------
    first, next_hour : float array, shape (buyers,)
        What the first hour, and the next one after those planned, earns beyond its cost; nan where nobody serves, and
        where nothing tells what hours do.
    ratio : float array, shape (segments,)
        Best first hour of the segment over what that hour costs and would earn elsewhere; above 1 it gets hours.
    pays : float array, shape (segments,)
        Best first hour over what it costs; infinite where hours cost nothing.
    """

    first: Floats
    next_hour: Floats
    ratio: Floats
    pays: Floats


def standing(problem: Problem, placement: Placement) -> Standing:
    """How buyers and segments stand to the prices of hours."""
    served = placement.rep >= 0
    told = served & pc.not_equal(problem.rows["status"], UNKNOWN).to_numpy()
    cost = np.append(problem.sellers.hour_cost, 0.0)[placement.rep]
    price = np.append(placement.price, 0.0)[placement.rep]
    first = problem.curves.next_hour(0.0)
    beside = problem.curves.next_hour(worth(problem, placement))
    count = len(problem.segments)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = _highest(problem.segment[served], (first / (price + cost))[served], count)
        pays = _highest(problem.segment[served], (first / cost)[served], count)
    return Standing(np.where(told, first - cost, np.nan), np.where(told, beside - cost, np.nan), ratio, pays)


def segment_choice(problem: Problem, placement: Placement, at: Standing, firm: Firm, currency: str,
                   factor_score: Floats | None = None) -> pa.Table:
    """One row a stratum that buyers stand in: its choice, what it gets and earns, and why.

    Strata that do not hold up are held with a row of their own; their buyers are planned one by one all the same,
    and count in the nearest stratum above that holds up.

    Parameters
    ----------
    factor_score : float array, shape (segments,), optional
        The user's own view, from 0 to 1, nan where nothing is known.
    """
    count = len(problem.segments)
    hours = np.bincount(problem.segment, placement.hours, count)
    touches = np.bincount(problem.segment, placement.touches, count)
    money = np.bincount(problem.segment, earned(problem, placement), count)
    told = _Told(problem, placement, at, currency)
    best = _highest(problem.segment, at.next_hour, count)
    chosen = [told.choice(place, hours[place] + touches[place]) for place in range(count)]
    disagrees = _disagrees([choice for choice, _why in chosen], factor_score)
    rows = []
    for place, segment in enumerate(problem.segments):
        choice, reason = chosen[place]
        shares = _shares(firm, place) if told.drawn(place, hours[place] + touches[place]) else {
            each: float(each == choice) for each in CHOICES}
        rows.append({
            "stratum_id": segment.stratum_id, "path": segment.path, "buyers": segment.buyers, "choice": choice,
            "hours": hours[place], "touches": touches[place], "expected_contribution": money[place],
            "expected_contribution_low": firm.segment_low[place],
            "expected_contribution_high": firm.segment_high[place],
            "next_hour_value": best[place] if np.isfinite(best[place]) else None,
            "runner_up": max((each for each in CHOICES if each != choice), key=lambda each: shares[each]),
            "changes": told.changes(place, choice), "reason": reason, "firm": shares[choice],
            "factor_score": None if factor_score is None or np.isnan(factor_score[place]) else factor_score[place],
            "disagrees": disagrees[place]})
    return pa.Table.from_pylist([*rows, *_refused(problem)], schema=SEGMENT_CHOICE)


@dataclass(frozen=True, slots=True)
class _Told:
    """Choices in words."""

    problem: Problem
    placement: Placement
    at: Standing
    currency: str

    def choice(self, place: int, given: float) -> tuple[str, str]:
        """What is done with a segment, and why."""
        members = self.problem.segment == place
        if given > HARDLY:
            times = self._times(self.at.ratio[place])
            return PURSUE, f"Its best hour earns {times} its price: what it costs and what it would earn elsewhere."
        if self.problem.knocked_out[members].all():
            return LEAVE, self._out(members)
        if not (self.placement.rep[members] >= 0).any():
            return HOLD, "No rep with hours serves its buyers."
        if (self.problem.curves.ceiling[members] <= 0).all():
            return self._worthless(members)
        if self.placement.dropped[place]:
            return HOLD, (f"It would earn hours, yet less than the {self._money(self.problem.segment_cost)} that "
                          "pursuing one segment costs.")
        if self.at.pays[place] <= 1.0:
            return LEAVE, "No hour there earns what it costs."
        return HOLD, "Its best hour earns more than it costs, and less than it would earn elsewhere."

    def drawn(self, place: int, given: float) -> bool:
        """Whether the choice rests on what is drawn; else it is the same in every draw."""
        members = self.problem.segment == place
        served = self.placement.rep[members] >= 0
        return given > HARDLY or bool((served & (self.problem.curves.ceiling[members] > 0)).any())

    def _worthless(self, members: Bools) -> tuple[str, str]:
        rows = self.problem.rows.filter(pa.array(members))
        status = rows["status"]
        if pc.all(pc.equal(status, UNKNOWN)).as_py():
            return HOLD, "Cannot tell yet what hours do there: keep to what is agreed, or state a judgement."
        if pc.all(pc.equal(status, LEFT_OUT)).as_py():
            return LEAVE, "The scenario leaves it out."
        if pc.all(pc.equal(status, DECIDED)).as_py():
            return LEAVE, "Nothing is to be earned there: all its opportunities are decided."
        if pc.any(pc.or_(rows["won"], pc.equal(status, DECIDED))).as_py():
            return LEAVE, "Nothing is to be earned there: hours with its buyers are not expected to add anything."
        return LEAVE, "Nothing is to be earned there: its buyers are expected to cost more than they bring."

    def _out(self, members: Bools) -> str:
        """Why none of its buyers may get hours."""
        barred = self.problem.barred
        if barred is None or not barred[members].any():
            return "All its buyers are knocked out by [plan] knock_outs."
        if barred[members].all():
            return "No basis for contact with any of its buyers holds."
        return "No basis for contact with its buyers holds, or [plan] knock_outs knocks them out."

    def changes(self, place: int, choice: str) -> str:
        """What would change the choice."""
        ratio = self.at.ratio[place]
        if choice == HOLD and self.placement.dropped[place]:
            return "It would be pursued if its buyers were worth more, or pursuing one segment cost less."
        if choice == PURSUE and ratio > MANY_TIMES:
            return "It would be held if next to nothing were to be earned there."
        if choice == PURSUE and np.isfinite(ratio) and ratio > 1:
            return (f"It would be held if its best buyers were worth {1 - 1 / ratio:.0%} less, or the price were "
                    f"{ratio:,.1f} times as high.")
        if not np.isfinite(ratio) or ratio <= 0:
            return "Hours of a rep, or evidence of what hours do there." if choice == HOLD else "Other buyers or terms."
        more = max(1 / ratio - 1, 0.0)
        if choice == LEAVE:
            return f"It would be pursued if its best buyers were worth {more:.0%} more, or an hour cost less."
        return f"It would be pursued if its best buyers were worth {more:.0%} more, or hours elsewhere earned less."

    def _money(self, value: float) -> str:
        return number(value, "money", self.currency)

    @staticmethod
    def _times(ratio: float) -> str:
        return f"{ratio:,.1f} times" if ratio <= MANY_TIMES else "many times"


def _shares(firm: Firm, place: int) -> dict[str, float]:
    """In which share of the draws each choice would be made."""
    pursued, leave = float(firm.pursued[place]), float(firm.worthless[place])
    return {PURSUE: pursued, LEAVE: min(leave, 1.0 - pursued), HOLD: max(0.0, round(1.0 - pursued - leave, 12))}


def _refused(problem: Problem) -> list[dict[str, object]]:
    """Rows of the strata that do not hold up."""
    return [{"stratum_id": own, "path": problem.paths[own], "buyers": 0, "choice": HOLD, "hours": 0.0, "touches": 0.0,
             "expected_contribution": 0.0, "expected_contribution_low": 0.0, "expected_contribution_high": 0.0,
             "next_hour_value": None, "runner_up": None,
             "changes": "It would be planned as a segment once somebody accepts it, with a note.",
             "reason": "Refused as a segment: it does not hold up when the market is drawn anew. Its buyers are "
                       f"planned with '{problem.paths[above]}'.",
             "firm": None, "factor_score": None, "disagrees": False}
            for own, above in problem.refused.items()]


def _disagrees(choices: list[str], score: Floats | None) -> list[bool]:
    """Where the user's own view would have pursued others: as many segments, best score first."""
    if score is None:
        return [False] * len(choices)
    pursued = np.array([choice == PURSUE for choice in choices])
    rank = np.argsort(np.argsort(-np.nan_to_num(score, nan=-np.inf), kind="stable"), kind="stable")
    liked = rank < int(pursued.sum())
    return [bool(each) for each in (liked != pursued) & np.isfinite(score)]


def factor_scores(weights: Mapping[str, float], columns: Mapping[str, Floats]) -> Floats | None:
    """The user's own view of each segment: factors brought to 0 to 1 over the segments, then weighted; None without.

    Parameters
    ----------
    columns : mapping
        Factor -> its value in each segment, shape (segments,).
    """
    if not weights:
        return None
    total = np.zeros(len(next(iter(columns.values()))))
    for name, weight in weights.items():
        value = columns[name]
        low, high = (np.nanmin(value), np.nanmax(value)) if np.isfinite(value).any() else (0.0, 0.0)
        total = total + weight * ((value - low) / (high - low) if high > low else value - value + 0.5)
    return total / sum(weights.values())


def _highest(group: np.ndarray, value: Floats, count: int) -> Floats:
    """The highest value of each group; minus infinity where there is none."""
    found = np.full(count, -np.inf)
    known = ~np.isnan(value)
    np.maximum.at(found, group[known], value[known])
    return found

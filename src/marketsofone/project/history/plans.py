"""What moved in the plan between two runs: hours of segments, which are pursued now and which no more, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marketsofone.project.history.grounds import Change, changes, one_currency, same, settings_changes
from marketsofone.project.snapshots.approach import PURSUE
from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.snapshots.plan_totals import why_no_plan
from marketsofone.project.snapshots.small_tables import asked_rows, rows_of
from marketsofone.project.snapshots.snapshot import Snapshot
from marketsofone.project.words import count, money

TOTALS = ("weeks", "capacity_hours", "hours", "value")
"""What is compared of the plans as wholes."""

_OF_THE_PLAN = ("plan.", "market.hour_cost", "market.approach_hours")
"""Settings that a plan rests on, beside those that move the scores."""

_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SegmentHours:
    """A segment that gets more or fewer hours, or of which the plan makes another choice.

    Parameters
    ----------
    stratum_id, path : str
    choice : Change
        None where the plan of that run has no such segment.
    hours : Change
        Of a plan that has no such segment those that it gives the buyers of the segment.
    why : tuple of str
        As far as two runs can tell.
    """

    stratum_id: str
    path: str
    choice: Change
    hours: Change
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """What differs between the plans of two runs.

    Parameters
    ----------
    missing : str
        Which run holds no plan, and why, or why they cannot be compared; empty where they are.
    totals : tuple of Change
        Of each plan the weeks, the hours there are, those it places and what they earn beyond their cost.
    response : tuple of Change
        How what hours do is known, of prospects and customers, where that differs.
    came, went : int
        Buyers that only the later plan pursues, and that only the earlier one does.
    segments : tuple of SegmentHours
        Those that moved, the most hours first.
    """

    missing: str
    totals: tuple[Change, ...] = ()
    response: tuple[Change, ...] = ()
    came: int = 0
    went: int = 0
    segments: tuple[SegmentHours, ...] = ()


def plan_difference(before: Snapshot, after: Snapshot) -> PlanDifference:
    """What moved in the plan between two runs; where one of them holds none, or they cannot be compared, why.

    Segments are the same where their ``stratum_id`` is.
    """
    for run in (before, after):
        if why_no_plan(run):
            return PlanDifference(f"run {run.run_id} holds none: {why_no_plan(run)}")
    if not one_currency(before, after):
        return PlanDifference("they are in two currencies.")
    first, second = (run.manifest["plan"] for run in (before, after))
    came, went = _pursued_alone(before, after)
    segments = sorted(_segments(before, after), key=lambda each: (-abs(_more(each)), each.path))
    return PlanDifference("", tuple(Change(name, first.get(name), second.get(name)) for name in TOTALS),
                          tuple(changes(_known(first), _known(second))), came, went, tuple(segments))


def _known(plan: _Row) -> dict[str, str]:
    """How what hours do with prospects and customers is known."""
    return {name: fit["status"] for name, fit in (plan.get("response") or {}).items()}


def _pursued_alone(before: Snapshot, after: Snapshot) -> tuple[int, int]:
    """How many buyers the later plan alone pursues, and the earlier alone."""
    sides = [f"(select buyer_id from {scanned(run.file('plan'))} where choice = '{PURSUE}')" for run in (before, after)]
    [row] = asked_rows(after.file("plan"), "select count(*) filter (a.buyer_id is null) as came, count(*) filter "
                       f"(b.buyer_id is null) as went from {sides[0]} a full join {sides[1]} b using (buyer_id)")
    return row["came"], row["went"]


def _segments(before: Snapshot, after: Snapshot) -> Iterator[SegmentHours]:
    first, second = _planned(before), _planned(after)
    had, have = _hours_of_buyers(before, after), _hours_of_buyers(after, before)
    elsewhere, currency = _elsewhere(before, after), after.manifest["currency"]
    for key in sorted(first.keys() | second.keys()):
        one, other = first.get(key), second.get(key)
        choice = Change("choice", one and one["choice"], other and other["choice"])
        given = Change("hours", (one["hours"] if one else had.get(key, 0.0)),
                       (other["hours"] if other else have.get(key, 0.0)))
        if one and other:
            if choice.before != choice.after or not same(given.before, given.after):
                yield SegmentHours(key, other["path"], choice, given, tuple(_causes(one, other, elsewhere, currency)))
        elif not same(given.before, given.after):
            why = "it was no segment of the plan" if other else _refusal(after, key)
            yield SegmentHours(key, (other or one or {})["path"], choice, given, (why,))


def _planned(run: Snapshot) -> dict[str, dict[str, Any]]:
    """What a plan does with each segment, beside the value of an hour and the contribution at stake there."""
    value = {row["stratum_id"]: row["value_per_hour"] for row in rows_of(run, "strata")}
    stakes = asked_rows(run.file("plan"), "select stratum_id, sum(greatest(ceiling, 0)) as stake "
                        f"from {scanned(run.file('plan'))} group by stratum_id")
    stake = {row["stratum_id"]: row["stake"] for row in stakes}
    return {key: {**row, "stake": stake.get(key, 0.0), "value_per_hour": value.get(key)}
            for row in rows_of(run, "segment_choice") if row["firm"] is not None for key in [row["stratum_id"]]}


def _refusal(run: Snapshot, stratum_id: str) -> str:
    """Why a stratum is no segment of a plan."""
    told = next((row["reason"] for row in rows_of(run, "segment_choice") if row["stratum_id"] == stratum_id), None)
    return told.removesuffix(".") if told else "it is no segment any more"


def _hours_of_buyers(of: Snapshot, by: Snapshot) -> dict[str, float]:
    """By segment of the plan of one run: hours that another run gives the buyers of that segment."""
    rows = asked_rows(of.file("plan"), "select b.stratum_id, sum(a.hours) as hours from "
                      f"{scanned(of.file('plan'))} a join {scanned(by.file('plan'))} b using (buyer_id) group by all")
    return {row["stratum_id"]: row["hours"] for row in rows}


def _elsewhere(before: Snapshot, after: Snapshot) -> str:
    """What may move the hours of a segment in which nothing explains it, a sentence."""
    if any(each.name.startswith(_OF_THE_PLAN) for each in settings_changes(before, after)):
        return "settings of the plan were changed"
    first, second = (run.manifest["plan"]["capacity_hours"] for run in (before, after))
    if not same(first, second):
        return f"there are {'more' if second > first else 'fewer'} hours to place in all"
    return "what hours earn in other segments changed, or what is known of what hours do"


def _causes(one: _Row, other: _Row, elsewhere: str, currency: str) -> Iterator[str]:
    """Why a segment that both plans have is planned otherwise: what of its own moved as its hours did, or elsewhere."""
    more = other["hours"] > one["hours"]
    told = [other["reason"].removesuffix(".")] if one["choice"] != other["choice"] else []
    for what, name, write in (("the number of its buyers", "buyers", count),
                              ("the contribution at stake there", "stake", lambda value: money(value, currency)),
                              ("the value of an hour there", "value_per_hour", lambda value: money(value, currency))):
        was, now = one[name] or 0.0, other[name] or 0.0
        if write(was) != write(now) and (now > was) == more:
            told.append(f"{what} was {write(was)}, is {write(now)}")
    yield from told or [f"nothing in this segment explains it: {elsewhere}"]


def _more(moved: SegmentHours) -> float:
    """How many hours more a segment gets."""
    return float((moved.hours.after or 0.0) - (moved.hours.before or 0.0))

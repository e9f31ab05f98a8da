"""What if: a plan made anew from a finished run under other hours, reps, segments, worths or chances."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketsofone.errors import NothingToPlan, RunMissing, SettingsInvalid, command, shortened
from marketsofone.project.planning.choice import LEFT_OUT
from marketsofone.project.planning.draws import Doubt
from marketsofone.project.planning.inputs import BUYER_COLUMNS, WEEK, Bools
from marketsofone.project.planning.planned import Known, decide, told
from marketsofone.project.planning.scenario_texts import Scenario, said_number
from marketsofone.project.planning.solving import HARDLY
from marketsofone.project.settings.market_file import Settings
from marketsofone.project.settings.plan import MOST_WEEKS
from marketsofone.project.snapshots.approach import PURSUE
from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.snapshots.plan_totals import why_no_plan
from marketsofone.project.snapshots.snapshot import Snapshot, damage_told
from marketsofone.project.statements.naming import called_so


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan under a scenario.

    Parameters
    ----------
    scenario : Scenario
    tables : mapping
        ``plan`` and ``segment_choice``.
    said : mapping
        As the manifest of a run tells of its plan.
    moved : int
        Buyers that another rep serves than in the run.
    """

    scenario: Scenario
    tables: Mapping[str, pa.Table]
    said: Mapping[str, Any]
    moved: int = 0


def solve_scenario(snapshot: Snapshot, settings: Settings, scenario: Scenario) -> Solved:
    """The plan of a run under a scenario; nothing of the run is changed.

    A new rep brings no buyers, so buyers may then be moved to it. What is accepted or refused of segments counts as
    the record says now.

    Raises
    ------
    RunMissing
        The run has no plan.
    NothingToPlan, HoursExceeded, SettingsInvalid
        As of a plan.
    """
    known, settings = known_of(snapshot), settings
    for key, value in scenario.changes:
        known, settings = _CHANGES[key](known, settings, value)
    decided = decide(settings, known, scenario.assign)
    problem, placement = decided.problem, decided.placement
    tables, said = told(settings, decided)
    moved = int((problem.moved(placement.rep) & (placement.hours > HARDLY)).sum())
    return Solved(scenario, tables, said, moved)


def compared(solved: Sequence[Solved]) -> list[dict[str, Any]]:
    """Plans side by side, each beside the first."""
    base = float(solved[0].said["value"])
    rows = []
    for each in solved:
        said, choice = each.said, each.tables["segment_choice"]["choice"]
        plan = each.tables["plan"]
        hours = sum(rep["hours"] for rep in said["reps"])
        rows.append({
            "scenario": each.scenario.name, "capacity_hours": said["capacity_hours"], "hours": said["hours"],
            "value": said["value"], "difference": said["value"] - base, "gap": said["gap"],
            "contribution_low": said["contribution_low"], "contribution_high": said["contribution_high"],
            "next_hour_value": sum(rep["hours"] * rep["next_hour_value"] for rep in said["reps"]) / hours
            if hours else None,
            "buyers": int(pc.sum(pc.greater(plan["hours"], HARDLY)).as_py() or 0), "moved": each.moved,
            "pursued": int(pc.sum(pc.equal(choice, PURSUE)).as_py() or 0)})
    return rows


def known_of(snapshot: Snapshot) -> Known:
    """What a plan is made from, of a finished run.

    Raises
    ------
    RunMissing
        It has no plan.
    """
    import duckdb

    from marketsofone.project.reading.holding_up_marks import refused_segments

    check_planned(snapshot)
    names = [f"b.{name}" if name in ("buyer_id", "source_id", "rep_id", "stratum_id", "rank") else f"p.{name}"
             for name in BUYER_COLUMNS]
    with damage_told(snapshot.file("plan")), duckdb.connect() as connection:
        buyers = connection.execute(
            f"select {', '.join(names)} from {scanned(snapshot.file('buyers'))} b "
            f"join {scanned(snapshot.file('plan'))} p using (buyer_id)").to_arrow_table()
    return Known(buyers, snapshot.table("reps"), snapshot.table("strata").to_pylist(), refused_segments(snapshot),
                 snapshot.table("segment_members"), Doubt(**snapshot.manifest["plan"]["doubt"]))


def check_planned(snapshot: Snapshot) -> None:
    """That a run has a plan.

    Raises
    ------
    RunMissing
        It has none; the message says why.
    """
    why = why_no_plan(snapshot)
    if why:
        raise RunMissing(f"Run {snapshot.run_id} was asked for its plan.", f"none: {why}",
                         f"State what is missing, then run again:\n  {command('run', snapshot.path.parents[1])}")


Changed = tuple[Known, Settings]


def _hours(known: Known, settings: Settings, value: str) -> Changed:
    rep, _colon, hours = value.rpartition(":")
    times = said_number(hours, "hours")
    reps = known.reps
    if not rep:
        weekly = pc.multiply(reps["week_hours"], times)
    else:
        at = _rep(reps, rep)
        weekly = pc.if_else(pa.array(np.arange(reps.num_rows) == at), times, reps["week_hours"])
    _check_week(f"hours={value}", weekly, reps["week_hours"])
    return _with_reps(known, reps.set_column(reps.schema.get_field_index("week_hours"), "week_hours", weekly)), settings


def _check_week(said: str, weekly: pa.ChunkedArray, before: pa.ChunkedArray | None = None) -> None:
    """That hours of a week fit into one, unless they did not before, and that there are any."""
    after = np.nan_to_num(weekly.to_numpy())
    was = np.zeros(len(after)) if before is None else np.nan_to_num(before.to_numpy())
    if not after.any():
        raise NothingToPlan("A plan places the hours of reps.", f"{said}, which leaves none to place.",
                            "Give hours above 0: hours=1.2 (all hours times 1.2), hours=R0001:30 (a week).")
    over = (after > WEEK) & (was <= WEEK)
    if over.any():
        raise SettingsInvalid(f"A rep has at most {WEEK:.0f} hours in a week.",
                              f"{said}: {after[over].max():,.0f} hours a week.",
                              "Write fewer: hours=1.2 (all hours times 1.2), hours=R0001:30 (a week).")


def _new_rep(known: Known, settings: Settings, value: str) -> Changed:
    name, hours, cost, region = [*value.split(":"), "", "", ""][:4]
    if name in known.reps["source_id"].to_pylist():
        raise SettingsInvalid("A new rep needs a name of its own.", f"'{name}' is a rep already.",
                              f"To give it other hours, write hours={name}:{hours or 20}.")
    _check_week(f"rep={value}", pa.chunked_array([[said_number(hours, "rep")]]))
    row = {"rep_id": -1 - known.reps.num_rows, "source_id": name, "team": None, "region": region or None,
           "week_hours": said_number(hours, "rep"), "buyers": 0,
           "hour_cost": said_number(cost, "rep") if cost else None}
    return _with_reps(known, pa.concat_tables([known.reps, pa.Table.from_pylist([row], known.reps.schema)])), settings


def _leave(known: Known, settings: Settings, value: str) -> Changed:
    rows = _under(known, value)
    left = _scaled(known, rows, "ceiling", 0.0)
    at = left.buyers.schema.get_field_index("status")
    status = pc.if_else(pa.array(rows), LEFT_OUT, left.buyers["status"].combine_chunks())
    return replace(left, buyers=left.buyers.set_column(at, "status", status)), settings


def _worth(known: Known, settings: Settings, value: str) -> Changed:
    stratum, times = _of_stratum(value, "worth")
    return _scaled(known, _under(known, stratum), "ceiling", times), settings


def _chance(known: Known, settings: Settings, value: str) -> Changed:
    """Of those not yet won: a chance so many times as high takes as many times fewer hours, near enough."""
    stratum, times = _of_stratum(value, "chance")
    if not times > 0:
        raise SettingsInvalid("A chance is multiplied by more than 0.", f"chance={value}.",
                              f"To take the segment out, write leave={stratum}.")
    to_win = _under(known, stratum) & ~known.buyers["won"].to_numpy(zero_copy_only=False)
    return _scaled(known, to_win, "scale", 1.0 / times), settings


def _cost(known: Known, settings: Settings, value: str) -> Changed:
    cost = pa.array(np.full(known.reps.num_rows, said_number(value, "cost")))
    at = known.reps.schema.get_field_index("hour_cost")
    return _with_reps(known, known.reps.set_column(at, "hour_cost", cost)), settings


def _weeks(known: Known, settings: Settings, value: str) -> Changed:
    """Other weeks: customers' curves are those of the period, and grow with it."""
    said = said_number(value, "weeks")
    weeks = int(said)
    if not 1 <= weeks <= MOST_WEEKS or weeks != said:
        raise SettingsInvalid(f"A scenario plans whole weeks, at least one and at most {MOST_WEEKS}.",
                              f"weeks={value}.", "Write weeks=8.")
    times = weeks / settings.plan.weeks
    won = known.buyers["won"].to_numpy(zero_copy_only=False)
    known = _scaled(_scaled(known, won, "ceiling", times), won, "scale", times)
    return known, replace(settings, plan=replace(settings.plan, weeks=weeks))


def _assign(known: Known, settings: Settings, value: str) -> Changed:
    if value not in ("yes", "no"):
        raise SettingsInvalid("assign is yes or no.", f"assign={value}.", "Write assign=yes.")
    return known, settings


_CHANGES: Mapping[str, Callable[[Known, Settings, str], Changed]] = {
    "hours": _hours, "rep": _new_rep, "leave": _leave, "worth": _worth, "chance": _chance, "cost": _cost,
    "weeks": _weeks, "assign": _assign}


def _with_reps(known: Known, reps: pa.Table) -> Known:
    return replace(known, reps=reps)


def _scaled(known: Known, rows: Bools, name: str, times: float) -> Known:
    column = known.buyers[name].to_numpy()
    at = known.buyers.schema.get_field_index(name)
    return replace(known, buyers=known.buyers.set_column(at, name, pa.array(np.where(rows, column * times, column))))


def _of_stratum(value: str, key: str) -> tuple[str, float]:
    stratum, _colon, times = value.rpartition(":")
    return stratum or "market", said_number(times, key)


def _rep(reps: pa.Table, name: str) -> int:
    names = [str(each) for each in reps["source_id"].to_pylist()]
    if name not in names:
        raise SettingsInvalid("A scenario names reps by their keys.", f"'{name}'.", f"There are: {shortened(names)}.")
    return names.index(name)


def _under(known: Known, stratum: str) -> Bools:
    """Buyers that stand in a stratum, or below it."""
    import pandas as pd

    strata = known.strata
    _column, named = called_so(pd.DataFrame(strata), stratum)
    if len(named) != 1:
        paths = shortened(f"'{path}'" for path in named["path"]) if len(named) else "none of that name"
        raise SettingsInvalid("A scenario names one stratum, by its id, path, name or value.", f"'{stratum}': {paths}.",
                              "m1 strata lists them; a path names one alone.")
    parents = {row["stratum_id"]: row["parent_id"] for row in strata}
    inside = {own for own in parents if _is_under(own, named["stratum_id"].iloc[0], parents)}
    found: Bools = pc.is_in(known.buyers["stratum_id"], value_set=pa.array(sorted(inside))).to_numpy(
        zero_copy_only=False)
    return found


def _is_under(own: object, above: object, parents: Mapping[object, object]) -> bool:
    while own is not None:
        if own == above:
            return True
        own = parents.get(own)
    return False

"""The plan of a run: made from its own scores and reps, kept as tables beside them, or told why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketsofone.allocation import sweep
from marketsofone.errors import HoursExceeded, NothingToPlan, SettingsInvalid
from marketsofone.estimates.response_curves import INDEPENDENT_ERROR, approaches_doubt
from marketsofone.project.ground.serving import shared_buyers
from marketsofone.project.planning.choice import Standing, factor_scores, segment_choice, standing
from marketsofone.project.planning.drain import drain_ledger
from marketsofone.project.planning.draws import Doubt, Firm, firmness
from marketsofone.project.planning.inputs import (
    BUYER_COLUMNS,
    WEEK,
    Floats,
    Problem,
    check_plan,
    members_of,
    named_and_gone,
    problem_of,
    sellers_of,
)
from marketsofone.project.planning.solving import Placement, place
from marketsofone.project.planning.tables import plan_table
from marketsofone.project.snapshots.approach import PURSUE
from marketsofone.project.words import money
from marketsofone.sources import Finding

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from marketsofone.estimates.response import ResponseFit
    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.planning.curves import Responses
    from marketsofone.project.segments.keeping import Segmented
    from marketsofone.project.settings.market_file import Settings

SHARES = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
"""Of the hours there are: how many more or fewer are shown beside."""

Severity = Literal["info", "warning"]
_SETS = ("pull", "competitiveness", "attractiveness", "value_per_hour", "buyers")


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan of a run.

    Parameters
    ----------
    tables : mapping
        ``plan``, ``segment_choice`` and ``drain``, where there is a plan.
    said : mapping
        What the manifest tells of it.
    findings : tuple of Finding
    """

    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What of a run a plan is made from.

    Parameters
    ----------
    buyers, reps : pyarrow.Table
        `BUYER_COLUMNS`; the reps of the run.
    strata : sequence of mapping
        Rows of the table of that name.
    refused : frozenset of str
        Strata that do not hold up and that nobody accepts.
    members : pyarrow.Table
        ``segment``, ``buyer_id`` of segments written by hand.
    doubt : Doubt
        What is not known of the response of all.
    """

    buyers: pa.Table
    reps: pa.Table
    strata: Sequence[Mapping[str, Any]]
    refused: frozenset[str]
    members: pa.Table
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class Decided:
    """A plan as it was decided.

    Parameters
    ----------
    problem : Problem
    placement : Placement
        The hours placed.
    at : Standing
        What the first and the next hour with each buyer are worth there.
    firm : Firm
        How firm it is.
    choice : pyarrow.Table
        ``segment_choice``: what is done with each segment, and why.
    """

    problem: Problem
    placement: Placement
    at: Standing
    firm: Firm
    choice: pa.Table


def plan_run(settings: Settings, gathered: Gathered, responses: Responses, buyers: ir.Table,
             served: ir.Table | None, reps: pa.Table, strata: Sequence[Mapping[str, Any]], stability: pa.Table | None,
             accepted: Mapping[str, str], written: Segmented) -> Planned:
    """The plan of this run; where there can be none, why, as a finding and in the manifest."""
    if responses.curves is None or responses.why_none:
        return _no_plan(responses, responses.why_none, "State what is missing, or state a judgement of effort.")
    joined = buyers.select("buyer_id", "source_id", "rep_id", "stratum_id", "rank").inner_join(
        responses.curves, "buyer_id")
    known = Known(joined.select(*BUYER_COLUMNS).order_by("buyer_id").to_pyarrow(), reps, strata,
                  _refused(stability, accepted), written.members.to_pyarrow(), doubt_of(responses.fits))
    try:
        decided = decide(settings, known)
        tables, said = _with_drain(settings, gathered, decided, reps)
    except (NothingToPlan, HoursExceeded, SettingsInvalid) as problem_found:
        severity: Severity = "info" if isinstance(problem_found, NothingToPlan) else "warning"
        return _no_plan(responses, f"{problem_found.wanted} Found: {problem_found.found}", problem_found.repair,
                        severity)
    said["doubt"], said["response"] = asdict(known.doubt), _response(responses.fits)
    return Planned(tables, said, (*responses.findings, *plan_findings(settings, served, known)))


def decide(settings: Settings, known: Known, reassign: bool = False) -> Decided:
    """The plan of what is known.

    Raises
    ------
    NothingToPlan, HoursExceeded, SettingsInvalid
        As told by `sellers_of`, `problem_of` and `place`.
    """
    check_plan(settings)
    problem = problem_known(settings, known)
    placement = place(problem, reassign)
    at = standing(problem, placement)
    firm = firmness(problem, placement, known.doubt, settings.plan.draws, settings.market.seed)
    choice = segment_choice(problem, placement, at, firm, settings.market.currency,
                            factors_of(settings, problem, known))
    return Decided(problem, placement, at, firm, choice)


def told(settings: Settings, decided: Decided) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """A plan as tables, and as what a manifest tells of it."""
    problem, placement, firm = decided.problem, decided.placement, decided.firm
    plan = plan_table(problem, placement, decided.at, firm, settings.market.currency)
    said = _said(settings, problem, placement, firm.total_low, firm.total_high,
                 {"draws": firm.draws, "prices_held": firm.held})
    return {"plan": plan, "segment_choice": decided.choice}, said


def _with_drain(settings: Settings, gathered: Gathered, decided: Decided,
                reps: pa.Table) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """The same with the drain ledger, where the data know touches: both are long tables, made side by side."""
    held = gathered.effort
    if held is None or held.spent is None:
        tables, said = told(settings, decided)
        return tables, {**said, "focus": None}
    spent = held.spent.execute().sort_values(["rep_id", "buyer_id"])
    returned = held.returned.execute() if held.returned is not None else _nothing(spent)
    pursued = {row["stratum_id"] for row in decided.choice.select(["stratum_id", "choice"]).to_pylist()
               if row["choice"] == PURSUE}
    with ThreadPoolExecutor(1, "draining") as beside:
        ledger = beside.submit(drain_ledger, decided.problem, settings, spent, returned, pursued,
                               settings.market.currency, reps)
        tables, said = told(settings, decided)
    return {**tables, "drain": ledger.result().table}, {**said, "focus": ledger.result().focus}


def _nothing(spent: pd.DataFrame) -> pd.DataFrame:
    """That no buyer brought anything, as far as any table tells."""
    return spent.iloc[:0][["buyer_id"]].assign(returned=[], told=[], untold=[])


def problem_known(settings: Settings, known: Known) -> Problem:
    """The plan to be made from what is known of a run."""
    sellers = sellers_of(known.reps, settings)
    out = members_of(settings.plan.knock_outs, list(settings.segments), known.members)
    regions = {row["rep_id"]: row["region"] or "" for row in known.reps.select(["rep_id", "region"]).to_pylist()}
    return problem_of(settings, known.buyers, sellers, known.strata, known.refused, out, regions)


def doubt_of(fits: Mapping[str, ResponseFit]) -> Doubt:
    """What is not known of the response of all buyers together, as shares of what is expected."""
    prospects, customers = fits.get("prospects"), fits.get("customers")
    relative = 0.0
    if customers is not None and customers.elasticity is not None and customers.elasticity > 0:
        relative = customers.slope.error / customers.elasticity
    return Doubt(INDEPENDENT_ERROR if prospects is None else approaches_doubt(prospects), min(relative, 1.0))


def _refused(stability: pa.Table | None, accepted: Mapping[str, str]) -> frozenset[str]:
    """Strata that do not hold up and that nobody accepts."""
    rows = [] if stability is None else stability.to_pylist()
    found = {row["segment"] for row in rows
             if row["family"] == "sales" and row["measure"] == "within" and row["holds"] is False and row["segment"]}
    return frozenset(found - set(accepted))


def _no_plan(responses: Responses, why: str, repair: str, severity: Severity = "info") -> Planned:
    said = {"made": False, "why": why, "response": _response(responses.fits)}
    return Planned({}, said, (*responses.findings, Finding("no_plan", severity, "[plan]", f"No plan was made: {why}",
                                                           repair)))


def _said(settings: Settings, problem: Problem, placement: Placement, low: float, high: float,
          drawn: Mapping[str, Any]) -> dict[str, Any]:
    """What the manifest tells of a plan: capacity, prices, value, bound, and more or fewer hours beside."""
    sellers, used = problem.sellers, np.bincount(placement.rep[placement.rep >= 0],
                                                 placement.hours[placement.rep >= 0], len(problem.sellers.capacity))
    return {
        "made": True, "weeks": settings.plan.weeks, "capacity_hours": float(sellers.capacity.sum()),
        "hours": float(placement.hours.sum()), "touches": float(placement.touches.sum()),
        "value": placement.value, "bound": placement.bound, "gap": placement.gap,
        "contribution_low": low, "contribution_high": high, "budget_price": placement.budget_price, **drawn,
        "reps": sorted(({"rep_id": int(rep), "source_id": name, "capacity_hours": float(hours), "hours": float(given),
                         "hour_cost": float(cost), "next_hour_value": float(price)}
                        for rep, name, hours, given, cost, price in zip(
                            sellers.rep_id, sellers.source_id, sellers.capacity, used, sellers.hour_cost,
                            placement.price, strict=True)), key=_price_and_name),
        "sweep": _swept(problem, placement),
    }


def _price_and_name(rep: Mapping[str, Any]) -> tuple[float, str]:
    """Where a rep stands in a list: whose next hour earns most first."""
    return -rep["next_hour_value"], rep["source_id"]


def _swept(problem: Problem, placement: Placement) -> list[dict[str, float]]:
    """Contribution net of hours, moves and segments at other capacities; none where hours are agreed, or touches."""
    if problem.least.any() or problem.touching is not None:
        return []
    moves = problem.moving_cost * float(problem.moved(placement.rep).sum())
    if problem.call_hours or problem.segment_cost:
        return [_anew(problem, placement, share, moves) for share in SHARES]
    kept = problem.curves.times(np.where(placement.dropped[problem.segment], 0.0, 1.0))
    sellers = problem.sellers
    plans = sweep(kept, placement.rep, sellers.capacity, SHARES, sellers.hour_cost, 0.0, problem.most)
    return [{"share": share, "hours": float(plan.hours.sum()), "value": plan.value - moves}
            for share, plan in zip(SHARES, plans, strict=True)]


def _anew(problem: Problem, placement: Placement, share: float, moves: float) -> dict[str, float]:
    """The plan at another capacity, its calls whole and its segments chosen anew, under the reps as placed."""
    if share == 1.0:
        return {"share": share, "hours": float(placement.hours.sum()), "value": placement.value}
    sellers = replace(problem.sellers, capacity=problem.sellers.capacity * share)
    found = place(replace(problem, sellers=sellers, rep=placement.rep))
    return {"share": share, "hours": float(found.hours.sum()), "value": found.value - moves}


def _response(fits: Mapping[str, ResponseFit]) -> dict[str, Any]:
    return {name: {"status": fit.status, "elasticity": fit.elasticity, "low": fit.low, "high": fit.high,
                   "reason": fit.reason} for name, fit in fits.items()}


def factors_of(settings: Settings, problem: Problem, known: Known) -> Floats | None:
    """The user's own score of each segment, where there are weights.

    Raises
    ------
    SettingsInvalid
        One of them weighs what is no number of the strata.
    """
    weights = settings.plan.factors
    if not weights:
        return None
    by_id = {str(row["stratum_id"]): row for row in known.strata}
    numbers = sorted({name for row in known.strata for name, value in row.items() if isinstance(value, int | float)
                      and name not in ("level", "stratum_id", "parent_id")})
    for name in weights:
        if name not in numbers:
            raise SettingsInvalid("[plan] factors names numbers of the table strata.", f"'{name}'.",
                                  f"There are: {', '.join(each for each in _SETS if each in numbers)}.")
    columns = {name: np.array([by_id[each.stratum_id][name] if by_id[each.stratum_id][name] is not None else np.nan
                               for each in problem.segments], dtype=np.float64) for name in weights}
    return factor_scores(weights, columns)


def buyers_gone(settings: Settings, known: Known) -> list[Finding]:
    """Buyers named in ``[plan]`` that a run does not have: the plan is made as if they were not named."""
    return [Finding("named_and_gone", "warning", f"[plan] {name}",
                    f"{many:,} of {len(getattr(settings.plan, name)):,} keys of {name} are of no buyer of this run: "
                    "each objected, is in no file, or is mistyped. The plan is made without them.",
                    "Take out who is gone; m1 rank shows keys as they are written.")
            for name, many in named_and_gone(settings.plan, known.buyers["source_id"]).items()]


def plan_findings(settings: Settings, served: ir.Table | None, known: Known) -> list[Finding]:
    """What a person should know of a plan's ground: hours or costs missing, buyers of two reps."""
    found, hours, cost = buyers_gone(settings, known), known.reps["week_hours"], known.reps["hour_cost"]
    without = len(hours) - len(sellers_of(known.reps, settings).rep_id)
    if without:
        found.append(Finding("rep_without_hours", "warning", "rep.week_hours",
                             f"{without:,} of {len(hours):,} reps {'has' if without == 1 else 'have'} no hours: "
                             "their buyers get none in the plan.",
                             "Map week_hours for them."))
    beyond = int(pc.sum(pc.greater(hours, WEEK)).as_py() or 0)
    if beyond:
        found.append(Finding("rep_hours_beyond_a_week", "warning", "rep.week_hours",
                             f"{beyond:,} of {len(hours):,} reps {'has' if beyond == 1 else 'have'} more than the "
                             f"{WEEK:.0f} hours of a week: the plan places them as they stand.",
                             "Where these are hours of a month or a year, write for instance:\n"
                             '  week_hours = "hours / 52"'))
    gone = known.buyers["rep_id"].drop_null().to_numpy()
    gone = gone[~np.isin(gone, known.reps["rep_id"].to_numpy())]
    if len(gone):
        found.append(Finding("rep_not_there", "warning", "rep",
                             f"{len(gone):,} buyers are looked after by {len(np.unique(gone)):,} reps of whom no row "
                             "holds on the day, for they left, are yet to come or are in no file: they get no hours in "
                             "the plan.", "State who looks after them now, or see m1 plan solve --assign."))
    if cost.null_count:
        given = "market.hour_cost" in settings.given
        stated = money(settings.market.hour_cost, settings.market.currency)
        taken = f"{stated} of [market] is taken" if given else "their hours are taken as free"
        found.append(Finding("rep_without_cost", "info" if given else "warning", "rep.hour_cost",
                             f"{cost.null_count:,} reps have no hour_cost: {taken}.",
                             "Map hour_cost, or state it in [market]."))
    if cost.null_count < len(cost) and "market.hour_cost" not in settings.given:
        usual = float(pc.mean(cost).as_py())
        found.append(Finding("hour_cost_of_reps_only", "warning", "market.hour_cost",
                             "The value of an hour, in scores and in the rank, takes hours as free, for [market] "
                             "states no hour_cost; the plan takes what hours of the reps cost.",
                             f"State what an hour costs on average:\n  [market]\n  hour_cost = {usual:.2f}"))
    shared = shared_buyers(served)
    if shared:
        found.append(Finding("two_reps", "warning", "account.rep_id",
                             f"{shared:,} buyers are looked after by more than one rep: each is planned with the one "
                             "who looks after most of its accounts, of equals the one with the smallest id.",
                             "State one rep for each account of a buyer."))
    return found

"""What ``m1 check`` tells of a plan to come: where ``[plan]`` contradicts itself or the files, a run makes none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
from ibis import _

from marketsofone.errors import HoursExceeded, NothingToPlan, SettingsInvalid
from marketsofone.project.ground.serving import reps_table, with_rep
from marketsofone.project.main_job.assembling import SHOWN, VALUES
from marketsofone.project.planning.draws import Doubt
from marketsofone.project.planning.inputs import check_plan
from marketsofone.project.planning.planned import Known, buyers_gone, factors_of, problem_known
from marketsofone.project.planning.solving import check_agreed
from marketsofone.sources import Finding
from marketsofone.sources.values.currencies import EXPONENTS

if TYPE_CHECKING:
    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.settings.market_file import Settings

_MARKET = "market"


def plan_ahead(settings: Settings, gathered: Gathered) -> list[Finding]:
    """What ``[plan]`` says that no plan can keep to, and buyers it names that are not there, as a run words it.

    Where there is nothing to plan, no reps or no hours of theirs, nothing is said: that contradicts nothing.
    """
    known = _known(settings, gathered)
    try:
        check_plan(settings)
        problem = problem_known(settings, known)
        check_agreed(problem)
        factors_of(settings, problem, known)
    except NothingToPlan:
        return []
    except (HoursExceeded, SettingsInvalid) as found:
        return [Finding("no_plan", "warning", "[plan]", f"No plan can be made: {found.wanted} Found: {found.found}",
                        found.repair)]
    return buyers_gone(settings, known)


def _known(settings: Settings, gathered: Gathered) -> Known:
    """The buyers and reps that there are, in one segment, before anything is estimated."""
    rows = with_rep(gathered.buyers.select("buyer_id", "source_id"), gathered.served)
    barred = gathered.unapproached
    may = rows.mutate(barred=ibis.literal(False)) if barred is None else rows.left_join(
        barred.mutate(barred=ibis.literal(True)).rename(out="buyer_id"), [("buyer_id", "out")])
    buyers = may.order_by("buyer_id").select(
        "buyer_id", "source_id", "rep_id", stratum_id=ibis.literal(_MARKET),
        rank=ibis.cases((_.barred.fill_null(False), ibis.null("int64")), else_=1), ceiling=0.0, scale=1.0, shape=1.0,
        status=ibis.literal(""), won=ibis.literal(False), worth_spread=0.0).to_pyarrow()
    reps = reps_table(gathered, rows, EXPONENTS[settings.market.currency]).to_pyarrow()
    nobody = pa.table({"segment": pa.array([], pa.string()), "buyer_id": pa.array([], pa.int64())})
    numbers = [*VALUES, "gain", *(f"{score}{ending}" for score in gathered.tallies for ending in SHOWN)]
    market = {"stratum_id": _MARKET, "parent_id": None, "level": 0, "path": _MARKET, "buyers": buyers.num_rows,
              **dict.fromkeys(numbers, 0.0)}
    return Known(buyers, reps, [market], frozenset(), nobody, Doubt(0.0, 0.0))

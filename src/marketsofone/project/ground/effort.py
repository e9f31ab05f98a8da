"""What the record of touches says of effort, held before the largest tables go."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import ibis
import numpy as np
from ibis import _

from marketsofone.engine import hold
from marketsofone.estimates.drawing import drawn
from marketsofone.features.effort import Outcome, efforts, lots
from marketsofone.features.openings import openings
from marketsofone.features.spent import contribution_within, time_spent
from marketsofone.measures import ANSWER_RATE
from marketsofone.project.ground.gathered import EffortHeld, Gathered, Openings
from marketsofone.sources.values.currencies import EXPONENTS

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from marketsofone.project.settings.market_file import Settings
    from marketsofone.project.settings.steps import Steps

MOST_COMPARED = 30_000
"""Buyers whose record of effort is compared, drawn by their ids: enough that more would not move the answer."""


def held_effort(engine: Backend, settings: Settings, gathered: Gathered) -> EffortHeld | None:
    """Effort and what came with it; None where no money is counted, for then nothing can be planned."""
    market, tables, owner = settings.market, gathered.tables, gathered.owner
    if settings.steps.attractiveness is None:
        return None
    minor = 10 ** EXPONENTS[market.currency]
    back = contribution_within(tables, owner, gathered.as_of, horizon_days=market.horizon_days,
                               margin_rate=market.margin_rate, step=settings.steps.attractiveness, minor=minor)
    returned = None if back is None else hold(
        engine, "returned", back.semi_join(gathered.buyers, "buyer_id"))
    if "touch" not in tables:
        return EffortHeld(None, returned, {}, {})
    spent = hold(engine, "time_spent", time_spent(
        tables, owner, gathered.buyers, gathered.as_of, horizon_days=market.horizon_days,
        approach_hours=market.approach_hours, minor=minor))
    opened = _openings(settings.steps, gathered)
    if gathered.as_of.day is None:
        return EffortHeld(spent, returned, {}, {}, opened)
    some = _compared(engine, settings, gathered)
    panel = partial(efforts, tables, owner, as_of=gathered.as_of, period_days=settings.plan.response_days,
                    approach_hours=market.approach_hours, margin_rate=market.margin_rate, minor=minor)
    outcomes = _outcomes(gathered)
    panels = {outcome: hold(engine, f"effort_{outcome}", panel(everyone=some, outcome=outcome))
              for outcome in outcomes}
    arms = lots(tables, owner, some)
    if arms is None:
        return EffortHeld(spent, returned, panels, {}, opened)
    arms = hold(engine, "lots", arms)
    by_lot = {outcome: hold(engine, f"lots_{outcome}", panel(
        everyone=arms.select("buyer_id"), outcome=outcome, drawn=True).inner_join(arms, "buyer_id"))
        for outcome in outcomes}
    return EffortHeld(spent, returned, panels, by_lot, opened)


def _openings(steps: Steps, gathered: Gathered) -> Openings:
    """Counted where pull is answers and winning is of opportunities, as the project asks: tallies come later."""
    asked = (steps.pull, steps.competitiveness)
    if asked != ("touch.answered", "opportunity.outcome") or "opportunity" not in gathered.tables:
        return Openings()
    row = openings(gathered.tables, gathered.owner, gathered.buyers.filter(_.kind != "opportunity"),
                   ANSWER_RATE.trials & ANSWER_RATE.successes).execute().iloc[0]
    return Openings(int(row["answers"]), int(row["opened"]))


def _outcomes(gathered: Gathered) -> list[Outcome]:
    found: list[Outcome] = []
    if "opportunity" in gathered.tables:
        found.append("won")
    if "order_line" in gathered.tables:
        found.append("order_line")
    return found


def _compared(engine: Backend, settings: Settings, gathered: Gathered) -> ir.Table:
    """Those whose record is compared: ``buyer_id``."""
    everyone = gathered.buyers.select("buyer_id")
    if int(everyone.count().execute()) <= MOST_COMPARED:
        return everyone
    ids = np.sort(everyone.to_pyarrow()["buyer_id"].to_numpy())
    some = ids[drawn(ids, MOST_COMPARED, settings.market.seed)]
    return hold(engine, "compared", ibis.memtable({"buyer_id": some}))

"""Says where a rate is another since some month: scores count all rows alike, whenever they happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

from marketsofone.estimates.moving import Moved, fetch_months, moved
from marketsofone.project.words import count, counted, share
from marketsofone.sources import Finding

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from marketsofone.measures import Measure
    from marketsofone.project.ground.gathered import Gathered


def moving(gathered: Gathered) -> list[Finding]:
    """A finding for each share of successes that was another before some month."""
    found = []
    for score, measure in gathered.shares.items():
        if score in gathered.trials:
            seen = moved(fetch_months(begun_rows(gathered, score, measure), gathered.tallies[score]))
            found += [_told(score, measure, seen)] if seen is not None else []
    return found


def begun_rows(gathered: Gathered, score: str, measure: Measure) -> ir.Table:
    """What began on which day with whom, as trials, their successes, and what is pending.

    Opportunities count where they were opened: those that are won are decided sooner or later than those that are
    lost, so the day of the decision says something of the outcome.
    """
    if measure.table != "opportunity":
        rows = gathered.trials[score].mutate(begun_on=_.happened_on, pending=ibis.literal(0.0))
    else:
        ours = gathered.owner["opportunity"].semi_join(gathered.buyers, "buyer_id").select("opportunity_id", "buyer_id")
        events = gathered.tables["opportunity"].inner_join(ours, "opportunity_id")
        counts = measure.counted.fill_null(False)
        rows = events.mutate(begun_on=measure.day,
                             trials=counts.cast("float64"), total=(counts & measure.successes).cast("float64"),
                             pending=(~counts & (_.outcome == "open")).cast("float64"))
    rows = rows.filter(_.begun_on.notnull()) if measure.first is None else rows.filter(_.begun_on >= measure.first)
    return rows.select("buyer_id", "begun_on", "trials", "total", "pending")


def _told(score: str, measure: Measure, seen: Moved) -> Finding:
    pending = f" ({count(seen.pending)} still open, counted as they speak against it)" if seen.pending else ""
    return Finding(
        "rate_moved", "warning", measure.table,
        f"Of {counted(seen.trials_before, measure.unit)} {begun(measure)} before {seen.since}, {share(seen.before)} "
        f"{measure.done}; of {count(seen.trials_after)} since, {share(seen.after)}{pending}: {score} counts them all "
        "alike.",
        f"If what came before no longer tells, let {score} count what came since:\n  [since]\n  {score} = {seen.since}")


def begun(measure: Measure) -> str:
    """What was done with a trial when it began, in words."""
    return "opened" if measure.table == "opportunity" else "made"

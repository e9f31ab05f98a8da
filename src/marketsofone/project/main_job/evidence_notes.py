"""What a person must know of the evidence of each score: that there is none and why, what is assumed or left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketsofone.features.arrival import STEPS as STEPS_OF_HORIZON
from marketsofone.project.main_job.moving import begun
from marketsofone.project.words import counted
from marketsofone.scores import SCORES

if TYPE_CHECKING:
    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.settings.market_file import Settings


def evidence_notes(settings: Settings, gathered: Gathered) -> dict[str, str]:
    """Per score, what a person must know of its evidence: that there is none, or what is assumed."""
    notes = {score: f"counted {_since(score, gathered)}" for score in gathered.before}
    notes |= {score: _why_none(score, getattr(settings.steps, score), settings, gathered)
              for score in SCORES if score not in gathered.tallies}
    if "attractiveness" in gathered.tallies and gathered.assumed:
        of = "" if gathered.assumed == 1.0 else f", for {_part(gathered.assumed)} of what was sold, which tells no cost"
        notes["attractiveness"] = f"margin assumed: {settings.market.margin_rate:.0%}{of}"
    return notes


def _part(share: float) -> str:
    """A share in words that is neither nothing nor all, as it would be when rounded."""
    return "less than 1%" if share < 0.01 else f"{min(share, 0.99):.0%}"


def _why_none(score: str, step: str | None, settings: Settings, gathered: Gathered) -> str:
    if step is None:
        return f"no evidence: [steps] {score} is not set, so this step is not observed"
    table = step.split(".")[0]
    if gathered.level == "opportunity" and table != "opportunity":
        named = "that names an opportunity, which is the buyer here,"
        return f"no evidence: no row of {table} {named} was known by the date"
    if score == "attractiveness":
        return f"no evidence: {_why_no_money(step, settings, gathered)}"
    since = f" {_since(score, gathered)}" if score in gathered.before else ""
    return f"no evidence: no row of {step} was known by the date{since}"


def _since(score: str, gathered: Gathered) -> str:
    """From which day on a score counts, and what that leaves out."""
    measure, left = gathered.shares[score], gathered.before[score]
    undated = f" and {left.undated:,} that tell no day" if left.undated else ""
    without = f"{counted(left.earlier, measure.unit)} {begun(measure)} before{undated}"
    return f"since {measure.first}, as [since] says, without {without}"


def _why_no_money(step: str, settings: Settings, gathered: Gathered) -> str:
    market, lost = settings.market, gathered.lost
    if "opportunity" in gathered.tables and not _any_won(gathered):
        return "no opportunity was won by the date"
    if market.margin_rate is None and not lost:
        return f"no row of {step} has both amount and cost; state margin_rate in [market] where costs are not known"
    if lost == 0:
        return f"{step} tells no contribution above zero of any buyer who was won"
    if lost is not None:
        return (f"what was sold contributed {market.currency} {lost:,.2f} in all, which does not tell what a buyer is "
                "worth")
    if step == "order_line" and "opportunity" in gathered.tables:
        return (f"no win is {market.horizon_days / STEPS_OF_HORIZON:,.0f} days old by the date, the least that shows "
                f"anything of a horizon of {market.horizon_days:,} days")
    if step == "order_line":
        return "no row of order_line is known of a day before the date, so that nothing tells who comes again"
    return f"no row of {step} was known by the date"


def _any_won(gathered: Gathered) -> bool:
    deals = gathered.tables.get("opportunity")
    return deals is not None and bool(deals.filter(deals.outcome == "won").count().execute())

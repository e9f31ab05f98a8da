"""What a run notices of its own accord: doubtful ground that a person should know of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ibis import _

from marketsofone.estimates import fetch_base
from marketsofone.features import known_by
from marketsofone.measures import STEPS
from marketsofone.project.ground.merging import unmerged_findings
from marketsofone.project.ground.pins import steering_ahead
from marketsofone.project.main_job.apart_in_time import apart_in_time
from marketsofone.project.main_job.noticing_objections import companies_uncovered
from marketsofone.project.main_job.noticing_values import spelled_alike
from marketsofone.scores import SCORES
from marketsofone.sources import Finding

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

    from marketsofone.estimates import Estimate
    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.ground.stratifying import Stratified
    from marketsofone.project.settings.market_file import Settings


def noticed(
    engine: Backend, gathered: Gathered, stratified: Stratified, estimates: Mapping[str, Estimate]
) -> list[Finding]:
    """Findings of the rooms after `sources`."""
    return [*_unused(stratified.left_out), *_pins(stratified.unmade, "was not made"),
            *noticed_in_data(engine, gathered), *apart_in_time(gathered, stratified),
            *_at_a_limit(gathered, estimates), *_bought_before(gathered, estimates)]


def noticed_ahead(engine: Backend, settings: Settings, gathered: Gathered) -> list[Finding]:
    """What ``m1 check`` tells of a run to come: of its tree as far as the files tell before it is grown."""
    left_out, unmade = steering_ahead(settings, gathered)
    return [*_unused(left_out), *_pins(unmade, "cannot be made"), *noticed_in_data(engine, gathered)]


def _unused(left_out: Iterable[tuple[str, str]]) -> list[Finding]:
    return [Finding("dimension_unused", "warning", f"dimension {name}", f"{name} cannot split the market: {why}.")
            for name, why in left_out]


def _pins(unmade: Iterable[tuple[str, str]], said: str) -> list[Finding]:
    return [Finding("pin_unmade", "warning", f"[strata] pin at '{at}'", f"The split pinned there {said}. {why}")
            for at, why in unmade]


def noticed_in_data(engine: Backend, gathered: Gathered) -> list[Finding]:
    """Findings that need no tree and no score: ``m1 check`` tells them too."""
    return [*_undated(gathered), *_ended_before(gathered), *_dated_beyond(gathered), *_unheld(gathered),
            *_unpriced(gathered), *_odd_wins(gathered), *_one_outcome(gathered), *_stated_later(engine, gathered),
            *returned_beyond(gathered), *spelled_alike(gathered), *unmerged_findings(engine),
            *companies_uncovered(gathered)]


def _undated(gathered: Gathered) -> list[Finding]:
    if gathered.as_of.day is not None:
        return []
    return [Finding("undated", "warning", "all sources",
                    "The data carry no date: everything in them counts as known.",
                    "Map opened_at and closed_at where the files have them.")]


def _ended_before(gathered: Gathered) -> list[Finding]:
    """A day long after the files end: customers of theirs look as if they had stopped buying."""
    day, last = gathered.as_of.day, gathered.files_end
    if day is None or last is None or (day - last).days <= _A_MONTH:
        return []
    return [Finding("files_end_before", "warning", "[market] as_of",
                    f"The files end on {last}, {(day - last).days:,} days before as_of: in those days nothing counts "
                    "as having happened, no order, no answer.",
                    f"Export the files anew, or write:\n  [market]\n  as_of = {last}")]


def _dated_beyond(gathered: Gathered) -> list[Finding]:
    """Rows of a year far beyond all others: mistyped, it seems, and they would make every customer look lost."""
    if not gathered.beyond:
        return []
    return [Finding("dated_beyond", "warning", "all sources",
                    f"{gathered.beyond:,} rows are dated more than a year beyond all others; they are taken for "
                    f"mistyped, and count as not known on {gathered.as_of.day}, the last day of the others.",
                    "Correct their dates; if they are right, write the day that is meant:\n  [market]\n  as_of = ...")]


def _unheld(gathered: Gathered) -> list[Finding]:
    """Accounts whose every period is over, or yet to come, that were dealt with all the same."""
    if not gathered.unheld:
        return []
    many = f"{gathered.unheld:,} accounts that events name have" if gathered.unheld != 1 else (
        "1 account that events name has")
    return [Finding("accounts_unheld", "warning", "account.valid_from",
                    f"{many} no period that holds on {gathered.as_of.day}: what happened with them counts, and nothing "
                    "else is known of them.",
                    "If they still are what they were, leave valid_to of their last row empty.")]


def _unpriced(gathered: Gathered) -> list[Finding]:
    """What was sold and tells no contribution is missing from the money of its buyers."""
    if not gathered.unpriced or "attractiveness" not in gathered.steps:
        return []
    table = gathered.steps["attractiveness"].split(".")[0]
    many = f"{gathered.unpriced:,} rows of {table} tell" if gathered.unpriced != 1 else f"1 row of {table} tells"
    return [Finding("contribution_unknown", "warning", table,
                    f"{many} no contribution and no money is counted for them: no amount is known, or no cost.",
                    "Where amounts are missing, fill them in. Where costs are, map cost, or unit_cost of product, or "
                    "state what is usual:\n  [market]\n  margin_rate = 0.30")]


def _odd_wins(gathered: Gathered) -> list[Finding]:
    """Wins that a score leaves out for what else their rows say, or do not."""
    if "opportunity" not in gathered.tables:
        return []
    won = gathered.tables["opportunity"].filter(_.outcome == "won")
    shut = won.filter(~_.entered).count()
    dayless = won.filter(_.closed_at.isnull(), _.opened_at.isnull()).count()
    found = []
    if "competitiveness" in gathered.steps and (many := int(shut.execute())):
        found.append(Finding(
            "won_not_entered", "warning", "opportunity.entered",
            f"{_opportunities(many)} won though entered says that the buyer did not let us in: competitiveness leaves "
            "that out.", "Check the column that fills entered; where it is often left as it was, take it out."))
    if gathered.steps.get("attractiveness") == "order_line" and (many := int(dayless.execute())):
        found.append(Finding(
            "wins_undated", "warning", "opportunity.closed_at",
            f"{_opportunities(many)} won on a day that is not told: no order is counted for that.",
            "Fill in closed_at, or opened_at."))
    return found


def _opportunities(count: int) -> str:
    return f"{count:,} opportunities were" if count != 1 else "1 opportunity was"


_A_MONTH = 31


def _one_outcome(gathered: Gathered) -> list[Finding]:
    found = []
    for score, tallies in gathered.tallies.items():
        trials, total, _buyers = fetch_base(tallies)
        if not SCORES[score].money and total in (0.0, trials):
            said = "succeeded" if total else "failed"
            unit = STEPS[gathered.steps[score]].unit
            found.append(Finding(
                "one_outcome", "warning", gathered.steps[score],
                f"Each {unit} of {trials:,.0f} {said}: {score} cannot tell buyers apart and rests on one outcome.",
                "Check that the export holds both outcomes, and the mapping of the outcome."))
    return found


def _at_a_limit(gathered: Gathered, estimates: Mapping[str, Estimate]) -> list[Finding]:
    """A ledger that cannot tell how its buyers leave or differ says so: its intervals hold the limit as known."""
    return [
        Finding("repeat_limit", "warning", gathered.steps[score],
                f"In this ledger it looks as if {made.limit.replace('; ', ' and ')}: {score} counts that as known, "
                "so what its buyers are expected to bring, and the interval, rest on it.",
                "A longer ledger, or one with all purchases of each buyer, can tell.")
        for score, made in estimates.items() if made.limit
    ]


def _bought_before(gathered: Gathered, estimates: Mapping[str, Estimate]) -> list[Finding]:
    """A ledger that begins among buyers of long standing: the first purchase seen is not the first they made."""
    return [
        Finding("bought_before", "info", gathered.steps[score],
                f"This ledger begins among buyers of long standing: some {made.before:.0%} of those in it had bought "
                "before, and are counted from its first day, not from the first purchase it shows.")
        for score, made in estimates.items() if made.before
    ]


def returned_beyond(gathered: Gathered) -> list[Finding]:
    """Whose returns take back more than the ledger shows them to have bought, and that this is not counted."""
    many = gathered.returned_beyond
    if not many:
        return []
    who = f"{many:,} buyers" if many != 1 else "1 buyer"
    return [Finding("returned_beyond", "info", "order_line",
                    f"{who} gave back more than the ledger shows to have been bought by that day: what goes beyond is "
                    "taken to have been bought before the ledger begins, and is not counted.")]


def _stated_later(engine: Backend, gathered: Gathered) -> list[Finding]:
    """Judgements made after the as-of date were not known by it; of one person's on one thing the latest counts."""
    found = []
    for name, called in (("judgement", "judgement"), ("effort", "judgement of effort")):
        late, before = gathered.stated_later.get(name, 0), 0
        if name in gathered.tables:
            stated = engine.table(name)
            known = int(known_by({name: stated}, gathered.as_of)[name].count().execute())
            late += int(stated.count().execute()) - known
            before = known - int(gathered.tables[name].count().execute())
        if late:
            found.append(Finding("stated_later", "warning", f"record: {name}",
                                 f"{_were(late, called)} stated after {gathered.as_of.day} and not used.",
                                 "Set as_of in [market] to a later day, or leave it out."))
        if before:
            found.append(Finding("judged_again", "info", name,
                                 f"{_were(before, called)} followed by a later one of the same person on the same "
                                 "thing: the latest counts."))
    return found


def _were(count: int, called: str) -> str:
    return f"1 {called} was" if count == 1 else f"{count:,} {called.replace('judgement', 'judgements')} were"

"""How many calls a contact is worth: `bank_marketing`, where people were called until they agreed or were given up."""

from __future__ import annotations

import numpy as np
import pandas as pd
from accuracy_sets import DATA

from marketsofone.pooling.response_trials import Tried, fit_trials

COSTS = (0.01, 0.02, 0.03, 0.05)
LEAST_SEEN = 100


def calls_part() -> str:
    """The section of the page."""
    head = "## Calls worth making per contact: `bank_marketing`\n\n"
    file = DATA / "bank_marketing" / "bank-additional-full.csv.gz"
    if not file.is_file():
        return head + "The data are not here; not measured.\n"
    rows = pd.read_csv(file, sep=";", usecols=["campaign", "y", "poutcome", "contact"])
    groups = {"all": rows} | {f"{outcome} before, {contact}": part
                              for (outcome, contact), part in rows.groupby(["poutcome", "contact"])}
    lines = [_line(name, part) for name, part in groups.items()]
    gap = _held_out(rows)
    head_of_costs = " | ".join(f"calls worth making at {cost:.0%}" for cost in COSTS)
    return head + f"""\
41,188 people, each called until he or she agreed or was given up. Chances differ between people as a beta
distribution, so that those who would agree soon are gone and the chance of the next call falls. A call is worth making
while that chance is at least what a call costs as a share of what an agreement is worth.

| people | count | chance at calls 1, 2, 3, 5, seen | the same, fitted | {head_of_costs} |
| --- | --- | --- | --- | {' | '.join('---' for _ in COSTS)} |
{"".join(lines)}
Held out (half of the people, dealt by place in the file), log likelihood of the calls: {gap:+,.1f} beside one chance
for all calls. "n or more": beyond the calls that at least {LEAST_SEEN} people were given nothing is seen, and nothing
is said.
What must be believed: that giving up a person told nothing of the chance. The bank did not deal that by lot; if
the hopeless were dropped first, fewer calls are worth making than it says. Beyond the fifth call the chance seen lies
below the fitted one, so the numbers at 1% are too high rather than too low.
"""


def _tally(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ended = rows.assign(yes=rows["y"].eq("yes")).groupby("campaign")["yes"].agg(["sum", "size"]).reset_index()
    yes = ended["sum"].to_numpy(float)
    return ended["campaign"].to_numpy(float), yes, ended["size"].to_numpy(float) - yes


def _line(name: str, rows: pd.DataFrame) -> str:
    calls, yes, given_up = _tally(rows)
    found = fit_trials(calls, yes, given_up)
    at = np.array([1.0, 2.0, 3.0, 5.0])
    tried = np.array([(yes + given_up)[calls >= call].sum() for call in at])
    seen = np.array([yes[calls == call].sum() for call in at]) / tried
    last = max((call for call in calls if (yes + given_up)[calls >= call].sum() >= LEAST_SEEN), default=0.0)
    worth = [_worth(found, cost, last) for cost in COSTS]
    cells = [name, f"{len(rows):,}", _shares(seen), _shares(found.chance(at)), *worth]
    return f"| {' | '.join(cells)} |\n"


def _worth(found: Tried, cost: float, last: float) -> str:
    calls = found.worth_making(cost)
    return f"{calls:.0f}" if calls < last else f"{last:.0f} or more"


def _shares(values: np.ndarray) -> str:
    return ", ".join(f"{value:.1%}" for value in values)


def _held_out(rows: pd.DataFrame) -> float:
    learned, judged = rows.iloc[::2], rows.iloc[1::2]
    found = fit_trials(*_tally(learned))
    calls, yes, given_up = _tally(judged)
    learned_calls, learned_yes, learned_no = _tally(learned)
    rate = learned_yes.sum() / ((learned_yes + learned_no) * learned_calls).sum()
    return _log_likelihood(calls, yes, given_up, found.chance) - _log_likelihood(
        calls, yes, given_up, lambda call: np.full(call.shape, rate))


def _log_likelihood(calls: np.ndarray, yes: np.ndarray, given_up: np.ndarray, chance) -> float:
    upto = np.arange(1.0, calls.max() + 1)
    failed = np.cumsum(np.log1p(-chance(upto)))[calls.astype(int) - 1]
    at = chance(calls)
    return float((given_up * failed + yes * (failed - np.log1p(-at) + np.log(at))).sum())

"""Plans solved again under other hours, reps or segments, side by side with the plan of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from marketsofone.project.planning.scenario_texts import read_scenario
from marketsofone.project.planning.scenarios import Solved, compared, solve_scenario
from marketsofone.project.reading.holding_up_marks import project_folder, refused_segments
from marketsofone.project.settings.market_file import read_settings
from marketsofone.project.showing.figures import count, currency_of, hours, money
from marketsofone.project.showing.plan import Load, loads_told
from marketsofone.project.snapshots.shelf import Shelf
from marketsofone.project.snapshots.snapshot import open_snapshot

MOST = 5
"""So many scenarios stand side by side at most, beside the plan as it is."""

AS_IT_IS = "as it is"


@dataclass(frozen=True, slots=True)
class Changed:
    """A segment that another scenario chooses otherwise."""

    stratum_id: str
    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Beside:
    """One scenario beside the plan as it is."""

    text: str
    name: str
    capacity: str
    hours: str
    value: str
    difference: str
    interval: str
    next_hour: str
    buyers: str
    moved: str
    pursued: str
    gap: str
    changed: tuple[Changed, ...]
    loads: tuple[Load, ...]


def side_by_side(shelf: Shelf, scenarios: Sequence[str]) -> tuple[Beside, ...]:
    """The plan as it is, and solved again under each scenario; nothing of the run is changed.

    The same scenario of the same run is solved once, until the record accepts or refuses another segment.

    Parameters
    ----------
    scenarios : sequence of str
        As ``m1 plan compare --scenario`` takes them; at most `MOST`.

    Raises
    ------
    RunMissing
        The run has no plan.
    SettingsInvalid, HoursExceeded, NothingToPlan
        A scenario cannot be read or solved.
    """
    texts = (AS_IT_IS, *dict.fromkeys(scenarios[:MOST]))
    run, refused = shelf.snapshot, refused_segments(shelf.snapshot)
    solved = [_solved(project_folder(run), run.run_id, text, refused) for text in texts]
    first = _choices(solved[0])
    return tuple(_beside(shelf, text, each, row, first)
                 for text, each, row in zip(texts, solved, compared(solved), strict=True))


@lru_cache(maxsize=32)
def _solved(folder: Path, run: str, text: str, refused: frozenset[str]) -> Solved:
    """``refused`` is what the record says now: a plan changes with it."""
    from marketsofone.project.planning.scenario_texts import Scenario

    scenario = Scenario(AS_IT_IS) if text == AS_IT_IS else read_scenario(text)
    return solve_scenario(open_snapshot(folder, run), read_settings(folder), scenario)


def _choices(solved: Solved) -> dict[str, str]:
    rows = solved.tables["segment_choice"].select(["stratum_id", "choice"]).to_pylist()
    return {row["stratum_id"]: row["choice"] for row in rows}


def _beside(shelf: Shelf, text: str, solved: Solved, row: Mapping[str, Any], first: Mapping[str, str]) -> Beside:
    from marketsofone.report import plan_words, words

    currency = currency_of(shelf)
    paths = {each["stratum_id"]: each["path"] for each in shelf.strata}
    changed = tuple(Changed(key, paths.get(key, key), first[key], choice) for key, choice in _choices(solved).items()
                    if key in first and first[key] != choice)
    sign = "+" if row["difference"] > 0 else ""
    return Beside(
        text, row["scenario"], hours(row["capacity_hours"]), hours(row["hours"]), money(row["value"], currency),
        f"{sign}{row['difference']:,.0f}".replace("-", "−") if text != AS_IT_IS else "",
        words.interval(row["contribution_low"], row["contribution_high"], "money", currency),
        money(row["next_hour_value"], currency), count(row["buyers"]), count(row["moved"]), count(row["pursued"]),
        plan_words.most_missed(row["gap"]), changed, loads_told(solved.said["reps"], currency))

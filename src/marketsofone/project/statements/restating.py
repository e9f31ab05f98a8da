"""Between runs: what people stated since changes a buyer's scores at once, as the next run will.

The run holds, for every buyer, each score's value and how many trials it weighs (prior size, trials and
what was told). A statement adds to both, so the new value is an average of the two; the stratum's own
value moves only with the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from marketsofone.features import AsOf
from marketsofone.measures import SPEND
from marketsofone.project.snapshots.shelf import Row, Shelf
from marketsofone.project.statements.entering import Notebook
from marketsofone.project.statements.subjects import subjects_of
from marketsofone.scores import SCORES
from marketsofone.scores.hour import Hour, with_hour_value

if TYPE_CHECKING:
    from marketsofone.record import Entry

_MONEY = "attractiveness"


@dataclass(frozen=True, slots=True)
class Added:
    """What statements since the run add to one score of a buyer: trials, and their total."""

    trials: float = 0.0
    total: float = 0.0

    def plus(self, trials: float, total: float) -> Added:
        """With one statement more."""
        return Added(self.trials + trials, self.total + total)


def restated(shelf: Shelf, notebook: Notebook, row: Row) -> Row:
    """A buyer as it stands now: scores with what was stated since the run, ``restated`` naming those it moved.

    Parameters
    ----------
    row : mapping
        The buyer as the run holds it.

    Notes
    -----
    A judgement counts as so many trials at its value, an answered or unanswered contact as one trial of
    pull where the run counts answers. What was corrected or taken back since is taken off again. What is
    stated after a day that the project file fixes as its as-of date changes nothing, for it will not count
    in a run as of that day either.
    """
    added = _added(shelf, notebook, row)
    if not added:
        return {**row, "restated": ()}
    market = shelf.snapshot.manifest["market"]["market"]
    moved = {**row, **_moved(row, added, market["serve_cost"])}
    hour = Hour(market["approach_hours"], market["hour_cost"], market["serve_cost"])
    scores = [score for score in SCORES if row.get(f"{score}_variance") is not None]
    return {**moved, **_revalued(moved, scores, hour), "restated": tuple(added)}


def too_late(shelf: Shelf, now: datetime | None = None) -> str:
    """That what is said now moves no score, for the project fixes an earlier day; empty where it does."""
    end, day = _end(shelf), shelf.snapshot.manifest["market"]["market"]["as_of"]
    if end is None or (now or datetime.now(UTC)) < end:
        return ""
    return f"The project fixes {day} as its day: what is written down now is kept and shown, and moves no score."


def restated_all(shelf: Shelf, notebook: Notebook, rows: Sequence[Row]) -> list[Row]:
    """Several buyers as they stand now: one question to the record where nothing was said of most of them."""
    told = notebook.spoken_of([key for row in rows for key in shelf.keys_of(row)])
    return [{**row, "restated": ()} if told.isdisjoint(shelf.keys_of(row)) else restated(shelf, notebook, row)
            for row in rows]


def _added(shelf: Shelf, notebook: Notebook, row: Row) -> dict[str, Added]:
    found: dict[str, Added] = {}
    if not any(notebook.history(*subject) for subject in subjects_of(shelf, row)):
        return found
    for sign, entries in _changes(shelf, notebook, row):
        for entry in entries:
            counted = _counted(entry, shelf)
            if counted and _moves(counted[0], shelf, row):
                score, trials, total = counted
                found[score] = found.get(score, Added()).plus(sign * trials, sign * total)
    return {score: each for score, each in found.items() if abs(each.trials) > 1e-12 or abs(each.total) > 1e-12}


def _moves(score: str, shelf: Shelf, row: Row) -> bool:
    """Whether one more trial moves a score: not one without evidence, nor money that rests on a ledger's rhythm."""
    units = {each["score"]: each["unit"] for each in shelf.small("evidence")}
    return row.get(f"{score}_weight") is not None and units[score] != SPEND.unit


def _changes(shelf: Shelf, notebook: Notebook, row: Row) -> Iterable[tuple[float, list[Entry]]]:
    """Statements of the buyer that count now and did not in the run, and the other way round."""
    read_at = shelf.snapshot.manifest.get("record_read_at")
    now = _counting(shelf, notebook, row, None)
    then = _counting(shelf, notebook, row, datetime.fromisoformat(read_at)) if read_at else {}
    yield 1.0, [entry for number, entry in now.items() if number not in then]
    yield -1.0, [entry for number, entry in then.items() if number not in now]


def _counting(shelf: Shelf, notebook: Notebook, row: Row, as_of: datetime | None) -> Mapping[int, Entry]:
    """Statements in force at an instant, without those that a run of a fixed day leaves out."""
    end = _end(shelf)
    return {entry.id: entry for entry in _of(shelf, notebook, row, as_of) if end is None or entry.stated_at < end}


def _of(shelf: Shelf, notebook: Notebook, row: Row, as_of: datetime | None) -> list[Entry]:
    """Statements about the buyer, by its keys in the files."""
    return [entry for kind in ("judgement", "contact") for about, key in subjects_of(shelf, row)
            for entry in notebook.of_kind(kind, as_of, about, key)]


def _counted(entry: Entry, shelf: Shelf) -> tuple[str, float, float] | None:
    """Score, trials and total that a statement adds."""
    says: Any = entry.says
    if entry.kind == "judgement":
        return str(says.score), says.sure, says.sure * says.value
    if shelf.snapshot.manifest["market"]["steps"]["pull"] == "touch.answered" and says.answered is not None:
        return "pull", 1.0, float(says.answered)
    return None


def _moved(row: Row, added: Mapping[str, Added], serving: float) -> dict[str, float]:
    """Value, interval, variance and weight of each score that moves; money is weighed before the cost to serve."""
    moved: dict[str, float] = {}
    for score, each in added.items():
        off = serving if score == _MONEY else 0.0
        weight, variance = row[f"{score}_weight"], row[f"{score}_variance"]
        heavier = max(weight + each.trials, 1e-9)
        before = row[score] + off
        after = (weight * before + each.total) / heavier
        left = _left(score, before, after, variance, weight, heavier)
        low, high = _interval(score, after, left)
        moved |= {
            score: after - off, f"{score}_low": low - off, f"{score}_high": high - off, f"{score}_variance": left,
            f"{score}_weight": heavier, f"{score}_trials": row[f"{score}_trials"] + each.trials,
            f"{score}_borrowed": row[f"{score}_borrowed"] * weight / heavier}
    return moved


def _left(score: str, before: float, after: float, variance: float, weight: float, heavier: float) -> float:
    """Variance after more trials: in proportion to what the family leaves at the new mean and weight."""
    if score == _MONEY:
        return variance * weight / heavier * max(after, 1e-9) / max(before, 1e-9)
    spread = after * (1 - after) / max(before * (1 - before), 1e-9)
    return variance * (weight + 1) / (heavier + 1) * spread


def _interval(score: str, mean: float, variance: float) -> tuple[float, float]:
    from marketsofone.estimates import PROBABILITY
    from marketsofone.pooling import Amount, Share

    family = Amount() if score == _MONEY else Share()
    low, high = family.interval(np.array([mean]), np.array([variance]), PROBABILITY)
    return float(low[0]), float(high[0])


def _revalued(row: Row, scores: Sequence[str], hour: Hour) -> dict[str, float | None]:
    """The worth of an hour, by the expression that every run uses."""
    import ibis

    from marketsofone.estimates import PROBABILITY

    columns = {f"{score}{end}": [float(row[f"{score}{end}"])] for score in scores for end in ("", "_variance")}
    valued = with_hour_value(ibis.memtable(pd.DataFrame(columns)), scores, hour, PROBABILITY).execute().iloc[0]
    names = ("value_per_hour", "value_per_hour_low", "value_per_hour_high")
    return {name: None if pd.isna(valued[name]) else float(valued[name]) for name in names}


def _end(shelf: Shelf) -> datetime | None:
    """The first instant whose statements do not count, where the project file fixes the as-of date."""
    market = shelf.snapshot.manifest["market"]["market"]
    if market["as_of"] is None:
        return None
    as_of = AsOf(date.fromisoformat(market["as_of"]), market["time_zone"])
    return as_of.end.replace(tzinfo=UTC)

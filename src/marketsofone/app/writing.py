"""What a visit writes: into the record by name, and a line in the trail by id."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from marketsofone.app.entrance import Visit
from marketsofone.errors import RecordRefused
from marketsofone.project.shelf import Row

if TYPE_CHECKING:
    from marketsofone.project.entering import Entry


def state(visit: Visit, kind: str, row: Row, values: Mapping[str, Any], supersedes: int | None = None) -> int:
    """States something of a buyer; when this returns, it is on the disk.

    Raises
    ------
    RecordRefused
        It cannot be kept as it stands, or someone else corrected it in between.
    """
    return state_about(visit, kind, "buyer", row["source_id"], values, f"buyer {row['buyer_id']}", supersedes)


def state_about(visit: Visit, kind: str, about: str, about_id: str, values: Mapping[str, Any], subject: str,
                supersedes: int | None = None) -> int:
    """States something of anything; ``subject`` is what the trail calls it: ids only."""
    number = visit.office.notebook.enter(kind, about, about_id, values, visit.viewer.name, supersedes)
    visit.office.door.trace(visit.viewer, f"stated {kind} {number}", subject)
    return number


def answer_move(visit: Visit, row: Row, said: str, reason: str, until: date | None = None) -> None:
    """What the viewer says to the move of a buyer; a second answer corrects the first."""
    told = visit.office.notebook.of_kind("answer", None, "buyer", row["source_id"])
    earlier = next((entry.id for entry in told if entry.stated_by == visit.viewer.name), None)
    state(visit, "answer", row, {"answer": said, "reason": reason, "until": until}, earlier)


def withdraw(visit: Visit, number: int, subject: str) -> None:
    """Takes back a statement, leaving it in the history."""
    visit.office.notebook.withdraw(number, visit.viewer.name)
    visit.office.door.trace(visit.viewer, f"took back {number}", subject)


def standing_about(visit: Visit, abouts: tuple[str, ...], about_id: str) -> list[Entry]:
    """What is in force about one thing, by any of the words for it (a buyer may be told of as an account)."""
    return [entry for about in abouts for entry in visit.office.notebook.said(about, about_id)]


def take_back(visit: Visit, number: int, abouts: tuple[str, ...], about_id: str, subject: str) -> None:
    """Takes back what the viewer said; others' words only with the right to decide.

    Raises
    ------
    RecordRefused
        No such statement is in force about this, or it is someone else's.
    """
    entry = next((each for each in standing_about(visit, abouts, about_id) if each.id == number), None)
    if entry is None:
        raise RecordRefused("A statement in force is taken back.", f"no statement {number} of this in force.",
                            "Someone may have corrected it: look at what stands there now.")
    if entry.stated_by != visit.viewer.name and not visit.viewer.may("decide"):
        raise RecordRefused("People take back what they said themselves.", "a statement of someone else.",
                            "Ask who stated it, or the leader of the team.")
    withdraw(visit, number, subject)

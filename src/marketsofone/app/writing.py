"""What a visit writes: into the record by name, and a line in the trail by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from marketsofone.app.entrance import Visit
from marketsofone.errors import RecordRefused
from marketsofone.project.snapshots.shelf import Row
from marketsofone.project.statements.entering import Said

if TYPE_CHECKING:
    from marketsofone.project.statements.entering import Entry


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
    return _stated(visit, [Said(kind, about, about_id, values, supersedes)], subject)[0]


def state_together(visit: Visit, row: Row, said: Sequence[Said]) -> tuple[int, ...]:
    """States several things of a buyer, all of them or none."""
    return _stated(visit, said, f"buyer {row['buyer_id']}")


def to_say(row: Row, kind: str, supersedes: int | None = None, **values: object) -> Said:
    """Something that is to be said of a buyer."""
    return Said(kind, "buyer", row["source_id"], values, supersedes)


def answer_of(visit: Visit, row: Row, said: str, reason: str, until: date | None = None) -> Said:
    """What the viewer says to the move of a buyer; a second answer corrects the first."""
    told = visit.office.notebook.of_kind("answer", None, "buyer", row["source_id"])
    earlier = next((entry.id for entry in told if entry.stated_by == visit.viewer.name), None)
    return to_say(row, "answer", earlier, answer=said, reason=reason, until=until)


def _stated(visit: Visit, said: Sequence[Said], subject: str) -> tuple[int, ...]:
    numbers = visit.office.notebook.enter_together(said, visit.viewer.name)
    for each, number in zip(said, numbers, strict=True):
        visit.office.door.trace(visit.viewer, f"stated {each.kind} {number}", subject)
    return numbers


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

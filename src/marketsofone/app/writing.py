"""What a visit writes: into the record by name, and a line in the trail by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from marketsofone.app.entrance import Visit
from marketsofone.errors import RecordRefused
from marketsofone.project.snapshots.shelf import Row
from marketsofone.project.statements.entering import Said
from marketsofone.project.statements.naming import free_name
from marketsofone.project.statements.subjects import Subject, subjects_of

if TYPE_CHECKING:
    from marketsofone.project.statements.entering import Entry


def state(visit: Visit, kind: str, row: Row, values: Mapping[str, Any], supersedes: int | None = None) -> int:
    """States something of a buyer; when this returns, it is on the disk.

    Raises
    ------
    RecordRefused
        It cannot be kept as it stands, someone else corrected it in between, or what it corrects is someone else's.
    """
    about, key = _subject(visit, row, supersedes)
    return state_about(visit, kind, about, key, values, f"buyer {row['buyer_id']}", supersedes)


def state_about(visit: Visit, kind: str, about: str, about_id: str, values: Mapping[str, Any], subject: str,
                supersedes: int | None = None) -> int:
    """States something of anything; ``subject`` is what the trail calls it: ids only."""
    if kind == "name":
        free_name(visit.office.notebook, visit.office.shelf("latest").snapshot, str(values["name"]), visit.viewer.name)
    return _stated(visit, [Said(kind, about, about_id, values, supersedes)], subject)[0]


def state_together(visit: Visit, row: Row, said: Sequence[Said]) -> tuple[int, ...]:
    """States several things of a buyer, all of them or none."""
    return _stated(visit, said, f"buyer {row['buyer_id']}")


def to_say(row: Row, kind: str, **values: object) -> Said:
    """Something new that is to be said of a buyer."""
    return Said(kind, "buyer", row["source_id"], values)


def answer_of(visit: Visit, row: Row, said: str, reason: str, until: date | None = None) -> Said:
    """What the viewer says to the move of a buyer; a second answer corrects the first."""
    earlier = next(iter(own_of(visit, "answer", row)), None)
    values = {"answer": said, "reason": reason, "until": until}
    return to_say(row, "answer", **values) if earlier is None else Said(
        "answer", earlier.about, earlier.about_id, values, earlier.id)


def _subject(visit: Visit, row: Row, supersedes: int | None) -> Subject:
    """What a statement of a buyer is about: as the one that it corrects, where it corrects one."""
    subjects = subjects_of(visit.shelf, row)
    standing = () if supersedes is None else standing_about(visit, subjects)
    corrected = next((entry for entry in standing if entry.id == supersedes), None)
    if corrected is None:
        return subjects[0]
    _check_own(visit, corrected)
    return corrected.about, corrected.about_id


def _stated(visit: Visit, said: Sequence[Said], subject: str) -> tuple[int, ...]:
    numbers = visit.office.notebook.enter_together(said, visit.viewer.name)
    for each, number in zip(said, numbers, strict=True):
        visit.office.door.trace(visit.viewer, f"stated {each.kind} {number}", subject)
    return numbers


def withdraw(visit: Visit, number: int, subject: str) -> None:
    """Takes back a statement, leaving it in the history."""
    visit.office.notebook.withdraw(number, visit.viewer.name)
    visit.office.door.trace(visit.viewer, f"took back {number}", subject)


def own_of(visit: Visit, kind: str, row: Row) -> list[Entry]:
    """What the viewer said of a buyer, of one kind and under any of its keys, that is in force."""
    return [entry for key in visit.shelf.keys_of(row)
            for entry in visit.office.notebook.of_kind(kind, None, "buyer", key)
            if entry.stated_by == visit.viewer.name]


def history_of(visit: Visit, subjects: Sequence[Subject]) -> list[Entry]:
    """Everything ever said about one thing, by any of the words and keys for it."""
    return [entry for subject in subjects for entry in visit.office.notebook.history(*subject)]


def standing_about(visit: Visit, subjects: Sequence[Subject]) -> list[Entry]:
    """What is in force about one thing, by any of the words and keys for it."""
    return [entry for subject in subjects for entry in visit.office.notebook.said(*subject)]


def take_back(visit: Visit, number: int, subjects: Sequence[Subject], told: str) -> None:
    """Takes back what the viewer said; others' words only with the right to decide. ``told``: as the trail calls it.

    Raises
    ------
    RecordRefused
        No such statement is in force about this, or it is someone else's.
    """
    entry = next((each for each in standing_about(visit, subjects) if each.id == number), None)
    if entry is None:
        raise RecordRefused("A statement in force is taken back.", f"no statement {number} of this in force.",
                            "Someone may have corrected it: look at what stands there now.")
    _check_own(visit, entry)
    withdraw(visit, number, told)


def _check_own(visit: Visit, entry: Entry) -> None:
    """Refuses what would end others' words; not for those who decide."""
    if entry.stated_by != visit.viewer.name and not visit.viewer.may("decide"):
        raise RecordRefused("People correct and take back what they said themselves.", "a statement of someone else.",
                            "Ask who stated it, or the leader of the team.")

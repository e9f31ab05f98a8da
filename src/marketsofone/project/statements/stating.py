"""What people state goes into the written record of the project, and from there into the next run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.customer.keys import as_read
from marketsofone.customer.permission import CONTACT, REFUSED, concerns, refuses
from marketsofone.errors import RecordRefused
from marketsofone.project.statements.recorded import record_of

if TYPE_CHECKING:
    from marketsofone.record import Entry, Record, Said

REFUSAL = {"purpose": CONTACT, "basis": REFUSED}
"""The fields of a permission that says no to being contacted."""


def state_judgement(
    folder: Path, about: str, about_id: str, score: str, value: float, sure: float, by: str,
    now: datetime | None = None, correct: bool = False,
) -> int:
    """Records what a person holds a score to be; gives back the number of the statement.

    Parameters
    ----------
    about, about_id : str
        ``buyer``, ``account``, ``contact`` or ``opportunity``, and its key in the files.
    value : float
        A share strictly between 0 and 1, or money in major units for attractiveness.
    sure : float
        How many trials the judgement is worth; the record outgrows it.
    correct : bool
        Whether it takes the place of what the same person said before.

    Raises
    ------
    RecordRefused
        It is about a stratum, of which no score is judged; or the same person judged before and does not correct.
    """
    from marketsofone.record import Judgement

    if about == "stratum":
        raise RecordRefused("A score is judged of a buyer, an account, a contact or an opportunity.",
                            "a judgement of a stratum, which no run would count.",
                            "Judge its buyers one by one; what effort does is judged of a stratum too:\n"
                            "  m1 judge-effort stratum <PATH> --help")
    said = Judgement(score, value, sure)
    return _stated(folder, about, about_id, said, by, now, correct)


def state_effort(
    folder: Path, about: str, about_id: str, points: Sequence[float], hours: float, sure: float, by: str,
    now: datetime | None = None, correct: bool = False,
) -> int:
    """Records what a person expects of a buyer at different effort; gives back the number of the statement.

    Parameters
    ----------
    points : sequence of five floats
        Contribution over the horizon, major units: with no calls, half of them, as now, half more, and as many as
        could be used. They never fall.
    hours : float
        What "as now" is, hours over the horizon.
    sure : float
        How many periods of the buyer on record the judgement is worth; the record outgrows it.
    correct : bool
        Whether it takes the place of what the same person said before.
    """
    from marketsofone.record import Effort

    none, half, as_now, more, most = points
    said = Effort(hours, none, half, as_now, more, most, sure)
    return _stated(folder, about, about_id, said, by, now, correct)


def state_objection(folder: Path, about: str, about_id: str, by: str, now: datetime | None = None) -> int:
    """Records a no to profiling: from the next run on, that buyer is neither scored, ranked nor exported.

    Where one is in force already it stands, and its number is given back.
    """
    from marketsofone.record import Objection

    standing = _objections(folder, about, about_id)
    return _once(folder, standing, about, about_id, Objection(), by, now)


def withdraw_objection(folder: Path, about: str, about_id: str, by: str, now: datetime | None = None) -> int:
    """Takes an objection back.

    Raises
    ------
    RecordRefused
        There is none in force.
    """
    standing = _objections(folder, about, about_id)[-1:]
    return _taken_back(folder, standing, f"An objection about this {about} is withdrawn.",
                       "Check the kind and the key: m1 object --help", by, now)


def state_refusal(folder: Path, about: str, about_id: str, by: str, now: datetime | None = None) -> int:
    """Records a no to being contacted: scored all the same, and from now on on no list of whom to approach.

    Where one is in force already it stands, and its number is given back.
    """
    from marketsofone.record import Permission

    standing = _refusals(folder, about, about_id)
    return _once(folder, standing, about, about_id, Permission(CONTACT, REFUSED), by, now)


def withdraw_refusal(folder: Path, about: str, about_id: str, by: str, now: datetime | None = None) -> int:
    """Takes every refusal of contact back that stands.

    Raises
    ------
    RecordRefused
        There is none in force.
    """
    standing = _refusals(folder, about, about_id)
    return _taken_back(folder, standing, f"A refusal of contact by this {about} is withdrawn.",
                       "Check the kind and the key: m1 refuse --help\nWhat a file says is taken back in the file.",
                       by, now)


def _once(folder: Path, standing: Sequence[Entry], about: str, about_id: str, said: Said, by: str,
          now: datetime | None) -> int:
    """A no, unless one stands already: the number of that which does."""
    return standing[-1].id if standing else _stated(folder, about, about_id, said, by, now)


def _taken_back(folder: Path, standing: Sequence[Entry], wanted: str, repair: str, by: str,
                now: datetime | None) -> int:
    """What stands is withdrawn; nothing that does is refused."""
    if not standing:
        raise RecordRefused(wanted, "none in force.", repair)
    return _withdrawn(folder, standing, by, now)


def _objections(folder: Path, about: str, about_id: str) -> list[Entry]:
    return _standing(folder, "objection", about, about_id)


def _refusals(folder: Path, about: str, about_id: str) -> list[Entry]:
    """Refusals of contact without an end."""
    from marketsofone.record import Permission

    return [entry for entry in _standing(folder, "permission", about, about_id)
            if isinstance(entry.says, Permission) and concerns(entry.says.purpose, CONTACT)
            and refuses(entry.says.basis) and entry.says.valid_to is None]


def _standing(folder: Path, kind: str, about: str, about_id: str) -> list[Entry]:
    """What is in force of one thing, by its key however a run reads it."""
    with record_of(folder) as record:
        return [entry for entry in record.statements(kind=kind, about=about)
                if as_read(entry.about_id) == as_read(about_id)]


def _withdrawn(folder: Path, entries: Sequence[Entry], by: str, now: datetime | None) -> int:
    """Takes statements back; gives back the number of the last withdrawal."""
    from marketsofone.record import Statement, Withdrawal

    at = now or datetime.now(UTC)
    with record_of(folder) as record:
        return [record.state(Statement(entry.about, entry.about_id, Withdrawal(), by, at, supersedes=entry.id))
                for entry in entries][-1]


def _stated(folder: Path, about: str, about_id: str, said: Said, by: str, now: datetime | None,
            correct: bool = False) -> int:
    """One statement, on the disk when its number is given back."""
    from marketsofone.record import Statement

    with record_of(folder) as record:
        before = _said_before(record, about, about_id, said, by) if correct else None
        return record.state(Statement(about, about_id, said, by, now or datetime.now(UTC), supersedes=before))


def _said_before(record: Record, about: str, about_id: str, said: Said, by: str) -> int | None:
    """The number of what the same person said of the same thing and has not taken back."""
    score = getattr(said, "score", None)
    standing = record.statements(type(said).__name__.lower(), about, about_id=about_id)
    return next((e.id for e in standing if e.stated_by == by and getattr(e.says, "score", None) == score), None)

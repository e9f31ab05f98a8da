"""What people state goes into the written record of the project, and from there into the next run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.customer.keys import as_read
from marketsofone.errors import RecordRefused
from marketsofone.project.statements.recorded import record_of

if TYPE_CHECKING:
    from marketsofone.record import Record, Said


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
    """Records a no to profiling: from the next run on, that buyer is neither scored, ranked nor exported."""
    from marketsofone.record import Objection

    return _stated(folder, about, about_id, Objection(), by, now)


def withdraw_objection(folder: Path, about: str, about_id: str, by: str, now: datetime | None = None) -> int:
    """Takes an objection back.

    Raises
    ------
    RecordRefused
        There is none in force.
    """
    from marketsofone.record import Statement, Withdrawal

    with record_of(folder) as record:
        standing = [e for e in record.statements(kind="objection", about=about)
                    if as_read(e.about_id) == as_read(about_id)]
        if not standing:
            raise RecordRefused(f"An objection about this {about} is withdrawn.", "none in force.",
                                "Check the kind and the key: m1 object --help")
        return record.state(
            Statement(about, standing[-1].about_id, Withdrawal(), by, now or datetime.now(UTC),
                      supersedes=standing[-1].id)
        )


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

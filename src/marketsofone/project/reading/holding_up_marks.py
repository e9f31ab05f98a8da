"""The mark of a segment that does not hold up, and a person's word to go on with it all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import RecordRefused
from marketsofone.project.snapshots.small_tables import rows_of
from marketsofone.project.snapshots.snapshot import Snapshot
from marketsofone.project.statements.naming import chosen_stratum
from marketsofone.project.statements.recorded import record_if_any, record_of

if TYPE_CHECKING:
    from marketsofone.record import Entry, Override, Record

SUBJECT = "unstable:"
"""A statement that accepts a segment is about the stratum, its subject this and the id."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How well a segment of a run holds up.

    Parameters
    ----------
    segment : str
        A stratum id, or the name of a marketing class.
    family : {"sales", "marketing"}
    value : float
        Mean overlap with the segment most like it when the market is drawn anew, 0 to 1.
    low, high : float or None
        Where most draws lie (from 5% to 95% of them, by interpolation).
    holds : bool or None
        None where too few buyers were drawn to tell.
    note : str
        Why a person accepts it all the same; empty where nobody does.
    """

    segment: str
    family: str
    value: float
    low: float | None
    high: float | None
    holds: bool | None
    note: str = ""

    @property
    def refused(self) -> bool:
        """Whether a plan leaves it out: it does not hold up, and nobody accepts it."""
        return self.holds is False and not self.note

    @property
    def words(self) -> str:
        """The mark in words; empty where there is nothing to warn of."""
        if self.holds is None:
            return "too few drawn to tell"
        if self.holds:
            return ""
        return "does not hold up, accepted" if self.note else "does not hold up"


def project_folder(snapshot: Snapshot) -> Path:
    """The folder of the project a run belongs to."""
    return snapshot.path.parents[1]


def marks(snapshot: Snapshot, notes: Mapping[str, str] | None = None) -> dict[str, Mark]:
    """The mark of each segment whose stability was measured, by stratum id or class.

    Parameters
    ----------
    snapshot : Snapshot
    notes : mapping, optional
        By segment: why it is accepted; absent: as the record of the project says now.
    """
    rows = rows_of(snapshot, "stability")
    if not rows:
        return {}
    accepted = accepted_notes(project_folder(snapshot)) if notes is None else notes
    return {row["segment"]: Mark(row["segment"], row["family"], row["value"], row["low"], row["high"], row["holds"],
                                 accepted.get(row["segment"], ""))
            for row in rows if row["measure"] == "within" and row["segment"] is not None}


def words_of(snapshot: Snapshot) -> dict[str, str]:
    """The mark of each segment in words (:attr:`Mark.words`), by stratum id or class."""
    return {segment: mark.words for segment, mark in marks(snapshot).items()}


def refused_segments(snapshot: Snapshot) -> frozenset[str]:
    """Strata that a plan must leave out: they do not hold up, and no person accepts them with a note.

    Parameters
    ----------
    snapshot : Snapshot
        The run. What the record says counts as it stands now, so no new run is needed to accept a segment.

    Returns
    -------
    frozenset of str
        Stratum ids.
    """
    return frozenset(mark.segment for mark in marks(snapshot).values() if mark.family == "sales" and mark.refused)


def accepted_notes(folder: Path) -> dict[str, str]:
    """By stratum: the note with which a person accepts it though it does not hold up."""
    record = record_if_any(folder)
    if record is None:
        return {}
    with record:
        return {entry.about_id: says.note for entry, says in _acceptances(record)}


def _acceptances(record: Record, stratum_id: str | None = None) -> Iterator[tuple[Entry, Override]]:
    """The statements in force that accept a segment."""
    from marketsofone.record import Override

    for entry in record.statements("override", "stratum", about_id=stratum_id):
        if isinstance(entry.says, Override) and entry.says.subject == f"{SUBJECT}{entry.about_id}":
            yield entry, entry.says


def accept_segment(
    folder: Path, snapshot: Snapshot, stratum: str, note: str, by: str, now: datetime | None = None
) -> str:
    """Records that a person goes on with a segment that does not hold up; gives back its id.

    Parameters
    ----------
    stratum : str
        Its id, path, name or value in the run, or what it is called.
    note : str
        Why.

    Raises
    ------
    RunMissing
        The run has no such segment.
    RecordRefused
        It holds up, or it is accepted already.
    """
    from marketsofone.record import Override, Statement

    stratum_id = chosen_stratum(snapshot, stratum)[0]
    mark = marks(snapshot).get(stratum_id)
    if mark is None or mark.holds is not False:
        raise RecordRefused("A segment is accepted that does not hold up.",
                            "one that was not found wanting." if mark is not None else "one that was not measured.",
                            "m1 stability lists the segments that do not hold up.")
    said = Override(f"{SUBJECT}{stratum_id}", "accept", note)
    with record_of(folder) as record:
        if next(_acceptances(record, stratum_id), None) is not None:
            raise RecordRefused("A segment is accepted once.", "one that is accepted already, with a note.",
                                "m1 stability shows the note; for another one take it back first:\n"
                                f"  m1 accept {stratum_id} --withdraw")
        record.state(Statement("stratum", stratum_id, said, by, now or datetime.now(UTC)))
    return stratum_id


def withdraw_acceptance(folder: Path, snapshot: Snapshot, stratum: str, by: str, now: datetime | None = None) -> str:
    """Takes back that a segment is accepted; gives back its id.

    Raises
    ------
    RecordRefused
        It is not accepted.
    """
    from marketsofone.record import Statement, Withdrawal

    stratum_id = chosen_stratum(snapshot, stratum)[0]
    with record_of(folder) as record:
        standing = [entry for entry, _says in _acceptances(record, stratum_id)]
        if not standing:
            raise RecordRefused("An accepted segment is withdrawn.", "none in force of this stratum.",
                                "m1 stability lists the segments with their notes.")
        record.state(Statement("stratum", stratum_id, Withdrawal(), by, now or datetime.now(UTC),
                               supersedes=standing[-1].id))
    return stratum_id

"""States that two keys of the sources mean one thing, and takes it back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import RecordRefused
from marketsofone.project.statements.recorded import record_of

if TYPE_CHECKING:
    from marketsofone.record import Entry


def state_merge(folder: Path, kind: str, first: str, second: str, by: str, valid_from: date | None = None,
                now: datetime | None = None) -> int:
    """Records that two keys of the sources mean the same thing; gives back the number of the statement.

    Parameters
    ----------
    kind : str
        ``account``, ``contact`` or ``opportunity``.
    first, second : str
        The sources' keys of it.
    valid_from : date, optional
        The first day on which they are one, such as that of a takeover; absent: they always were.

    Raises
    ------
    RecordRefused
        They are one key, or are merged already.
    """
    from marketsofone.record import Link, Statement

    if first == second:
        raise RecordRefused("A merge names two keys.", "one key twice.", "m1 merge account <KEY> <OTHER KEY>")
    with record_of(folder) as record:
        standing = _standing(record.statements("link", about=kind), first, second)
        if standing:
            raise RecordRefused("Two keys are merged once.", f"statement {standing[-1].id} says so already.",
                                "To undo it: m1 merge ... --undo")
        said = Link(second, valid_from=valid_from)
        return record.state(Statement(kind, first, said, by, now or datetime.now(UTC)))


def withdraw_merge(folder: Path, kind: str, first: str, second: str, by: str, now: datetime | None = None) -> int:
    """Takes a merge back: from the next run on the two are apart, as if never merged.

    Raises
    ------
    RecordRefused
        There is none in force.
    """
    from marketsofone.record import Statement, Withdrawal

    with record_of(folder) as record:
        standing = _standing(record.statements("link", about=kind), first, second)
        if not standing:
            raise RecordRefused(f"A merge of two keys of {kind} is taken back.", "none of these two in force.",
                                "Check the kind and the keys: m1 merge --help")
        last = standing[-1]
        return record.state(Statement(kind, last.about_id, Withdrawal(), by, now or datetime.now(UTC),
                                      supersedes=last.id))


def _standing(entries: tuple[Entry, ...], first: str, second: str) -> list[Entry]:
    """Merges in force of these two keys, whichever was named first."""
    from marketsofone.record import Link

    return [entry for entry in entries if isinstance(entry.says, Link) and entry.says.same
            and {entry.about_id, entry.says.same_as} == {first, second}]

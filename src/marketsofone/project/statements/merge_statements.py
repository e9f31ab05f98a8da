"""States that two keys of the sources mean one thing, and takes it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketsofone.customer.keys import as_read
from marketsofone.customer.merged import MERGED, roots
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

    if as_read(first) == as_read(second):
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

    Other merges may hold them together all the same (`stay_one`). Gives back the number of the statement.

    Raises
    ------
    RecordRefused
        There is none in force.
    """
    from marketsofone.record import Statement, Withdrawal

    at = now or datetime.now(UTC)
    with record_of(folder) as record:
        standing = _standing(record.statements("link", about=kind), first, second)
        if not standing:
            raise RecordRefused(f"A merge of two keys of {kind} is taken back.", "none of these two in force.",
                                "Check the kind and the keys: m1 merge --help")
        return [record.state(Statement(kind, entry.about_id, Withdrawal(), by, at, supersedes=entry.id))
                for entry in standing][-1]


def stay_one(folder: Path, kind: str, first: str, second: str) -> bool:
    """Whether merges in force hold two keys together, those with other keys between them too."""
    with record_of(folder) as record:
        links = [_keys(entry) for entry in _merges(record.statements("link", about=kind))]
    leads = roots(links, {key: key for link in links for key in link})
    one, other = as_read(first), as_read(second)
    return leads.get(one, one) == leads.get(other, other)


def said_of_each_key(said: Iterable[tuple[str, str]], links: Sequence[Entry], day: date) -> frozenset[tuple[str, str]]:
    """What is said of things by a key, said by each key that means the same on a day; keys as a run reads them too.

    Parameters
    ----------
    said : iterable of (str, str)
        What something is about (``buyer``, ``account``, ``contact``, ``opportunity``) and a key.
    links : sequence of Entry
        Links in force.
    """
    pairs = [[(entry.about, key) for key in _keys(entry)] for entry in _merges(links) if _begun(entry, day)]
    leads = roots([(one, other) for one, other in pairs], {each: each[1] for pair in pairs for each in pair})
    alike: dict[tuple[str, str], set[str]] = {}
    for each, root in (*leads.items(), *((root, root) for root in leads.values())):
        alike.setdefault(root, set()).add(each[1])
    found = {subject for about, key in said for subject in ((about, key), (about, as_read(key)))}
    for about, key in tuple(found):
        for root in {leads.get((kind, key), (kind, key)) for kind in (MERGED if about == "buyer" else (about,))}:
            found |= {(about, other) for other in alike.get(root, ())}
    return frozenset(found)


def _begun(entry: Entry, day: date) -> bool:
    said: Any = entry.says
    return said.valid_from is None or bool(said.valid_from <= day)


def _standing(entries: Sequence[Entry], first: str, second: str) -> list[Entry]:
    """Merges in force of these two keys, whichever was named first and however a run reads them."""
    return [entry for entry in _merges(entries) if set(_keys(entry)) == {as_read(first), as_read(second)}]


def _merges(entries: Sequence[Entry]) -> list[Entry]:
    from marketsofone.record import Link

    return [entry for entry in entries if isinstance(entry.says, Link) and entry.says.same]


def _keys(entry: Entry) -> tuple[str, str]:
    """The two keys of a merge as a run reads them."""
    said: Any = entry.says
    return as_read(entry.about_id), as_read(said.same_as)

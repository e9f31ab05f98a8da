"""Who may open the app: people, their keys, the trail of what each saw and changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from marketsofone.errors import RecordRefused
from marketsofone.record.database import Opened, spoken, writing
from marketsofone.record.opening import open_migrated
from marketsofone.record.schema import PASS_KEY, PERSON, SEALED, TRAIL
from marketsofone.record.values import KEY_LENGTH, NAME_LENGTH, check_choice, check_text

ROLES = ("admin", "analyst", "leader", "marketing", "rep")
"""What a person may be; what each role may do is said where it is enforced."""

KEY_KINDS = ("invitation", "api")
_SEEN = 500


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who may open the app.

    Parameters
    ----------
    id : int
    name : str
        What the person signs in with; unique.
    role : str
        One of `ROLES`.
    rep : str or None
        The source's key of the rep this person is: decides whose buyers a rep sees.
    team : str or None
        The team a leader leads: decides whose buyers a leader sees.
    secret : str or None
        The hash of the password; None until one was chosen.
    active : bool
    stamp : int
        Rises with every change: what was signed in, or shown in a form, before it holds no longer.
    """

    id: int
    name: str
    role: str
    rep: str | None
    team: str | None
    secret: str | None
    active: bool
    stamp: int


@dataclass(frozen=True, slots=True)
class PassKey:
    """A key that stands for a person until it ends: an invitation, used once, or an API key."""

    id: int
    person_id: int
    kind: str
    label: str
    scope: str
    made_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of the trail: who did what to what, and when. Ids only, never a name of a buyer."""

    at: datetime
    person_id: int | None
    action: str
    subject: str


def open_people(url_or_path: str | Path) -> People:
    """The people of a record at a path or URL; the same database as `open_record`.

    Raises
    ------
    RecordRefused, RecordTooNew, SettingsInvalid, SourceMissing, SourceUnreadable
        As `open_record` does.
    """
    return People(open_migrated(url_or_path, "The list of people must open."))


class People(Opened):
    """People, keys and the trail. Made by `open_people`; safe to share by threads."""

    def every(self) -> tuple[Person, ...]:
        """Everyone, in the order they were added."""
        return tuple(self._persons(sa.select(PERSON).order_by(PERSON.c.id)))

    def named(self, name: str) -> Person | None:
        """The person of that name; none where no name can be so."""
        if "\0" in name:
            return None
        return next(iter(self._persons(sa.select(PERSON).filter_by(name=name))), None)

    def by_id(self, person_id: int) -> Person | None:
        """The person of that id."""
        return next(iter(self._persons(sa.select(PERSON).filter_by(id=person_id))), None)

    def add(self, name: str, role: str, rep: str | None = None, team: str | None = None) -> Person:
        """A new person, who cannot sign in before choosing a password.

        Raises
        ------
        RecordRefused
            The name is taken, or a value cannot be kept.
        """
        check_text("name", name, NAME_LENGTH)
        _check_role(role, rep, team)
        row = {"name": name, "role": role, "rep": rep, "team": team, "secret": None, "active": True, "stamp": 1}
        with self._write("A person is added.") as connection:
            if connection.scalar(sa.select(PERSON.c.id).filter_by(name=name)) is not None:
                raise RecordRefused("A person signs in with a name of their own.", "that name is taken.",
                                    "Choose another name.")
            given = connection.execute(sa.insert(PERSON), row).inserted_primary_key
            return Person(given[0], **row)  # type: ignore[index, arg-type]

    def change(self, person: Person, **values: Any) -> Person:
        """The same person with other values, if nobody changed it since it was read.

        Raises
        ------
        RecordRefused
            Someone else changed it in between, or a value cannot be kept.
        """
        after = {"role": person.role, "rep": person.rep, "team": person.team, **values}
        _check_role(after["role"], after["rep"], after["team"])
        unchanged = sa.and_(PERSON.c.id == person.id, PERSON.c.stamp == person.stamp)
        with self._write("A person is changed.") as connection:
            done = connection.execute(sa.update(PERSON).where(unchanged).values(**values, stamp=person.stamp + 1))
            if done.rowcount != 1:
                raise RecordRefused("A person is changed as it was read.", "someone else changed it in between.",
                                    "Look at what stands there now, then change that.")
        found = self.by_id(person.id)
        assert found is not None
        return found

    def add_key(self, key: Mapping[str, Any]) -> int:
        """A key of a person, by the digest of its text; gives back its id."""
        check_choice("kind", key["kind"], KEY_KINDS)
        check_text("label", key["label"], NAME_LENGTH)
        with self._write("A key is made.") as connection:
            made = connection.execute(sa.insert(PASS_KEY), dict(key)).inserted_primary_key
            return int(made[0])  # type: ignore[index]

    def keys_of(self, person_id: int, kind: str) -> tuple[PassKey, ...]:
        """The keys of a person, oldest first."""
        return self._keys(sa.select(PASS_KEY).filter_by(person_id=person_id, kind=kind).order_by(PASS_KEY.c.id))

    def key_of(self, digest: str, kind: str, at: datetime) -> PassKey | None:
        """The key of that digest, if it still opens at the instant."""
        key = self.key_ever(digest, kind)
        return key if key is not None and (key.ends_at is None or key.ends_at > at) else None

    def key_ever(self, digest: str, kind: str) -> PassKey | None:
        """The key of that digest, ended or not."""
        return next(iter(self._keys(sa.select(PASS_KEY).filter_by(digest=digest, kind=kind))), None)

    def end_key(self, key_id: int, at: datetime) -> bool:
        """Ends a key; False where it had ended before: of two who use an invitation at once, one gets True."""
        still = sa.and_(PASS_KEY.c.id == key_id, sa.or_(PASS_KEY.c.ends_at.is_(None), PASS_KEY.c.ends_at > at))
        with self._write("A key is ended.") as connection:
            return connection.execute(sa.update(PASS_KEY).where(still).values(ends_at=at)).rowcount == 1

    def trace(self, at: datetime, person_id: int | None, action: str, subject: str) -> None:
        """One more line of the trail."""
        with self._write("The trail is kept.") as connection:
            connection.execute(sa.insert(TRAIL), {"at": at, "person_id": person_id, "action": action,
                                                  "subject": subject})

    def trail(self, most: int = _SEEN, person_id: int | None = None, start: int = 0) -> tuple[Trace, ...]:
        """Lines of the trail, latest first, the first ``start`` passed over; of one person or of everyone."""
        query = sa.select(TRAIL).order_by(TRAIL.c.id.desc()).limit(most).offset(start)
        if person_id is not None:
            query = query.where(TRAIL.c.person_id == person_id)
        with spoken(self._engine, "The trail must be read."), self._engine.connect() as connection:
            return tuple(Trace(row.at, row.person_id, row.action, row.subject) for row in connection.execute(query))

    def sealed(self, name: str, value: str) -> str:
        """The value sealed under a name: the one given here if there was none before."""
        with self._write("A value is sealed.") as connection:
            found = connection.scalar(sa.select(SEALED.c.value).filter_by(name=name))
            if found is None:
                connection.execute(sa.insert(SEALED), {"name": name, "value": value})
            return value if found is None else str(found)

    def _persons(self, query: sa.Select[Any]) -> tuple[Person, ...]:
        with spoken(self._engine, "The list of people must be read."), self._engine.connect() as connection:
            return tuple(Person(**row) for row in connection.execute(query).mappings())

    def _keys(self, query: sa.Select[Any]) -> tuple[PassKey, ...]:
        with spoken(self._engine, "The list of keys must be read."), self._engine.connect() as connection:
            rows = connection.execute(query).mappings()
            return tuple(PassKey(**{name: row[name] for name in PassKey.__slots__}) for row in rows)

    @contextmanager
    def _write(self, wanted: str) -> Iterator[sa.Connection]:
        with spoken(self._engine, wanted), writing(self._engine) as connection:
            yield connection


def _check_role(role: str, rep: str | None, team: str | None) -> None:
    check_choice("role", role, ROLES)
    for name, value in (("rep", rep), ("team", team)):
        if value is not None:
            check_text(name, value, KEY_LENGTH)

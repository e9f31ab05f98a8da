"""People of a project: who is added, tied, invited, closed, and which keys stand for them; each step leaves a line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketsofone.errors import PersonMissing, RecordRefused
from marketsofone.project.people.access import LOCAL, RIGHTS, Viewer
from marketsofone.project.people.signing import KEY_DAYS, Door, open_door

if TYPE_CHECKING:
    from marketsofone.record import PassKey as PassKey
    from marketsofone.record import Person as Person
    from marketsofone.record import Trace as Trace

_MOST_ID = 2**31


class Desk:
    """Where people are managed, by someone: an admin, a person for itself, or whoever owns the files.

    Parameters
    ----------
    door : Door
    by : Viewer
        Who manages: stands in the trail.
    """

    def __init__(self, door: Door, by: Viewer = LOCAL) -> None:
        self._door, self._by = door, by

    def every(self) -> tuple[Person, ...]:
        """Everyone, in the order they were added."""
        return self._door.people.every()

    def named(self, name: str) -> Person:
        """The person of a name.

        Raises
        ------
        PersonMissing
            Nobody has it.
        """
        return _found(self._door.people.named(name))

    def person(self, person_id: int) -> Person:
        """The person of an id.

        Raises
        ------
        PersonMissing
            Nobody has it.
        """
        return _found(self._door.people.by_id(person_id) if 0 < person_id < _MOST_ID else None)

    def add(self, name: str, role: str, rep: str | None = None, team: str | None = None) -> Person:
        """A new person, who chooses a password with an invitation.

        Raises
        ------
        RecordRefused
            The name is taken, or a value cannot be kept.
        """
        return self._traced("added", self._door.people.add(name, role, rep, team))

    def change(self, person: Person, stamp: int, role: str, rep: str | None, team: str | None) -> Person:
        """The person with another role or tie; its sessions end, for they were opened with the old one.

        Parameters
        ----------
        stamp : int
            Of the person as whoever changes it read it.

        Raises
        ------
        RecordRefused
            Someone else changed it in between, or nobody would be left who manages people.
        """
        if not _manages(role):
            self._keep_one_who_manages(person)
        values: dict[str, Any] = {"role": role, "rep": rep, "team": team}
        return self._traced("changed", self._door.people.change(replace(person, stamp=stamp), **values))

    def close(self, person: Person, stamp: int | None = None) -> Person:
        """Ends what a person can do here, at once: sessions, invitations and keys.

        Raises
        ------
        RecordRefused
            Someone else changed it in between, or nobody would be left who manages people.
        """
        self._keep_one_who_manages(person)
        read = person if stamp is None else replace(person, stamp=stamp)
        closed = self._door.people.change(read, active=False)
        self._end_keys(closed, "invitation", "api")
        return self._traced("closed", closed)

    def reopen(self, person: Person, stamp: int) -> Person:
        """Lets a person in again with the password chosen before; keys do not come back."""
        return self._traced("reopened", self._door.people.change(replace(person, stamp=stamp), active=True))

    def invite(self, person: Person) -> str:
        """The text of an invitation to choose a password, shown once; earlier ones end.

        Raises
        ------
        RecordRefused
            The account is closed.
        """
        if not person.active:
            raise RecordRefused("Someone whose account is open is invited.", "a closed account.", "Open it first.")
        self._end_keys(person, "invitation")
        text = self._door.invite(person)
        self._traced("invited", person)
        return text

    def keys(self, person: Person) -> tuple[PassKey, ...]:
        """The API keys of a person that still open, oldest first."""
        now = datetime.now(UTC)
        return tuple(key for key in self._door.people.keys_of(person.id, "api")
                     if key.ends_at is None or key.ends_at > now)

    def make_key(self, person: Person, label: str, scope: str, days: int = KEY_DAYS) -> str:
        """The text of a new API key of a person, which ends after so many days, shown once.

        Raises
        ------
        RecordRefused
            The account is closed, or the label, the scope or the days cannot be kept.
        """
        if not person.active:
            raise RecordRefused("A key stands for someone whose account is open.", "a closed account.",
                                "Open it first.")
        text = self._door.make_key(person, label, scope, days=days)
        self._traced("made a key of", person)
        return text

    def end_key(self, person: Person, key_id: int) -> None:
        """Ends an API key of this person, and of nobody else.

        Raises
        ------
        PersonMissing
            The person has no such key that still opens.
        """
        if key_id not in [key.id for key in self.keys(person)]:
            raise PersonMissing("A key of this person is ended.", "no such key that still opens.",
                                "Look at what stands there now.")
        self._door.people.end_key(key_id, datetime.now(UTC))
        self._traced(f"ended key {key_id} of", person)

    def change_password(self, person: Person, old: str, new: str) -> Person:
        """Another password in place of the old one; every other session of the person ends.

        Raises
        ------
        RecordRefused
            The old one is not right, or the new one is too short.
        """
        return self._traced("changed the password of", self._door.change_password(person, old, new))

    def trail(self, person: Person | None = None, start: int = 0) -> tuple[Trace, ...]:
        """Lines of the trail, latest first, the first ``start`` passed over; of one person or of everyone."""
        return self._door.people.trail(person_id=None if person is None else person.id, start=start)

    def _end_keys(self, person: Person, *kinds: str) -> None:
        now = datetime.now(UTC)
        for kind in kinds:
            for key in self._door.people.keys_of(person.id, kind):
                self._door.people.end_key(key.id, now)

    def _keep_one_who_manages(self, person: Person) -> None:
        others = [each for each in self.every() if each.active and _manages(each.role) and each.id != person.id]
        if _manages(person.role) and person.active and not others:
            raise RecordRefused("Someone must be left who manages people.", "the last admin.",
                                "Add another admin first.")

    def _traced(self, action: str, person: Person) -> Person:
        self._door.trace(self._by, action, f"person {person.id}")
        return person


@contextmanager
def managing(folder: Path) -> Iterator[Desk]:
    """The desk of a project, for whoever owns its files."""
    door = open_door(folder)
    try:
        yield Desk(door)
    finally:
        door.people.close()


def state_of(person: Person) -> str:
    """Whether a person can come in, in words."""
    if not person.active:
        return "closed"
    return "open" if person.secret else "invited, no password yet"


def plainly(person: Person) -> dict[str, Any]:
    """A person as a row: nothing of the password."""
    told = (person.id, person.name, person.role, person.rep, person.team, state_of(person))
    return dict(zip(PLAINLY, told, strict=True))


PLAINLY = ("person_id", "name", "role", "rep", "team", "state")


def _manages(role: str) -> bool:
    return "manage_people" in RIGHTS.get(role, ())


def _found(person: Person | None) -> Person:
    if person is None:
        raise PersonMissing("A person of this project was asked for.", "nobody of that name or id.",
                            "m1 people list shows who there is.")
    return person

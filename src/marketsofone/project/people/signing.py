"""Signing in: passwords, invitations and API keys. Only digests of them are ever kept."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import RecordRefused
from marketsofone.project.people.access import READ_ONLY, Viewer, viewer_of
from marketsofone.project.statements.recorded import address_of

if TYPE_CHECKING:
    from pwdlib import PasswordHash

    from marketsofone.record import People, Person, Trace

LEAST_PASSWORD = 12
MOST_PASSWORD = 1_000
INVITATION_DAYS = 3
KEY_DAYS, MOST_KEY_DAYS = 90, 3_650
"""After how many days an API key ends unless its maker says otherwise, and at most."""
SCOPES = ("read", "write")
"""Of API keys: look only, or also state."""


class Door:
    """The people of a project: who they are, and how each comes in. Safe to share by threads.

    Parameters
    ----------
    people : People
        The store.
    """

    def __init__(self, people: People) -> None:
        self.people = people

    def sign_in(self, name: str, password: str) -> Person | None:
        """The person of that name and password; None where either is wrong, after the same work."""
        person = self.people.named(name)
        secret = person.secret if person is not None and person.active else None
        right = _hasher().verify(password[:MOST_PASSWORD], secret or _nobody())
        return person if right and secret is not None else None

    def invite(self, person: Person, now: datetime | None = None) -> str:
        """The text of an invitation, which lets the person choose a password once."""
        return self._key(person, "invitation", "invitation", "write", now, timedelta(days=INVITATION_DAYS))

    def invited(self, text: str, now: datetime | None = None) -> Person | None:
        """Whom an invitation that still holds is for."""
        key = self.people.key_of(_digest(text), "invitation", now or datetime.now(UTC))
        return None if key is None else self._active(key.person_id)

    def choose_password(self, text: str, password: str, now: datetime | None = None) -> Person:
        """Uses up an invitation; the person signs in with that password from now on.

        Raises
        ------
        RecordRefused
            The invitation does not hold (any more), or the password is too short.
        """
        now = now or datetime.now(UTC)
        check_password(password)
        key = self.people.key_of(_digest(text), "invitation", now)
        person = None if key is None else self._active(key.person_id)
        if key is None or person is None or not self.people.end_key(key.id, now):
            raise RecordRefused("A password is chosen with an invitation.", "one that does not hold any more.",
                                "Ask for another one.")
        return self.people.change(person, secret=_hasher().hash(password))

    def change_password(self, person: Person, old: str, new: str) -> Person:
        """The person with another password, if the old one is right.

        Raises
        ------
        RecordRefused
            The old one is not right, or the new one is too short.
        """
        check_password(new)
        if not _hasher().verify(old[:MOST_PASSWORD], person.secret or _nobody()):
            raise RecordRefused("A password is changed by who knows the old one.", "another password.",
                                "Type the one you signed in with, or ask for an invitation.")
        return self.people.change(person, secret=_hasher().hash(new))

    def end_sessions(self, person_id: int, stamp: int) -> None:
        """Ends every session that a person's ``stamp`` holds open; who was changed in between has none of them left."""
        person = self.people.by_id(person_id)
        if person is not None and person.stamp == stamp:
            with suppress(RecordRefused):
                self.people.change(person)

    def make_key(self, person: Person, label: str, scope: str, now: datetime | None = None, *,
                 days: int = KEY_DAYS) -> str:
        """The text of a new API key, which ends after so many days: shown once, kept as a digest.

        Raises
        ------
        RecordRefused
            The label, the scope or the days cannot be kept.
        """
        if not 1 <= days <= MOST_KEY_DAYS:
            raise RecordRefused("An API key ends some day.", f"{days:,} days.", f"Say 1 to {MOST_KEY_DAYS:,} days.")
        if scope not in SCOPES:
            raise RecordRefused("An API key has a scope.", "another word.", f"Say one of: {', '.join(SCOPES)}.")
        return self._key(person, "api", label, scope, now, timedelta(days=days))

    def by_key(self, text: str, now: datetime | None = None) -> Viewer | None:
        """Who stands behind an API key, with the rights it carries."""
        key = self.people.key_of(_digest(text), "api", now or datetime.now(UTC))
        person = None if key is None else self._active(key.person_id)
        if key is None or person is None:
            return None
        return viewer_of(person, READ_ONLY if key.scope == "read" else None)

    def key_ended(self, text: str, now: datetime | None = None) -> datetime | None:
        """When an API key ended; None for one that still opens, or was never made."""
        key = self.people.key_ever(_digest(text), "api")
        ended = None if key is None else key.ends_at
        return ended if ended is not None and ended <= (now or datetime.now(UTC)) else None

    def trace(self, viewer: Viewer, action: str, subject: str = "", now: datetime | None = None) -> None:
        """One more line of the trail: ids only, never what a person is called."""
        self.people.trace(now or datetime.now(UTC), viewer.person_id, action, subject)

    def trail(self) -> tuple[Trace, ...]:
        """The last lines of the trail, latest first."""
        return self.people.trail()

    def signing_key(self) -> str:
        """What sessions are signed with: made once, kept with the record, in no project file."""
        return self.people.sealed("session", secrets.token_urlsafe(48))

    def _active(self, person_id: int) -> Person | None:
        person = self.people.by_id(person_id)
        return person if person is not None and person.active else None

    def _key(self, person: Person, kind: str, label: str, scope: str, now: datetime | None,
             lasts: timedelta) -> str:
        now, text = now or datetime.now(UTC), secrets.token_urlsafe(32)
        self.people.add_key({
            "person_id": person.id, "kind": kind, "label": label, "digest": _digest(text), "scope": scope,
            "made_at": now, "ends_at": now + lasts})
        return text


def open_door(folder: Path) -> Door:
    """The door of a project: its people stand where its record stands."""
    from marketsofone.record import open_people

    return Door(open_people(address_of(folder)))


def check_password(password: str) -> None:
    """Refuses a password that is short, or so long that hashing it would be an attack.

    Raises
    ------
    RecordRefused
        With the length that is wanted.
    """
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise RecordRefused("A password keeps others out.", f"{len(password):,} characters.",
                            f"Take {LEAST_PASSWORD} to {MOST_PASSWORD:,}: a few words are easiest to remember.")


@cache
def _hasher() -> PasswordHash:
    from pwdlib import PasswordHash

    return PasswordHash.recommended()


@cache
def _nobody() -> str:
    """A hash no password fits, so that an unknown name takes as long as a wrong password."""
    return _hasher().hash(secrets.token_urlsafe(32))


def _digest(text: str) -> str:
    """Keys are long and random, so a plain digest of one cannot be turned around."""
    return hashlib.sha256(text.encode()).hexdigest()

"""The record itself: state, look up, look back. Nothing in it is ever changed or removed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from marketsofone.errors import RecordRefused, RecordTooNew
from marketsofone.record.database import Opened, spoken, writing
from marketsofone.record.opening import open_migrated
from marketsofone.record.schema import STATEMENT, Instant
from marketsofone.record.statements import KINDS, Entry, Statement, Withdrawal, utc


def open_record(url_or_path: str | Path) -> Record:
    """The written record at a path (SQLite) or a URL (SQLite or PostgreSQL), made where there is none.

    An older store is brought to the present version first, in one transaction.

    Raises
    ------
    SettingsInvalid, SourceMissing
        The address cannot be that of a record.
    SourceUnreadable
        The file is no SQLite database.
    RecordTooNew
        The record was written by a later version.
    RecordRefused
        The database does not answer, or lets nobody write.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from marketsofone.record import Judgement, Statement, open_record
    >>> with open_record("sqlite://") as record:
    ...     record.state(Statement("account", "A-17", Judgement("pull", 0.6, sure=4), "ann",
    ...                            datetime(2026, 6, 1, tzinfo=UTC)))
    ...     record.statements("judgement")[0].says.sure
    1
    4.0
    """
    return Record(open_migrated(url_or_path, "The written record must open."))


class Record(Opened):
    """What people stated, in the order they stated it. Made by ``open_record``; safe to share by threads."""

    def state(self, statement: Statement) -> int:
        """Enter a statement; when this returns its id, the statement is on the disk.

        Raises
        ------
        RecordRefused
            It supersedes a statement that is not there, is superseded already, is of another kind or about
            something else; one that must be unique is in force already; or the database cannot write.
        """
        return self.state_together([statement])[0]

    def state_together(self, statements: Sequence[Statement]) -> tuple[int, ...]:
        """Enter several statements, all of them or none; when this returns their ids, they are on the disk.

        Raises
        ------
        RecordRefused
            As `state` says, of any of them: nothing was written.
        """
        with spoken(self._engine, "A statement must be written down."), writing(self._engine) as connection:
            return tuple(_entered(connection, statement) for statement in statements)

    def statements(
        self, kind: str | None = None, about: str | None = None, as_of: datetime | None = None,
        about_id: str | None = None, numbers: Collection[int] | None = None,
    ) -> tuple[Entry, ...]:
        """Statements in force, in the order of their ids.

        In force at ``as_of`` (absent: now) is what was stated by then and not superseded by then.
        Withdrawals end others and are themselves only found in ``history``. ``numbers`` asks for those
        of certain ids.
        """
        query = _in_force(as_of is not None)
        wanted = {"kind": kind, "about": about, "about_id": about_id}
        query = query.filter_by(**{column: value for column, value in wanted.items() if value is not None})
        if numbers is not None:
            query = query.where(STATEMENT.c.id.in_(numbers))
        return self._fetch(query, {} if as_of is None else {"as_of": utc(as_of, "as_of")})

    def history(self, about: str, about_id: str) -> tuple[Entry, ...]:
        """Everything ever stated about one thing, superseded statements and withdrawals included."""
        return self._fetch(sa.select(STATEMENT).filter_by(about=about, about_id=about_id))

    def spoken_of(self, about_ids: Collection[str]) -> frozenset[str]:
        """Those of many things of which anything was ever stated, by whatever word it is about."""
        query = sa.select(STATEMENT.c.about_id).where(STATEMENT.c.about_id.in_(list(about_ids))).distinct()
        with spoken(self._engine, "The written record must be read."), self._engine.connect() as connection:
            return frozenset(connection.scalars(query))

    def _fetch(self, query: sa.Select[Any], given: Mapping[str, Any] | None = None) -> tuple[Entry, ...]:
        with spoken(self._engine, "The written record must be read."), self._engine.connect() as connection:
            return _entries(connection, query, given)


@cache
def _in_force(dated: bool) -> sa.Select[Any]:
    """What is in force now, or at the instant that is given as ``as_of``."""
    later = STATEMENT.alias("later")
    superseded = sa.select(later.c.id).where(later.c.supersedes == STATEMENT.c.id)
    query = sa.select(STATEMENT).where(STATEMENT.c.kind != "withdrawal")
    if dated:
        instant = sa.bindparam("as_of", type_=Instant)
        superseded = superseded.where(later.c.stated_at <= instant)
        query = query.where(STATEMENT.c.stated_at <= instant)
    return query.where(~superseded.exists())


def _entered(connection: sa.Connection, statement: Statement) -> int:
    if statement.supersedes is not None:
        _check_succession(connection, statement)
    _check_unique(connection, statement)
    last = connection.scalar(sa.select(sa.func.max(STATEMENT.c.id))) or 0
    connection.execute(sa.insert(STATEMENT), {"id": last + 1, **_row(statement)})
    return int(last) + 1


def _check_succession(connection: sa.Connection, statement: Statement) -> None:
    """A correction follows one statement in force, of its kind, about the same thing, and comes after it."""
    wanted = f"A {statement.kind} supersedes a statement that is in force."
    related = sa.or_(STATEMENT.c.id == statement.supersedes, STATEMENT.c.supersedes == statement.supersedes)
    found = _entries(connection, sa.select(STATEMENT).where(related))
    if not found or found[0].id != statement.supersedes:
        raise RecordRefused(wanted, f"no statement {statement.supersedes}.", "Look up its id again.")
    earlier, *later = found
    if later:
        raise RecordRefused(wanted, f"statement {earlier.id} was superseded by {_told(later[0])}.",
                            "Look at what stands there now; supersede that, if it still needs it.")
    if isinstance(earlier.says, Withdrawal):
        raise RecordRefused(wanted, "a withdrawal.", "State anew what was withdrawn.")
    if (earlier.about, earlier.about_id) != (statement.about, statement.about_id):
        raise RecordRefused(wanted, "one about something else.", "Withdraw that one, and state this anew.")
    if statement.kind not in (earlier.kind, "withdrawal"):
        raise RecordRefused(wanted, f"a {earlier.kind}.", "Withdraw that one, and state this anew.")
    if statement.stated_at < earlier.stated_at:
        raise RecordRefused(wanted, f"a later one, {_told(earlier)}.", "Check this machine's clock.")


def _check_unique(connection: sa.Connection, statement: Statement) -> None:
    """What must be said once at a time is not said twice."""
    if statement.told_apart is None:
        return
    same = {"kind": statement.kind, "about": statement.about, "about_id": statement.about_id}
    for entry in _entries(connection, _in_force(dated=False).filter_by(**same)):
        if entry.told_apart == statement.told_apart and entry.id != statement.supersedes:
            raise RecordRefused(f"Only one {statement.kind} of this can be in force.",
                                f"{_told(entry)}.",
                                f"To correct it, state this with supersedes={entry.id}, as m1 judge --correct does.")


def _told(entry: Entry) -> str:
    return f"statement {entry.id}, stated by {entry.stated_by} at {entry.stated_at:%Y-%m-%d %H:%M:%S} UTC"


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(KINDS[kind])


def _row(statement: Statement) -> dict[str, object]:
    columns = ("kind", "about", "about_id", "stated_by", "stated_at", "supersedes")
    body = _adapter(statement.kind).dump_json(statement.says).decode()
    return {column: getattr(statement, column) for column in columns} | {"body": body}


def _entries(connection: sa.Connection, query: sa.Select[Any],
             given: Mapping[str, Any] | None = None) -> tuple[Entry, ...]:
    return tuple(map(_entry, connection.execute(query.order_by(STATEMENT.c.id), given or {})))


def _entry(row: sa.Row[Any]) -> Entry:
    if row.kind not in KINDS:
        raise RecordTooNew("The written record must hold kinds of statements this program knows.",
                             f"the kind '{row.kind}'.", "Install a later version of marketsofone.")
    says = _adapter(row.kind).validate_json(row.body)
    return Entry(row.about, row.about_id, says, row.stated_by, row.stated_at, row.supersedes, id=row.id)

"""The database under the record: SQLite by default, PostgreSQL by URL, one way to write in either."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

from marketsofone.errors import (
    RecordAway,
    RecordRefused,
    SettingsInvalid,
    SourceMissing,
    SourceUnreadable,
    without_passwords,
)

WAIT_SECONDS = 30
_AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
_TRY_AGAIN = "Nothing was acknowledged. See that the database answers, look what is there, then try again."
_WRITERS_QUEUE = 7_165_733_601  # the PostgreSQL advisory lock of the record; any number, once chosen


def connect(url_or_path: str | Path) -> sa.Engine:
    """An engine on the database of a record; nothing is opened yet.

    Raises
    ------
    SettingsInvalid
        The URL is of a database the record cannot live in, or its driver is not installed.
    SourceMissing
        The folder of the file is not there.
    """
    url = _url(url_or_path)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    if url.get_backend_name() == "postgresql":
        return _postgresql(url)
    raise SettingsInvalid(
        "The written record lives in SQLite or PostgreSQL.", f"a URL that begins with {url.drivername}://.",
        "Give the path of a file, or postgresql://user@host/database.",
    )


class Opened:
    """What stands on a database that was opened, until it lets go of it; safe to share by threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that writes: one at a time on the whole database, durable when it ends.

    Writers queue, so that what was read inside still holds when it is committed.
    """
    with engine.execution_options(writing=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("set local synchronous_commit to on"))
            connection.execute(sa.text(f"set local lock_timeout to '{WAIT_SECONDS}s'"))
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS_QUEUE)))
        yield connection


@contextmanager
def spoken(engine: sa.Engine, wanted: str) -> Iterator[None]:
    """Lead what the database says to an error a person can act on."""
    try:
        yield
    except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
        said = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        found = f"{without_passwords(engine.url.render_as_string(hide_password=True))} said: {said}."
        if "not a database" in said or "malformed" in said:
            raise SourceUnreadable(wanted, found, "Give another path, or put back a copy of it.") from error
        refused = RecordAway if isinstance(error, _AWAY) and _repair(said) == _TRY_AGAIN else RecordRefused
        raise refused(wanted, found, _repair(said)) from error


def _repair(said: str) -> str:
    if any(words in said for words in ("disk is full", "disk I/O", "No space left")):
        return "Make room on the disk, then try again."
    if any(words in said for words in ("readonly", "read-only", "ermission denied")):
        return "Allow this user to write there."
    return _TRY_AGAIN


def _url(url_or_path: str | Path) -> sa.URL:
    if isinstance(url_or_path, Path) or "://" not in url_or_path:
        return sa.URL.create("sqlite", database=str(url_or_path))
    try:
        return sa.make_url(url_or_path)
    except sa.exc.ArgumentError as error:
        raise SettingsInvalid("The address of the written record must be a path or a URL.",
                              "something else.", "For example postgresql://user@host/database.") from error


def _sqlite(url: sa.URL) -> sa.Engine:
    folder = Path(url.database or "").parent
    if not str(folder).startswith("file:") and not folder.is_dir():
        raise SourceMissing("The written record needs a folder to live in.", f"no folder {folder}.",
                            "Make the folder, or give another path.")
    engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": WAIT_SECONDS})
    if url.database and url.database != ":memory:" and not url.database.startswith("file:"):
        sa.event.listen(engine, "do_connect", _make_private)
        sa.event.listen(engine, "do_connect", _open_unwritable)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private(_: object, __: object, arguments: list[Any], ___: object) -> None:
    """A new file is for its owner alone: it holds what people state, and the key that sessions are signed with."""
    path = Path(str(arguments[0]))
    if path.parent.is_dir() and not path.exists():
        path.touch(mode=0o600)


def _open_unwritable(_: object, __: object, arguments: list[Any], options: dict[str, Any]) -> None:
    """A file in a folder that cannot be written to, such as a backup, is read as it stands.

    SQLite would write beside it. Not where it left a log behind: what was stated last, an objection perhaps, stands
    in there alone.
    """
    path = Path(str(arguments[0]))
    if path.is_file() and not os.access(path.parent, os.W_OK) and not _log_of(path).exists():
        arguments[0] = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        options["uri"] = True


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    """Durable commits, readers beside a writer, and transactions that we begin ourselves."""
    connection.isolation_level = None
    connection.execute("pragma foreign_keys = on")
    connection.execute("pragma synchronous = full")
    if connection.execute("pragma journal_mode").fetchone() != ("wal",):
        connection.execute("pragma journal_mode = wal")


def _begin_sqlite(connection: sa.Connection) -> None:
    """A writer takes its turn before it reads; a reader waits for nobody."""
    writes = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def _postgresql(url: sa.URL) -> sa.Engine:
    try:
        return sa.create_engine(url.set(drivername="postgresql+psycopg"), hide_parameters=True,
                                pool_pre_ping=True, isolation_level="READ COMMITTED",
                                connect_args={"connect_timeout": WAIT_SECONDS})
    except ImportError as error:
        raise SettingsInvalid("A record in PostgreSQL needs the driver psycopg.", "it is not installed.",
                              "pip install 'marketsofone[postgres]'") from error

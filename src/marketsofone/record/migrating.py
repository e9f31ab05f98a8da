"""Bring a store to the present version, in one transaction, or say that it is ahead of this one."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from marketsofone.errors import RecordTooNew
from marketsofone.record.database import writing
from marketsofone.record.version import MIGRATIONS, VERSION_TABLE

_ONE_AT_A_TIME = Lock()  # alembic's `op` is one for the whole process


def migrate(engine: sa.Engine, scripts: Path = MIGRATIONS) -> None:
    """Take the steps a store has not taken yet: all of them, or none.

    A store that is up to date is only read. Several processes may call this at once.

    Raises
    ------
    RecordTooNew
        The store took a step this version does not know.
    """
    directory = ScriptDirectory(scripts)
    with engine.connect() as connection:
        if not _missing(connection, directory):
            return
    with _ONE_AT_A_TIME, writing(engine) as connection:
        context = _context(connection)
        for script in _missing(connection, directory):
            with Operations.context(context):
                script.module.upgrade()
            context.stamp(directory, script.revision)


def _missing(connection: sa.Connection, directory: ScriptDirectory) -> list[Script]:
    """The steps not taken yet, oldest first."""
    steps = list(directory.walk_revisions())[::-1]
    known = [step.revision for step in steps]
    taken = _context(connection).get_current_revision()
    if taken is None:
        return steps
    if taken not in known:
        raise RecordTooNew(
            "The written record must be of a version this program knows.",
            f"a record at step {taken}; this program knows steps up to {known[-1]}.",
            "Install the version of marketsofone that last opened it, or a later one.",
        )
    return steps[known.index(taken) + 1:]


def _context(connection: sa.Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})

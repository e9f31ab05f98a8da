"""Tables held in the engine go once nothing reads them: at a million buyers each takes hundreds of megabytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend


def release(engine: Backend, *names: str) -> None:
    """Lets tables go that `marketsofone.engine.hold` holds; what is made of them can no longer be run."""
    for name in names:
        engine.con.execute(f'drop table if exists temp.main."{name}"')


def release_unread(engine: Backend, queries: Iterable[str]) -> None:
    """Lets all held tables go that none of the queries reads: for when nothing else will be asked of the engine."""
    read = "\n".join(queries)
    held = engine.con.execute("select table_name from duckdb_tables() where database_name = 'temp'").fetchall()
    release(engine, *(name for (name,) in held if f'"{name}"' not in read))

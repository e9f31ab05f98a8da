"""DuckDB inside this process: the engine of every ordinary run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

HELD = "held"
"""Where results are kept that are needed more than once: in memory, and gone when the engine closes."""


def open_engine(
    path: Path | None = None,
    *,
    threads: int | None = None,
    memory: str | None = None,
    spill: Path | None = None,
) -> Backend:
    """An embedded DuckDB, as an Ibis backend: UTC, silent, and never reaching for the network.

    One backend is for one thread; another thread wants a backend of its own, or asks SQL of a cursor of its
    connection, which sees the same tables.

    Parameters
    ----------
    path : Path, optional
        The database file; in memory where absent.
    threads : int, optional
        Most threads at work; absent: one per core.
    memory : str, optional
        Most memory, such as ``"2GB"``; absent: four fifths of the machine's.
    spill : Path, optional
        Folder for what does not fit in memory; absent: DuckDB's own choice.

    Examples
    --------
    >>> open_engine(threads=1).raw_sql("select current_setting('TimeZone')").fetchone()
    ('UTC',)
    """
    import ibis

    settings: dict[str, object] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    if threads is not None:
        settings["threads"] = threads
    if memory is not None:
        settings["memory_limit"] = memory
    if spill is not None:
        settings["temp_directory"] = str(spill)
    backend = ibis.duckdb.connect(":memory:" if path is None else path, **settings)
    backend.con.execute("set enable_progress_bar = false")
    backend.con.execute("set global TimeZone = 'UTC'")
    backend.con.execute(f"attach ':memory:' as {HELD}")
    return backend

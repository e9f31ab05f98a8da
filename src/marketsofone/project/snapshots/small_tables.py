"""Tables of a run for pages: those with few rows read once, for a run never changes; of others the rows asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketsofone.project.snapshots.snapshot import Snapshot, damage_told

if TYPE_CHECKING:
    import duckdb

_THREADS = 2

Rows = tuple[Mapping[str, Any], ...]


def rows_of(snapshot: Snapshot, name: str) -> Rows:
    """The rows of a table in the order of its file; none where the run has no such table.

    For tables that grow with the tree, not with the buyers: what is read stays in memory.

    Raises
    ------
    RunMissing
        The file is damaged.
    """
    return _read(snapshot.file(name)) if name in snapshot.tables else ()


def asked_rows(path: Path, query: str, given: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """What a query answers about a file of a run; safe to ask from many threads at once.

    Raises
    ------
    RunMissing
        The file is damaged.
    """
    with damage_told(path):
        found = _engine().cursor().execute(query, list(given))
        names = [column[0] for column in found.description]
        return [dict(zip(names, values, strict=True)) for values in found.fetchall()]


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """One engine for all questions: to start one takes longer than to answer."""
    import duckdb

    return duckdb.connect(config={"threads": _THREADS})


@lru_cache(maxsize=64)
def _read(path: Path) -> Rows:
    import pyarrow.parquet as pq

    with damage_told(path):
        return tuple(pq.read_table(path).to_pylist())

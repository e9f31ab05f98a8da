"""The rows that were read and refused: why, how many, and which."""

from __future__ import annotations

from dataclasses import dataclass

from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.snapshots.snapshot import Snapshot, damage_told
from marketsofone.sources.rows.quarantine import by_reason


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was refused: where it stands, and why; it holds no value of the row."""

    source: str
    table_name: str
    source_row: int
    field: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """How many rows of a source were refused for one reason."""

    source: str
    table_name: str
    field: str | None
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class Refusals:
    """One sheet of refused rows, how many there are in all, and how they divide by reason, most first."""

    rows: tuple[Refusal, ...]
    total: int
    counts: tuple[RefusalCount, ...]


def refusals(snapshot: Snapshot, start: int = 0, most: int = 100, most_reasons: int = 50) -> Refusals:
    """Rows that a run read and refused, a sheet at a time, in the order of their sources.

    Raises
    ------
    RunMissing
        The run lacks the table.
    """
    import duckdb

    path = snapshot.file("quarantine")
    with damage_told(path), duckdb.connect() as connection:
        rows = connection.execute(
            f"select source, table_name, source_row, field, reason from {scanned(path)} "
            f"order by all limit {int(most)} offset {int(start)}").fetchall()
        counts = connection.execute(f"{by_reason(scanned(path))} limit {int(most_reasons)}").fetchall()
        [(total,)] = connection.execute(f"select count(*) from {scanned(path)}").fetchall()
    return Refusals(tuple(Refusal(*row) for row in rows), total, tuple(RefusalCount(*row) for *row, _first in counts))

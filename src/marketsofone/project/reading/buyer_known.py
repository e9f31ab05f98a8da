"""What a run knows of one buyer beside its scores: its facts, its place in the plan, the row of the run before."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from marketsofone.errors import MarketError
from marketsofone.project.reading.holding_up_marks import project_folder
from marketsofone.project.snapshots.parquet import rows_where
from marketsofone.project.snapshots.shelf import Row, Shelf
from marketsofone.project.snapshots.snapshot import Snapshot, damage_told, open_before

_BUYERS_KEPT = 4_096
"""Rows of single buyers that stay in memory: what many people look at in one morning."""


def facts_of(shelf: Shelf, buyer_id: int) -> Row | None:
    """What is on record of a buyer: dimensions, traits, touches, orders; None where the run kept no facts."""
    return _one(shelf.snapshot, "facts", buyer_id)


def planned_row(shelf: Shelf, buyer_id: int) -> Row | None:
    """The line of a buyer in the plan; None where the run made none."""
    return planned_in(shelf.snapshot, buyer_id)


def planned_in(snapshot: Snapshot, buyer_id: int) -> Row | None:
    """The same of a run that is not held open."""
    return _one(snapshot, "plan", buyer_id)


def touches_with(shelf: Shelf, buyer_id: int) -> list[Row]:
    """Every touch with a buyer; none where the run kept none."""
    return _all(shelf.snapshot, "touches", "buyer_id", buyer_id)


def people_at(shelf: Shelf, account_id: int | None) -> list[Row]:
    """The people on record at an account, those who decide first; none where the run knows of none."""
    found = [] if account_id is None else _all(shelf.snapshot, "people", "account_id", account_id)
    return sorted(found, key=lambda person: (not person["decides"], person["source_id"] or ""))


def run_before(shelf: Shelf) -> Snapshot | None:
    """The run before this one, where there is one that can be read."""
    return shelf.once("run before", lambda: _before(shelf.snapshot))


def earlier_row(shelf: Shelf, buyer_id: int) -> Row | None:
    """The buyer as the run before holds it; None where that run did not have it, or there is no earlier run."""
    before = run_before(shelf)
    try:
        return None if before is None else _one(before, "buyers", buyer_id)
    except (MarketError, OSError):
        return None


def _before(snapshot: Snapshot) -> Snapshot | None:
    try:
        return open_before(project_folder(snapshot), snapshot.run_id)
    except MarketError:
        return None


def _one(snapshot: Snapshot, table: str, buyer_id: int) -> Row | None:
    return _kept(snapshot.file(table), buyer_id) if table in snapshot.tables else None


def _all(snapshot: Snapshot, table: str, column: str, value: int) -> list[Row]:
    if table not in snapshot.tables:
        return []
    path = snapshot.file(table)
    with damage_told(path):
        return list(rows_where(path, column, value))


@lru_cache(maxsize=_BUYERS_KEPT)
def _kept(path: Path, buyer_id: int) -> Row | None:
    with damage_told(path):
        found = rows_where(path, "buyer_id", buyer_id)
    return found[0] if found else None

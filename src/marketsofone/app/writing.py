"""What a visit writes: into the record by name, and a line in the trail by id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketsofone.app.entrance import Visit
from marketsofone.project.shelf import Row


def state(visit: Visit, kind: str, row: Row, values: Mapping[str, Any], supersedes: int | None = None) -> int:
    """States something of a buyer; when this returns, it is on the disk.

    Raises
    ------
    RecordRefused
        It cannot be kept as it stands, or someone else corrected it in between.
    """
    return state_about(visit, kind, "buyer", row["source_id"], values, f"buyer {row['buyer_id']}", supersedes)


def state_about(visit: Visit, kind: str, about: str, about_id: str, values: Mapping[str, Any], subject: str,
                supersedes: int | None = None) -> int:
    """States something of anything; ``subject`` is what the trail calls it: ids only."""
    number = visit.office.notebook.enter(kind, about, about_id, values, visit.viewer.name, supersedes)
    visit.office.door.trace(visit.viewer, f"stated {kind} {number}", subject)
    return number


def withdraw(visit: Visit, number: int, subject: str) -> None:
    """Takes back a statement, leaving it in the history."""
    visit.office.notebook.withdraw(number, visit.viewer.name)
    visit.office.door.trace(visit.viewer, f"took back {number}", subject)

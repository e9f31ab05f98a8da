"""Stability as a run has it, with names and marks beside the ids."""

from __future__ import annotations

from typing import Any

from marketsofone.project.reading.holding_up_marks import marks
from marketsofone.project.snapshots.snapshot import Snapshot


def read_stability(snapshot: Snapshot) -> list[dict[str, Any]]:
    """The rows of ``stability`` with ``name`` (a path, or a class), ``words`` and ``note`` (the mark of a segment)."""
    strata = snapshot.table("strata").select(["stratum_id", "path"]).to_pylist()
    paths = {str(row["stratum_id"]): str(row["path"]) for row in strata}
    marked = marks(snapshot)
    rows = []
    for row in snapshot.table("stability").to_pylist():
        mark = marked.get(row["segment"]) if row["measure"] == "within" else None
        rows.append({**row, "name": paths.get(row["segment"], row["segment"] or ""),
                     "words": "" if mark is None else mark.words, "note": "" if mark is None else mark.note})
    return rows

"""The totals of a plan as a table of one row, for who goes on with it elsewhere."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from marketsofone.project.snapshots.snapshot import Snapshot, damage_told

TOTALS = "plan_totals"
"""What the table is called."""
_TOLD = ("weeks", "capacity_hours", "hours", "touches", "expected_contribution", "contribution_low",
         "contribution_high", "value", "bound", "gap")
"""As the manifest tells them; ``expected_contribution`` is added up, before what the plan costs."""


def why_no_plan(snapshot: Snapshot) -> str:
    """Why a run holds no plan; empty where it holds one."""
    said = snapshot.manifest.get("plan")
    if said is None:
        return "the run was made before plans were"
    return "" if "plan" in snapshot.tables else str(said["why"])


def has_totals(snapshot: Snapshot) -> bool:
    """Whether a run has a plan to add up."""
    return bool((snapshot.manifest.get("plan") or {}).get("made")) and "plan" in snapshot.tables


def plan_totals(snapshot: Snapshot) -> pa.Table:
    """One row: what the plan of a run places and is expected to earn, and the hours that would come back.

    ``hours_back_segment``, ``_buyer`` and ``_rep`` are of all lines of ``drain`` of that kind which drain: three ways
    to look at the same hours.

    Raises
    ------
    RunMissing
        The run has no plan.
    """
    path = snapshot.file("plan")
    with damage_told(path):
        added = pc.sum(pq.read_table(path, columns=["expected_contribution"])["expected_contribution"]).as_py()
    told = snapshot.manifest["plan"]
    row: dict[str, Any] = {"run_id": snapshot.run_id, "currency": snapshot.manifest["currency"],
                           **{name: told.get(name) for name in _TOLD}, "expected_contribution": added}
    return pa.Table.from_pylist([row | _back(snapshot)])


def _back(snapshot: Snapshot) -> dict[str, float | None]:
    drain = snapshot.table("drain") if "drain" in snapshot.tables else None
    found: dict[str, float | None] = {}
    for kind in ("segment", "buyer", "rep"):
        lines = None if drain is None else drain.filter(pc.and_(pc.equal(drain["kind"], kind), drain["drains"]))
        found[f"hours_back_{kind}"] = None if lines is None else float(pc.sum(lines["hours_back"]).as_py() or 0.0)
    return found

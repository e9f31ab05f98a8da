"""A project folder opened, its rooms run in order, its results kept: the face of the package."""

from marketsofone.project.files.starting import init_project, simulate_project
from marketsofone.project.flow import CheckResult, check_project, run_project
from marketsofone.project.history.diff import diff
from marketsofone.project.reading.between_runs import export_run, objected_since, table_now
from marketsofone.project.reading.rows import read_rows
from marketsofone.project.settings.market_file import read_settings
from marketsofone.project.snapshots.export import export_snapshot
from marketsofone.project.snapshots.readback import read_buyer
from marketsofone.project.snapshots.snapshot import Snapshot, list_snapshots, open_snapshot
from marketsofone.project.statements.merge_statements import state_merge, stay_one, withdraw_merge
from marketsofone.project.statements.stating import (
    state_effort,
    state_judgement,
    state_objection,
    state_refusal,
    withdraw_objection,
    withdraw_refusal,
)

__all__ = [
    "CheckResult", "Snapshot", "check_project", "diff", "export_run", "export_snapshot", "init_project",
    "list_snapshots", "objected_since", "open_snapshot", "read_buyer", "read_rows", "read_settings", "run_project",
    "simulate_project", "state_effort", "state_judgement", "state_merge", "state_objection", "state_refusal",
    "stay_one", "table_now", "withdraw_merge", "withdraw_objection", "withdraw_refusal",
]

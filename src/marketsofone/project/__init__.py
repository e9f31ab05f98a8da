"""A project folder opened, its rooms run in order, its results kept: the face of the package."""

from marketsofone.project.diff import diff
from marketsofone.project.export import export_snapshot
from marketsofone.project.flow import CheckResult, check_project, run_project
from marketsofone.project.merge_statements import state_merge, withdraw_merge
from marketsofone.project.readback import read_buyer
from marketsofone.project.rows import read_rows
from marketsofone.project.settings import read_settings
from marketsofone.project.snapshot import Snapshot, list_snapshots, open_snapshot
from marketsofone.project.starting import init_project, simulate_project
from marketsofone.project.stating import state_effort, state_judgement, state_objection, withdraw_objection

__all__ = [
    "CheckResult", "Snapshot", "check_project", "diff", "export_snapshot", "init_project", "list_snapshots",
    "open_snapshot", "read_buyer", "read_rows", "read_settings", "run_project", "simulate_project",
    "state_effort", "state_judgement", "state_merge", "state_objection", "withdraw_merge", "withdraw_objection",
]

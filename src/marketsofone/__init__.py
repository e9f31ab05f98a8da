"""marketsofone: from a company's own files to its micro-markets, three scores and a ranked list.

The same job as the command ``m1``, with results as data frames::

    import marketsofone as m1
    run = m1.run("mymarket")
    m1.buyers(run).head()
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from marketsofone.project import CheckResult, Snapshot

__version__ = "0.1.0"

__all__ = ["buyers", "check", "evidence", "init", "open_run", "opportunities", "run", "simulate", "strata"]


def init(folder: str | Path, from_folder: str | Path) -> Path:
    """Propose ``market.toml`` in ``folder`` for the files of another folder; gives back its path."""
    from marketsofone.project import init_project

    init_project(Path(folder), Path(from_folder))
    return Path(folder) / "market.toml"


def simulate(folder: str | Path, accounts: int = 2_000, seed: int = 1) -> Path:
    """Make a project on a simulated company; gives back the path of its ``market.toml``."""
    from marketsofone.project import simulate_project

    return simulate_project(Path(folder), accounts, seed)


def check(folder: str | Path) -> CheckResult:
    """What was read, what was refused and why, and which scores have evidence."""
    from marketsofone.project import check_project

    return check_project(Path(folder))


def run(folder: str | Path) -> Snapshot:
    """Run the main job of a project; gives back the run, which never changes again."""
    from marketsofone.project import run_project

    return run_project(Path(folder))


def open_run(folder: str | Path, run: str = "latest") -> Snapshot:
    """An earlier run of a project, by its id; the latest where none is named."""
    from marketsofone.project import open_snapshot

    return open_snapshot(Path(folder), run)


def buyers(run: Snapshot) -> pd.DataFrame:
    """Every buyer of a run, best first: stratum, three scores with intervals, worth of an hour, reasons."""
    return _frame(run, "buyers").sort_values("rank", ignore_index=True)


def strata(run: Snapshot) -> pd.DataFrame:
    """Every stratum of a run, from the whole market down."""
    return _frame(run, "strata")


def opportunities(run: Snapshot) -> pd.DataFrame:
    """Every opportunity of a run with its own chance of being won."""
    return _frame(run, "opportunities")


def evidence(run: Snapshot) -> pd.DataFrame:
    """What each score of a run rests on in the whole market."""
    return _frame(run, "evidence")


def _frame(run: Snapshot, name: str) -> pd.DataFrame:
    return run.table(name).to_pandas()

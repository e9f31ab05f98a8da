"""marketsofone: from a company's own files to its micro-markets, three scores and a ranked list.

The same job as the command ``m1``, with results as data frames::

    import marketsofone as m1
    run = m1.run("mymarket")
    m1.frame(run, "buyers").head()
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from marketsofone.project import CheckResult, Snapshot
    from marketsofone.project.history.diff import Difference

__version__ = "0.1.0"

__all__ = ["check", "diff", "distinct", "export", "frame", "init", "open_run", "run", "simulate"]


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
    """What was read, what was refused and why, and which scores have evidence.

    Where no score has any, that is no error: ``problem`` of what is given back says why a run would fail.
    """
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


def export(run: Snapshot, to: str | Path) -> tuple[Path, ...]:
    """Write every result of a run as CSV and Parquet; gives back the files."""
    from marketsofone.project import export_run

    return export_run(run, Path(to))


def diff(before: Snapshot, after: Snapshot) -> Difference:
    """What moved between two runs, the plan of hours among it, and why."""
    from marketsofone.project import diff as compared
    from marketsofone.project import objected_since

    return compared(before, after, without=objected_since(after))


def distinct(folder: str | Path, a: str, b: str) -> pd.DataFrame:
    """Whether two groups of buyers are different segments: one verdict per criterion, as a data frame.

    ``a`` and ``b`` are strata by id, path or name, segments or frozen lists by name, rules as
    ``"rule:sector = 'retail' and pull > 0.3"``, or lists of ids separated by commas.
    """
    import pandas as pd

    from marketsofone.project.comparing.distinguishing import distinguish

    return pd.DataFrame([verdict.row() for verdict in distinguish(Path(folder), [(a, b)]).verdicts])


def frame(run: Snapshot, name: str = "buyers") -> pd.DataFrame:
    """A result of a run as a data frame, as `m1 export` writes it: without who objected or refused contact since.

    Parameters
    ----------
    run : Snapshot
    name : str
        ``buyers`` (best first), ``strata``, ``plan``, ``plan_totals`` or any other table that ``run.tables`` names;
        docs/architecture.md tells their columns.

    Raises
    ------
    RunMissing
        The run has no such result.
    """
    from marketsofone.project import table_now

    found = table_now(run, name).to_pandas()
    return found.sort_values("rank", ignore_index=True) if name == "buyers" else found

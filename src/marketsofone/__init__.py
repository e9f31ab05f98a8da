"""marketsofone: from a company's own files to its micro-markets, three scores and a ranked list.

The same job as the command ``m1``, with results as data frames::

    import marketsofone as m1
    run = m1.run("mymarket")
    m1.frame(run, "buyers").head()

A project is given by its folder, a run by itself or, the latest, by its project: ``m1.frame("mymarket", "strata")``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    import pandas as pd

    from marketsofone.project import CheckResult, Snapshot
    from marketsofone.project.history.diff import Difference

    Folder: TypeAlias = str | Path | Snapshot
    Group: TypeAlias = str | int | Iterable[str | int] | pd.DataFrame

__version__ = "0.1.0"

__all__ = ["check", "diff", "distinct", "export", "frame", "init", "open_run", "run", "simulate"]


def init(folder: str | Path, from_folder: str | Path) -> Path:
    """Propose ``market.toml`` in ``folder`` for the files of another folder; gives back its path."""
    from marketsofone.project import init_project
    from marketsofone.project.reading.given import folder_given

    line = 'm1.init("mymarket", "exports")'
    target = folder_given(folder, line)
    init_project(target, folder_given(from_folder, line))
    return target / "market.toml"


def simulate(folder: str | Path, accounts: int = 2_000, seed: int = 1) -> Path:
    """Make a project on a simulated company; gives back the path of its ``market.toml``."""
    from marketsofone.project import simulate_project
    from marketsofone.project.reading.given import folder_given

    return simulate_project(folder_given(folder, 'm1.simulate("mymarket")'), accounts, seed)


def check(folder: Folder) -> CheckResult:
    """What was read, what was refused and why, and which scores have evidence.

    Where no score has any, that is no error: ``problem`` of what is given back says why a run would fail.
    """
    from marketsofone.project import check_project
    from marketsofone.project.reading.given import project_given

    return check_project(project_given(folder, 'm1.check("mymarket")'))


def run(folder: Folder) -> Snapshot:
    """Run the main job of a project; gives back the run, which never changes again.

    The project is given by its folder, by its ``market.toml``, or by an earlier run of it.
    """
    from marketsofone.project import run_project
    from marketsofone.project.reading.given import project_given

    return run_project(project_given(folder, 'm1.run("mymarket")'))


def open_run(folder: Folder, run: str = "latest") -> Snapshot:
    """An earlier run of a project, by its id; the latest where none is named."""
    from marketsofone.project import open_snapshot
    from marketsofone.project.reading.given import id_given, project_given, run_given

    line = 'm1.open_run("mymarket")'
    name = id_given(run, line)
    return run_given(folder, line) if name == "latest" else open_snapshot(project_given(folder, line), name)


def export(run: Folder, to: str | Path) -> tuple[Path, ...]:
    """Write every result of a run, or of the latest run of a project, as CSV and Parquet; gives back the files."""
    from marketsofone.project import export_run
    from marketsofone.project.reading.given import folder_given, run_given

    line = 'm1.export("mymarket", "out")'
    return export_run(run_given(run, line), folder_given(to, line))


def diff(before: Folder, after: Folder | None = None) -> Difference:
    """What moved between two runs, the plan of hours among it, and why; of one alone, since the run before it.

    ``m1.diff("mymarket")`` is of the two latest runs of a project.
    """
    from marketsofone.project import diff as compared
    from marketsofone.project import objected_since
    from marketsofone.project.reading.given import run_given
    from marketsofone.project.snapshots.snapshot import open_before

    line = 'm1.diff("mymarket")'
    first = run_given(before, line)
    if after is None:
        first, later = open_before(first.path.parents[1], first.run_id), first
    else:
        later = run_given(after, line)
    return compared(first, later, without=objected_since(later))


def distinct(folder: Folder, a: Group, b: Group) -> pd.DataFrame:
    """Whether two groups of buyers are different segments: one verdict per criterion, as a data frame.

    ``a`` and ``b`` are strata by id, path or name, segments or frozen lists by name, rules as
    ``"rule:sector = 'retail' and pull > 0.3"``, or buyers: their keys or ids as a list, as a text with commas
    between them, or rows of ``m1.frame``.
    """
    import pandas as pd

    from marketsofone.project import Snapshot
    from marketsofone.project.comparing.distinguishing import distinguish
    from marketsofone.project.reading.given import group_given, project_given

    line = 'm1.distinct("mymarket", "STRATUM A", "STRATUM B")'
    pair = (group_given(a, line), group_given(b, line))
    run = folder.run_id if isinstance(folder, Snapshot) else "latest"
    return pd.DataFrame([each.row() for each in distinguish(project_given(folder, line), [pair], run=run).verdicts])


def frame(run: Folder, name: str = "buyers") -> pd.DataFrame:
    """A result of a run as a data frame, as `m1 export` writes it: without who objected or refused contact since.

    Parameters
    ----------
    run : Snapshot or path
        A run, or the project whose latest run is meant.
    name : str
        ``buyers`` (best first), ``strata``, ``plan``, ``plan_totals`` or any other table that ``run.tables`` names;
        docs/architecture.md tells their columns.

    Raises
    ------
    RunMissing
        The run has no such result.
    """
    from marketsofone.project import table_now
    from marketsofone.project.reading.given import run_given

    found = table_now(run_given(run, 'm1.frame("mymarket", "buyers")'), name).to_pandas()
    return found.sort_values("rank", ignore_index=True) if name == "buyers" else found

"""A run's results: a folder that is written once, whole, and never changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Any

from marketsofone.errors import RunMissing, SnapshotTooNew, command, shortened

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 1
"""Number of the layout of a snapshot; raised when an earlier version could no longer read it."""

_NAME = re.compile(r"[^\W.][\w.-]{0,199}", re.ASCII)
_SAID = 64

LINKS = "entity_link"
"""The table that leads from ids back to the keys of the sources."""
INDEX = "buyer_by_source"
"""A table beside ``buyers``, sorted by ``source_id``, that leads from a source's key to the buyer."""


@dataclass(frozen=True, slots=True, repr=False)
class Snapshot:
    """The results of one run: a folder of Parquet files and its manifest.

    Parameters
    ----------
    path : Path
        The folder.
    manifest : mapping
        The content of ``manifest.json``.
    """

    path: Path
    manifest: Mapping[str, Any]

    def __repr__(self) -> str:
        told = self.manifest.get("counts") or {}
        sizes = [f"{told[name]:,} {name}" for name in ("buyers", "strata") if name in told]
        day = [f"as of {self.manifest['as_of']}"] if self.manifest.get("as_of") else []
        return f"<{', '.join([f'Run {self.run_id}', *sizes, *day])}: {self.path}>"

    @property
    def run_id(self) -> str:
        """Its name: sortable by when it was written, ending in a fingerprint of its content."""
        return str(self.manifest["run_id"])

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables it holds."""
        return tuple(self.manifest["files"])

    def file(self, name: str) -> Path:
        """The Parquet file of a table.

        Raises
        ------
        RunMissing
            The run holds no table of that name.
        """
        if name not in self.tables:
            raise self.lacks(f"its table '{name}'", f"tables {shortened(self.tables)}.")
        return self.path / f"{name}.parquet"

    def lacks(self, wanted: str, found: str) -> RunMissing:
        """That something is asked of the run which it does not hold, as a run of an earlier version may not."""
        return RunMissing(f"Run {self.run_id} was asked for {wanted}.", found,
                          f"Write the snapshot again:\n  {command('run', self.path.parents[1])}")

    def table(self, name: str) -> pa.Table:
        """A table, read whole.

        Raises
        ------
        RunMissing
            The run holds no such table, or its file is damaged.
        """
        import pyarrow.parquet as pq

        path = self.file(name)
        with damage_told(path):
            return pq.read_table(path)

    def page(self, name: str) -> Path:
        """A page that was written with the run, such as ``report.html``.

        Raises
        ------
        RunMissing
            The run holds no such page.
        """
        path = self.path / name
        if not path.is_file():
            raise RunMissing(f"Run {self.run_id} was asked for its page '{name}'.", "no such file.",
                             f"Write the snapshot again:\n  {command('run', self.path.parents[1])}")
        return path


@dataclass(frozen=True, slots=True)
class RunListed:
    """One line of the list of runs.

    Parameters
    ----------
    run_id : str
        Its name.
    written_at, as_of : str
        When it was written (UTC), and as of which day it holds; empty where it cannot be read.
    buyers : int or None
        How many buyers it scored.
    state : str
        ``good``, or why it cannot be opened.
    latest : bool
        Whether it is the one that is opened unasked.
    """

    run_id: str
    written_at: str
    as_of: str
    buyers: int | None
    state: str
    latest: bool


def open_snapshot(project_folder: Path, run: str = "latest") -> Snapshot:
    """A run of a project, by its name; every file is seen to be there and of the size it was written.

    Raises
    ------
    RunMissing
        There is no such run, or one of its files is missing or damaged.
    SnapshotTooNew
        A later version of this program wrote it.
    """
    runs = project_folder / "runs"
    name = _latest(runs) if run == "latest" else run
    path = runs / name
    if not _NAME.fullmatch(name) or not path.is_dir():
        raise _missing(project_folder, run, name)
    snapshot = Snapshot(path, _manifest(path))
    check_files(snapshot)
    return snapshot


def check_files(snapshot: Snapshot) -> None:
    """Raise ``RunMissing`` unless every file of a run is there and of the size it was written."""
    for table, written in snapshot.manifest["files"].items():
        _check_file(snapshot.path / f"{table}.parquet", written["bytes"])


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Names the file of a run whose content cannot be read; a disk that cannot be written to passes."""
    import duckdb
    import pyarrow as pa

    try:
        yield
    except duckdb.IOException:
        raise
    except (duckdb.Error, pa.ArrowException, OSError):
        raise _damaged(path, "content that cannot be read as Parquet") from None


def open_before(project_folder: Path, run_id: str) -> Snapshot:
    """The run that came before another one.

    Raises
    ------
    RunMissing
        There is no earlier run.
    """
    earlier = [name for name in _run_names(project_folder / "runs") if name < run_id]
    if not earlier:
        raise RunMissing(f"Project {project_folder} was asked for the run before {run_id}.",
                         "no earlier run.",
                         f"Run it again when there is something new:\n  {command('run', project_folder)}")
    return open_snapshot(project_folder, earlier[-1])


def list_snapshots(project_folder: Path) -> tuple[RunListed, ...]:
    """The runs of a project, oldest first; one that cannot be opened is listed with the reason."""
    latest = _latest(project_folder / "runs")
    names = _run_names(project_folder / "runs")
    return tuple(_listed(project_folder, name, name == latest) for name in names)


def latest_run(project_folder: Path) -> str:
    """Name of the run that is opened unasked, whether or not it can be opened; empty where there is none."""
    return _latest(project_folder / "runs")


def list_names(project_folder: Path) -> tuple[str, ...]:
    """The names of the runs of a project, oldest first, whether they can be opened or not."""
    return tuple(_run_names(project_folder / "runs"))


def _run_names(runs: Path) -> list[str]:
    if not runs.is_dir():
        return []
    return sorted(path.name for path in runs.iterdir() if path.is_dir() and not path.name.startswith("."))


def _latest(runs: Path) -> str:
    """What ``runs/latest`` names; empty where no run was finished."""
    pointer = runs / "latest"
    return pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else ""


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        layout = int(manifest["format"])
    except (OSError, ValueError, KeyError, TypeError):
        raise _damaged(path / "manifest.json", "no manifest that can be read") from None
    if layout > FORMAT:
        raise SnapshotTooNew(f"Run {path.name} must be of format {FORMAT} or earlier.",
                             f"format {layout}, written by version {manifest.get('version', 'unknown')}; "
                             f"this is version {version('marketsofone')}.",
                             "Install the later version, or run again with this one:\n"
                             f"  {command('run', path.parents[1])}")
    return dict(manifest)


def _check_file(path: Path, size: int) -> None:
    try:
        seen = path.stat()
    except OSError:
        raise _damaged(path, "no such file") from None
    if not S_ISREG(seen.st_mode):
        raise _damaged(path, "no such file")
    if seen.st_size != size:
        raise _damaged(path, f"{seen.st_size:,} bytes where {size:,} were written")


def _damaged(path: Path, found: str) -> RunMissing:
    return RunMissing(f"Run {path.parent.name} needs its file {path.name}.", f"{found}.",
                      f"Run again, or open another run (m1 runs lists them):\n  {command('run', path.parents[2])}")


def _missing(project_folder: Path, run: str, name: str) -> RunMissing:
    names = _run_names(project_folder / "runs")
    if not names and not (project_folder / "market.toml").exists():
        return RunMissing(f"Project {project_folder} was asked for its results.",
                          "neither a run nor market.toml, which a project folder holds.",
                          "Name the project's folder, after what is asked for; or make one from your files:\n"
                          f"  {command('init', project_folder)} --from <folder of files>")
    if not names:
        return RunMissing(f"Project {project_folder} was asked for its results.", "no finished run.",
                          f"Run it first:\n  {command('run', project_folder)}")
    asked = f"'{run}', which names '{name[:_SAID]}'" if run == "latest" else f"'{run[:_SAID]}'"
    return RunMissing(f"Project {project_folder} was asked for run {asked}.",
                      f"runs {shortened(reversed(names))}.", "Name one of these, or run again.")


def _listed(project_folder: Path, name: str, latest: bool) -> RunListed:
    try:
        manifest = open_snapshot(project_folder, name).manifest
    except (RunMissing, SnapshotTooNew) as problem:
        return RunListed(name, "", "", None, problem.found.rstrip("."), latest)
    return RunListed(name, manifest["written_at"], str(manifest.get("as_of") or "undated"),
                     manifest.get("counts", {}).get("buyers"), "good", latest)

"""What a person may give a function of Python: a run itself or its project, a folder, a group of buyers."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral
from os import PathLike
from pathlib import Path

from marketsofone.errors import RunMissing, SourceMissing
from marketsofone.project.settings.market_file import FILE_NAME
from marketsofone.project.snapshots.snapshot import Snapshot, open_snapshot


def run_given(given: object, repair: str) -> Snapshot:
    """A run as it is, or in its own folder; of a project, by its folder or project file, the latest.

    Parameters
    ----------
    given : object
    repair : str
        A line that would do, for whoever gave something else.

    Raises
    ------
    RunMissing
        It is none of these, or there is no run.
    """
    if isinstance(given, Snapshot):
        return given
    if not isinstance(given, str | PathLike):
        raise RunMissing("A run is given as m1.run and m1.open_run give it back, or by the folder of its project.",
                         _kind(given), f"Write, for example:\n  {repair}")
    path = Path(given)
    if (path / "manifest.json").is_file():
        return open_snapshot(path.resolve().parents[1], path.resolve().name)
    return open_snapshot(_project(path))


def id_given(given: object, repair: str) -> str:
    """The id of a run, by itself or by the run.

    Raises
    ------
    RunMissing
        It is neither.
    """
    if isinstance(given, str | Snapshot):
        return given if isinstance(given, str) else given.run_id
    raise RunMissing("A run of a project is named by its id, or is 'latest'.", _kind(given),
                     f"Write, for example:\n  {repair}")


def project_given(given: object, repair: str) -> Path:
    """The folder of a project, by itself, by its project file or by one of its runs.

    Raises
    ------
    SourceMissing
        It is none of these.
    """
    return given.path.parents[1] if isinstance(given, Snapshot) else _project(folder_given(given, repair))


def folder_given(given: object, repair: str) -> Path:
    """A folder.

    Raises
    ------
    SourceMissing
        It is no path.
    """
    if not isinstance(given, str | PathLike):
        raise SourceMissing("A folder is given by its path.", _kind(given), f"Write, for example:\n  {repair}")
    return Path(given)


def group_given(given: object, repair: str) -> str | list[str | int]:
    """Buyers that are meant: a text as it is, else their keys or ids, of a data frame its ``buyer_id``.

    Raises
    ------
    RunMissing
        It is neither a text nor a list.
    """
    if isinstance(given, str):
        return given
    if isinstance(given, Integral):
        return [int(given)]
    rows = getattr(given, "buyer_id", given) if hasattr(given, "columns") else given
    if isinstance(rows, Iterable) and not hasattr(rows, "columns"):
        return list(rows)
    raise RunMissing("A group of buyers is given by a text, or by a list of their keys or ids.", _kind(given),
                     f"Write, for example:\n  {repair}")


def _project(path: Path) -> Path:
    return path.parent if path.name == FILE_NAME and not path.is_dir() else path


def _kind(given: object) -> str:
    return "nothing." if given is None else f"something of the kind {type(given).__name__}."

"""Runs as jobs: what each one says of itself, line by line, in a file that outlives the server and the run."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

ROOMS = ("sources", "features", "strata", "traits", "estimates", "marketing", "plan", "results")
"""The rooms a run passes through, in order, as `marketsofone.project.flow` names them."""

State = Literal["running", "stopping", "done", "failed", "stopped", "lost"]

_LATEST = 20


@dataclass(frozen=True, slots=True)
class RoomTime:
    """A room of a run: when it began, and how many seconds it took; None while it is at work."""

    name: str
    began_at: datetime
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Job:
    """A run that was started as a process of its own.

    Parameters
    ----------
    job_id : str
        Its name; sorts by when it was started.
    state : {"running", "stopping", "done", "failed", "stopped", "lost"}
        ``lost``: its process is gone and left no word.
    started_at : datetime
    ended_at : datetime or None
        None while it runs, and where it was lost.
    rooms : tuple of RoomTime
        Those it has reached.
    pid : int or None
        Its process, whose group has the same number; None until it has begun.
    run_id : str or None
        The run it wrote.
    wanted, found, repair : str
        Why it failed.
    """

    job_id: str
    state: State
    started_at: datetime
    ended_at: datetime | None
    rooms: tuple[RoomTime, ...]
    pid: int | None
    run_id: str | None
    wanted: str
    found: str
    repair: str

    @property
    def going(self) -> bool:
        """Whether its process is still there."""
        return self.state in ("running", "stopping")


def list_jobs(project_folder: Path, most: int = _LATEST) -> tuple[Job, ...]:
    """The jobs of a project, the latest first.

    A job runs while its process holds the lock of the project; the lock goes with the process, however
    that ends, so neither a restart of the machine nor a reused process number can be mistaken for a run.
    """
    jobs = jobs_folder(project_folder)
    if not jobs.is_dir():
        return ()
    with gate(jobs):
        held = _is_held(jobs)
        paths = sorted(jobs.glob("*.jsonl"), reverse=True)[:most]
        return tuple(_job(path, held and path is paths[0]) for path in paths)


def jobs_folder(project_folder: Path) -> Path:
    """Where the jobs of a project are kept."""
    return project_folder / "jobs"


def job_file(project_folder: Path, job_id: str) -> Path:
    """Where a job tells what it does."""
    return jobs_folder(project_folder) / f"{job_id}.jsonl"


def note(path: Path, event: str, **values: object) -> None:
    """Adds a line to what a job says of itself; when this returns, it is on the disk."""
    line = json.dumps({"event": event, "at": datetime.now(UTC).isoformat(), **values}) + "\n"
    with path.open("ab") as file:
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def gate(jobs: Path) -> Iterator[None]:
    """Waits until nobody else looks at, or takes, the lock that a job holds: both take an instant."""
    with (jobs / ".gate").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def lock_file(jobs: Path) -> Path:
    """The file that the process of a job holds a lock on as long as it lives."""
    return jobs / ".lock"


def _is_held(jobs: Path) -> bool:
    with lock_file(jobs).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _job(path: Path, held: bool) -> Job:
    """What the lines of a file add up to; a line that was cut off in writing is not counted."""
    told = [*_lines(path)]
    last: Mapping[str, Any] = next((each for each in told if each["event"] in ("done", "failed")), {})
    stopped = any(each["event"] == "stopping" for each in told)
    pid = next((each["pid"] for each in told if each["event"] == "began"), None)
    started = _at(told[0]) if told else datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Job(
        path.stem, _state(last.get("event"), stopped, held), started, _at(last) if last else None,
        _rooms(told, _at(last) if last else None), pid, last.get("run_id"), last.get("wanted", ""),
        last.get("found", ""), last.get("repair", ""))


def _state(ending: str | None, stopped: bool, held: bool) -> State:
    if ending == "done":
        return "done"
    if stopped:
        return "stopping" if held else "stopped"
    if ending == "failed":
        return "failed"
    return "running" if held else "lost"


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    for line in path.read_bytes().splitlines():
        with suppress(ValueError):
            yield json.loads(line)


def _rooms(told: Sequence[Mapping[str, Any]], end: datetime | None) -> tuple[RoomTime, ...]:
    entered = [(each["name"], _at(each)) for each in told if each["event"] == "room"]
    following = [*(at for _, at in entered[1:]), end]
    return tuple(RoomTime(name, at, None if next_at is None else (next_at - at).total_seconds())
                 for (name, at), next_at in zip(entered, following, strict=False))


def _at(told: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(told["at"])

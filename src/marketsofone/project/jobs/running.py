"""Runs started and stopped from outside: each in a process of its own, one at a time per project."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

from marketsofone.errors import RunGoing, command
from marketsofone.project.jobs.job import Job, gate, job_file, jobs_folder, list_jobs, lock_file, note
from marketsofone.project.snapshots.writing import disk_problems_told

PATIENCE = 5.0
"""Seconds a run that is asked to stop may take to tidy up, before it is ended."""

_PAUSE = 0.05


def start_run(project_folder: Path, now: datetime | None = None) -> str:
    """Starts the main job as a process that outlives this one; gives back the name of the job.

    The new process inherits the lock that is taken here, so that of two starts at once exactly one wins.

    Raises
    ------
    RunGoing
        A run of this project goes on already.
    RunInterrupted
        The disk is full or cannot be written to.
    """
    jobs = jobs_folder(project_folder)
    with disk_problems_told("A run is started", jobs, command("run", project_folder)):
        jobs.mkdir(parents=True, exist_ok=True)
        with gate(jobs), lock_file(jobs).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RunGoing("One run of a project goes on at a time.", "another one, started before.",
                               "Wait until it has ended, or stop it.") from None
            job_id = _name(now or datetime.now(UTC))
            note(job_file(project_folder, job_id), "started")
            worker = _begin(project_folder, job_id, lock.fileno())
    Thread(target=worker.wait, daemon=True).start()
    return job_id


def stop_run(project_folder: Path, job_id: str) -> None:
    """Ends a run and all it started; returns when it is gone. The last good run stands.

    Raises
    ------
    RunGoing
        That run does not go on any more.
    """
    job = _going(project_folder, job_id)
    if job is None:
        raise RunGoing("The run that goes on is stopped.", "one that has ended already.",
                       "Nothing was changed. Look at how it ended.")
    with suppress(OSError):  # a full disk must not keep a run from being stopped
        note(job_file(project_folder, job_id), "stopping")
    asked, told = monotonic(), signal.SIGTERM
    while job is not None:
        if job.pid is not None:
            _tell(job.pid, told)
        sleep(_PAUSE)
        if monotonic() - asked > PATIENCE:
            told = signal.SIGKILL
        job = _going(project_folder, job_id)


def _going(project_folder: Path, job_id: str) -> Job | None:
    return next((job for job in list_jobs(project_folder, 1) if job.job_id == job_id and job.going), None)


def _tell(pid: int, what: signal.Signals) -> None:
    """A signal to the process of a job and to what it started."""
    with suppress(ProcessLookupError):
        os.killpg(pid, what)


def _begin(project_folder: Path, job_id: str, lock: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "marketsofone.project.jobs.working", str(project_folder), job_id]
    silent = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=silent, stdout=silent, stderr=silent, pass_fds=[lock],
                            start_new_session=True)


def _name(now: datetime) -> str:
    """When it was started, to the millisecond.

    Examples
    --------
    >>> _name(datetime(2026, 6, 30, 8, tzinfo=UTC))
    '20260630-080000000'
    """
    at = now.astimezone(UTC)
    return f"{at:%Y%m%d-%H%M%S}{at.microsecond // 1000:03d}"

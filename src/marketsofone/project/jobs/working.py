"""The process of a job: ``python -m marketsofone.project.jobs.working <project> <job>`` runs it, tells how it goes."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path

from marketsofone.errors import MarketError
from marketsofone.project.flow import run_project
from marketsofone.project.jobs.job import job_file, note
from marketsofone.project.snapshots.writing import disk_problems_told

_NICE = 5


def begin(project_folder: Path, job_id: str) -> int:
    """Runs a project as a process of its own; gives back an exit status.

    It gives way to the server when both want the processor. A request to stop ends it as Ctrl-C would,
    so that what it wrote half goes.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.nice(_NICE)
    note(job_file(project_folder, job_id), "began", pid=os.getpid())
    return work(project_folder, job_id)


def work(project_folder: Path, job_id: str) -> int:
    """Runs a project, telling each room it reaches and how it ended; gives back an exit status."""
    path = job_file(project_folder, job_id)
    try:
        with disk_problems_told("A run writes what it reads and computes", project_folder, "m1 run"):
            snapshot = run_project(project_folder, on_room=lambda room: note(path, "room", name=room))
    except MarketError as problem:
        note(path, "failed", wanted=problem.wanted, found=problem.found, repair=problem.repair)
        return problem.exit_status
    except Exception as fault:
        note(path, "failed", wanted="A run goes to its end.", found=_place(fault),
             repair="This is a fault of the program, not of your data. A run in the terminal, with M1_TRACE=1 before "
                    "the command, shows the trace.")
        return 1
    note(path, "done", run_id=snapshot.run_id)
    return 0


def _place(fault: Exception) -> str:
    """The kind and the place of a fault, never its text, which may hold data."""
    place = traceback.extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__} in {Path(place.filename).name}, line {place.lineno}."


if __name__ == "__main__":
    sys.exit(begin(Path(sys.argv[1]), sys.argv[2]))

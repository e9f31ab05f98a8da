"""Data: runs started, watched and stopped, and what differs between two of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse

from marketsofone.app.desk import AtDesk, job_line
from marketsofone.app.rendering import rendered
from marketsofone.errors import RunGoing
from marketsofone.project.history.diff import diff
from marketsofone.project.history.differing import difference_sentences, kept_told, measured, moved_less, planned_told
from marketsofone.project.history.lineage import lineage
from marketsofone.project.jobs.job import list_jobs
from marketsofone.project.jobs.running import start_run, stop_run
from marketsofone.project.reading.unlisted import objectors
from marketsofone.project.snapshots.snapshot import open_before, open_snapshot
from marketsofone.project.words import IN_PROPORTION

if TYPE_CHECKING:
    from marketsofone.project.history.diff import Mover
    from marketsofone.project.history.lineage import Descent
    from marketsofone.project.history.plans import SegmentHours

router = APIRouter(include_in_schema=False)

MOVERS = 20
NO_JOB = "none"
"""What the page says it has seen where no run was ever started from it."""


@dataclass(frozen=True, slots=True)
class MoverLine:
    """A buyer that moved."""

    buyer_id: int
    key: str
    changes: tuple[tuple[str, str, str], ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A segment whose hours in the plan moved."""

    stratum_id: str
    path: str
    run: str
    was: str
    now: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """What the template may use."""

    before: str
    after: str
    sentences: tuple[str, ...]
    became: tuple[Descent, ...]
    kept: str
    counted: str
    planned: tuple[PlannedLine, ...]
    moved_less: str
    movers: tuple[MoverLine, ...]


@router.post("/data/runs")
def start(desk: AtDesk, seen: Annotated[str, Form(max_length=100)]) -> RedirectResponse:
    """Starts a run; a form from before another run was started starts none."""
    folder = desk.office.folder
    jobs = list_jobs(folder, 1)
    if seen != (jobs[0].job_id if jobs else NO_JOB):
        raise RunGoing("A run is started from a page that shows how things stand.", "one from before another run.",
                       "Look at the page Data again, then start it.")
    desk.trace("started run", start_run(folder))
    return RedirectResponse("/data", 303)


@router.post("/data/runs/stop")
def stop(desk: AtDesk, job: Annotated[str, Form(max_length=100)]) -> RedirectResponse:
    """Stops a run; the last good one stands."""
    stop_run(desk.office.folder, job)
    desk.trace("stopped run", job)
    return RedirectResponse("/data", 303)


@router.get("/data/progress")
def progress(desk: AtDesk) -> JSONResponse:
    """How the last run that was started is getting on, for the page to ask now and then."""
    jobs = list_jobs(desk.office.folder, 1)
    if not jobs:
        return JSONResponse({"job": None, "going": False, "rooms": []})
    line = job_line(jobs[0], desk.viewer)
    told: dict[str, Any] = {"job": line.job_id, "state": line.state, "going": line.going,
                            "rooms": [asdict(room) for room in line.rooms]}
    return JSONResponse(told)


@router.get("/data/difference")
def difference(desk: AtDesk, before: str = "", after: str = "") -> HTMLResponse:
    """What moved between two runs, and what became of the segments."""
    folder = desk.office.folder
    later = open_snapshot(folder, after or "latest")
    earlier = open_snapshot(folder, before) if before else open_before(folder, later.run_id)
    found = diff(earlier, later, MOVERS, objectors(later, desk.office.notebook))
    became = lineage(earlier, later)
    news = tuple(each for each in became if each.kind != "kept")
    currency = later.manifest["currency"]
    page = Between(earlier.run_id, later.run_id, difference_sentences(found, currency), news,
                   kept_told(len(became) - len(news)), IN_PROPORTION,
                   tuple(_planned(each, earlier.run_id, later.run_id) for each in found.plan.segments[:MOVERS]),
                   moved_less(len(found.plan.segments) - MOVERS),
                   tuple(_mover(mover, currency) for mover in found.movers))
    return rendered("data_difference.html", desk.frame("Difference between runs"), page)


def _planned(moved: SegmentHours, before: str, after: str) -> PlannedLine:
    """A segment opens in the later run, where that one plans it."""
    was, now = (planned_told(getattr(moved.choice, end), getattr(moved.hours, end)) for end in ("before", "after"))
    run = before if moved.choice.after is None else after
    return PlannedLine(moved.stratum_id, moved.path, run, was, now, moved.why)


def _mover(mover: Mover, currency: str) -> MoverLine:
    told = tuple((each.name.replace("_", " "), measured(each.name, each.before, currency),
                  measured(each.name, each.after, currency)) for each in (mover.rank, *mover.scores))
    return MoverLine(mover.buyer_id, mover.source_id, told, mover.why)

"""What the pages of loading stand on: they are there before the first run is, and when no run can be opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from marketsofone.app.entrance import Needs, Visit, office_of
from marketsofone.app.office import Office
from marketsofone.app.rendering import Frame, framed
from marketsofone.app.repairing import in_browser, problem_told
from marketsofone.errors import RunMissing, SnapshotTooNew
from marketsofone.project.jobs.job import ROOMS, Job, RoomTime
from marketsofone.project.people.access import Viewer, scope_of

if TYPE_CHECKING:
    from marketsofone.project.snapshots.shelf import Shelf

_STATES = {
    "running": "A run is at work", "stopping": "A run is being stopped", "done": "The last run is done",
    "failed": "The last run failed", "stopped": "The last run was stopped",
    "lost": "The last run ended without a word",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """One request of someone who loads data and starts runs.

    Parameters
    ----------
    office : Office
    viewer : Viewer
    shelf : Shelf or None
        The run that is shown; None where none can be opened.
    missing : str
        Why none can be opened.
    """

    office: Office
    viewer: Viewer
    shelf: Shelf | None
    missing: str

    def frame(self, title: str) -> Frame:
        """The frame of a page."""
        if self.shelf is None:
            return Frame(title, "data", self.viewer, self.office.local)
        return framed(Visit(self.office, self.viewer, self.shelf, scope_of(self.viewer, self.shelf)), title, "data")

    def trace(self, action: str, subject: str) -> None:
        """A line in the trail."""
        self.office.door.trace(self.viewer, action, subject)


@dataclass(frozen=True, slots=True)
class RoomLine:
    """A room of a run: past, at work, or to come."""

    name: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class JobLine:
    """A run as a job, in words."""

    job_id: str
    state: str
    title: str
    started: str
    rooms: tuple[RoomLine, ...]
    going: bool
    run_id: str | None
    problem: tuple[str, ...]
    repair: str


def desk_of(request: Request, viewer: Annotated[Viewer, Depends(Needs("load"))], run: str = "latest") -> Desk:
    """The desk of a request; a run that is asked for by name must be there, the latest need not."""
    office = office_of(request)
    try:
        return Desk(office, viewer, office.shelf(run), "")
    except (RunMissing, SnapshotTooNew) as problem:
        if run != "latest":
            raise
        return Desk(office, viewer, None, in_browser(problem_told(problem, office.folder), viewer))


AtDesk = Annotated[Desk, Depends(desk_of)]


def job_line(job: Job, viewer: Viewer) -> JobLine:
    """A job as the page shows it."""
    problem = [each for each in (job.wanted, job.found and f"Found: {job.found}") if each]
    repair = job.repair or "The last good run stands. Start it again when ready."
    if job.state == "lost":
        problem = ["Its process is gone: ended from outside, or the machine or the disk failed."]
    *problem, repair = (in_browser(each, viewer) for each in (*problem, repair))
    return JobLine(job.job_id, job.state, _STATES[job.state], moment(job.started_at), tuple(_rooms(job)),
                   job.going, job.run_id, tuple(problem), repair)


def moment(at: datetime) -> str:
    """An instant, for people."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _rooms(job: Job) -> list[RoomLine]:
    reached = {room.name: room for room in job.rooms}
    last = job.rooms[-1] if job.rooms else None
    return [RoomLine(name, "ahead", "") if name not in reached else _room(job, reached[name], reached[name] is last)
            for name in ROOMS]


def _room(job: Job, room: RoomTime, last: bool) -> RoomLine:
    """A room that was reached; where a run ended badly, its last room is where it broke off."""
    if last and job.going:
        return RoomLine(room.name, "at-work", "at work")
    if last and job.state != "done":
        return RoomLine(room.name, "broke-off", "broke off")
    return RoomLine(room.name, "past", f"{room.seconds or 0.0:,.1f} s")

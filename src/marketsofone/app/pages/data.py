"""Data: the files, how they are mapped, what was read and refused, and the runs made of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from marketsofone.app.desk import AtDesk, Desk, JobLine, job_line, moment
from marketsofone.app.guarding import MOST_UPLOAD_BYTES
from marketsofone.app.pages.data_databases import is_owner
from marketsofone.app.rendering import rendered
from marketsofone.app.repairing import in_browser, problem_told
from marketsofone.errors import MarketError
from marketsofone.project.files.connecting import EXAMPLE, LENT, PREFIX
from marketsofone.project.files.mapped import mapped_sources
from marketsofone.project.files.uploading import ENDINGS, list_files
from marketsofone.project.jobs.job import list_jobs
from marketsofone.project.people.access import Viewer
from marketsofone.project.showing.figures import count, size
from marketsofone.project.snapshots.snapshot import list_snapshots

if TYPE_CHECKING:
    from marketsofone.project.files.mapped import MappedSource
    from marketsofone.project.snapshots.shelf import Row

router = APIRouter(include_in_schema=False)

_RUNS = 30
_JOBS = 6


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file of the project."""

    name: str
    size: str
    written: str
    source: str


@dataclass(frozen=True, slots=True)
class HealthLine:
    """What was read of a source for a customer table; read = accepted + refused."""

    source: str
    table: str
    left_out: str
    read: str
    accepted: str
    refused: str
    some_refused: bool


@dataclass(frozen=True, slots=True)
class FindingLine:
    """Something to look at."""

    severity: str
    place: str
    message: str
    repair: str


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run of the project."""

    run_id: str
    written: str
    as_of: str
    buyers: str
    state: str
    good: bool
    latest: bool


@dataclass(frozen=True, slots=True)
class Data:
    """What the template may use."""

    job: JobLine | None
    jobs: tuple[JobLine, ...]
    missing: str
    files: tuple[FileLine, ...]
    endings: str
    most_bytes: int
    most: str
    prefix: str
    example: str
    sources: tuple[MappedSource, ...]
    unmapped: tuple[str, ...]
    health: tuple[HealthLine, ...]
    leaks: tuple[FindingLine, ...]
    findings_shown: tuple[FindingLine, ...]
    runs: tuple[RunLine, ...]
    earlier_runs: int


@router.get("/data")
def data(desk: AtDesk) -> HTMLResponse:
    """The overview."""
    folder = desk.office.folder
    jobs = tuple(job_line(job, desk.viewer) for job in list_jobs(folder, _JOBS))
    sources, unmapped = _sources(desk)
    runs = list_snapshots(folder)
    findings = _rows(desk, "findings")
    page = Data(
        jobs[0] if jobs else None, jobs[1:], desk.missing, _files(folder, sources), ", ".join(ENDINGS),
        MOST_UPLOAD_BYTES, size(MOST_UPLOAD_BYTES), PREFIX, EXAMPLE if is_owner(desk) else LENT, sources, unmapped,
        tuple(map(_health, _rows(desk, "health"))),
        tuple(_finding(row, desk.viewer) for row in findings if row["code"] == "suspected_leak"),
        tuple(_finding(row, desk.viewer) for row in findings if row["code"] != "suspected_leak"),
        tuple(RunLine(run.run_id, run.written_at[:16].replace("T", " "), run.as_of, count(run.buyers), run.state,
                      run.state == "good", run.latest) for run in reversed(runs[-_RUNS:])),
        max(len(runs) - _RUNS, 0))
    return rendered("data.html", desk.frame("Data"), page)


def _rows(desk: Desk, name: str) -> tuple[Row, ...]:
    return () if desk.shelf is None else desk.shelf.small(name)


def _sources(desk: Desk) -> tuple[tuple[MappedSource, ...], tuple[str, ...]]:
    """The sources as mapped; or why they cannot be told, in lines."""
    try:
        return mapped_sources(desk.office.folder), ()
    except MarketError as problem:
        told = (problem_told(problem, desk.office.folder), problem.repair)
        return (), tuple(in_browser(each, desk.viewer) for each in told)


def _files(folder: Path, sources: tuple[MappedSource, ...]) -> tuple[FileLine, ...]:
    used = {Path(source.where).name: source.name for source in sources if source.where}
    return tuple(FileLine(file.name, size(file.bytes), moment(file.written_at), used.get(file.name, ""))
                 for file in list_files(folder))


def _health(row: Row) -> HealthLine:
    return HealthLine(row["source"], row["table_name"], count(row["left_out"]), count(row["read"]),
                      count(row["accepted"]), count(row["refused"]), row["refused"] > 0)


def _finding(row: Row, viewer: Viewer) -> FindingLine:
    message, repair = (in_browser(row[name] or "", viewer) for name in ("message", "repair"))
    return FindingLine(row["severity"] or "", row["place"] or "", message, repair)

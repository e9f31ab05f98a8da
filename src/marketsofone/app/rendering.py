"""Pages from templates: each template gets one frozen dataclass and nothing else of the data."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from marketsofone.errors import RecordAway, RunMissing, SnapshotTooNew
from marketsofone.project.people.access import Viewer
from marketsofone.project.reading.unlisted import still_counted
from marketsofone.project.showing.figures import taken_for_granted

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from marketsofone.app.entrance import Visit
    from marketsofone.app.office import Office


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every page: where it stands, who looks at it, and of which run."""

    title: str
    here: str
    viewer: Viewer | None
    local: bool
    market: str = ""
    run_id: str = ""
    as_of: str = ""
    old_run: bool = False
    objected: str = ""
    granted: tuple[str, ...] = ()


def framed(visit: Visit, title: str, here: str) -> Frame:
    """The frame of a page of one visit."""
    manifest = visit.shelf.snapshot.manifest
    return Frame(title, here, visit.viewer, visit.office.local, manifest["market"]["market"]["name"],
                 visit.shelf.snapshot.run_id, str(manifest.get("as_of") or ""), visit.old_run,
                 _objected(visit), taken_for_granted(visit.shelf))


def _objected(visit: Visit) -> str:
    """What totals still count; a page without buyers opens while the written record is away, and says so."""
    try:
        return still_counted(len(visit.objected))
    except RecordAway:
        return "Who objected since this run cannot be told just now: the written record does not answer."


def framed_for(office: Office, viewer: Viewer, title: str, here: str) -> Frame:
    """The frame of a page that needs no run, so that it opens before the first one."""
    try:
        manifest = office.shelf().snapshot.manifest
    except (RunMissing, SnapshotTooNew):
        return Frame(title, here, viewer, office.local)
    return Frame(title, here, viewer, office.local, manifest["market"]["market"]["name"], manifest["run_id"],
                 str(manifest.get("as_of") or ""))


def rendered(template: str, frame: Frame, page: DataclassInstance | None = None, status: int = 200) -> HTMLResponse:
    """A page as HTML."""
    values: dict[str, Any] = {} if page is None else {each.name: getattr(page, each.name) for each in fields(page)}
    return HTMLResponse(_environment().get_template(template).render(frame=frame, **values), status)


@cache
def _environment() -> Environment:
    """The app's templates, and the pictures of the report, which are drawn in one place only."""
    loader = ChoiceLoader([PackageLoader("marketsofone.app"), PackageLoader("marketsofone.report")])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                       lstrip_blocks=True)

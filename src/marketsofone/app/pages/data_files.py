"""Data: sending files, agreeing to how they are mapped, and looking at the rows that were refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, RedirectResponse

from marketsofone.app.desk import AtDesk, Desk
from marketsofone.app.entrance import Needs, office_of
from marketsofone.app.office import Office
from marketsofone.app.pages.data_databases import Address, is_owner
from marketsofone.app.rendering import rendered
from marketsofone.errors import FileRefused, RunMissing
from marketsofone.project.files.connecting import MOST_TABLES, connection
from marketsofone.project.files.proposing import accept, proposed
from marketsofone.project.files.uploading import receive
from marketsofone.project.people.access import Viewer
from marketsofone.project.reading.refusals import refusals
from marketsofone.project.settings.market_file import FILE_NAME
from marketsofone.project.showing.figures import count
from marketsofone.project.snapshots.writing import disk_problems_told

if TYPE_CHECKING:
    from marketsofone.project.files.proposing import Proposed
    from marketsofone.project.reading.refusals import Refusal, RefusalCount

router = APIRouter(include_in_schema=False)

TableName = Annotated[str, Field(max_length=500)]
Tables = Annotated[list[TableName] | None, Form(max_length=MOST_TABLES)]

SHEET = 100
_FILES = 20


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the template may use."""

    found: Proposed
    there: bool
    address: str
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """What the template may use."""

    rows: tuple[Refusal, ...]
    counts: tuple[RefusalCount, ...]
    total: str
    start: int
    before: int | None
    following: int | None


@router.post("/data/files")
async def send(request: Request, viewer: Annotated[Viewer, Depends(Needs("load"))]) -> RedirectResponse:
    """Takes files as they stream in, after the right is checked; each whole or not at all."""
    office = office_of(request)
    with disk_problems_told("Files are taken", office.folder, "Send them once more."):
        try:
            async with request.form(max_files=_FILES, max_fields=2) as form:
                sent = [each for each in form.getlist("files") if isinstance(each, UploadFile) and each.filename]
                for each in sent:
                    await run_in_threadpool(_take, office, viewer, each, replace="replace" in form)
        except ClientDisconnect:
            raise FileRefused("A file is sent to its end.", "one that broke off, or is larger than the app takes.",
                              "Nothing of it was kept. Send it again.") from None
    if not sent:
        raise FileRefused("A file is chosen and sent.", "none.", "Choose one, then send it.")
    return RedirectResponse("/data#files", 303)


def _take(office: Office, viewer: Viewer, file: UploadFile, *, replace: bool) -> None:
    """Takes one file; the trail says which by its fingerprint, for its name may tell whose it is."""
    taken = receive(office.folder, file.filename or "", file.file, replace=replace)
    office.door.trace(viewer, "sent file", f"{taken.sha256[:16]} of {taken.bytes} bytes")


@router.get("/data/proposal")
def proposal(desk: AtDesk) -> HTMLResponse:
    """The project file as the files suggest it."""
    return _shown(desk, "", [])


@router.post("/data/database/proposal")
def proposal_with_tables(desk: AtDesk, address: Address, table: Tables = None) -> HTMLResponse:
    """The project file as the files and the tables of a database suggest it."""
    return _shown(desk, address, table or [])


def _shown(desk: Desk, address: str, tables: list[str]) -> HTMLResponse:
    connected = connection(desk.office.folder, address, tables, owner=is_owner(desk))
    found = proposed(desk.office.folder, connected)
    page = Proposal(found, (desk.office.folder / FILE_NAME).exists(), address, connected.tables if connected else ())
    return rendered("data_proposal.html", desk.frame("Proposed mapping"), page)


@router.post("/data/proposal")
def agree(desk: AtDesk, digest: Annotated[str, Form(max_length=64)], replace: Annotated[bool, Form()] = False,
          address: Address = "", table: Tables = None) -> RedirectResponse:
    """Writes what was shown."""
    connected = connection(desk.office.folder, address, table or [], owner=is_owner(desk))
    accept(desk.office.folder, digest, connected, replace=replace)
    desk.trace("accepted mapping", digest[:16])
    return RedirectResponse("/data#sources", 303)


@router.get("/data/refused")
def refused(desk: AtDesk, start: Annotated[int, Query(ge=0, le=10**9)] = 0) -> HTMLResponse:
    """The rows that were refused, a sheet at a time."""
    if desk.shelf is None:
        raise RunMissing("Refused rows are those of a run.", "none that can be opened.",
                         "Start a run on the page Data.")
    found = refusals(desk.shelf.snapshot, start, SHEET)
    page = Refused(found.rows, found.counts, count(found.total), start, max(start - SHEET, 0) if start else None,
                   start + SHEET if start + SHEET < found.total else None)
    return rendered("data_refused.html", desk.frame("Refused rows"), page)

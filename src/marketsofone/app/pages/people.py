"""People: who may open the app, as what, whose buyers each sees, and the trail of what was seen and changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse

from marketsofone.app.entrance import Needs, office_of
from marketsofone.app.pages.keys import Days, Keys, Scope, kept_where, keys_shown
from marketsofone.app.rendering import framed_for, rendered
from marketsofone.errors import RunMissing, SnapshotTooNew
from marketsofone.project.people.access import RIGHTS, Viewer
from marketsofone.project.people.managing import Desk, state_of
from marketsofone.project.people.signing import INVITATION_DAYS, KEY_DAYS
from marketsofone.project.people.ties import Ties, ties_among, whose_buyers

if TYPE_CHECKING:
    from marketsofone.app.office import Office
    from marketsofone.project.people.managing import Person, Trace

router = APIRouter(include_in_schema=False)

ROLES = tuple(sorted(RIGHTS))
_LINES = 60

Manager = Annotated[Viewer, Depends(Needs("manage_people", by_key=False))]
PersonId = Annotated[int, Path(ge=1, lt=2**31)]
Text = Annotated[str, Form(max_length=500)]
Start = Annotated[int, Query(ge=0, le=10**9)]
Stamp = Annotated[int, Form(ge=0, lt=2**31)]
Role = Annotated[str, Form(pattern=f"^({'|'.join(ROLES)})$")]


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in a list."""

    person_id: int
    name: str
    role: str
    tied: str
    state: str


@dataclass(frozen=True, slots=True)
class TraceLine:
    """What someone did, and when."""

    at: str
    who: str
    action: str
    subject: str


@dataclass(frozen=True, slots=True)
class Trail:
    """A sheet of the trail, and the addresses of the sheets beside it; empty where there is none."""

    lines: tuple[TraceLine, ...]
    later: str
    earlier: str


@dataclass(frozen=True, slots=True)
class People:
    """What the template may use."""

    people: tuple[PersonLine, ...]
    roles: tuple[str, ...]
    ties: Ties
    trail: Trail
    of: int | None


@dataclass(frozen=True, slots=True)
class OnePerson:
    """What the template may use."""

    itself: PersonLine
    stamp: int
    active: bool
    rep: str
    team: str
    roles: tuple[str, ...]
    ties: Ties
    keys: Keys
    trail: Trail


@dataclass(frozen=True, slots=True)
class ShownOnce:
    """What the template may use."""

    title: str
    words: str
    secret: str
    back: str


@router.get("/people")
def people(request: Request, viewer: Manager, of: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
           start: Start = 0) -> HTMLResponse:
    """Everyone, and a sheet of the trail, the latest lines first."""
    office, desk = office_of(request), _desk(request, viewer)
    chosen = None if of is None else desk.person(of)
    page = People(tuple(map(_line, desk.every())), ROLES, _ties(office), _trail(desk, chosen, start), of)
    return rendered("people.html", framed_for(office, viewer, "People", "people"), page)


@router.post("/people")
def add(request: Request, viewer: Manager, name: Annotated[str, Form(max_length=200)], role: Role,
        rep: Text = "", team: Text = "") -> RedirectResponse:
    """Adds a person; the invitation is made on that person's page."""
    tied = _tied(office_of(request), None, rep, team)
    person = _desk(request, viewer).add(name.strip(), role, *tied)
    return RedirectResponse(f"/people/{person.id}", 303)


@router.get("/people/{person_id}")
def one(request: Request, viewer: Manager, person_id: PersonId) -> HTMLResponse:
    """One person."""
    office, desk = office_of(request), _desk(request, viewer)
    person = desk.person(person_id)
    page = OnePerson(_line(person), person.stamp, person.active, person.rep or "", person.team or "", ROLES,
                     _ties(office), keys_shown(desk.keys(person)), _trail(desk, person, 0))
    return rendered("person.html", framed_for(office, viewer, person.name, "people"), page)


@router.post("/people/{person_id}")
def change(request: Request, viewer: Manager, person_id: PersonId, stamp: Stamp, role: Role, rep: Text = "",
           team: Text = "") -> RedirectResponse:
    """Another role or tie, if nobody changed the person since the form was shown."""
    desk = _desk(request, viewer)
    person = desk.person(person_id)
    desk.change(person, stamp, role, *_tied(office_of(request), person, rep, team))
    return RedirectResponse(f"/people/{person_id}", 303)


@router.post("/people/{person_id}/invitation")
def invite(request: Request, viewer: Manager, person_id: PersonId) -> HTMLResponse:
    """A link to choose a password, shown once."""
    desk = _desk(request, viewer)
    person = desk.person(person_id)
    link = f"{request.base_url}invitation?key={desk.invite(person)}"
    words = (f"Send it to {person.name}. It holds for {INVITATION_DAYS} days, lets one password be chosen, and is not "
             "shown again; earlier links have ended.")
    return _shown_once(request, viewer, "Invitation", words, link, person_id)


@router.post("/people/{person_id}/close")
def close(request: Request, viewer: Manager, person_id: PersonId, stamp: Stamp) -> RedirectResponse:
    """Ends sessions, invitations and keys of the person at once."""
    desk = _desk(request, viewer)
    desk.close(desk.person(person_id), stamp)
    return RedirectResponse(f"/people/{person_id}", 303)


@router.post("/people/{person_id}/reopen")
def reopen(request: Request, viewer: Manager, person_id: PersonId, stamp: Stamp) -> RedirectResponse:
    """Lets the person in again."""
    desk = _desk(request, viewer)
    desk.reopen(desk.person(person_id), stamp)
    return RedirectResponse(f"/people/{person_id}", 303)


@router.post("/people/{person_id}/keys")
def make_key(request: Request, viewer: Manager, person_id: PersonId, label: Annotated[str, Form(max_length=200)],
             scope: Scope, days: Days = KEY_DAYS) -> HTMLResponse:
    """A key for a program that acts as this person, shown once."""
    desk = _desk(request, viewer)
    text = desk.make_key(desk.person(person_id), label, scope, days)
    return _shown_once(request, viewer, "API key", kept_where(days), text, person_id)


@router.post("/people/{person_id}/keys/end")
def end_key(request: Request, viewer: Manager, person_id: PersonId,
            number: Annotated[int, Form(ge=1, lt=2**31)]) -> RedirectResponse:
    """Ends a key at once."""
    desk = _desk(request, viewer)
    desk.end_key(desk.person(person_id), number)
    return RedirectResponse(f"/people/{person_id}", 303)


def _desk(request: Request, viewer: Viewer) -> Desk:
    return Desk(office_of(request).door, viewer)


def _shown_once(request: Request, viewer: Viewer, title: str, words: str, secret: str, person_id: int) -> HTMLResponse:
    page = ShownOnce(title, words, secret, f"/people/{person_id}")
    return rendered("shown_once.html", framed_for(office_of(request), viewer, title, "people"), page)


def _line(person: Person) -> PersonLine:
    return PersonLine(person.id, person.name, person.role, whose_buyers(person.role, person.rep, person.team),
                      state_of(person))


def _trail(desk: Desk, person: Person | None, start: int) -> Trail:
    names = {each.id: each.name for each in desk.every()}
    found = desk.trail(person, start)
    lines = tuple(_trace_line(each, names) for each in found[:_LINES])
    return Trail(lines, _sheet_at(person, max(start - _LINES, 0)) if start else "",
                 _sheet_at(person, start + _LINES) if len(found) > _LINES else "")


def _sheet_at(person: Person | None, start: int) -> str:
    return f"/people?{urlencode({'start': start} | ({} if person is None else {'of': person.id}))}"


def _trace_line(trace: Trace, names: dict[int, str]) -> TraceLine:
    who = "on this machine" if trace.person_id is None else names.get(trace.person_id, f"person {trace.person_id}")
    return TraceLine(f"{trace.at:%Y-%m-%d %H:%M:%S}", who, trace.action, trace.subject)


def _ties(office: Office) -> Ties:
    """What the latest run offers; nothing where there is none yet."""
    try:
        return ties_among(office.shelf().reps.values())
    except (RunMissing, SnapshotTooNew):
        return Ties()


def _tied(office: Office, person: Person | None, rep: str, team: str) -> tuple[str | None, str | None]:
    """Rep and team as they are kept: ones that the latest run has, or that the person is tied to already."""
    held = (person.rep, person.team) if person else (None, None)
    _ties(office).check(*(value if value != before else None for value, before in zip((rep, team), held, strict=True)))
    return rep or None, team or None

"""Me: what I may do here, my keys, and another password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse

from marketsofone.app.entrance import Needs, office_of
from marketsofone.app.pages.keys import Days, Keys, Scope, kept_where, keys_shown
from marketsofone.app.pages.people import ShownOnce
from marketsofone.app.rendering import framed_for, rendered
from marketsofone.errors import RecordRefused
from marketsofone.project.people.access import Viewer
from marketsofone.project.people.managing import Desk
from marketsofone.project.people.signing import KEY_DAYS, LEAST_PASSWORD

if TYPE_CHECKING:
    from marketsofone.project.people.managing import Person

router = APIRouter(include_in_schema=False)

Oneself = Annotated[Viewer, Depends(Needs("see_market", by_key=False))]

_WORDS = {
    "see_market": "look at segments", "see_buyers": "look at single buyers", "write": "write what you learn of a buyer",
    "decide": "name segments and override", "export": "take results out", "load": "load data and start runs",
    "manage_people": "manage people",
}


@dataclass(frozen=True, slots=True)
class Me:
    """What the template may use."""

    name: str
    role: str
    may: tuple[str, ...]
    keys: Keys
    least: int
    account: bool


@router.get("/me")
def me(request: Request, viewer: Oneself) -> HTMLResponse:
    """What I may do, and my keys."""
    office = office_of(request)
    account = viewer.person_id is not None
    keys = keys_shown(_desk(request, viewer).keys(_person(request, viewer)) if account else ())
    may = tuple(words for right, words in _WORDS.items() if right in viewer.rights)
    page = Me(viewer.name, viewer.role, may, keys, LEAST_PASSWORD, account)
    return rendered("me.html", framed_for(office, viewer, "You", "me"), page)


@router.post("/me/keys")
def make_key(request: Request, viewer: Oneself, label: Annotated[str, Form(max_length=200)],
             scope: Scope, days: Days = KEY_DAYS) -> HTMLResponse:
    """A key for a program that acts as me, shown once."""
    text = _desk(request, viewer).make_key(_person(request, viewer), label, scope, days)
    page = ShownOnce("API key", kept_where(days), text, "/me")
    return rendered("shown_once.html", framed_for(office_of(request), viewer, "API key", "me"), page)


@router.post("/me/keys/end")
def end_key(request: Request, viewer: Oneself, number: Annotated[int, Form(ge=1, lt=2**31)]) -> RedirectResponse:
    """Ends a key of mine at once."""
    _desk(request, viewer).end_key(_person(request, viewer), number)
    return RedirectResponse("/me", 303)


@router.post("/me/password")
def change_password(request: Request, viewer: Oneself, old: Annotated[str, Form(max_length=1_000)],
                    new: Annotated[str, Form(max_length=1_000)]) -> RedirectResponse:
    """Another password; my other sessions end."""
    if not request.app.state.tries.allowed(f"password {viewer.person_id}"):
        raise RecordRefused("A password is changed by who knows the old one.", "too many tries.",
                            "Wait five minutes.")
    person = _desk(request, viewer).change_password(_person(request, viewer), old, new)
    request.session.update(person=person.id, stamp=person.stamp)
    return RedirectResponse("/me", 303)


def _desk(request: Request, viewer: Viewer) -> Desk:
    return Desk(office_of(request).door, viewer)


def _person(request: Request, viewer: Viewer) -> Person:
    """Who I am; the one person of a local start has no account."""
    if viewer.person_id is None:
        raise RecordRefused("Accounts are for teams.", "a start for one person.", "Start it with m1 serve --team.")
    return _desk(request, viewer).person(viewer.person_id)

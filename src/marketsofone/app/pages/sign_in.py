"""Coming in and going out: the local link, signing in, choosing a password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from marketsofone.app.entrance import office_of, viewer_at
from marketsofone.app.rendering import Frame, rendered
from marketsofone.errors import NobodySignedIn, RecordRefused

router = APIRouter(include_in_schema=False)

_WRONG = "Name or password is not right, or this account is closed."
_SLOWLY = "That was tried too often. Wait five minutes."


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the template may use."""

    to: str
    problem: str
    local: bool


@dataclass(frozen=True, slots=True)
class ChoosePassword:
    """What the template may use."""

    key: str
    name: str
    problem: str


@router.get("/enter")
def enter(request: Request, key: str = "") -> Response:
    """The link of a local start, used once; whoever came in by it before just comes in."""
    link = office_of(request).link
    if link is None or (viewer_at(request) is None and not link.opens(key)):
        raise NobodySignedIn("A local start opens with its link.", "another key, or one that was used.",
                             "Use the link that m1 serve printed last.")
    request.session.clear()
    request.session["local"] = link.mark
    return RedirectResponse("/", 303)


@router.get("/sign-in")
def ask(request: Request, to: str = "/") -> Response:
    """The form."""
    if viewer_at(request) is not None:
        return RedirectResponse(_within(to), 303)
    return _form(request, to, "")


@router.post("/sign-in")
def sign_in(request: Request, name: Annotated[str, Form()], password: Annotated[str, Form()],
            to: Annotated[str, Form()] = "/") -> Response:
    """Lets in who knows the password; guessing gets slow."""
    office = office_of(request)
    client = request.client.host if request.client else ""
    tried = (f"name {name.lower()}", f"from {client}")
    if not request.app.state.tries.allowed(*tried):
        return _form(request, to, _SLOWLY, 429)
    person = None if office.local else office.door.sign_in(name, password)
    if person is None:
        return _form(request, to, _WRONG, 403)
    request.app.state.tries.succeeded(*tried)
    request.session.clear()
    request.session.update(person=person.id, stamp=person.stamp)
    return RedirectResponse(_within(to), 303)


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """Ends every session of who signs out: a cookie that was copied, or left on another machine, opens nothing then."""
    session = dict(request.session)
    request.session.clear()
    if "person" in session:
        office_of(request).door.end_sessions(session["person"], session["stamp"])
    return RedirectResponse("/sign-in", 303)


@router.get("/invitation")
def invitation(request: Request, key: str = "") -> Response:
    """Choosing a password with an invitation."""
    person = office_of(request).door.invited(key)
    if person is None:
        frame = Frame("Invitation", "", None, False)
        problem = "This invitation does not hold any more. Ask for another one."
        return rendered("sign_in.html", frame, SignIn("/", problem, False), 404)
    return rendered("choose_password.html", Frame("Choose a password", "", None, False),
                    ChoosePassword(key, person.name, ""))


@router.post("/invitation")
def choose(request: Request, key: Annotated[str, Form()], password: Annotated[str, Form()]) -> Response:
    """Uses the invitation up."""
    door = office_of(request).door
    invited = door.invited(key)
    try:
        person = door.choose_password(key, password)
    except RecordRefused as problem:
        name = invited.name if invited else ""
        return rendered("choose_password.html", Frame("Choose a password", "", None, False),
                        ChoosePassword(key, name, f"{problem.found} {problem.repair}"), 409)
    request.session.clear()
    request.session.update(person=person.id, stamp=person.stamp)
    return RedirectResponse("/", 303)


def _form(request: Request, to: str, problem: str, status: int = 200) -> HTMLResponse:
    local = office_of(request).local
    return rendered("sign_in.html", Frame("Sign in", "", None, local), SignIn(_within(to), problem, local), status)


def _within(to: str) -> str:
    """An address of this app, whatever was asked for: never another site's."""
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) else "/"

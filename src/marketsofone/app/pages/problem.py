"""A page that says what went wrong and what to do, and never how the program works inside."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import HTMLResponse

from marketsofone.app.entrance import office_of, viewer_at
from marketsofone.app.rendering import Frame, rendered
from marketsofone.app.repairing import in_browser
from marketsofone.errors import MarketError


@dataclass(frozen=True, slots=True)
class Problem:
    """What the template may use."""

    title: str
    repair: str


def problem_page(request: Request, status: int, title: str, repair: str) -> HTMLResponse:
    """The page, with the frame of whoever is signed in."""
    try:
        viewer = viewer_at(request) if "session" in request.scope else None
    except MarketError:  # the record itself may be what is wrong
        viewer = None
    title, repair = (in_browser(each, viewer) for each in (title, repair))
    frame = Frame(title, "", viewer, office_of(request).local)
    return rendered("problem.html", frame, Problem(title, repair), status)

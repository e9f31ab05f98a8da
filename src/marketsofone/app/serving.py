"""The application: its routes, what stands before them, and what is said when something goes wrong."""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.staticfiles import StaticFiles

from marketsofone.app import api
from marketsofone.app.entrance import key_ended, office_of
from marketsofone.app.guarding import Guard, Tries
from marketsofone.app.listening import taken
from marketsofone.app.local_link import LocalLink
from marketsofone.app.office import Office
from marketsofone.app.pages import ROUTERS
from marketsofone.app.pages.problem import problem_page
from marketsofone.app.problems import problem_details, speaks_json, taken_instead
from marketsofone.app.repairing import problem_told
from marketsofone.errors import (
    MarketError,
    NobodySignedIn,
    NotAllowed,
    PersonMissing,
    RecordAway,
    RecordRefused,
    RunGoing,
    RunMissing,
)
from marketsofone.project.people.signing import open_door
from marketsofone.project.reading.effort_spent import spent_on
from marketsofone.project.showing.figures import figures
from marketsofone.project.statements.entering import Notebook

if TYPE_CHECKING:
    from uvicorn import Config

SESSION_SECONDS = 12 * 3600
KEPT_OPEN_SECONDS = 75
THREADS = 8
"""So many requests are worked on at once; the others wait their turn, in the order they came."""
_HERE = Path(__file__).parent
_LOG = logging.getLogger(__name__)
_STATUS = {RunMissing: 404, PersonMissing: 404, RecordRefused: 409, RunGoing: 409}


def application(folder: Path, *, local_key: str | None = None, secure: bool = False,
                tell: Callable[[str], None] = lambda key: None) -> FastAPI:
    """The app of one project.

    Parameters
    ----------
    folder : Path
        The project folder.
    local_key : str, optional
        For a local start: whoever brings this key first is the one local person; absent: people sign in.
    secure : bool
        Whether browsers reach the app by HTTPS, so that cookies travel that way only.
    tell : callable
        Takes the key that opens a local start next, once one was used.

    Raises
    ------
    RecordRefused, RecordTooNew, SettingsInvalid, SourceMissing, SourceUnreadable
        The record of the project cannot be opened.
    """
    door = open_door(folder)
    app = FastAPI(title="marketsofone", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_few_threads)
    app.state.office = Office(folder, door, Notebook(folder),
                              None if local_key is None else LocalLink(local_key, tell))
    app.state.tries = Tries()
    app.add_api_route("/assets/report.css", _report_style, include_in_schema=False)
    app.mount("/assets", StaticFiles(directory=_HERE / "assets"), name="assets")
    for router in (*ROUTERS, *api.ROUTERS):
        app.router.routes.extend(router.routes)  # flat, so that every route can be found by walking the application
    _say_problems(app)
    app.add_middleware(SessionMiddleware, secret_key=door.signing_key(), session_cookie="m1",
                       max_age=SESSION_SECONDS, same_site="lax", https_only=secure)
    app.add_middleware(Guard, broken=_broken)
    return app


def serve(folder: Path, host: str, port: int, *, team: bool, secure: bool) -> None:
    """Serves the app until it is stopped; a local start prints the link that opens it once, and then the next one.

    Raises
    ------
    AddressTaken
        Another program listens there.
    """
    import uvicorn

    place = taken(host, port)
    where = f"{'https' if secure else 'http'}://{host}:{place.getsockname()[1]}/"

    def tell(next_key: str) -> None:
        with suppress(OSError):  # nobody reads any more what is printed
            print(f"That link was used. To open it once more, or in another browser:  {where}enter?key={next_key}",
                  flush=True)

    key = None if team else secrets.token_urlsafe(24)
    app = application(folder, local_key=key, secure=secure, tell=tell)
    warm(app)  # before the link is told: who follows it at once finds someone listening
    print(f"Open {where}" if key is None else f"Open {where}enter?key={key}", flush=True)
    uvicorn.Server(how_served(app, secure=secure)).run(sockets=[place])


def how_served(app: FastAPI, *, secure: bool) -> Config:
    """How the app is served: quietly, and on connections kept open longer than people think between two pages.

    A connection that is closed just as a browser writes on it loses what was written.

    Parameters
    ----------
    secure : bool
        Browsers come by HTTPS, through a proxy of this machine: it says for whom it asks, so that guesses at passwords
        are counted by who makes them and not as one for all, and that an invitation begins with https.
    """
    from uvicorn import Config

    return Config(app, log_level="warning", access_log=False, server_header=False, proxy_headers=secure,
                  timeout_keep_alive=KEPT_OPEN_SECONDS)


def warm(app: FastAPI) -> None:
    """Works out what the first person would wait for; that there is no run yet is no reason not to start."""
    with suppress(MarketError):
        shelf = app.state.office.shelf()
        figures(shelf, shelf.strata[:1])
        spent_on(shelf, shelf.strata[0]["stratum_id"])


@asynccontextmanager
async def _few_threads(_: FastAPI) -> AsyncIterator[None]:
    """Pages are worked out by few threads: more of them would only take turns at one interpreter."""
    current_default_thread_limiter().total_tokens = THREADS
    yield


def _report_style() -> Response:
    """The report's style sheet: pages and report look alike because they share it."""
    text = resources.files("marketsofone.report").joinpath("templates/report.css").read_text("utf-8")
    return Response(text, media_type="text/css")


def _say_problems(app: FastAPI) -> None:
    app.add_exception_handler(NobodySignedIn, _nobody)
    app.add_exception_handler(NotAllowed, _not_allowed)
    app.add_exception_handler(RecordAway, _record_away)
    app.add_exception_handler(MarketError, _refused)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _not_found)


def _nobody(request: Request, _: Exception) -> Response:
    if speaks_json(request.url.path):
        ended = key_ended(request)
        if ended is not None:
            return problem_details(request.url.path, 401, f"This API key ended on {ended:%Y-%m-%d}.",
                                   "Its person, or an admin, makes another:  the page You, or People.")
        return problem_details(request.url.path, 401, "Who is asking?",
                               "Send an API key that holds:  Authorization: Bearer <key>")
    if request.method != "GET":
        return problem_page(request, 401, "You are no longer signed in.",
                            "Nothing was changed. Sign in again, go back, and send it once more.")
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?to={quote(address)}", 303)


def _not_allowed(request: Request, _: Exception) -> Response:
    return _told(request, 403, "This is not for your role.", "Ask an admin if it should be.")


def _refused(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, MarketError)
    status = next((status for kind, status in _STATUS.items() if isinstance(problem, kind)), 422)
    title = problem_told(problem, office_of(request).folder)
    return _told(request, status, title, problem.repair)


def _record_away(request: Request, problem: Exception) -> Response:
    """What the database said goes into the log and stays out of the page: it names a host."""
    assert isinstance(problem, RecordAway)
    _LOG.error("The written record cannot be reached: %s", problem.found)
    return _told(request, 503, "The written record cannot be reached just now.",
                 "Nothing was acknowledged. Try again in a minute; results stay as they are.", {"retry-after": "60"})


def _not_understood(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, RequestValidationError)
    told = {".".join(map(str, error["loc"][1:])) or str(error["loc"][0]): taken_instead(error)
            for error in problem.errors()}
    repairs = [f"{place}: {repair}" for place, repair in sorted(told.items()) if repair]
    return _told(request, 422, f"The request is not understood at: {', '.join(sorted(told))}.",
                 "\n".join(repairs) if repairs else "Check these values.")


def _not_found(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    start = "Start from Market." if not speaks_json(request.url.path) else f"{api.DOCUMENT} lists what there is."
    title = {404: "There is no such page.", 405: "This address is not used that way."}.get(
        problem.status_code, "The request cannot be answered.")
    repair = f"It may have moved: {start[0].lower()}{start[1:]}" if problem.status_code == 404 else start
    headers = {"allow": ", ".join(_methods(request))} if problem.status_code == 405 else problem.headers
    return _told(request, problem.status_code, title, repair, headers)


def _methods(request: Request) -> list[str]:
    """How an address may be used, whichever of its routes answers."""
    asked = [route for route in request.app.routes if isinstance(route, Route)
             and route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in asked for method in route.methods or ()})


def _broken(request: Request) -> Response:
    return _told(request, 500, "Something went wrong on our side.",
                 "Nothing you entered was acknowledged. Try again; the server's log says what happened.")


def _told(request: Request, status: int, title: str, repair: str,
          headers: Mapping[str, str] | None = None) -> Response:
    if speaks_json(request.url.path):
        return problem_details(request.url.path, status, title, repair, headers)
    page = problem_page(request, status, title, repair)
    page.headers.update(headers or {})
    return page

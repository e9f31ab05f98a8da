"""What holds for every request: no foreign forms, no foreign scripts, no endless bodies, no guessing of passwords."""

from __future__ import annotations

import logging
import os
import traceback
from collections import defaultdict, deque
from collections.abc import Callable, MutableMapping
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from marketsofone.app.problems import problem_details, speaks_json

MOST_BYTES = 1_000_000
"""Of a body, but for uploads."""
MOST_UPLOAD_BYTES = 2_000_000_000
_LOG = logging.getLogger(__name__)
_DIGITS = 15
_MOST_OF_NAME = 300
_SAFE = ("GET", "HEAD", "OPTIONS")
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
                               "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
                               "frame-ancestors 'none'",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """The first thing a request meets.

    Writes that a browser sends from another site are refused by what the browser says of itself
    (``Sec-Fetch-Site``, else ``Origin``); a request with an API key carries no cookie and needs no such check.
    """

    def __init__(self, app: ASGIApp, broken: Callable[[Request], Response]) -> None:
        self._app, self._broken = app, broken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass, with the headers that keep a browser safe."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = _refused(scope, headers)
        app = refused or self._app
        dressed, begun = _dressed(send, scope), False

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await dressed(message)

        try:
            await app(scope, _limited(receive, _most(scope)), sent)
        except Exception as fault:
            _note(fault)
            if begun:
                raise
            await self._broken(Request(scope))(scope, receive, dressed)


def _note(fault: Exception) -> None:
    """The kind and the place of a fault go into the log, never its text, which may hold what a person wrote."""
    if os.environ.get("M1_TRACE"):
        _LOG.error("A fault of m1.", exc_info=fault)
        return
    place = traceback.extract_tb(fault.__traceback__)[-1]
    _LOG.error("%s in %s, line %s: a fault of m1. M1_TRACE=1 before the command logs the trace.",
               type(fault).__name__, Path(place.filename).name, place.lineno)


def _refused(scope: Scope, headers: Headers) -> Response | None:
    if scope["method"] not in _SAFE and _is_foreign(headers):
        return _refusal(scope, 403, "This was sent from another site, so nothing was changed.",
                        "Programs send an API key:  Authorization: Bearer <key>")
    told = headers.get("content-length", "0")
    if not told.isdecimal() or len(told) > _DIGITS or int(told) > _most(scope):
        return _refusal(scope, 413, "This is larger than the app takes, so nothing was changed.",
                        "Send it in smaller parts.")
    return None


def _refusal(scope: Scope, status: int, said: str, repair: str) -> Response:
    if not speaks_json(scope["path"]):
        return PlainTextResponse(said, status)
    return problem_details(scope["path"], status, said, repair)


def _is_foreign(headers: Headers) -> bool:
    if headers.get("authorization", "").lower().startswith("bearer "):
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc != headers.get("host")


def _most(scope: Scope) -> int:
    return MOST_UPLOAD_BYTES if scope["path"].startswith("/data/files") else MOST_BYTES


def _limited(receive: Receive, most: int) -> Receive:
    """What is received, until it is more than was announced or allowed."""
    seen = 0

    async def received() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            return {"type": "http.disconnect"}
        return message

    return received


def _dressed(send: Send, scope: Scope) -> Callable[[MutableMapping[str, Any]], Any]:
    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if not scope["path"].startswith("/assets/"):
                headers.setdefault("cache-control", "no-store")
        await send(message)

    return sent


class Tries:
    """How often something was tried lately, by name and by address: guessing passwords gets slow.

    Parameters
    ----------
    most : int
        Tries within the time.
    seconds : float
    """

    def __init__(self, most: int = 8, seconds: float = 300.0) -> None:
        self._most, self._seconds = most, seconds
        self._tried: dict[str, deque[float]] = defaultdict(deque)
        self._lock = Lock()

    def allowed(self, *names: str, now: Callable[[], float] = monotonic) -> bool:
        """Counts one more try of each name; False, and not counted, once one of them was tried too often."""
        moment, known = now(), [name[:_MOST_OF_NAME] for name in names]
        with self._lock:
            self._forget(moment)
            if any(len(self._tried.get(name, ())) >= self._most for name in known):
                return False
            for name in known:
                self._tried[name].append(moment)
            return True

    def succeeded(self, *names: str) -> None:
        """The last try of each name was no guess: it does not count, so that a whole office can sign in."""
        with self._lock:
            for name in (name[:_MOST_OF_NAME] for name in names):
                if self._tried[name]:
                    self._tried[name].pop()

    def _forget(self, moment: float) -> None:
        for name in [*self._tried]:
            times = self._tried[name]
            while times and times[0] < moment - self._seconds:
                times.popleft()
            if not times:
                del self._tried[name]

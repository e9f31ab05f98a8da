"""Problem details: what an answer to a program says when something goes wrong (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"
API = "/api/"


def speaks_json(path: str) -> bool:
    """Whether who asks at this address is a program, so that problems are told as data."""
    return path.startswith(API)


def problem_details(path: str, status: int, title: str, detail: str,
                    headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A problem as data: what was wanted and found, and what repairs it."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": path}
    asked = {"www-authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse(body, status, {**(headers or {}), **asked}, media_type=MEDIA_TYPE)

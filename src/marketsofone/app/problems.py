"""Problem details: what an answer to a program says when something goes wrong (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"
API = "/api/"
_TOLD_BY_WHAT_IS_TAKEN = frozenset((
    "literal_error", "greater_than_equal", "greater_than", "less_than_equal", "less_than", "int_parsing",
    "float_parsing", "bool_parsing", "string_too_short", "string_too_long", "string_pattern_mismatch", "finite_number",
    "int_from_float", "int_type", "float_type", "string_type", "timezone_aware"))
"""Kinds of errors whose message is about what is taken alone."""


def speaks_json(path: str) -> bool:
    """Whether who asks at this address is a program, so that problems are told as data."""
    return path.startswith(API)


def taken_instead(error: Mapping[str, Any]) -> str:
    """What a value that is not understood should be, as the address takes it; never what was sent.

    Examples
    --------
    >>> taken_instead({"type": "greater_than_equal", "msg": "Input should be greater than or equal to 1"})
    'should be greater than or equal to 1.'
    >>> taken_instead({"type": "missing", "msg": "Field required"}), taken_instead({"type": "value_error", "msg": "x"})
    ('is needed.', '')
    """
    if error["type"] == "union_tag_invalid":
        return f"should be one of {error['ctx']['expected_tags']}."
    if error["type"] not in _TOLD_BY_WHAT_IS_TAKEN:
        return {"missing": "is needed.", "extra_forbidden": "is not taken here.",
                "union_tag_not_found": "is needed: which kind it is."}.get(error["type"], "")
    return f"{error['msg'].replace('Input should', 'should').replace('String should', 'should')}."


def problem_details(path: str, status: int, title: str, detail: str,
                    headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A problem as data: what was wanted and found, and what repairs it."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": path}
    asked = {"www-authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse(body, status, {**(headers or {}), **asked}, media_type=MEDIA_TYPE)

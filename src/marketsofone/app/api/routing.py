"""What every answer of the API has in common: where it stands, what its problems look like, and its sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from marketsofone.app.entrance import Visit
from marketsofone.app.problems import MEDIA_TYPE

PREFIX = "/api/v1"
MOST = 500

Item = TypeVar("Item")
Start = Annotated[int, Query(ge=0, le=10**9, description="How many to pass over.")]
Most = Annotated[int, Query(ge=1, le=MOST, description="How many to give at most.")]

_PROBLEMS = {
    400: "The body cannot be read.",
    401: "No key, or one that does not hold (any more).",
    403: "The person behind the key may not do this, the key only reads, or another site sent it.",
    404: "There is no such thing in this run, or it may not be shown here.",
    409: "It cannot be kept as it stands, or someone else changed it in between: nothing was written.",
    413: "The body is larger than the app takes.",
    422: "A value of the request is none that this address takes.",
    500: "Something went wrong on our side: nothing was acknowledged.",
    503: "The written record cannot be reached just now: nothing was acknowledged. Ask again after `retry-after`.",
}
_OF_READING = (401, 403, 404, 422, 500, 503)


class Model(BaseModel):
    """A value as the API gives it."""

    model_config = ConfigDict(frozen=True)


class Problem(Model):
    """What went wrong, as RFC 9457 has it."""

    type: str = Field(description="`about:blank`: the status says what kind of problem it is.")
    title: str = Field(description="What was wanted, and what was found instead.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What repairs it.")
    instance: str = Field(description="The path that was asked for.")


class Sheet(Model, Generic[Item]):
    """One sheet of a list, in an order that stays the same within a run."""

    run_id: str = Field(description="The run these are of.")
    items: list[Item]
    total: int = Field(description="How many the whole list holds.")
    start: int = Field(description="How many were passed over.")
    next: str | None = Field(description="Address of the next sheet, of the same run; null on the last one.")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Which problems an address may tell, for its document."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {status: {"description": _PROBLEMS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
            for status in statuses}


def api_router(tag: str) -> APIRouter:
    """A router of the API: what it documents of its problems is what the app answers."""
    return APIRouter(prefix=PREFIX, tags=[tag], responses=problems(*_OF_READING))


WRITES = problems(400, 409, 413)
"""What an address that writes may tell beside."""


def sheet(request: Request, visit: Visit, items: Sequence[Mapping[str, Any]], total: int, start: int,
          most: int) -> dict[str, Any]:
    """Rows as one sheet, with the way to the next one."""
    run_id = visit.shelf.snapshot.run_id
    following = None
    if start + len(items) < total and items:
        url = request.url.include_query_params(start=start + most, most=most, run=run_id)
        following = f"{url.path}?{url.query}"
    return {"run_id": run_id, "items": items, "total": total, "start": start, "next": following}

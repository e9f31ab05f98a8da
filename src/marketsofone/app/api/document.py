"""The OpenAPI document of the API: what it says is what the app answers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse

import marketsofone
from marketsofone.app.api.routing import PREFIX, Problem
from marketsofone.app.entrance import Needs

router = APIRouter(prefix=PREFIX, include_in_schema=False)

_ABOUT = (
    "The same results and the same writes as the pages, with the rights of the person behind the key.\n\n"
    "A `buyer_id` is a whole number of 52 bits and a `stratum_id` a text; both stay the same from run to run. "
    "Numbers are those of the run, in full. Money is in major units of the market's currency.")


@router.get("/openapi.json", dependencies=[Depends(Needs("see_market"))])
def document(request: Request) -> JSONResponse:
    """The document, for programs that read it."""
    made: dict[str, Any] = get_openapi(title="marketsofone", version=marketsofone.__version__, description=_ABOUT,
                                       routes=request.app.routes)
    parts = made["components"]
    parts["schemas"]["Problem"] = Problem.model_json_schema()
    parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"},
                                "session": {"type": "apiKey", "in": "cookie", "name": "m1"}}
    return JSONResponse(made | {"security": [{"key": []}, {"session": []}]})

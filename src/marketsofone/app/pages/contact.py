"""What came of a contact: written down from Today or from the buyer's page, in a few taps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse

from marketsofone.app.entrance import Visit, visits
from marketsofone.app.writing import answer_of, state_together, to_say

router = APIRouter(include_in_schema=False)

CHANNELS = ("call", "visit", "mail", "video", "chance meeting")


@router.post("/buyer/{buyer_id}/contact")
def contact(buyer_id: int, visit: Annotated[Visit, visits("write")],
            channel: Annotated[str, Form(max_length=200)],
            came: Annotated[Literal["answered", "no answer", "open"], Form()],
            minutes: Annotated[float | None, Form()] = None,
            note: Annotated[str, Form(max_length=20_000)] = "",
            back: Annotated[Literal["buyer", "today"], Form()] = "buyer") -> RedirectResponse:
    """What came of a contact, with a note where there is one; from Today it answers the move as well."""
    row = visit.shelf.buyer(buyer_id, visit.scope)
    answered = {"answered": True, "no answer": False, "open": None}[came]
    said = [to_say(row, "contact", channel=channel, happened_at=datetime.now(UTC), answered=answered, minutes=minutes)]
    if note.strip():
        said.append(to_say(row, "note", text=note))
    if back == "today":
        said.append(answer_of(visit, row, "done", "contact written down"))
    state_together(visit, row, said)
    return RedirectResponse("/" if back == "today" else f"/buyer/{buyer_id}", 303)

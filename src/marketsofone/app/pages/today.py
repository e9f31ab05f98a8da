"""Today: a handful of moves, best first, each with its reason and an answer in one tap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from marketsofone.app.entrance import Visit, visits
from marketsofone.app.lines import BuyerLine, buyer_lines
from marketsofone.app.rendering import framed, rendered
from marketsofone.app.writing import state
from marketsofone.project.restating import restated
from marketsofone.project.shelf import Row
from marketsofone.project.unlisted import unlisted

if TYPE_CHECKING:
    from marketsofone.project.entering import Entry

router = APIRouter(include_in_schema=False)

MOVES = 7
NOT_NOW_DAYS = 14
REASONS = {
    "done": ("approached", "met by chance", "a colleague did"),
    "not now": ("no time today", "budget later", "waits for us", "holiday there"),
    "not relevant": ("closed down", "wrong contact", "buys elsewhere for good", "we do not want it"),
}


@dataclass(frozen=True, slots=True)
class Move:
    """One buyer to approach."""

    line: BuyerLine
    changed: bool


@dataclass(frozen=True, slots=True)
class Today:
    """What the template may use."""

    moves: tuple[Move, ...]
    buyers: int
    put_off: int
    reasons: dict[str, tuple[str, ...]]
    may_write: bool


@router.get("/", response_class=HTMLResponse)
def today(visit: Annotated[Visit, visits("see_market")]) -> Response:
    """The moves of whoever asks; those who work with audiences start from the market instead."""
    if not visit.viewer.may("see_buyers"):
        return RedirectResponse("/market", 303)
    answered = _answered(visit.office.notebook.of_kind("answer"), datetime.now(UTC).date())
    barred = unlisted(visit.shelf.snapshot, visit.office.notebook)
    listed = visit.shelf.listed(visit.scope, most=MOVES + len(answered), ranked=True, without=barred)
    open_rows = [row for row in listed.rows if row["source_id"] not in answered][:MOVES]
    rows = [restated(visit.shelf, visit.office.notebook, row) for row in open_rows]
    lines = buyer_lines(visit.shelf, rows)
    moves = tuple(Move(line, bool(row["restated"])) for line, row in zip(lines, rows, strict=True))
    page = Today(moves, listed.total, len(listed.rows) - len(open_rows) if moves else 0, REASONS,
                 visit.viewer.may("write"))
    return rendered("today.html", framed(visit, "Today", "today"), page)


@router.post("/buyer/{buyer_id}/answer")
def answer(
    buyer_id: int, visit: Annotated[Visit, visits("write")],
    said: Annotated[Literal["done", "not now", "not relevant"], Form()],
    reason: Annotated[str, Form(max_length=1000)],
) -> RedirectResponse:
    """What the person says to the move, with the reason; a second answer corrects the first."""
    row = visit.shelf.buyer(buyer_id, visit.scope)
    until = datetime.now(UTC).date() + timedelta(days=NOT_NOW_DAYS) if said == "not now" else None
    earlier = _own_answer(visit, row)
    state(visit, "answer", row, {"answer": said, "reason": reason, "until": until}, earlier)
    return RedirectResponse("/", 303)


def _own_answer(visit: Visit, row: Row) -> int | None:
    told = visit.office.notebook.of_kind("answer", None, "buyer", row["source_id"])
    return next((entry.id for entry in told if entry.stated_by == visit.viewer.name), None)


def _answered(entries: tuple[Entry, ...], day: date) -> set[str]:
    """Buyers whose move was answered, put off until later or found not relevant."""
    return {entry.about_id for entry in entries if _holds(entry.says, day)}


def _holds(says: object, day: date) -> bool:
    until = getattr(says, "until", None)
    return until is None or until > day

"""Today: a handful of moves, best first, each with its reason and an answer in one tap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from marketsofone.app.entrance import Visit, visits
from marketsofone.app.lines import BuyerLine, buyer_lines
from marketsofone.app.pages.contact import CHANNELS
from marketsofone.app.rendering import framed, rendered
from marketsofone.app.writing import answer_of, state_together, withdraw
from marketsofone.errors import RecordRefused
from marketsofone.project.showing.changing import as_of_before
from marketsofone.project.showing.today import MOVES, NOT_NOW_DAYS, as_csv, lines_of, moves_to, open_buyers
from marketsofone.project.snapshots.approach import MOST_PASSED, orders_approach, passed_over
from marketsofone.project.snapshots.shelf import Row

if TYPE_CHECKING:
    from marketsofone.project.showing.today import Move
    from marketsofone.project.snapshots.approach import PassedOver
    from marketsofone.project.statements.entering import Entry

router = APIRouter(include_in_schema=False)

REASONS = {
    "done": ("approached", "met by chance", "a colleague did"),
    "not now": ("no time today", "budget later", "waits for us", "holiday there"),
    "not relevant": ("closed down", "wrong contact", "buys elsewhere for good", "we do not want it"),
}
_UNDONE_FOR = timedelta(hours=24)
_MOST_UNDONE = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """One buyer to approach, with its line of figures."""

    line: BuyerLine
    move: Move


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of one's own that can still be taken back from here."""

    number: int
    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Today:
    """What the template may use."""

    moves: tuple[Shown, ...]
    buyers: int
    with_hours: int | None
    passed: tuple[PassedOver, ...]
    passed_in_all: int
    put_off: int
    before: str
    answered: tuple[Answered, ...]
    reasons: dict[str, tuple[str, ...]]
    channels: tuple[str, ...]
    may_write: bool


@router.get("/", response_class=HTMLResponse)
def today(visit: Annotated[Visit, visits("see_market")]) -> Response:
    """The moves of whoever asks; those who work with audiences start from the market instead."""
    if not visit.viewer.may("see_buyers"):
        return RedirectResponse("/market", 303)
    now = datetime.now(UTC)
    entries = visit.office.notebook.of_kind("answer")
    found = open_buyers(visit.shelf, visit.office.notebook, visit.scope, visit.barred, now.date())
    over = _passed_over(visit)
    page = Today(_moves(visit, found.rows), found.total, _with_hours(visit), over[:MOST_PASSED], len(over),
                 found.passed, as_of_before(visit.shelf), _own(visit, entries, now), REASONS, CHANNELS,
                 visit.viewer.may("write"))
    return rendered("today.html", framed(visit, "Today", "today"), page)


@router.get("/today.csv")
def take_out(visit: Annotated[Visit, visits("see_buyers")],
             most: Annotated[int, Query(ge=1, le=1_000)] = MOVES) -> Response:
    """The same moves as a file, the first ones or more; who may not be contacted is on no line."""
    shelf, notebook = visit.shelf, visit.office.notebook
    found = open_buyers(shelf, notebook, visit.scope, visit.barred, datetime.now(UTC).date(), most)
    lines = lines_of(shelf, moves_to(shelf, notebook, found.rows))
    visit.office.door.trace(visit.viewer, "exported today", f"{len(lines)} buyers")
    return Response(as_csv(lines), media_type="text/csv; charset=utf-8", headers={
        "content-disposition": 'attachment; filename="today.csv"'})


@router.post("/buyer/{buyer_id}/answer")
def answer(
    buyer_id: int, visit: Annotated[Visit, visits("write")],
    said: Annotated[Literal["done", "not now", "not relevant"], Form()],
    reason: Annotated[str, Form(max_length=1000)],
) -> RedirectResponse:
    """What the person says to the move, with the reason; a second answer corrects the first."""
    row = visit.shelf.buyer(buyer_id, visit.scope)
    until = datetime.now(UTC).date() + timedelta(days=NOT_NOW_DAYS) if said == "not now" else None
    state_together(visit, row, [answer_of(visit, row, said, reason, until)])
    return RedirectResponse("/", 303)


@router.post("/today/undo")
def undo(visit: Annotated[Visit, visits("write")], number: Annotated[int, Form(ge=1, lt=2**31)]) -> RedirectResponse:
    """Takes back an answer of one's own: the move stands there again."""
    entries = visit.office.notebook.of_kind("answer")
    if not any(entry.id == number and entry.stated_by == visit.viewer.name for entry in entries):
        raise RecordRefused("An answer of your own is taken back.", f"no answer {number} of yours in force.",
                            "Look at Today again.")
    withdraw(visit, number, f"answer {number}")
    return RedirectResponse("/", 303)


def _moves(visit: Visit, rows: Sequence[Row]) -> tuple[Shown, ...]:
    moves = moves_to(visit.shelf, visit.office.notebook, rows)
    lines = buyer_lines(visit.shelf, [move.now for move in moves])
    return tuple(map(Shown, lines, moves))


def _with_hours(visit: Visit) -> int | None:
    """How many of the viewer's buyers the plan gives hours; None where it puts nobody in order."""
    return visit.shelf.given_hours(visit.listing) if orders_approach(visit.shelf.snapshot) else None


def _passed_over(visit: Visit) -> tuple[PassedOver, ...]:
    """Who would be here by rank, and is not, for the plan gives it no hour."""
    ranked = visit.shelf.listed(visit.scope, None, "rank", 0, MOVES, ranked=True, without=visit.barred).rows
    return passed_over(visit.shelf.snapshot, ranked)


def _own(visit: Visit, entries: tuple[Entry, ...], now: datetime) -> tuple[Answered, ...]:
    """What the viewer answered lately, of buyers it may look at: of who objected since, not even the key."""
    told = tuple(_lately(visit, entries, now))
    shown = visit.shelf.shown_keys({each.key for each in told}, visit.scope)
    return tuple(each for each in told if each.key in shown)[:_MOST_UNDONE]


def _lately(visit: Visit, entries: tuple[Entry, ...], now: datetime) -> Iterator[Answered]:
    """Answers of the viewer of the last day, the latest first."""
    for entry in sorted(entries, key=lambda each: -each.id):
        if entry.stated_by == visit.viewer.name and now - entry.stated_at < _UNDONE_FOR:
            said = entry.says
            yield Answered(entry.id, entry.about_id, f"{getattr(said, 'answer', '')}, {getattr(said, 'reason', '')}")

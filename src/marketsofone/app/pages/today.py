"""Today: a handful of moves, best first, each with its reason and an answer in one tap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from marketsofone.app.entrance import Visit, visits
from marketsofone.app.lines import BuyerLine, buyer_lines
from marketsofone.app.pages.contact import CHANNELS
from marketsofone.app.rendering import framed, rendered
from marketsofone.app.wishes import wishes_of
from marketsofone.app.writing import answer_of, state_together, withdraw
from marketsofone.errors import RecordRefused
from marketsofone.project.showing.buyer import approach_to, hour_of, next_move
from marketsofone.project.showing.changing import as_of_before, changed_since
from marketsofone.project.showing.saying import said_of
from marketsofone.project.snapshots.approach import MOST_PASSED, PURSUE, orders_approach, passed_over
from marketsofone.project.snapshots.shelf import Row
from marketsofone.project.statements.restating import restated_all

if TYPE_CHECKING:
    from marketsofone.project.showing.buyer import Approach
    from marketsofone.project.showing.saying import Said
    from marketsofone.project.snapshots.approach import PassedOver
    from marketsofone.project.statements.entering import Entry

router = APIRouter(include_in_schema=False)

MOVES = 7
NOT_NOW_DAYS = 14
"""So long a move that was put off, or done, stays away; one that is not relevant until that is taken back."""
REASONS = {
    "done": ("approached", "met by chance", "a colleague did"),
    "not now": ("no time today", "budget later", "waits for us", "holiday there"),
    "not relevant": ("closed down", "wrong contact", "buys elsewhere for good", "we do not want it"),
}
_UNDONE_FOR = timedelta(hours=24)
_MOST_UNDONE = 5
_SHEET = 50


@dataclass(frozen=True, slots=True)
class Move:
    """One buyer to approach.

    Parameters
    ----------
    line : BuyerLine
    scores : tuple of Said
        The three scores in words.
    approach : Approach
    earns, interval : str
        What an hour given to it earns beyond its cost: as the plan has it, else by the scores; empty: not known.
    planned : str
        What the plan gives it, or why it gives nothing; empty where there is no plan.
    changed : tuple of str
        What is new since the run before.
    moved : bool
        Whether something stated since the run moved its scores.
    wishes : tuple of (str, str)
        What it said it needs, desires or expects: which of the three, and the words.
    account : str
        The key of the account it is of; empty where it is one itself.
    """

    line: BuyerLine
    scores: tuple[Said, ...]
    approach: Approach
    earns: str
    interval: str
    planned: str
    changed: tuple[str, ...]
    moved: bool
    wishes: tuple[tuple[str, str], ...]
    account: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of one's own that can still be taken back from here."""

    number: int
    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Today:
    """What the template may use."""

    moves: tuple[Move, ...]
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
    rows, passed, buyers = _open_rows(visit, {entry.about_id for entry in entries if _holds(entry, now.date())})
    over = _passed_over(visit)
    page = Today(_moves(visit, rows), buyers, _with_hours(visit), over[:MOST_PASSED], len(over), passed,
                 as_of_before(visit.shelf), _own(visit, entries, now), REASONS, CHANNELS, visit.viewer.may("write"))
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


def _open_rows(visit: Visit, answered: set[str]) -> tuple[list[Row], int, int]:
    """The first buyers whose move is open, how many before them were passed over, and how many there are in all."""
    found: list[Row] = []
    passed = start = 0
    while True:
        listed = visit.shelf.listed(visit.scope, None, "place", start, _SHEET, ranked=True, without=visit.barred)
        for row in listed.rows:
            if len(found) == MOVES:
                return found, passed, listed.total
            if not answered.isdisjoint(visit.shelf.keys_of(row)):
                passed += 1
            else:
                found.append(row)
        start += _SHEET
        if start >= listed.total:
            return found, passed, listed.total


def _moves(visit: Visit, rows: list[Row]) -> tuple[Move, ...]:
    shelf = visit.shelf
    now = restated_all(shelf, visit.office.notebook, rows)
    wished, accounts = wishes_of(visit, rows), shelf.accounts(rows)
    return tuple(Move(line, said_of(shelf, as_now), approach_to(shelf, row), *hour_of(shelf, row, as_now),
                      _planned(visit, row), changed_since(shelf, row), bool(as_now["restated"]),
                      wished[row["buyer_id"]], accounts.get(row["buyer_id"], ""))
                 for line, row, as_now in zip(buyer_lines(shelf, now), rows, now, strict=True))


def _planned(visit: Visit, row: Row) -> str:
    """What the plan gives a buyer, in a sentence."""
    found = next_move(visit.shelf, row["buyer_id"])
    if found is None:
        return ""
    move, choice = found
    if choice != PURSUE:
        return f"The plan gives it no hour. {move.reason}"
    return f"The plan gives {'this customer' if move.customer else 'it'} {move.hours} hours."


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


def _holds(entry: Entry, day: date) -> bool:
    """Whether a move stays away by an answer."""
    until = getattr(entry.says, "until", None)
    if until is None and getattr(entry.says, "answer", "") == "done":
        until = entry.stated_at.date() + timedelta(days=NOT_NOW_DAYS)
    return until is None or until > day

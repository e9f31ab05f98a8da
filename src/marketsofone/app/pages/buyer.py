"""Buyer: the market of one, and what people know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse

from marketsofone.app.entrance import Visit, visits
from marketsofone.app.lines import BuyerLine, StratumLine, buyer_lines, stratum_lines
from marketsofone.app.pages.contact import CHANNELS
from marketsofone.app.rendering import framed, rendered
from marketsofone.app.resting import Resting, counted_rows, resting
from marketsofone.app.writing import history_of, own_of, standing_about, state, take_back
from marketsofone.errors import RecordRefused
from marketsofone.project.reading.unlisted import off_the_list
from marketsofone.project.showing.buyer import (
    approach_to,
    contacts_on,
    effort_on,
    hour_of,
    next_move,
    people_of,
    shared_with,
    who,
    who_decides,
)
from marketsofone.project.showing.changing import as_of_before, changed_since
from marketsofone.project.showing.figures import currency_of, money, reasons, share, titles
from marketsofone.project.showing.saying import said_of
from marketsofone.project.showing.timeline import timeline
from marketsofone.project.showing.wishes import wish_words
from marketsofone.project.snapshots.results import is_decided
from marketsofone.project.snapshots.shelf import Row
from marketsofone.project.statements.restating import restated, too_late
from marketsofone.project.statements.stating import REFUSAL
from marketsofone.project.statements.subjects import subjects_of
from marketsofone.project.words import title

if TYPE_CHECKING:
    from marketsofone.project.showing.buyer import Approach, Person, Shared
    from marketsofone.project.showing.plan import Move
    from marketsofone.project.showing.saying import Said
    from marketsofone.project.showing.timeline import Event
    from marketsofone.project.statements.entering import Entry

router = APIRouter(include_in_schema=False)

WISHES = ("need", "desire", "expectation")
_EVENTS = 12
_WHOLE = 100.0
_SHOWN = {"judgement", "wish", "note", "contact", "answer", "adjustment", "permission"}


@dataclass(frozen=True, slots=True)
class OpportunityLine:
    """An opportunity of the buyer."""

    key: str
    outcome: str
    win: str
    interval: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SaidLine:
    """Something a person said of the buyer."""

    number: int
    kind: str
    words: str
    by: str
    day: str
    own: bool
    ended: bool


@dataclass(frozen=True, slots=True)
class WishLine:
    """A wish as the buyer said it, and who wrote it down."""

    number: int
    theme: str
    strength: str
    words: str
    by: str
    day: str
    own: bool


@dataclass(frozen=True, slots=True)
class NextMove:
    """What to do next: what the plan gives, how to approach, and what the scores say in words.

    Parameters
    ----------
    barred : bool
        No basis for contact holds: nothing says how to approach it.
    """

    barred: bool
    choice: str
    plan: Move | None
    earns: str
    approach: Approach
    scores: tuple[Said, ...]
    changed: tuple[str, ...]
    before: str


@dataclass(frozen=True, slots=True)
class Place:
    """A segment the buyer stands in, wholly or in part."""

    stratum_id: str
    name: str
    share: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """What the template may use."""

    itself: BuyerLine
    kind: str
    account: str
    changed: tuple[str, ...]
    following: NextMove
    decides: str
    colleagues: tuple[tuple[int, str], ...]
    people: tuple[Person, ...]
    who: tuple[tuple[str, str], ...]
    done: tuple[tuple[str, str], ...]
    shared: tuple[Shared, ...]
    wished: tuple[tuple[str, tuple[WishLine, ...]], ...]
    events: tuple[Event, ...]
    older: tuple[Event, ...]
    segment: StratumLine
    places: tuple[Place, ...]
    columns: tuple[tuple[str, str], ...]
    opportunities: tuple[OpportunityLine, ...]
    said: tuple[SaidLine, ...]
    rests: Resting
    wishes: tuple[str, ...]
    channels: tuple[str, ...]
    too_late: str
    may_write: bool


@router.get("/buyer/{buyer_id}")
def buyer(buyer_id: int, visit: Annotated[Visit, visits("see_buyers")]) -> HTMLResponse:
    """One buyer."""
    shelf, notebook = visit.shelf, visit.office.notebook
    as_run = shelf.buyer(buyer_id, visit.scope)
    row = restated(shelf, notebook, as_run)
    visit.office.door.trace(visit.viewer, "saw", f"buyer {buyer_id}")
    counted = counted_rows(shelf, buyer_id)
    events = timeline(shelf, notebook, row, counted)
    page = Buyer(
        buyer_lines(shelf, [off_the_list(row, visit.barred)])[0], row["kind"],
        shelf.accounts([row]).get(buyer_id, ""), row["restated"],
        _following(visit, as_run, row),
        who_decides(shelf, row), _colleagues(visit, row), people_of(shelf, row, visit.people_gone),
        who(shelf, buyer_id), effort_on(shelf, buyer_id),
        shared_with(shelf, row), _wished(visit, row),
        events[:_EVENTS], events[_EVENTS:],
        stratum_lines(shelf, [shelf.stratum(row["stratum_id"])])[0], _places(visit, buyer_id), titles(),
        tuple(map(_opportunity, shelf.of_buyer("opportunities", buyer_id))), _said(visit, row),
        resting(shelf, counted), WISHES, CHANNELS, too_late(shelf),
        visit.viewer.may("write"))
    return rendered("buyer.html", framed(visit, page.itself.key, ""), page)


@router.get("/find")
def find(visit: Annotated[Visit, visits("see_buyers")], text: Annotated[str, Query(max_length=500)] = "") -> Any:
    """Buyers whose key begins with a text; one that is it opens at once."""
    rows = visit.shelf.found(text.strip(), visit.scope) if text.strip() else ()
    frame = framed(visit, "Find", "")
    meant = [row for row in rows if row["source_id"] == text.strip()] or rows
    if len(meant) == 1:
        run = f"?run={frame.run_id}" if frame.old_run else ""
        return RedirectResponse(f"/buyer/{meant[0]['buyer_id']}{run}", 303)
    return rendered("find.html", frame, Found(text, buyer_lines(visit.shelf, rows), titles()))


@dataclass(frozen=True, slots=True)
class Found:
    """What the template may use."""

    text: str
    lines: tuple[BuyerLine, ...]
    columns: tuple[tuple[str, str], ...]


@router.post("/buyer/{buyer_id}/judgement")
def judge(buyer_id: int, visit: Annotated[Visit, visits("write")],
          score: Annotated[Literal["pull", "competitiveness", "attractiveness"], Form()],
          value: Annotated[float, Form()], sure: Annotated[float, Form()] = 3.0) -> RedirectResponse:
    """What the person holds a score to be; a second thought corrects the first."""
    row = visit.shelf.buyer(buyer_id, visit.scope)
    if score != "attractiveness" and not 0 < value < _WHOLE:
        raise RecordRefused(f"A judgement of {score} is a percentage.", "one that is not between 0 and 100.",
                            "Go back, and state one above 0 and below 100: nothing is impossible or certain.")
    scaled = value if score == "attractiveness" else value / _WHOLE
    state(visit, "judgement", row, {"score": score, "value": scaled, "sure": sure}, _own_judgement(visit, row, score))
    return RedirectResponse(f"/buyer/{buyer_id}", 303)


@router.post("/buyer/{buyer_id}/wish")
def wish(buyer_id: int, visit: Annotated[Visit, visits("write")],
         kind: Annotated[Literal["need", "desire", "expectation"], Form()],
         theme: Annotated[str, Form(max_length=200)], words: Annotated[str, Form(max_length=20_000)] = "",
         strength: Annotated[float | None, Form(ge=0, le=100)] = None) -> RedirectResponse:
    """Something the buyer needs, desires or expects, in its own words."""
    row = visit.shelf.buyer(buyer_id, visit.scope)
    values = {"kind": kind, "theme": theme, "strength": None if strength is None else strength / 100}
    state(visit, "wish", row, values | ({"words": words} if words.strip() else {}))
    return RedirectResponse(f"/buyer/{buyer_id}", 303)


@router.post("/buyer/{buyer_id}/note")
def note(buyer_id: int, visit: Annotated[Visit, visits("write")],
         text: Annotated[str, Form(max_length=20_000)],
         supersedes: Annotated[int | None, Form()] = None) -> RedirectResponse:
    """A remark, or the correction of one as its reader saw it."""
    row = visit.shelf.buyer(buyer_id, visit.scope)
    state(visit, "note", row, {"text": text}, supersedes)
    return RedirectResponse(f"/buyer/{buyer_id}", 303)


@router.post("/buyer/{buyer_id}/objection")
def object_to_profiling(buyer_id: int, visit: Annotated[Visit, visits("write")]) -> RedirectResponse:
    """The buyer says no to being profiled: it is shown no more, and from the next run on not scored."""
    row = visit.shelf.buyer(buyer_id, visit.scope)
    state(visit, "objection", row, {"purpose": "profiling"})
    return RedirectResponse("/", 303)


@router.post("/buyer/{buyer_id}/refusal")
def refuse_contact(buyer_id: int, visit: Annotated[Visit, visits("write")]) -> RedirectResponse:
    """The buyer does not want to be contacted: it is scored, and on no list of whom to approach from then on."""
    row = visit.shelf.buyer(buyer_id, visit.scope)
    state(visit, "permission", row, REFUSAL)
    return RedirectResponse(f"/buyer/{buyer_id}#next", 303)


@router.post("/buyer/{buyer_id}/undo")
def undo(buyer_id: int, visit: Annotated[Visit, visits("write")],
         number: Annotated[int, Form()]) -> RedirectResponse:
    """Takes back what the person said; others' words only with the right to decide."""
    row = visit.shelf.buyer(buyer_id, visit.scope)
    take_back(visit, number, subjects_of(visit.shelf, row), f"buyer {buyer_id}")
    return RedirectResponse(f"/buyer/{buyer_id}", 303)


def _following(visit: Visit, as_run: Row, row: Row) -> NextMove:
    """The next move: the plan and the changes as the run holds them, the scores as they stand now."""
    found, met = next_move(visit.shelf, row["buyer_id"]), contacts_on(visit.shelf, visit.office.notebook, [row])
    barred = as_run["rank"] is None or row["buyer_id"] in visit.barred
    return NextMove(barred, found[1] if found else "", found[0] if found else None,
                    hour_of(visit.shelf, as_run, row)[0], approach_to(visit.shelf, row, met.get(row["buyer_id"])),
                    said_of(visit.shelf, row), changed_since(visit.shelf, as_run), as_of_before(visit.shelf))


def _colleagues(visit: Visit, row: Row) -> tuple[tuple[int, str], ...]:
    """Who else decides at the same account, of those the viewer may see."""
    return tuple((each["buyer_id"], each["source_id"] or f"id {each['buyer_id']}")
                 for each in visit.shelf.beside(row, visit.scope))


def _wished(visit: Visit, row: Row) -> tuple[tuple[str, tuple[WishLine, ...]], ...]:
    """What the buyer wishes, its needs, desires and expectations each by themselves."""
    told = [entry for entry in standing_about(visit, subjects_of(visit.shelf, row)) if entry.kind == "wish"]
    return tuple((kind, tuple(_wish(visit, entry) for entry in told if _kind(entry) == kind)) for kind in WISHES)


def _wish(visit: Visit, entry: Entry) -> WishLine:
    says: Any = entry.says
    return WishLine(entry.id, says.theme, "" if says.strength is None else share(says.strength), says.words or "",
                    entry.stated_by, f"{entry.stated_at:%Y-%m-%d}",
                    entry.stated_by == visit.viewer.name or visit.viewer.may("decide"))


def _own_judgement(visit: Visit, row: Row, score: str) -> int | None:
    return next((each.id for each in own_of(visit, "judgement", row) if _about(each) == score), None)


def _about(entry: Entry) -> str:
    return str(getattr(entry.says, "score", ""))


def _said(visit: Visit, row: Row) -> tuple[SaidLine, ...]:
    """Everything people said of a buyer, the latest first, what was corrected or taken back marked as ended."""
    subjects = subjects_of(visit.shelf, row)
    standing = {entry.id for entry in standing_about(visit, subjects)}
    told = history_of(visit, subjects)
    currency = currency_of(visit.shelf)
    lines = [SaidLine(entry.id, _kind(entry), _words(entry, currency), entry.stated_by,
                      f"{entry.stated_at:%Y-%m-%d %H:%M}",
                      entry.stated_by == visit.viewer.name or visit.viewer.may("decide"), entry.id not in standing)
             for entry in told if entry.kind in _SHOWN]
    return tuple(sorted(lines, key=lambda line: -line.number))


def _kind(entry: Entry) -> str:
    """A wish by which of the three it is, so that needs, desires and expectations stay apart."""
    return str(getattr(entry.says, "kind", "")) if entry.kind == "wish" else entry.kind


def _words(entry: Entry, currency: str) -> str:
    """What was said, in a sentence."""
    says: Any = entry.says
    match entry.kind:
        case "judgement":
            value = money(says.value, currency) if says.score == "attractiveness" else share(says.value)
            return f"{says.score} {value}, worth {says.sure:g} trials"
        case "wish":
            return wish_words(entry)
        case "contact":
            came = {True: "answered", False: "no answer", None: "not known yet"}[says.answered]
            return f"{says.channel}: {came}" + (f", {says.minutes:g} minutes" if says.minutes else "")
        case "answer":
            return f"{says.answer}: {says.reason}" + (f", until {says.until}" if says.until else "")
        case "adjustment":
            return str(says.type)
        case "permission":
            between = (f", from {says.valid_from}" if says.valid_from else "") + (
                f", until {says.valid_to}" if says.valid_to else "")
            return f"{says.purpose}: {says.basis}{between}"
        case _:
            return str(says.text)


def _places(visit: Visit, buyer_id: int) -> tuple[Place, ...]:
    """The segments a buyer stands in, from the market down; in part where a dimension is not yet known."""
    held = visit.shelf.of_buyer("memberships", buyer_id)
    names = {row["stratum_id"]: title(row) for row in visit.shelf.strata}
    ordered = sorted(held, key=lambda each: (each["level"], -each["share"], each["stratum_id"]))
    unique = {each["stratum_id"]: each for each in ordered if each["stratum_id"] in names}
    return tuple(Place(key, names[key], share(each["share"])) for key, each in unique.items())


def _opportunity(row: Row) -> OpportunityLine:
    """An opportunity; one that is decided has no chance any more."""
    key, outcome = str(row["source_id"]), str(row["outcome"] or "not recorded")
    if is_decided(row):
        return OpportunityLine(key, outcome, "decided", "", ())
    between = "" if row["win_low"] is None else f"{share(row['win_low'])} to {share(row['win_high'])}"
    return OpportunityLine(key, outcome, share(row["win"]), between, reasons(row["reasons"]))

"""Segment: what its buyers are like, how it stands to its neighbours, what was done there and what is planned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse

from marketsofone.app.entrance import Visit, visits
from marketsofone.app.lines import BuyerLine, StratumLine, buyer_lines, stratum_lines
from marketsofone.app.rendering import framed, rendered
from marketsofone.app.writing import state_about, withdraw
from marketsofone.errors import RecordRefused
from marketsofone.project.comparing.neighbours import compared
from marketsofone.project.reading.effort_spent import spent_on
from marketsofone.project.reading.holding_up_marks import SUBJECT
from marketsofone.project.reading.past import over_runs
from marketsofone.project.reading.unlisted import off_the_list
from marketsofone.project.showing.figures import count, currency_of, figures, money, titles
from marketsofone.project.showing.plan import planned_for
from marketsofone.project.showing.segment import alarms_of, identity_of, pairs_of, steadiness_of
from marketsofone.project.snapshots.shelf import ORDERS, Row
from marketsofone.project.words import title, unplaced_told

if TYPE_CHECKING:
    from marketsofone.project.showing.figures import Figure
    from marketsofone.project.showing.plan import SegmentPlan
    from marketsofone.project.showing.segment import Pair, Steadiness
    from marketsofone.project.showing.segment import Segment as Identity

router = APIRouter(include_in_schema=False)

SHEET = 25


@dataclass(frozen=True, slots=True)
class Called:
    """What people call it since the run, who said so, and the number of the statement."""

    name: str
    by: str
    statement: int | None


@dataclass(frozen=True, slots=True)
class ThenLine:
    """The segment in one run."""

    run_id: str
    as_of: str
    buyers: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """What the template may use."""

    itself: StratumLine
    title: str
    called: Called
    above: tuple[StratumLine, ...]
    beside: tuple[StratumLine, ...]
    below: tuple[StratumLine, ...]
    unplaced: str
    columns: tuple[tuple[str, str], ...]
    identity: Identity | None
    pairs: tuple[Pair, ...]
    steadiness: Steadiness | None
    alarms: tuple[str, ...]
    alarms_asked: int
    spent: tuple[tuple[str, str], ...]
    plan: SegmentPlan | None
    planned: bool
    history: tuple[ThenLine, ...]
    members: tuple[BuyerLine, ...]
    total: str
    start: int
    following: int | None
    order: str
    orders: tuple[str, ...]
    may_see_buyers: bool
    may_decide: bool


@router.get("/segment/{stratum_id}")
def segment(
    stratum_id: str, visit: Annotated[Visit, visits("see_market")], start: Annotated[int, Query(ge=0, le=10**9)] = 0,
    order: Annotated[str, Query(pattern=f"^({'|'.join(ORDERS)})$")] = "rank",
) -> HTMLResponse:
    """One segment."""
    shelf = visit.shelf
    own = shelf.stratum(stratum_id)
    family = [own, *_above(visit, own)]
    beside = [row for row in shelf.strata if row["parent_id"] == own["parent_id"] and row is not own]
    below = [row for row in shelf.strata if row["parent_id"] == stratum_id]
    lines = stratum_lines(shelf, [*family, *beside, *below])
    listed = shelf.listed(visit.scope, shelf.below(stratum_id), order, start, SHEET, last=visit.barred)
    parted = len(family), len(family) + len(beside)
    sounding, asked = alarms_of(shelf, stratum_id)
    called = _called(visit, own)
    page = Segment(
        lines[0], _title(visit, own, called), called, lines[1:parted[0]][::-1],
        lines[parted[0]:parted[1]] if own["parent_id"] else (), lines[parted[1]:], unplaced_told([own, *below]),
        titles(), identity_of(shelf, own), pairs_of(shelf, own),
        steadiness_of(shelf, visit.office.notebook, stratum_id) if own["parent_id"] else None,
        sounding, asked, _spent(visit, own), planned_for(shelf, stratum_id),
        bool(shelf.snapshot.manifest.get("plan", {}).get("made")), _history(visit, own),
        buyer_lines(shelf, [off_the_list(row, visit.barred) for row in listed.rows]), count(listed.total), start,
        start + SHEET if start + SHEET < listed.total else None, order, ORDERS, visit.viewer.may("see_buyers"),
        visit.viewer.may("decide"))
    return rendered("segment.html", framed(visit, page.title, "market"), page)


@dataclass(frozen=True, slots=True)
class Beside:
    """What the template may use."""

    first: StratumLine
    second: StratumLine
    columns: tuple[tuple[str, str], ...]
    pair: Pair
    notes: tuple[str, ...]


@router.get("/segment/{stratum_id}/beside/{other_id}")
def beside(stratum_id: str, other_id: str, visit: Annotated[Visit, visits("see_market")]) -> HTMLResponse:
    """Two segments, criterion by criterion: are they different?"""
    first, second = stratum_lines(visit.shelf, [visit.shelf.stratum(each) for each in (stratum_id, other_id)])
    found = compared(visit.shelf, stratum_id, other_id)
    page = Beside(first, second, titles(), found.pair, found.notes)
    return rendered("beside.html", framed(visit, f"{first.title} beside {second.title}", "market"), page)


@router.post("/segment/{stratum_id}/name")
def call(stratum_id: str, visit: Annotated[Visit, visits("decide")],
         name: Annotated[str, Form(max_length=200)],
         supersedes: Annotated[int | None, Form()] = None) -> RedirectResponse:
    """What people call it, in every run from the next one on; a later name takes the place of the one seen."""
    visit.shelf.stratum(stratum_id)
    state_about(visit, "name", "stratum", stratum_id, {"name": name.strip()}, f"stratum {stratum_id}", supersedes)
    return RedirectResponse(f"/segment/{stratum_id}", 303)


@router.post("/segment/{stratum_id}/accept")
def accept(stratum_id: str, visit: Annotated[Visit, visits("decide")],
           note: Annotated[str, Form(max_length=20_000)]) -> RedirectResponse:
    """Goes on with a segment that does not hold up, and says why."""
    mark = steadiness_of(visit.shelf, visit.office.notebook, visit.shelf.stratum(stratum_id)["stratum_id"])
    if mark is None or not mark.refused:
        raise RecordRefused("A segment is accepted that does not hold up.", "one that needs no such word.",
                            "Look at what its page says of how well it holds up.")
    values = {"subject": f"{SUBJECT}{stratum_id}", "choice": "accept", "note": note}
    state_about(visit, "override", "stratum", stratum_id, values, f"stratum {stratum_id}")
    return RedirectResponse(f"/segment/{stratum_id}#stability", 303)


@router.post("/segment/{stratum_id}/undo")
def undo(stratum_id: str, visit: Annotated[Visit, visits("decide")],
         number: Annotated[int, Form()]) -> RedirectResponse:
    """Takes back a name, or that it was accepted."""
    said = visit.office.notebook.said("stratum", stratum_id)
    if number not in {entry.id for entry in said if entry.kind in ("name", "override")}:
        raise RecordRefused("A name or an acceptance in force is taken back.",
                            f"no statement {number} of this segment in force.",
                            "Someone may have corrected it: look at what stands there now.")
    withdraw(visit, number, f"stratum {stratum_id}")
    return RedirectResponse(f"/segment/{stratum_id}", 303)


def _above(visit: Visit, own: Row) -> list[Row]:
    """The strata a stratum lies in, nearest first."""
    found: list[Row] = []
    row = own
    while row["parent_id"]:
        row = visit.shelf.stratum(row["parent_id"])
        found.append(row)
    return found


def _called(visit: Visit, own: Row) -> Called:
    """As the record says now, which may be later than the run."""
    said = visit.office.notebook.of_kind("name", None, "stratum", own["stratum_id"])
    if not said:
        return Called("", "", None)
    return Called(str(getattr(said[-1].says, "name", "")), said[-1].stated_by, said[-1].id)


def _title(visit: Visit, own: Row, called: Called) -> str:
    """What people call it, else its own name; in an earlier run as it was called there."""
    return (called.name or str(own["name"])) if not visit.old_run else title(own)


def _spent(visit: Visit, own: Row) -> tuple[tuple[str, str], ...]:
    """What was done and what it returned, in words; nothing is said of what no row tells."""
    found = spent_on(visit.shelf, own["stratum_id"])
    if found is None:
        return ()
    told = (("Touches", found.touches), ("Approaches", found.approaches),
            _counted_by_pull(visit, own, found.approaches), ("Let us in", found.answered),
            ("Opportunities", found.opportunities), ("Won", found.won), ("Lost", found.lost), ("Orders", found.orders))
    return (*((title, count(many)) for title, many in told if many is not None),
            ("Contribution of what was sold", money(found.contribution, currency_of(visit.shelf))))


def _counted_by_pull(visit: Visit, own: Row, approaches: float | None) -> tuple[str, float | None]:
    """The approaches that pull rests on, where it does not rest on all of them: their number is its trials."""
    market = visit.shelf.snapshot.manifest["market"]
    since = (market.get("since") or {}).get("pull")
    told = f"what came of them is known{f', since {since}' if since else ''}"
    trials = own["pull_trials"]
    answers = (market.get("steps") or {}).get("pull") == "touch.answered"
    some = answers and trials is not None and approaches is not None and approaches > trials
    return f"Of them counted by pull: {told}", trials if some else None


def _history(visit: Visit, own: Row) -> tuple[ThenLine, ...]:
    """The segment in this run and those before it; empty where there is no earlier one."""
    found = over_runs(visit.shelf.snapshot, own["stratum_id"])
    if len(found) < 2:
        return ()
    drawn = figures(visit.shelf, [then.row for then in found])
    return tuple(ThenLine(then.run_id, then.as_of, count(then.row["buyers"]), shown)
                 for then, shown in zip(found, drawn, strict=True))

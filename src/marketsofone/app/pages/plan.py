"""Plan: what the selling hours there are should do, what they would earn, and where they drain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from marketsofone.app.entrance import Visit, visits
from marketsofone.app.rendering import framed, rendered
from marketsofone.project.reading.between_runs import still_planned
from marketsofone.project.showing.figures import currency_of
from marketsofone.project.showing.plan import (
    choices_of,
    curve_of,
    drains_in_all,
    drains_of,
    focus_of,
    headline,
    hours_back_of,
    loads_of,
    moves_in_all,
    moves_of,
    plan_missing,
    response_of,
)
from marketsofone.project.words import SIDES

if TYPE_CHECKING:
    from marketsofone.project.showing.plan import Choice, Drained, Headline, HoursCurve, Load, Move

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the template may use."""

    missing: str
    headline: Headline
    curve: HoursCurve
    swept: tuple[tuple[str, str, str], ...]
    response: tuple[tuple[str, str, str], ...]
    choices: tuple[Choice, ...]
    loads: tuple[Load, ...]
    moves: tuple[Move, ...]
    moves_in_all: int
    barred: str
    market: str
    drains: tuple[tuple[str, tuple[Drained, ...], int, str], ...]
    has_drain: bool
    all_seen: bool
    focus: tuple[tuple[str, str], ...]
    currency: str
    may_see_buyers: bool
    may_decide: bool


@router.get("/plan")
def plan(visit: Annotated[Visit, visits("see_market")]) -> HTMLResponse:
    """The plan of the run."""
    shelf, scope = visit.shelf, visit.scope
    curve, swept = curve_of(shelf)
    sees = visit.viewer.may("see_buyers")
    kinds = SIDES if sees else ("segment",)
    listed = visit.listing
    moves, given = moves_in_all(shelf, listed) if sees else 0, moves_in_all(shelf, scope) if sees else 0
    page = Plan(
        plan_missing(shelf.snapshot), headline(shelf), curve, swept, response_of(shelf), choices_of(shelf),
        loads_of(shelf, scope) if sees else (), moves_of(shelf, listed) if sees else (),
        moves, still_planned(given - moves), shelf.strata[0]["stratum_id"],
        tuple((kind, drains_of(shelf, kind, scope), drains_in_all(shelf, kind, scope),
               hours_back_of(shelf, kind, scope)) for kind in kinds),
        "drain" in shelf.snapshot.tables, scope.reps is None,
        focus_of(shelf), currency_of(shelf), sees, visit.viewer.may("decide"))
    return rendered("plan.html", framed(visit, "Plan", "plan"), page)

"""The tables of a run, sheet by sheet, in the order of their files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Request

from marketsofone.app.api.routing import Model, Most, Sheet, Start, api_router, sheet
from marketsofone.app.api.rows import (
    Alarm,
    Choice,
    Crosswalk,
    Drain,
    Evidence,
    Finding,
    Health,
    Identity,
    Member,
    Placed,
    PlanTotals,
    Refused,
    Rep,
    Segment,
    Stability,
    Verdict,
)
from marketsofone.app.entrance import Visit, visits
from marketsofone.project.people.access import Right
from marketsofone.project.showing.plan import totals_of

router = api_router("tables")

TABLES: tuple[tuple[str, type[Model], Right], ...] = (
    ("evidence", Evidence, "see_market"),
    ("crosswalk", Crosswalk, "see_market"),
    ("stability", Stability, "see_market"),
    ("identity", Identity, "see_market"),
    ("verdicts", Verdict, "see_market"),
    ("alarms", Alarm, "see_market"),
    ("segments", Segment, "see_market"),
    ("segment_members", Member, "see_buyers"),
    ("segment_choice", Choice, "see_market"),
    ("plan", Placed, "see_buyers"),
    ("drain", Drain, "see_market"),
    ("reps", Rep, "see_buyers"),
    ("health", Health, "load"),
    ("findings", Finding, "load"),
    ("quarantine", Refused, "load"),
)
"""Name, what a row is, and the right it needs; of buyers and reps each holds only those the viewer sees."""


def _answer(name: str, right: Right) -> Callable[..., Any]:
    """What answers for one table."""
    asked: Visit = visits(right)

    def table(request: Request, visit: Visit = asked, start: Start = 0, most: Most = 50) -> Any:
        scope = visit.listing if name == "plan" else visit.scope
        found = visit.shelf.sheet(name, scope, start, most)
        return sheet(request, visit, found.rows, found.total, start, most)

    return table


for _name, _row, _right in TABLES:
    router.add_api_route(f"/{_name}", _answer(_name, _right), response_model=Sheet[_row], name=_name,  # type: ignore[valid-type]
                         summary=f"The table {_name} of the run", description=_row.__doc__ or "")


@router.get("/plan_totals", response_model=PlanTotals)
def plan_totals(visit: Annotated[Visit, visits("see_market")]) -> Any:
    """The totals of the plan, as page Plan, `m1 plan solve` and `m1 export` have them."""
    return totals_of(visit.shelf)

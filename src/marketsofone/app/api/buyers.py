"""Buyers: the ranked list, one buyer, and what its numbers were counted from."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from pydantic import Field

from marketsofone.app.api.routing import Model, Most, Sheet, Start, api_router, sheet
from marketsofone.app.api.scored import Buyer, BuyerId, BuyerNow, Membership, Opportunity, told
from marketsofone.app.api.strata import Order
from marketsofone.app.entrance import Visit, visits
from marketsofone.project.people.access import audience_scope
from marketsofone.project.reading.audience import audience, audience_size
from marketsofone.project.reading.rows import read_rows
from marketsofone.project.statements.restating import restated

router = api_router("buyers")

Key = Annotated[str, Query(min_length=1, max_length=500, description="What the key in your files begins with.")]
InStratum = Annotated[str, Query(min_length=1, max_length=100, description="The `stratum_id` of a sales segment.")]
OfClass = Annotated[str, Query(alias="class", min_length=1, max_length=1_000, description="A marketing segment.")]
Listing = Literal["rank", "plan"]
Score = Annotated[Literal["pull", "competitiveness", "attractiveness"] | None, Query(description="Of this score.")]


class Reached(Model):
    """A buyer of an audience."""

    buyer: str = Field(description="Its key in your files.")
    kind: str
    class_: str = Field(alias="class", description="The marketing segment that is its most likely one.")
    segment: str = Field(description="The path of the sales segment.")
    share: float = Field(description="How far it stands there.")
    probability: float = Field(description="Of the marketing segment.")


class CountedRow(Model):
    """A row of a source that was counted for a buyer."""

    score: str
    buyer_id: int
    table_name: str = Field(description="The customer table it fills; `judgement` for what people hold.")
    source: str
    source_row: int = Field(description="Its number in the source, the first row of data being 1.")
    happened_on: date | None
    trials: float
    total: float


@router.get("/buyers", response_model=Sheet[Buyer])
def buyers(request: Request, visit: Annotated[Visit, visits("see_buyers")], order: Order = "rank", start: Start = 0,
           most: Most = 50) -> Any:
    """Every buyer that the person behind the key sees; those without a rank come last."""
    found = visit.shelf.listed(visit.scope, None, order, start, most, last=visit.barred)
    return sheet(request, visit, [told(row, visit.barred) for row in found.rows], found.total, start, most)


@router.get("/ranking", response_model=Sheet[Buyer])
def ranking(request: Request, visit: Annotated[Visit, visits("see_buyers")], by: Listing = "rank", start: Start = 0,
            most: Most = 50) -> Any:
    """Who deserves the next selling hour: by rank, or as the plan gives hours (`by=plan`; without a plan by rank).

    Who objected or may not be contacted is left out from that moment on.
    """
    order: Order = "place" if by == "plan" else "rank"
    found = visit.shelf.listed(visit.scope, None, order, start, most, ranked=True, without=visit.barred)
    return sheet(request, visit, [told(row) for row in found.rows], found.total, start, most)


@router.get("/audience", response_model=Sheet[Reached])
def reached(request: Request, visit: Annotated[Visit, visits("export")], stratum: InStratum, name: OfClass,
            start: Start = 0, most: Most = 50) -> Any:
    """The buyers of a marketing segment in a sales segment, by your keys, as page Crosswalk takes them out.

    Who objected or may not be contacted is left out from that moment on.
    """
    asked = visit.shelf, visit.barred, audience_scope(visit.viewer, visit.scope), stratum, name
    rows = list(audience(*asked, start, most))
    visit.office.door.trace(visit.viewer, "exported audience", f"stratum {stratum}")
    return sheet(request, visit, rows, audience_size(*asked), start, most)


@router.get("/find", response_model=list[Buyer])
def find(visit: Annotated[Visit, visits("see_buyers")], key: Key) -> Any:
    """Up to twenty buyers whose key in your files begins with a text."""
    return [told(row, visit.barred) for row in visit.shelf.found(key, visit.scope)]


@router.get("/buyers/{buyer_id}", response_model=BuyerNow)
def buyer(buyer_id: BuyerId, visit: Annotated[Visit, visits("see_buyers")]) -> Any:
    """One buyer as the run holds it and, where people stated something since, as it stands now."""
    row = visit.shelf.buyer(buyer_id, visit.scope)
    visit.office.door.trace(visit.viewer, "saw", f"buyer {buyer_id}")
    now = restated(visit.shelf, visit.office.notebook, row)
    return {**told(row, visit.barred), "restated": now["restated"], "now": now if now["restated"] else None}


@router.get("/buyers/{buyer_id}/opportunities", response_model=list[Opportunity])
def opportunities(buyer_id: BuyerId, visit: Annotated[Visit, visits("see_buyers")]) -> Any:
    """The opportunities of a buyer."""
    visit.shelf.buyer(buyer_id, visit.scope)
    return [told(row) for row in visit.shelf.of_buyer("opportunities", buyer_id)]


@router.get("/buyers/{buyer_id}/memberships", response_model=list[Membership])
def memberships(buyer_id: BuyerId, visit: Annotated[Visit, visits("see_buyers")]) -> Any:
    """The strata a buyer stands in; the shares of each level add up to one."""
    visit.shelf.buyer(buyer_id, visit.scope)
    return visit.shelf.of_buyer("memberships", buyer_id)


@router.get("/buyers/{buyer_id}/rows", response_model=Sheet[CountedRow])
def rows(request: Request, buyer_id: BuyerId, visit: Annotated[Visit, visits("see_buyers")], score: Score = None,
         start: Start = 0, most: Most = 50) -> Any:
    """The rows of your files that the numbers of a buyer were counted from."""
    visit.shelf.buyer(buyer_id, visit.scope)
    found = read_rows(visit.shelf.snapshot, buyer=buyer_id, score=score, limit=start + most)
    total = sum(each.rows + each.judgements for each in found.added)
    return sheet(request, visit, [asdict(row) for row in found.rows[start:]], total, start, most)

"""Strata: the tree from the whole market down, and who stands in it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query, Request

from marketsofone.app.api.routing import Most, Sheet, Start, api_router, sheet
from marketsofone.app.api.scored import Buyer, Stratum, StratumId, told
from marketsofone.app.entrance import Visit, visits

router = api_router("strata")

Order = Annotated[Literal["rank", "place", "pull", "competitiveness", "attractiveness", "source_id"],
                  Query(description="Best first; ties by rank and id.")]
Level = Annotated[int | None, Query(ge=0, le=1000, description="Only this level; 0 is the whole market.")]


@router.get("/strata", response_model=Sheet[Stratum])
def strata(request: Request, visit: Annotated[Visit, visits("see_market")], level: Level = None, start: Start = 0,
           most: Most = 50) -> Any:
    """The strata of the tree, the whole market first, then level by level."""
    rows = [row for row in visit.shelf.strata if level is None or row["level"] == level]
    return sheet(request, visit, rows[start:start + most], len(rows), start, most)


@router.get("/strata/{stratum_id}", response_model=Stratum)
def stratum(stratum_id: StratumId, visit: Annotated[Visit, visits("see_market")]) -> Any:
    """One stratum."""
    return visit.shelf.stratum(stratum_id)


@router.get("/strata/{stratum_id}/members", response_model=Sheet[Buyer])
def members(request: Request, stratum_id: StratumId, visit: Annotated[Visit, visits("see_buyers")],
            order: Order = "rank", start: Start = 0, most: Most = 50) -> Any:
    """The buyers of a stratum and of all beneath it, of those the person behind the key sees."""
    inside = visit.shelf.below(stratum_id)
    found = visit.shelf.listed(visit.scope, inside, order, start, most, last=visit.barred)
    return sheet(request, visit, [told(row, visit.barred) for row in found.rows], found.total, start, most)

"""Segment: one stratum beside its parent and siblings, and the buyers in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from marketsofone.app.entrance import Visit, visits
from marketsofone.app.lines import BuyerLine, StratumLine, buyer_lines, stratum_lines
from marketsofone.app.rendering import framed, rendered
from marketsofone.project.shelf import ORDERS, Row
from marketsofone.project.showing import count, titles

router = APIRouter(include_in_schema=False)

SHEET = 25


@dataclass(frozen=True, slots=True)
class Segment:
    """What the template may use."""

    itself: StratumLine
    above: tuple[StratumLine, ...]
    beside: tuple[StratumLine, ...]
    below: tuple[StratumLine, ...]
    columns: tuple[tuple[str, str], ...]
    members: tuple[BuyerLine, ...]
    total: str
    start: int
    following: int | None
    order: str
    orders: tuple[str, ...]
    may_see_buyers: bool


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
    listed = shelf.listed(visit.scope, shelf.below(stratum_id), order, start, SHEET)
    parted = len(family), len(family) + len(beside)
    page = Segment(
        lines[0], lines[1:parted[0]][::-1], lines[parted[0]:parted[1]] if own["parent_id"] else (), lines[parted[1]:],
        titles(), buyer_lines(shelf, listed.rows), count(listed.total), start,
        start + SHEET if start + SHEET < listed.total else None, order, ORDERS, visit.viewer.may("see_buyers"))
    return rendered("segment.html", framed(visit, own["name"], "market"), page)


def _above(visit: Visit, own: Row) -> list[Row]:
    """The strata a stratum lies in, nearest first."""
    found: list[Row] = []
    row = own
    while row["parent_id"]:
        row = visit.shelf.stratum(row["parent_id"])
        found.append(row)
    return found

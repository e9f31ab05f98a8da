"""Rows: what a number was counted from, down to the row of the source it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from marketsofone.app.entrance import Visit, visits
from marketsofone.app.rendering import framed, rendered
from marketsofone.project.reading.rows import Added, RowRead, RowsRead, read_rows
from marketsofone.project.showing.figures import count, currency_of, money

router = APIRouter(include_in_schema=False)

MOST = 200

Score = Literal["pull", "competitiveness", "attractiveness"]


@dataclass(frozen=True, slots=True)
class Sum:
    """What the rows of one score add up to."""

    score: str
    rows: str
    trials: str
    total: str
    judgements: str


@dataclass(frozen=True, slots=True)
class RowLine:
    """One row that was counted."""

    score: str
    buyer_id: int
    key: str
    day: str
    source: str
    source_row: str
    table_name: str
    trials: str
    total: str


@dataclass(frozen=True, slots=True)
class Rows:
    """What the template may use."""

    of: str
    back: str
    score: str
    sums: tuple[Sum, ...]
    lines: tuple[RowLine, ...]
    left_out: bool
    may_see_lines: bool


@router.get("/buyer/{buyer_id}/rows")
def of_buyer(buyer_id: int, visit: Annotated[Visit, visits("see_buyers")], score: Score | None = None) -> HTMLResponse:
    """The rows behind the numbers of one buyer."""
    row = visit.shelf.buyer(buyer_id, visit.scope)
    visit.office.door.trace(visit.viewer, "saw", f"rows of buyer {buyer_id}")
    found = read_rows(visit.shelf.snapshot, buyer=buyer_id, score=score, limit=MOST)
    name = str(row["source_id"] or f"id {buyer_id}")
    return _page(visit, found, name, f"/buyer/{buyer_id}", score, lines=True)


@router.get("/segment/{stratum_id}/rows")
def of_segment(stratum_id: str, visit: Annotated[Visit, visits("see_buyers")],
               score: Score | None = None) -> HTMLResponse:
    """The rows behind the numbers of one segment; row by row only for those who see all of its buyers."""
    row = visit.shelf.stratum(stratum_id)
    found = read_rows(visit.shelf.snapshot, stratum=stratum_id, score=score, limit=MOST,
                      without=visit.scope.without)
    return _page(visit, found, row["name"], f"/segment/{stratum_id}", score, lines=visit.scope.reps is None)


def _page(visit: Visit, found: RowsRead, of: str, back: str, score: str | None, *, lines: bool) -> HTMLResponse:
    currency = currency_of(visit.shelf)
    keys = visit.shelf.keys({each.buyer_id for each in found.rows}) if lines else {}
    told = tuple(_line(each, keys, currency) for each in found.rows) if lines else ()
    page = Rows(of, back, score or "", tuple(_sum(each, currency) for each in found.added), told,
                sum(each.rows + each.judgements for each in found.added) > len(found.rows), lines)
    return rendered("rows.html", framed(visit, f"Rows behind {of}", ""), page)


def _sum(added: Added, currency: str) -> Sum:
    return Sum(added.score, count(added.rows), count(round(added.trials, 1)),
               _brought(added.score, added.total, currency), count(added.judgements))


def _line(row: RowRead, keys: Mapping[int, str], currency: str) -> RowLine:
    key = keys.get(row.buyer_id) or f"id {row.buyer_id}"
    return RowLine(row.score, row.buyer_id, key, str(row.happened_on or "not dated"), row.source,
                   count(row.source_row), row.table_name, count(round(row.trials, 2)),
                   _brought(row.score, row.total, currency))


def _brought(score: str, total: float, currency: str) -> str:
    """Money of attractiveness; else successes."""
    return money(total, currency) if score == "attractiveness" else count(round(total, 2))

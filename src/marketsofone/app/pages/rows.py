"""Rows: what a number was counted from, down to the row of the source it stands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from marketsofone.app.entrance import Visit, visits
from marketsofone.app.rendering import framed, rendered
from marketsofone.project.reading.rows import Added, RowRead, RowsRead, read_rows
from marketsofone.project.reading.rows_opening import open_rows
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
    holds: tuple[str, ...]


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
    may_open: bool
    opened: bool


@router.get("/buyer/{buyer_id}/rows")
def of_buyer(buyer_id: int, visit: Annotated[Visit, visits("see_buyers")], score: Score | None = None,
             opened: bool = False) -> HTMLResponse:
    """The rows behind the numbers of one buyer."""
    row = visit.shelf.buyer(buyer_id, visit.scope)
    visit.office.door.trace(visit.viewer, "saw", f"rows of buyer {buyer_id}")
    found = read_rows(visit.shelf.snapshot, buyer=buyer_id, score=score, limit=MOST)
    name = str(row["source_id"] or f"id {buyer_id}")
    return _page(visit, found, name, f"/buyer/{buyer_id}", score, lines=True, opened=opened)


@router.get("/segment/{stratum_id}/rows")
def of_segment(stratum_id: str, visit: Annotated[Visit, visits("see_buyers")],
               score: Score | None = None, opened: bool = False) -> HTMLResponse:
    """The rows behind the numbers of one segment; row by row only for those who see all of its buyers."""
    row = visit.shelf.stratum(stratum_id)
    found = read_rows(visit.shelf.snapshot, stratum=stratum_id, score=score, limit=MOST,
                      without=visit.scope.without)
    return _page(visit, found, row["name"], f"/segment/{stratum_id}", score, lines=visit.scope.reps is None,
                 opened=opened)


def _page(visit: Visit, found: RowsRead, of: str, back: str, score: str | None, *, lines: bool,
          opened: bool) -> HTMLResponse:
    """The page; what each row holds is read from the files again, so only who loads them may ask for it."""
    may_open = lines and visit.viewer.may("load")
    holds = _held(visit, found.rows) if opened and may_open else [()] * len(found.rows)
    currency = currency_of(visit.shelf)
    keys = visit.shelf.keys({each.buyer_id for each in found.rows}) if lines else {}
    counted = zip(found.rows, holds, strict=True) if lines else ()
    told = tuple(_line(each, keys, currency, held) for each, held in counted)
    page = Rows(of, back, score or "", tuple(_sum(each, currency) for each in found.added), told,
                sum(each.rows + each.judgements for each in found.added) > len(found.rows), lines, may_open,
                opened and may_open)
    return rendered("rows.html", framed(visit, f"Rows behind {of}", ""), page)


def _sum(added: Added, currency: str) -> Sum:
    return Sum(added.score, count(added.rows), count(round(added.trials, 1)),
               _brought(added.score, added.total, currency), count(added.judgements))


def _line(row: RowRead, keys: Mapping[int, str], currency: str, holds: tuple[str, ...]) -> RowLine:
    key = keys.get(row.buyer_id) or f"id {row.buyer_id}"
    return RowLine(row.score, row.buyer_id, key, str(row.happened_on or "not dated"), row.source,
                   count(row.source_row), row.table_name, count(round(row.trials, 2)),
                   _brought(row.score, row.total, currency), holds)


def _held(visit: Visit, rows: Sequence[RowRead]) -> list[tuple[str, ...]]:
    """What stands in each row, and in those that its money was added up from; or why it cannot be opened."""
    return [(each.why_not or _told(each.holds),
             *(f"{beside.source}, row {beside.source_row:,}: {_told(beside.holds)}" for beside in each.beside))
            for each in open_rows(visit.office.folder, visit.shelf.snapshot, rows)]


def _told(holds: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in holds.items())


def _brought(score: str, total: float, currency: str) -> str:
    """Money of attractiveness; else successes."""
    return money(total, currency) if score == "attractiveness" else count(round(total, 2))

"""Market: a picture to walk in, from the whole market down, from our side and from the buyers'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from marketsofone.app.entrance import Visit, visits
from marketsofone.app.lines import StratumLine, stratum_lines
from marketsofone.app.pages.market_asked import MarketAsked
from marketsofone.app.rendering import framed, rendered
from marketsofone.project.showing.figures import count, titles
from marketsofone.project.showing.market import (
    axes_known,
    best_first,
    branch_picture,
    portfolio_picture,
    wishes_of,
)
from marketsofone.project.snapshots.shelf import Row, Shelf
from marketsofone.project.words import strata_told, title, unplaced_told

if TYPE_CHECKING:
    from marketsofone.project.showing.market import Icicle, Portfolio, Wishes

router = APIRouter(include_in_schema=False)

SHEET = 50
_OF_BUYERS = ("competitiveness", "pull")


@dataclass(frozen=True, slots=True)
class Crumb:
    """A stratum that the focus lies in, and where it leads."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Market:
    """What the template may use."""

    asked: MarketAsked
    icicle: Icicle
    crumbs: tuple[Crumb, ...]
    split: frozenset[str]
    portfolio: Portfolio
    lines: tuple[StratumLine, ...]
    wishes: Wishes
    columns: tuple[tuple[str, str], ...]
    axes: tuple[tuple[str, str], ...]
    levels: tuple[int, ...]
    values: tuple[str, ...]
    total: int
    following: int | None
    buyers: str
    strata: str
    unplaced: str


@router.get("/market")
def market(asked: Annotated[MarketAsked, Query()], visit: Annotated[Visit, visits("see_market")]) -> HTMLResponse:
    """The strata that answer to the address: the tree, the portfolio and a list."""
    page = visit.shelf.lately(asked, lambda: _looked(asked, visit.shelf))
    return rendered("market.html", framed(visit, "Market", "market"), page)


def _looked(asked: MarketAsked, shelf: Shelf) -> Market:
    """What a look at the market shows, the same for whoever looks."""
    found = best_first(asked.strata(shelf))
    sheet = found[asked.start:asked.start + SHEET]
    return Market(
        asked, branch_picture(shelf, asked.focus or None), _crumbs(shelf, asked),
        frozenset(row["parent_id"] for row in shelf.strata if row["parent_id"]), _portfolio(shelf, found, asked),
        stratum_lines(shelf, sheet), wishes_of(shelf, sheet), titles(), axes_known(),
        tuple(sorted({row["level"] for row in shelf.strata})), _values(shelf), len(found),
        asked.start + SHEET if asked.start + SHEET < len(found) else None, count(shelf.strata[0]["buyers"]),
        strata_told([row["parent_id"] for row in shelf.strata]), unplaced_told(shelf.strata))


def _portfolio(shelf: Shelf, rows: Sequence[Row], asked: MarketAsked) -> Portfolio:
    """From the buyers' side, what they are worth to us is left out: their number is the area."""
    if asked.view == "buyers":
        return portfolio_picture(shelf, rows, _OF_BUYERS, "colour")
    return portfolio_picture(shelf, rows, asked.axes, asked.show)


def _crumbs(shelf: Shelf, asked: MarketAsked) -> tuple[Crumb, ...]:
    """The way from the market to the focus, the focus last; empty where the whole market is shown."""
    found: list[Crumb] = []
    at = asked.focus
    while at:
        row = shelf.stratum(at)
        found.append(Crumb(title(row), asked.address(focus=at if row["parent_id"] else "", start=0)))
        at = row["parent_id"]
    return tuple(reversed(found))


def _values(shelf: Shelf) -> tuple[str, ...]:
    """Names that make strata, such as ``sector: retail``."""
    return tuple(sorted({row["name"] for row in shelf.strata if row["parent_id"]}))

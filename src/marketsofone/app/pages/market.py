"""Market: the tree from the whole market down, and its strata on the three scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from marketsofone.app.entrance import Visit, visits
from marketsofone.app.lines import StratumLine, stratum_lines
from marketsofone.app.rendering import framed, rendered
from marketsofone.project.showing import count, titles, tree_picture

if TYPE_CHECKING:
    from marketsofone.project.showing import Icicle

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Market:
    """What the template may use."""

    icicle: Icicle
    lines: tuple[StratumLine, ...]
    columns: tuple[tuple[str, str], ...]
    levels: tuple[int, ...]
    level: int | None
    buyers: str


@router.get("/market")
def market(visit: Annotated[Visit, visits("see_market")], level: int | None = None) -> HTMLResponse:
    """The whole market, or the strata of one level of its tree."""
    strata = visit.shelf.strata
    chosen = [row for row in strata if level is None or row["level"] == level]
    chosen.sort(key=lambda row: (row["value_per_hour"] is None, -(row["value_per_hour"] or 0.0), row["path"]))
    page = Market(tree_picture(visit.shelf), stratum_lines(visit.shelf, chosen), titles(),
                  tuple(sorted({row["level"] for row in strata})), level, count(strata[0]["buyers"]))
    return rendered("market.html", framed(visit, "Market", "market"), page)

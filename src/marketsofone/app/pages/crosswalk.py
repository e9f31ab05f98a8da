"""Crosswalk: marketing segments beside sales segments, what marketing's spend reaches, and audiences to take out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, StreamingResponse

from marketsofone.app.entrance import Visit, visits
from marketsofone.app.rendering import framed, rendered
from marketsofone.project.people.access import audience_scope
from marketsofone.project.reading.audience import audience, audience_file
from marketsofone.project.reading.marketing_read import Walk, read_walk
from marketsofone.project.showing.figures import count, money, share
from marketsofone.project.words import IN_PROPORTION

router = APIRouter(include_in_schema=False)

Of = Literal["in_class", "in_stratum", "overlap", "buyers"]

READINGS: Mapping[str, str] = {
    "in_class": "of the sales segment, the share in each class",
    "in_stratum": "of the class, the share in each segment",
    "overlap": "overlap: buyers of both as a share of buyers of either", "buyers": "buyers of both",
}
_SHADES = (0.05, 0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True, slots=True)
class Cell:
    """A class in a segment: what is printed, how dark, what a reader who points at it hears."""

    text: str
    step: int
    title: str
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """A sales segment beside the classes."""

    stratum_id: str
    path: str
    buyers: str
    chosen: bool
    cells: tuple[Cell, ...]
    spent: str


@dataclass(frozen=True, slots=True)
class Reached:
    """What marketing spends on a class, and how much of it reaches buyers whom sales works."""

    name: str
    buyers: str
    spend: str
    reaches: str
    misses: str
    wasted: str


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """What the template may use."""

    lines: tuple[Line, ...]
    classes: tuple[str, ...]
    reached: tuple[Reached, ...]
    unspent: tuple[str, ...]
    levels: tuple[int, ...]
    level: int
    of: str
    readings: Mapping[str, str]
    counted: str
    worked: str
    wasted: str
    spends: bool
    may_export: bool


@router.get("/crosswalk")
def crosswalk(visit: Annotated[Visit, visits("see_market")],
              level: Annotated[int | None, Query(ge=0, le=1000)] = None, of: Of = "in_class") -> HTMLResponse:
    """Both families of segments on one level of the tree."""
    walk = read_walk(visit.shelf.snapshot, level)
    lines = tuple(_line(row, walk, of) for row in _by_stratum(walk))
    spends = any(each["spend"] > 0 for each in walk.audiences)
    page = Crosswalk(
        lines, walk.classes, tuple(_reached(each, walk.unit) for each in walk.audiences),
        tuple(line.path for line in lines if line.chosen and spends and line.spent == _spent(0.0, walk.unit)),
        tuple(sorted({row["level"] for row in visit.shelf.strata})), walk.level, of, READINGS, IN_PROPORTION,
        walk.worked, walk.wasted, spends, visit.viewer.may("export"))
    return rendered("crosswalk.html", framed(visit, "Crosswalk", "crosswalk"), page)


@router.get("/crosswalk/audience.csv")
def take_out(visit: Annotated[Visit, visits("export")], stratum: Annotated[str, Query(max_length=100)],
             name: Annotated[str, Query(alias="class", max_length=1_000)]) -> StreamingResponse:
    """The keys of the buyers of a class in a sales segment."""
    scope = audience_scope(visit.viewer, visit.scope)
    lines = audience_file(audience(visit.shelf, visit.barred, scope, stratum, name))
    visit.office.door.trace(visit.viewer, "exported audience", f"stratum {stratum}")
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers={
        "content-disposition": 'attachment; filename="audience.csv"'})


def _by_stratum(walk: Walk) -> list[list[Mapping[str, Any]]]:
    """The rows of each stratum, the largest first."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in walk.rows:
        found.setdefault(row["stratum_id"], []).append(row)
    return sorted(found.values(), key=lambda rows: (-sum(row["buyers"] for row in rows), rows[0]["path"]))


def _line(rows: list[Mapping[str, Any]], walk: Walk, of: Of) -> Line:
    by_class = {row["class"]: row for row in rows}
    return Line(rows[0]["stratum_id"], rows[0]["path"], count(round(sum(row["buyers"] for row in rows), 1)),
                bool(rows[0]["chosen"]), tuple(_cell(by_class.get(name), name, of) for name in walk.classes),
                _spent(sum(row["spend"] for row in rows), walk.unit))


def _cell(row: Mapping[str, Any] | None, name: str, of: Of) -> Cell:
    if row is None or row["buyers"] <= 0:
        return Cell("", 0, "no buyers of both", name)
    text = count(round(row["buyers"], 1)) if of == "buyers" else share(row[of])
    shade = row["in_class"] if of == "buyers" else row[of]
    title = (f"{count(round(row['buyers'], 1))} buyers of both; {share(row['in_class'])} of the sales segment, "
             f"{share(row['in_stratum'])} of the class; overlap {share(row['overlap'])}")
    return Cell(text, sum(shade >= limit for limit in _SHADES), title, name)


def _reached(told: Mapping[str, Any], unit: str) -> Reached:
    spent = told["spend"] > 0
    return Reached(told["class"], count(round(told["buyers"], 1)), _spent(told["spend"], unit),
                   share(told["inside_share"]) if spent else "", share(told["outside_share"]) if spent else "",
                   _spent(told["outside"], unit))


def _spent(amount: float, unit: str) -> str:
    """Money, or touches where no touch has a cost; in words where nothing was spent."""
    if amount <= 0:
        return "nothing spent"
    return f"{count(round(amount, 1))} touches" if unit in ("", "touches") else money(amount, unit)

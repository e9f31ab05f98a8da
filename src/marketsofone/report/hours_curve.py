"""Earnings against hours: what more or fewer selling hours would earn, drawn from a plan's own solutions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketsofone.report import words
from marketsofone.report.portfolio import Tick
from marketsofone.report.scale import scale_from_zero

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 24, 46


@dataclass(frozen=True, slots=True)
class Solved:
    """One solution: where it stands, how it is told, and whether it is the plan's own capacity."""

    x: float
    y: float
    title: str
    own: bool


@dataclass(frozen=True, slots=True)
class HoursCurve:
    """The drawing; no points where a plan was solved for one capacity only."""

    points: tuple[Solved, ...]
    line: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM
    end: int = WIDTH - RIGHT
    top: int = TOP


def hours_curve(swept: Sequence[Mapping[str, Any]], currency: str) -> HoursCurve:
    """Lay out solutions at several capacities.

    Parameters
    ----------
    swept : sequence of mapping
        ``share`` of the hours there are, ``hours`` placed and ``value`` earned, net of what the hours cost.
    """
    rows = sorted(swept, key=lambda row: row["hours"])
    if len(rows) < 2:
        return HoursCurve((), "", (), ())
    across = scale_from_zero([row["hours"] for row in rows], [])
    up = scale_from_zero([row["value"] for row in rows], [])
    wide, high, base = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM, HEIGHT - BOTTOM
    points = tuple(
        Solved(round(LEFT + across.place(row["hours"], wide), 1), round(base - up.place(row["value"], high), 1),
               _told(row, currency), row["share"] == 1.0)
        for row in rows)
    return HoursCurve(
        points, "M" + "L".join(f"{point.x} {point.y}" for point in points),
        tuple(Tick(round(LEFT + across.place(at, wide), 1), words.count(at)) for at in across.ticks()),
        tuple(Tick(round(base - up.place(at, high), 1), words.axis(at, "money")) for at in up.ticks()))


def _told(row: Mapping[str, Any], currency: str) -> str:
    hours = words.count(round(row["hours"], 1))
    return (f"{words.share(row['share'])} of the hours there are: {hours} hours placed, "
            f"{words.money(row['value'], currency)} expected beyond their cost")

"""The portfolio: strata as bubbles on the scores, with whiskers for their intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from marketsofone.report import words
from marketsofone.report.figures import Figure, Row, Ruler, known
from marketsofone.report.glossary import (
    ATTRACTIVENESS,
    COMPETITIVENESS,
    PULL,
    SHOWN,
    VALUE_OF_AN_HOUR,
    Score,
)
from marketsofone.report.icicle import step_beside
from marketsofone.report.scale import Scale, scale_around
from marketsofone.report.strata import first, label, leaves, most_valuable, named

MOST_BUBBLES = 300
MOST_NUMBERED = 12
Third = Literal["size", "colour"]
"""How the third score shows: as the area of a bubble, or as its colour, the area then being its buyers."""
LETTER = 7.2
"""Pixels that a letter of a label takes at most, on average."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The size of a picture, in pixels, and the room around the plot for axes and words."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    largest: float
    letters: int

    @property
    def inner_width(self) -> int:
        """Width of the plot."""
        return self.width - self.left - self.right

    @property
    def inner_height(self) -> int:
        """Height of the plot."""
        return self.height - self.top - self.bottom


WIDE = Frame("wide", 960, 500, left=70, right=30, top=22, bottom=54, largest=24, letters=32)
NARROW = Frame("narrow", 350, 400, left=50, right=14, top=20, bottom=52, largest=15, letters=0)


@dataclass(frozen=True, slots=True)
class Bubble:
    """A stratum on the picture: centre, radius and whiskers in pixels; ``step`` of colour (0: none)."""

    number: str
    title: str
    x: float
    y: float
    radius: float
    x_low: float
    x_high: float
    y_low: float
    y_high: float
    loss: bool
    stratum_id: str
    step: int


@dataclass(frozen=True, slots=True)
class Label:
    """Words beside a bubble, and the box they fill."""

    text: str
    x: float
    y: float
    width: float
    height: float = 15.0
    inside: bool = False

    def crossed_by(self, bubble: Bubble) -> bool:
        """Whether a whisker of the bubble runs through the box."""
        across = self.y < bubble.y < self.y + self.height and bubble.x_low < self.x + self.width \
            and self.x < bubble.x_high
        return across or (self.x < bubble.x < self.x + self.width and bubble.y_high < self.y + self.height
                          and self.y < bubble.y_low)

    def meets(self, other: Label) -> bool:
        """Whether the two boxes overlap."""
        return (self.x < other.x + other.width and other.x < self.x + self.width
                and self.y < other.y + other.height and other.y < self.y + self.height)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing of one size."""

    frame: Frame
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    bubbles: tuple[Bubble, ...]
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line of the table beneath the picture."""

    number: str
    path: str
    buyers: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The strata that are not split further, on the scores that have evidence."""

    across: str
    across_asks: str
    up: str
    up_asks: str
    size: str
    missing: tuple[str, ...]
    by_value: bool
    drawn: int
    left_out: int
    pictures: tuple[Picture, ...]
    numbered: tuple[Numbered, ...]


def portfolio(strata: pa.Table, measured: Ruler) -> Portfolio:
    """Lay out the portfolio.

    Competitiveness runs across, pull up and attractiveness is the area of a bubble. Where one score has
    no evidence the other two are the axes; where fewer than two have, there is no picture and the
    table beneath, with its bars, stands alone.
    """
    ends = leaves(strata)
    rows = first(ends, [("buyers", "descending"), ("stratum_id", "ascending")], MOST_BUBBLES)
    return laid_out(rows, most_valuable(ends, MOST_NUMBERED), ends.num_rows, measured)


def laid_out(rows: Sequence[Row], top: Sequence[Row], of: int, measured: Ruler,
             wanted: Sequence[Score] = (COMPETITIVENESS, PULL, ATTRACTIVENESS), third: Third = "size") -> Portfolio:
    """Lay out any strata on scores in an order of one's own.

    Parameters
    ----------
    rows : sequence of rows
        The strata to draw.
    top : sequence of rows
        Those that are numbered, best first.
    of : int
        How many there are, drawn or not.
    wanted : sequence of Score
        What runs across, what up, and what the third shows, if any; one without evidence leaves its place.
    third : {"size", "colour"}
        How the third shows; bubbles have the area of their buyers where it is colour.
    """
    axes = [score for score in wanted if known(rows, score.name)]
    across, up, size = (axes + [None] * 3)[:3]
    drawn = [row for row in rows if up and _is_measured(row, axes)]
    return Portfolio(
        across=_axis_title(across, measured.currency), across_asks=across.question if across else "",
        up=_axis_title(up, measured.currency), up_asks=up.question if up else "",
        size=size.title if size else "",
        missing=tuple(score.title for score in SHOWN if score in wanted and score not in axes),
        by_value=bool(known(top, VALUE_OF_AN_HOUR.name)),
        drawn=len(drawn), left_out=of - len(drawn),
        pictures=tuple(_picture(drawn, top, axes, frame, measured, third) for frame in (WIDE, NARROW) if drawn),
        numbered=tuple(
            Numbered(str(n), named(row, measured.market), words.count(row["buyers"]),
                     measured.figures(row))
            for n, row in enumerate(top, start=1)))


def _axis_title(score: Score | None, currency: str) -> str:
    if score is None:
        return ""
    return score.title if score.kind == "share" else f"{score.title} in {currency}"


def _is_measured(row: Row, axes: Sequence[Score]) -> bool:
    return all(words.is_known(row[f"{score.name}{end}"]) for score in axes for end in ("", "_low", "_high"))


def _picture(rows: Sequence[Row], top: Sequence[Row], axes: Sequence[Score], frame: Frame,
             measured: Ruler, third: Third) -> Picture:
    numbers = {row["stratum_id"]: str(n) for n, row in enumerate(top, start=1)}
    x_scale, y_scale = (_axis(rows, numbers, score) for score in axes[:2])
    bubbles = [_bubble(row, numbers.get(row["stratum_id"], ""), axes, (x_scale, y_scale), frame,
                       _radius(row, rows, "buyers" if third == "colour" else axes[2].name if axes[2:] else None, frame),
                       measured, third)
               for row in rows]
    bubbles.sort(key=lambda bubble: (-int(bubble.number or MOST_BUBBLES), -bubble.radius, bubble.title))
    paths = {numbers[row["stratum_id"]]: row.get("called") or label(row["path"], measured.market) for row in top}
    return Picture(
        frame=frame,
        x_ticks=_ticks(x_scale, axes[0], measured.currency,
                       lambda value: frame.left + x_scale.place(value, frame.inner_width)),
        y_ticks=_ticks(y_scale, axes[1], measured.currency,
                       lambda value: frame.top + frame.inner_height
                       - y_scale.place(value, frame.inner_height)),
        bubbles=tuple(bubbles),
        labels=tuple(_labels(bubbles, paths, frame)))


def _axis(rows: Sequence[Row], numbers: Mapping[object, str], score: Score) -> Scale:
    """Every value and the intervals of the numbered strata fit; other whiskers end at the edge."""
    numbered = [row for row in rows if row["stratum_id"] in numbers]
    values = known(rows, score.name)
    ends = known(numbered, f"{score.name}_low") + known(numbered, f"{score.name}_high")
    return scale_around(values + ends, *((0.0, 1.0) if score.kind == "share" else (-math.inf, math.inf)))


def _ticks(scale: Scale, score: Score, currency: str, place: Callable[[float], float]) -> tuple[Tick, ...]:
    return tuple(Tick(round(place(value), 1), words.axis(value, score.kind)) for value in scale.ticks())


def _radius(row: Row, rows: Sequence[Row], column: str | None, frame: Frame) -> float:
    """Area in proportion to a column; one size where there is none."""
    if column is None:
        return round(frame.largest / 2.4, 1)
    largest = max(max(known(rows, column)), 1e-9)
    return round(max(frame.largest * math.sqrt(max(row[column], 0.0) / largest), 3.5), 1)


def _bubble(row: Row, number: str, axes: Sequence[Score], scales: tuple[Scale, Scale], frame: Frame,
            radius: float, measured: Ruler, third: Third) -> Bubble:
    across, up = ([row[f"{score.name}{part}"] for part in ("_low", "", "_high")] for score in axes[:2])
    x_low, x, x_high = (round(frame.left + scales[0].place(v, frame.inner_width), 1) for v in across)
    base = frame.top + frame.inner_height
    y_low, y, y_high = (round(base - scales[1].place(v, frame.inner_height), 1) for v in up)
    return Bubble(number, _title(row, axes, measured), x, y, radius, x_low, x_high, y_low, y_high,
                  loss=len(axes) == 3 and row[axes[2].name] < 0, stratum_id=row["stratum_id"],
                  step=_step(row, axes, measured) if third == "colour" else 0)


def _step(row: Row, axes: Sequence[Score], measured: Ruler) -> int:
    """Of the third score, beside the whole market's."""
    return step_beside(row[axes[2].name], measured.market.get(axes[2].name)) if len(axes) == 3 else 0


def _title(row: Row, axes: Sequence[Score], measured: Ruler) -> str:
    figures = [measured.figure(row, score) for score in axes]
    written = [f"{figure.title} {figure.value} ({figure.interval})" for figure in figures]
    name = words.cut(named(row, measured.market), 120)
    return f"{name}, {words.counted(row['buyers'], 'buyer')}: {'; '.join(written)}"


def _labels(bubbles: Sequence[Bubble], paths: Mapping[str, str], frame: Frame) -> list[Label]:
    """Numbers in or at their bubbles, then names where there is room, of free places that which fewest whiskers cross.

    The first strata choose first.
    """
    numbered = sorted((bubble for bubble in bubbles if bubble.number), key=lambda bubble: int(bubble.number))
    taken: list[Label] = []
    for bubble in numbered:
        _place(taken, [*_middle(bubble), *_places(bubble, bubble.number, (1.0, 12.0, 26.0), frame)])
    covered = [*taken, *map(_box, numbered)]
    numbers = len(covered)
    for bubble in numbered if frame.letters else ():
        places = _beside(bubble, _name(paths[bubble.number], frame.letters), frame)
        _place(covered, sorted(places, key=lambda place: sum(map(place.crossed_by, bubbles))))
    return taken + covered[numbers:]


def _place(taken: list[Label], places: Iterable[Label]) -> None:
    """Add the first place that is free, if any is."""
    free = next((place for place in places if not any(place.meets(other) for other in taken)), None)
    if free is not None:
        taken.append(free)


def _name(path: str, letters: int) -> str:
    """A path short enough for the picture: its first and its last name."""
    parts = path.split(" / ")
    fits = len(path) <= letters or len(parts) == 1
    return words.cut(path if fits else f"{parts[0]} … {parts[-1]}", letters)


def _box(bubble: Bubble) -> Label:
    """What a name must not cover: the middle of a numbered bubble."""
    reach = 0.8 * bubble.radius
    return Label("", bubble.x - reach, bubble.y - reach, 2 * reach, 2 * reach)


def _middle(bubble: Bubble) -> Iterator[Label]:
    """The place of a number inside its bubble, where the bubble is large enough to hold it."""
    width = LETTER * len(bubble.number) + 4
    if 2 * bubble.radius >= width + 3:
        x, y = round(bubble.x - width / 2, 1), round(bubble.y - 7.5, 1)
        yield Label(bubble.number, x, y, width, inside=True)


def _places(bubble: Bubble, text: str, distances: Sequence[float], frame: Frame) -> Iterator[Label]:
    """Boxes around a bubble within the plot, near ones first."""
    width, height = LETTER * len(text) + 4, 15.0
    for away in distances:
        reach, slant = bubble.radius + away, 0.7 * (bubble.radius + away)
        for x, y in (
                (bubble.x + reach, bubble.y - height / 2), (bubble.x - reach - width, bubble.y - height / 2),
                (bubble.x - width / 2, bubble.y - reach - height), (bubble.x - width / 2, bubble.y + reach),
                (bubble.x + slant, bubble.y - slant - height), (bubble.x - slant - width, bubble.y + slant)):
            box = Label(text, round(x, 1), round(y, 1), round(width, 1), height)
            if _lies_inside(box, frame):
                yield box


def _beside(bubble: Bubble, text: str, frame: Frame) -> list[Label]:
    """Boxes right and left of a bubble, where a name cannot be taken for another's, above and below its whisker."""
    width, height, reach = LETTER * len(text) + 4, 15.0, bubble.radius + 3.0
    boxes = [Label(text, round(x, 1), round(y, 1), round(width, 1), height)
             for x in (bubble.x + reach, bubble.x - reach - width)
             for y in (bubble.y - height - 1.0, bubble.y + 2.0)]
    return [box for box in boxes if _lies_inside(box, frame)]


def _lies_inside(box: Label, frame: Frame) -> bool:
    return (frame.left < box.x and box.x + box.width < frame.width - 2
            and frame.top < box.y and box.y + box.height < frame.top + frame.inner_height)

"""Which segments hold up when the market is drawn anew: one by one, and as their number rises, in pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from marketsofone.report import words
from marketsofone.report.figures import Bar, Row
from marketsofone.report.results import Results
from marketsofone.report.strata import named

MOST_SEGMENTS = 100
WIDE, HIGH, LIMIT = 300, 120, 0.6
"""Size of a picture, in its own units, and the overlap below which a segment does not hold up."""

WEAK = "does not hold up"

_FAMILIES = {"sales": "Sales segments", "marketing": "Marketing segments"}
_MEASURES = {"global": "agreement of two solutions, corrected for chance",
             "across": "how far each came from one segment, not from several"}


@dataclass(frozen=True, slots=True)
class Steady:
    """How well a segment holds up: in words, whether it may be relied on, and drawn from 0 to 1 with the limit."""

    words: str
    holds: bool
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Held:
    """A sales segment and how well it holds up; the note of the person who accepts it all the same."""

    path: str
    steady: Steady
    note: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A value on a picture: where it stands, and the ends of its whisker."""

    x: float
    y: float
    low: float
    high: float
    title: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Stability from 0 at the foot to 1, by the number of segments."""

    title: str
    said: str
    dots: tuple[Dot, ...]
    numbers: tuple[tuple[float, int], ...]


@dataclass(frozen=True, slots=True)
class Steadiness:
    """The section on stability; ``key`` says how to read it."""

    lead: str
    key: str
    segments: tuple[Held, ...]
    left_out: int
    pictures: tuple[Picture, ...]


def steadiness(results: Results, market: Row) -> Steadiness | None:
    """How well the segments of a run hold up; None where it was not measured."""
    table = results.stability
    if table is None or table.num_rows == 0:
        return None
    rows: list[Row] = table.to_pylist()
    strata = {str(row["stratum_id"]): named(row, market) for row in results.strata.to_pylist()}
    own = [row for row in rows if row["family"] == "sales" and row["measure"] == "within"]
    own = sorted(own, key=lambda row: (row["value"], str(row["segment"])))
    held = tuple(Held(strata.get(str(row["segment"]), str(row["segment"])), steady(row),
                      words.plain(results.accepted.get(row["segment"], ""))) for row in own[:MOST_SEGMENTS])
    return Steadiness(_lead(own, results.accepted), read_so(rows), held, max(len(own) - MOST_SEGMENTS, 0),
                      tuple(_pictures(rows)))


def read_so(rows: Sequence[Row]) -> str:
    """What is measured, from how many draws of each family, and from where on a segment holds up."""
    pairs = {family: max((row["pairs"] for row in rows if row["family"] == family and row["measure"] == "within"),
                         default=0) for family in _FAMILIES}
    drawn = [f"{pairs[family]} {of}" for family, of in (("sales", "of the tree"), ("marketing", "of classes"))
             if pairs[family]]
    return ("The overlap of a segment with the one most like it when the market is drawn anew, from 0 to 1; the band "
            f"is where most of these draws lie, which are few{f' ({words.listed(drawn)})' if drawn else ''}. "
            f"Below {LIMIT}, the thin line, it does not hold up.")


def weak_segments(stability: pa.Table | None) -> int:
    """How many sales segments do not hold up; 0 where it was not measured."""
    rows: list[Row] = [] if stability is None else stability.to_pylist()
    return sum(row["family"] == "sales" and row["measure"] == "within" and row["holds"] is False for row in rows)


def _lead(own: Sequence[Row], accepted: Mapping[str, str]) -> str:
    if not own:
        return "The stability of sales segments was not measured."
    weak = [row for row in own if row["holds"] is False]
    if [row["solution"] for row in own] == [1]:
        return "The whole market is one segment: there is nothing to judge."
    if not weak:
        return "Every sales segment that could be judged holds up."
    kept = sum(row["segment"] in accepted for row in weak)
    them, do = ("it", "does") if len(weak) == 1 else ("them", "do")
    told = f"{len(weak)} of {words.counted(len(own), 'sales segment')} {do} not hold up: a plan leaves {them} out"
    return told + (f", but for {kept} that a person accepts." if kept
                   else f" until a person accepts {them} with a note.")


def steady(found: Row | None) -> Steady:
    """How well one segment holds up, from its row of the table."""
    if found is None:
        return Steady("not measured", True, None)
    bar, told = None, words.overlap(found["value"], LIMIT)
    if found["low"] is not None:
        told += f" ({words.overlap_ends(found['low'], found['high'])})"
        low, value, high = (round(100 * found[name], 1) for name in ("low", "value", "high"))
        bar = Bar(low, value, high, 100 * LIMIT)
    if found["holds"] is None:
        return Steady(f"{told}, too few drawn to tell", True, bar)
    return Steady(told if found["holds"] else f"{told}, {WEAK}", found["holds"], bar)


def _pictures(rows: Sequence[Row]) -> Iterator[Picture]:
    for measure, says in _MEASURES.items():
        for family, called in _FAMILIES.items():
            own = [row for row in rows if row["family"] == family and row["measure"] == measure
                   and row["value"] is not None]
            numbers = sorted({row["solution"] for row in own})
            if len(numbers) > 1 or (measure == "across" and numbers):
                yield _picture(f"{called}: {says}", own, numbers)


def _picture(title: str, rows: Sequence[Row], numbers: Sequence[int]) -> Picture:
    slot = WIDE / len(numbers)
    dots: list[Dot] = []
    for place, number in enumerate(numbers):
        own = sorted((row for row in rows if row["solution"] == number),
                     key=lambda row: (row["value"], str(row["segment"])))
        dots += [_dot(row, round(slot * (place + 0.1 + 0.8 * (i + 0.5) / len(own)), 1)) for i, row in enumerate(own)]
    said = "; ".join(f"{number} segments {_told(rows, number)}" for number in numbers)
    return Picture(title, said, tuple(dots), tuple((round(slot * (i + 0.5), 1), n) for i, n in enumerate(numbers)))


def _told(rows: Sequence[Row], number: int) -> str:
    values = [row["value"] for row in rows if row["solution"] == number]
    low, high = f"{min(values):.2f}", f"{max(values):.2f}"
    return low if low == high else f"{low} to {high}"


def _dot(row: Row, x: float) -> Dot:
    low, high = (row["value"] if row[end] is None else row[end] for end in ("low", "high"))
    title = f"{row['solution']} segments: {row['value']:.2f} ({low:.2f} to {high:.2f})"
    return Dot(x, _height(row["value"]), _height(low), _height(high), title)


def _height(value: float) -> float:
    """Distance from the top of a picture; below 0, agreement worse than chance, stands at the foot."""
    return round(HIGH * (1.0 - min(max(value, 0.0), 1.0)), 1)


def marks(results: Results, sounding: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """By stratum: what a reader must know of it, in a few words each."""
    found = {segment: tuple(said) for segment, said in sounding.items()}
    table = results.stability
    if table is None or table.num_rows == 0:
        return found
    for row in table.filter((pc.field("measure") == "within") & (pc.field("family") == "sales")).to_pylist():
        if row["holds"] is False:
            accepted = ", accepted" if row["segment"] in results.accepted else ""
            found[row["segment"]] = (f"{WEAK}{accepted}", *found.get(row["segment"], ()))
    return found

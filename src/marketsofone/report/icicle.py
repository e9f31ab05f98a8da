"""The tree at one glance: a block per stratum, as wide as its buyers, coloured by the worth of an hour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from marketsofone.report import segment_words, words
from marketsofone.report.figures import Row, Ruler
from marketsofone.report.glossary import VALUE_OF_AN_HOUR
from marketsofone.report.strata import named
from marketsofone.report.tree import by_parent

MOST_LEVELS = 7
BAND = 46
"""Height of a level, in pixels."""
STEPS = ((0.5, "less than half"), (0.8, "less"), (1.25, "about the same"), (2.0, "more"),
         (float("inf"), "more than twice"))
"""Worth of an hour beside the whole market's: up to which multiple, and in words."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stratum: left edge and width in percent, top edge in pixels, step of worth (0: not known)."""

    left: float
    width: float
    top: int
    step: int
    name: str
    title: str
    stratum_id: str


@dataclass(frozen=True, slots=True)
class Icicle:
    """The blocks of the tree, the market on top."""

    height: int
    blocks: tuple[Block, ...]
    steps: tuple[str, ...]


def icicle(rows: list[Row], measured: Ruler, top: str | None = None) -> Icicle:
    """Lay out the tree, or the branch that hangs on one stratum.

    No block where the tree is not split or where an hour's worth is not known.
    """
    below = by_parent(rows)
    roots = below.get(None, []) if top is None else [row for row in rows if row["stratum_id"] == top]
    base = measured.market.get(VALUE_OF_AN_HOUR.name)
    drawable = len(rows) > 1 and len(roots) == 1 and base is not None and words.is_known(base) and base > 0
    blocks = tuple(_blocks(roots[0], 0.0, 100.0, 0, below, measured)) if drawable else ()
    height = max((block.top for block in blocks), default=0) + BAND
    return Icicle(height, blocks, tuple(text for _, text in STEPS))


def _blocks(row: Row, left: float, width: float, depth: int, below: Mapping[object, list[Row]],
            measured: Ruler) -> Iterator[Block]:
    hour = VALUE_OF_AN_HOUR.name
    yield Block(round(left, 3), round(width, 3), depth * BAND, step_beside(row[hour], measured.market[hour]),
                words.cut(segment_words.title(row), 40), _title(row, measured), row["stratum_id"])
    children = below.get(row["stratum_id"], []) if depth + 1 < MOST_LEVELS else []
    buyers = max(row["buyers"], sum(child["buyers"] for child in children)) or 1
    for child in children:
        part = width * child["buyers"] / buyers
        yield from _blocks(child, left, part, depth + 1, below, measured)
        left += part


def step_beside(value: float | None, market: float | None) -> int:
    """Which of `STEPS` a value is, beside the whole market's; 0 where either is not known.

    Examples
    --------
    >>> step_beside(3.0, 1.0), step_beside(1.0, 1.0), step_beside(None, 1.0)
    (5, 3, 0)

    """
    if value is None or market is None or not (words.is_known(value) and words.is_known(market)) or market <= 0:
        return 0
    return next(step for step, (most, _) in enumerate(STEPS, start=1) if value / market <= most)


def _title(row: Row, measured: Ruler) -> str:
    hour = measured.figure(row, VALUE_OF_AN_HOUR)
    name = words.cut(named(row, measured.market), 120)
    return f"{name}, {words.counted(row['buyers'], 'buyer')}: an hour is worth {hour.value} ({hour.interval})"

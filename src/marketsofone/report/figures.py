"""A number as the page shows it: written, with its interval, its trials and a small bar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketsofone.report import words
from marketsofone.report.glossary import SHOWN, Kind, Score
from marketsofone.report.scale import Scale, scale_from_zero

Row = Mapping[str, Any]
"""One row of a table, by column."""

WIDE_SHARE = 0.30
"""An interval of a share that spans more than this is called thin: it could be one in five or one in two."""
WIDE_MONEY = 2.0
"""An interval of an amount that spans more than this many times the value itself is called thin."""


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval drawn on a scale: places from 0 (left) to 100 (right)."""

    low: float
    value: float
    high: float
    market: float | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a buyer or a stratum in the words of the page."""

    title: str
    value: str
    interval: str
    behind: str
    thin: bool
    bar: Bar | None

    @property
    def known(self) -> bool:
        """Whether there is evidence for it."""
        return self.value != words.NO_EVIDENCE


@dataclass(frozen=True, slots=True)
class Ruler:
    """What the numbers of one list are measured by: the currency, a scale per score, the whole market."""

    currency: str
    scales: Mapping[str, Scale]
    market: Row

    def figure(self, row: Row, score: Score) -> Figure:
        """One score of a row."""
        value, low, high = (row[f"{score.name}{ending}"] for ending in ("", "_low", "_high"))
        return Figure(
            title=score.title,
            value=words.number(value, score.kind, self.currency),
            interval=words.interval(low, high, score.kind, self.currency),
            behind=_behind(row, score),
            thin=is_thin(row, score),
            bar=self._bar(value, low, high, score),
        )

    def figures(self, row: Row, scores: Sequence[Score] = SHOWN) -> tuple[Figure, ...]:
        """Several scores of a row, in the order asked for."""
        return tuple(self.figure(row, score) for score in scores)

    def _bar(self, value: float | None, low: float | None, high: float | None, score: Score) -> Bar | None:
        if value is None or low is None or high is None or not all(map(words.is_known, (value, low, high))):
            return None
        scale = self.scales[score.name]
        market = self.market.get(score.name)
        at = scale.place(market) if market is not None and words.is_known(market) else None
        return Bar(scale.place(low), scale.place(value), scale.place(high), at)


def ruler(rows: Iterable[Row], scores: Iterable[Score], market: Row, currency: str) -> Ruler:
    """Scales that fit the rows of one list, so that bars compare within it."""
    rows = list(rows)
    scales = {
        score.name: scale_from_zero(known(rows, score.name), known(rows, f"{score.name}_high"))
        for score in scores
    }
    return Ruler(currency, scales, market)


def known(rows: Iterable[Row], column: str) -> list[float]:
    """The numbers that a column holds."""
    return [row[column] for row in rows if words.is_known(row[column])]


def spread(row: Row, score: Score) -> float | None:
    """How wide the interval is: in share points, or in multiples of the value for money."""
    value, low, high = (row[f"{score.name}{ending}"] for ending in ("", "_low", "_high"))
    if value is None or low is None or high is None or not all(map(words.is_known, (value, low, high))):
        return None
    return _width(value, low, high, score.kind)


def _width(value: float, low: float, high: float, kind: Kind) -> float:
    if kind == "share":
        return high - low
    return (high - low) / abs(value) if value else float("inf")


def is_thin(row: Row, score: Score) -> bool:
    """Whether an interval is so wide that the value should not be acted on alone."""
    width = spread(row, score)
    return width is not None and width > (WIDE_SHARE if score.kind == "share" else WIDE_MONEY)


def _behind(row: Row, score: Score) -> str:
    trials, borrowed = (row.get(f"{score.name}_{part}") for part in ("trials", "borrowed"))
    parts = [words.counted(trials, "trial")] if words.is_known(trials) else []
    if words.is_known(borrowed):
        parts.append(f"{words.share(borrowed)} borrowed")
    return ", ".join(parts)

"""Where evidence is thin: buyers without a trial, and the widest intervals."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from marketsofone.report import words
from marketsofone.report.figures import Figure, Row, Ruler, is_thin, known, spread
from marketsofone.report.glossary import SCORES, Score
from marketsofone.report.strata import named

MOST_WIDE = 5


@dataclass(frozen=True, slots=True)
class Wide:
    """A stratum about which one score says little."""

    path: str
    buyers: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Thin:
    """Where one score is thin."""

    title: str
    known: bool
    untried: str
    untried_share: str
    thin_strata: str
    strata: int
    widest: tuple[Wide, ...]


def thin_evidence(buyers: pa.Table, strata: list[Row], measured: Ruler) -> tuple[Thin, ...]:
    """For each score, who was never tried and where the interval is widest."""
    return tuple(_thin(score, buyers, strata, measured) for score in SCORES)


def _thin(score: Score, buyers: pa.Table, strata: list[Row], measured: Ruler) -> Thin:
    untried = _untried(buyers[f"{score.name}_trials"])
    return Thin(
        title=score.title,
        known=bool(known(strata, score.name)),
        untried=words.count(untried),
        untried_share=words.share(untried / buyers.num_rows) if buyers.num_rows else words.NO_EVIDENCE,
        thin_strata=f"{words.count(sum(is_thin(row, score) for row in strata))} of "
                    f"{words.count(len(strata))}",
        strata=len(strata),
        widest=tuple(
            Wide(named(row, measured.market), words.counted(row["buyers"], "buyer"),
                 measured.figure(row, score))
            for row in _widest(score, strata)))


def _untried(trials: pa.ChunkedArray) -> int:
    total: int = pc.sum(pc.equal(pc.fill_null(trials, 0), 0)).as_py() or 0
    return total


def _widest(score: Score, strata: list[Row]) -> list[Row]:
    measurable = [row for row in strata if spread(row, score) is not None]
    return sorted(measurable, key=lambda row: (-(spread(row, score) or 0.0), row["stratum_id"]))[:MOST_WIDE]

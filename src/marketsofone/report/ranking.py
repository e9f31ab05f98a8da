"""Whom to approach next: the first buyers of the ranked list."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow.compute as pc

from marketsofone.report import words
from marketsofone.report.figures import Figure, Row, Ruler, ruler
from marketsofone.report.glossary import SHOWN
from marketsofone.report.results import Results
from marketsofone.report.strata import first, label

MOST_BUYERS = 25
MOST_REASONS = 6


@dataclass(frozen=True, slots=True)
class RankedBuyer:
    """A buyer as the list shows it."""

    rank: str
    source_id: str
    path: str
    figures: tuple[Figure, ...]
    reasons: tuple[str, ...]


def ranked_buyers(results: Results, market: Row) -> tuple[RankedBuyer, ...]:
    """The buyers ranked first; none where the run ranked nobody."""
    buyers = results.buyers.filter(pc.is_valid(results.buyers["rank"]))
    rows = first(buyers, [("rank", "ascending"), ("buyer_id", "ascending")], MOST_BUYERS)
    measured = ruler(rows, SHOWN, market, results.manifest["currency"])
    return tuple(_ranked(row, measured) for row in rows)


def reasons(text: str | None) -> tuple[str, ...]:
    """The sentences of a text of reasons.

    Examples
    --------
    >>> reasons("won 3 of 4 here | met no rival")
    ('won 3 of 4 here', 'met no rival')

    """
    sentences = [words.cut(part, 240) for part in (text or "").split(" | ")]
    return tuple(part for part in sentences if part)[:MOST_REASONS]


def source_key(row: Row) -> str:
    """What the company's own files call a buyer or an opportunity, else our id."""
    key = row["source_id"]
    return words.cut(key if key not in (None, "") else f"id {row['buyer_id']}", 60)


def _ranked(row: Row, measured: Ruler) -> RankedBuyer:
    return RankedBuyer(
        rank=words.count(row["rank"]), source_id=source_key(row),
        path=label(row["path"], measured.market),
        figures=measured.figures(row), reasons=reasons(row["reasons"]))

"""What became of the segments of the run before, and why."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from marketsofone.report import segment_words, words
from marketsofone.report.figures import Row
from marketsofone.report.strata import label

MOST_ROWS = 60


@dataclass(frozen=True, slots=True)
class Became:
    """One segment, or one part of it: where it was, where it is, and why."""

    kind: str
    before: str
    after: str
    buyers: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Lineage:
    """Segments since the run before."""

    lead: str
    rows: tuple[Became, ...]
    left_out: int


def lineage(table: pa.Table | None, market: Row) -> Lineage | None:
    """Births and deaths of segments; None where nothing became of any."""
    rows: list[Row] = [] if table is None else table.to_pylist()
    if not rows:
        return None
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    counts = [f"{sum(row['kind'] == kind for row in rows)} {kind}" for kind in kinds]
    return Lineage(f"Since the run before: {words.listed(counts)}. {segment_words.IN_PROPORTION}",
                   tuple(_became(row, market) for row in rows[:MOST_ROWS]), max(len(rows) - MOST_ROWS, 0))


def _became(row: Row, market: Row) -> Became:
    before, after = (label(row[path], market) if row[path] else "" for path in ("from_path", "to_path"))
    buyers = " → ".join(words.count(round(row[side], 1)) for side, path in
                        (("buyers_from", before), ("buyers_to", after)) if path)
    return Became(row["kind"], before, after, buyers, words.plain(row["sentence"]))

"""What a buyer's numbers rest on: the rows that were counted, the latest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from marketsofone.project.reading.rows import RowRead, read_rows
from marketsofone.project.showing.figures import currency_of, money
from marketsofone.project.snapshots.shelf import Shelf

MOST = 100
_READ = 10_000
_WHAT = {"touch": "approach", "opportunity": "opportunity", "order_line": "order line", "judgement": "judgement"}


@dataclass(frozen=True, slots=True)
class RestLine:
    """One row that was counted, and where it stands."""

    day: str
    score: str
    what: str
    counted: str
    brought: str
    where: str


@dataclass(frozen=True, slots=True)
class Resting:
    """The latest rows, and how many there are in all."""

    lines: tuple[RestLine, ...]
    total: int


def counted_rows(shelf: Shelf, buyer_id: int) -> tuple[RowRead, ...]:
    """The rows behind a buyer's numbers; none for a run that was written before rows were kept."""
    return read_rows(shelf.snapshot, buyer=buyer_id, limit=_READ).rows if "trials" in shelf.snapshot.tables else ()


def resting(shelf: Shelf, rows: Sequence[RowRead]) -> Resting:
    """The rows as lines, the latest first."""
    latest = sorted(rows, key=lambda row: row.happened_on or date.min, reverse=True)
    return Resting(tuple(_line(row, currency_of(shelf)) for row in latest[:MOST]), len(rows))


def _line(row: RowRead, currency: str) -> RestLine:
    what = _WHAT.get(row.table_name, row.table_name)
    brought = money(row.total, currency) if row.score == "attractiveness" else ("yes" if row.total > 0 else "no")
    if row.table_name == "judgement" and row.score != "attractiveness":
        brought = f"{row.total / row.trials:.0%}"
    return RestLine(str(row.happened_on or "not dated"), row.score, what, f"{row.trials:.2f}".rstrip("0").rstrip("."),
                    brought, f"{row.source}, row {row.source_row:,}")

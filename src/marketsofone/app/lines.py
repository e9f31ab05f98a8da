"""Buyers and strata as lines of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketsofone.project.showing.figures import count, figures, reasons
from marketsofone.project.snapshots.shelf import Row, Shelf

if TYPE_CHECKING:
    from marketsofone.project.showing.figures import Figure


@dataclass(frozen=True, slots=True)
class BuyerLine:
    """A buyer in a list; ``rank`` is empty where it is not to be contacted."""

    buyer_id: int
    key: str
    path: str
    stratum_id: str
    rank: str
    figures: tuple[Figure, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StratumLine:
    """A stratum in a list; ``called``: the name people use, empty where nobody gave it one."""

    stratum_id: str
    name: str
    called: str
    path: str
    buyers: str
    figures: tuple[Figure, ...]
    why: str

    @property
    def title(self) -> str:
        """The name that people use, else its own."""
        return self.called or self.name


def buyer_lines(shelf: Shelf, rows: Sequence[Row]) -> tuple[BuyerLine, ...]:
    """Lines of buyers, their figures on one scale."""
    drawn = figures(shelf, rows)
    return tuple(
        BuyerLine(row["buyer_id"], row["source_id"] or f"id {row['buyer_id']}", row["path"], row["stratum_id"],
                  "" if row["rank"] is None else count(row["rank"]), shown, reasons(row["reasons"]))
        for row, shown in zip(rows, drawn, strict=True))


def stratum_lines(shelf: Shelf, rows: Sequence[Row]) -> tuple[StratumLine, ...]:
    """Lines of strata, their figures on one scale."""
    drawn = figures(shelf, rows)
    return tuple(
        StratumLine(row["stratum_id"], row["name"], row.get("called") or "", row["path"], count(row["buyers"]), shown,
                    row["why"] or "")
        for row, shown in zip(rows, drawn, strict=True))

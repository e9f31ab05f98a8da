"""Open opportunities, those with the highest value at stake first."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from marketsofone.report import words
from marketsofone.report.figures import Figure, Row, Ruler, ruler
from marketsofone.report.glossary import ATTRACTIVENESS, WIN
from marketsofone.report.ranking import reasons, source_key
from marketsofone.report.results import Results
from marketsofone.report.strata import first, label

MOST_OPENINGS = 15


@dataclass(frozen=True, slots=True)
class Opening:
    """An open opportunity."""

    source_id: str
    buyer: str
    path: str
    at_stake: str
    figures: tuple[Figure, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Openings:
    """The open opportunities that come first, and how many there are."""

    count: str
    by_stake: bool
    shown: tuple[Opening, ...]


def openings(results: Results, market: Row) -> Openings:
    """The open opportunities with most at stake: chance of winning times what the buyer is worth if won."""
    table = _with_stake(results)
    keys = [("stake", "descending"), ("win", "descending"), ("opportunity_id", "ascending")]
    rows = first(table, keys, MOST_OPENINGS)
    measured = ruler(rows, (WIN, ATTRACTIVENESS), {}, results.manifest["currency"])
    return Openings(
        count=words.counted(table.num_rows, "open opportunity"),
        by_stake=any(words.is_known(row["stake"]) for row in rows),
        shown=tuple(_opening(row, measured, market) for row in rows))


def _with_stake(results: Results) -> pa.Table:
    """Open opportunities beside what is known of their buyers and strata."""
    table = results.opportunities
    table = table.filter(pc.equal(table["outcome"], "open"))
    buyers, strata = results.buyers, results.strata
    buyer_at = pc.index_in(table["buyer_id"], value_set=buyers["buyer_id"])
    stratum_at = pc.index_in(table["stratum_id"], value_set=strata["stratum_id"])
    for ending in ("", "_low", "_high", "_trials", "_borrowed"):
        column = f"{ATTRACTIVENESS.name}{ending}"
        table = table.append_column(column, buyers[column].take(buyer_at))
    stake = pc.multiply(table["win"], table[ATTRACTIVENESS.name])
    return (table.append_column("stake", pc.cast(stake, pa.float64()))
            .append_column("buyer", buyers["source_id"].take(buyer_at))
            .append_column("path", strata["path"].take(stratum_at)))


def _opening(row: Row, measured: Ruler, market: Row) -> Opening:
    return Opening(
        source_id=source_key(row),
        buyer=source_key({"source_id": row["buyer"], "buyer_id": row["buyer_id"]}),
        path=label(row["path"], market),
        at_stake=words.money(row["stake"], measured.currency),
        figures=measured.figures(row, (WIN, ATTRACTIVENESS)),
        reasons=reasons(row["reasons"]))

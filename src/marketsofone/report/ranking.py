"""Whom to approach next: the first buyers in the order of the plan, or of the ranked list where there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketsofone.report import words
from marketsofone.report.figures import Figure, Row, Ruler, ruler
from marketsofone.report.glossary import SHOWN
from marketsofone.report.results import Results
from marketsofone.report.strata import first, label

MOST_BUYERS = 25
MOST_REASONS = 6
MOST_PASSED = 3
_PURSUED = "pursue"


@dataclass(frozen=True, slots=True)
class Given:
    """What the plan gives a buyer: hours, and what an hour earns there beyond its cost."""

    hours: str
    earns: str
    interval: str


@dataclass(frozen=True, slots=True)
class RankedBuyer:
    """A buyer as the list shows it; ``given`` is None where the run has no plan."""

    rank: str
    source_id: str
    path: str
    given: Given | None
    figures: tuple[Figure, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Buyers that the scores rank among the first and the plan gives no hour: how many, and the first few with why."""

    buyers: int
    first: tuple[tuple[str, str, str], ...]


def ranked_buyers(results: Results, market: Row) -> tuple[RankedBuyer, ...]:
    """The buyers to approach first; none where the run ranked nobody."""
    order = "place" if _in_order(results.buyers) else "rank"
    rows = _first(results.buyers, order)
    measured = ruler(rows, SHOWN, market, results.manifest["currency"])
    return tuple(_ranked(row, measured) for row in rows)


def passed_over(results: Results) -> PassedOver:
    """Of as many buyers by rank as the list shows, those to whom the plan gives no hour."""
    if results.plan is None or not _in_order(results.buyers):
        return PassedOver(0, ())
    found = [row for row in _first(results.buyers, "rank") if row["choice"] not in (None, _PURSUED)]
    told = results.plan.filter(pc.is_in(results.plan["buyer_id"], pa.array([row["buyer_id"] for row in found])))
    why = dict(zip(told["buyer_id"].to_pylist(), told["reason"].to_pylist(), strict=True))
    return PassedOver(len(found), tuple((source_key(row), words.count(row["rank"]), words.plain(why[row["buyer_id"]]))
                                        for row in found[:MOST_PASSED]))


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


def _in_order(buyers: pa.Table) -> bool:
    """Whether the plan of the run puts buyers in order."""
    return "hours" in buyers.column_names and buyers["hours"].null_count < buyers.num_rows


def _first(buyers: pa.Table, order: str) -> list[Row]:
    """The first buyers that have a rank: found by the columns that say so, for texts of a million are slow to move."""
    asked = buyers.select([*dict.fromkeys(("rank", order, "buyer_id"))])
    asked = asked.append_column("at", pa.array(np.arange(buyers.num_rows))).filter(pc.is_valid(buyers["rank"]))
    best = first(asked, [(order, "ascending"), ("buyer_id", "ascending")], MOST_BUYERS)
    rows: list[Row] = buyers.take(pa.array([row["at"] for row in best], pa.int64())).to_pylist()
    return rows


def _ranked(row: Row, measured: Ruler) -> RankedBuyer:
    return RankedBuyer(
        rank=words.count(row["rank"]), source_id=source_key(row), path=label(row["path"], measured.market),
        given=_given(row, measured.currency), figures=measured.figures(row), reasons=reasons(row["reasons"]))


def _given(row: Row, currency: str) -> Given | None:
    if row.get("hours") is None:
        return None
    low, high = row["hour_value_low"], row["hour_value_high"]
    worth = "" if row["hour_value"] is None else words.money(row["hour_value"], currency)
    return Given(words.hours(row["hours"]), worth,
                 "" if low is None else words.interval(low, high, "money", currency))

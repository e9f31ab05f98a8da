"""Neighbours of the tree side by side: criterion by criterion, whether they differ, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from marketsofone.report import segment_words, words
from marketsofone.report.figures import Row
from marketsofone.report.strata import label
from marketsofone.strata.distinct_criteria import called

_ORDER = ("different", "alike", "cannot tell yet")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One criterion of a pair."""

    criterion: str
    verdict: str
    effect: str
    interval: str
    behind: str
    needed: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two neighbours: their verdicts, those decided first, what amounts among them are, what nobody has recorded."""

    first: str
    second: str
    verdicts: tuple[Verdict, ...]
    typical: str
    unrecorded: str


def verdicts(table: pa.Table | None, market: Row, currency: str) -> tuple[Pair, ...]:
    """The most telling pairs of neighbours of a run."""
    rows: list[Row] = [] if table is None else table.to_pylist()
    return tuple(_pair([row for row in rows if row["pair"] == number], market, currency)
                 for number in sorted({row["pair"] for row in rows}))


def _pair(rows: Sequence[Row], market: Row, currency: str) -> Pair:
    seen = [row for row in rows if row["buyers_a"] + row["buyers_b"] > 0]
    decided = sorted(seen, key=lambda row: _ORDER.index(row["verdict"]))
    missing = [_criterion(row) for row in rows if row["buyers_a"] + row["buyers_b"] <= 0]
    return Pair(label(rows[0]["a"], market), label(rows[0]["b"], market),
                tuple(_verdict(row, currency) for row in decided),
                segment_words.typical_told(row["unit"] for row in seen), words.listed(missing))


def _verdict(row: Row, currency: str) -> Verdict:
    said = f"{row['verdict']}{', as it was split' if row['by_construction'] else ''}"
    needed = "" if row["needed"] is None else f"{words.count(round(row['needed']))} buyers a side would decide"
    return Verdict(_criterion(row), said, words.apart_by(row["effect"], row["unit"], currency),
                   words.apart_between(row, currency),
                   f"{words.count(row['buyers_a'])} and {words.counted(row['buyers_b'], 'buyer')}", needed)


def _criterion(row: Row) -> str:
    name = words.plain(called(row["criterion"]))
    return f"{name}: {words.cut(row['on'], 40)}" if row["on"] else name

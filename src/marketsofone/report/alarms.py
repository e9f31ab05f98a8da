"""Alarms on the page: what sounds, in sentences, and how many were asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from marketsofone.report import words
from marketsofone.report.figures import Row

MOST_SOUNDING = 12

_SHORT = {"needs": "mixed in needs", "competitiveness": "mixed in win rate", "attractiveness": "mixed in margin",
          "money": "acting on its parts pays"}


@dataclass(frozen=True, slots=True)
class Alarms:
    """What sounds, what the market's own edge is, and how often a uniform market would sound."""

    sounding: tuple[str, ...]
    left_out: int
    edge: str
    asked: int
    level: str


def alarms(table: pa.Table | None) -> Alarms | None:
    """The alarms of a run; None where none was asked."""
    rows: list[Row] = [] if table is None else table.to_pylist()
    if not rows:
        return None
    edge = next((row["sentence"] for row in rows if row["kind"] == "edge"), "")
    sounding = [words.plain(row["sentence"]) for row in rows if row["alarmed"] and row["sentence"] != edge]
    return Alarms(tuple(sounding[:MOST_SOUNDING]), max(len(sounding) - MOST_SOUNDING, 0), words.plain(edge),
                  len(rows), words.share(rows[0]["level"]))


def sounding_at(table: pa.Table | None) -> Mapping[str, list[str]]:
    """By stratum: what sounds there, in a few words."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in table.to_pylist() if table is not None else ():
        if row["alarmed"] and row["stratum_id"] is not None:
            found[row["stratum_id"]].append(_SHORT[row["measure"]])
    return found

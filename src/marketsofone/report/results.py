"""What the page is made from: the tables of a snapshot it reads, and the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from marketsofone.errors import RunMissing, shortened
from marketsofone.report.glossary import SCORES, VALUE_OF_AN_HOUR

_SCORE_COLUMNS = tuple(
    f"{score.name}{ending}"
    for score in SCORES
    for ending in ("", "_low", "_high", "_trials", "_borrowed")
)
_HOUR_COLUMNS = tuple(f"{VALUE_OF_AN_HOUR.name}{ending}" for ending in ("", "_low", "_high"))

READS: Mapping[str, tuple[str, ...]] = {
    "buyers": ("buyer_id", "source_id", "path", *_SCORE_COLUMNS, *_HOUR_COLUMNS, "rank", "reasons"),
    "opportunities": ("opportunity_id", "source_id", "buyer_id", "stratum_id", "outcome",
                      "win", "win_low", "win_high", "reasons"),
    "plan": ("buyer_id", "source_id", "hours", "choice", "expected_contribution", "expected_contribution_low",
             "expected_contribution_high", "inclusion_share", "reason"),
    "strata": ("stratum_id", "parent_id", "level", "name", "path", "split_on", "buyers",
               *_SCORE_COLUMNS, *_HOUR_COLUMNS, "why", "gain"),
    "quarantine": ("source", "table_name", "source_row", "field", "reason"),
    "health": ("source", "table_name", "left_out", "read", "accepted", "refused"),
    "findings": ("code", "severity", "place", "message", "repair"),
    "evidence": ("score", "unit", "trials", "buyers", "base", "low", "high", "note"),
}
"""The columns the page reads of each table of a snapshot: all that needs to be loaded for it."""

BESIDE: Mapping[str, tuple[str, ...]] = {
    "buyers": ("place", "hours", "choice", "hour_value", "hour_value_low", "hour_value_high"),
}
"""Columns it reads where there are any: what the plan gives a buyer, where the run has a plan."""


@dataclass(frozen=True, slots=True)
class Results:
    """The results of one run, as the page reads them.

    Parameters
    ----------
    buyers, opportunities, strata, quarantine, health, findings, evidence : pyarrow.Table
        Tables of a snapshot, with at least the columns named in `READS`; others are ignored.
    manifest : Mapping
        The content of ``manifest.json``.
    crosswalk, stability : pyarrow.Table, optional
        Marketing segments beside the strata; without them the page says nothing of either.
    identity : pyarrow.Table, optional
        What the buyers of each stratum need, buy, ask and expect.
    alarms : pyarrow.Table, optional
        Mixed sectors and edges, as they sound or not.
    verdicts : pyarrow.Table, optional
        Neighbours of the tree side by side.
    lineage : pyarrow.Table, optional
        What became of the segments of the run before; None where there was none, or nothing became of any.
    segments : pyarrow.Table, optional
        Segments written by hand, and frozen lists.
    plan, segment_choice, drain : pyarrow.Table, optional
        Where hours go and went.
    accepted : mapping
        By stratum that does not hold up: the note of the person who accepts it.

    Raises
    ------
    RunMissing
        A table lacks a column that the page reads.

    """

    buyers: pa.Table
    opportunities: pa.Table
    strata: pa.Table
    quarantine: pa.Table
    health: pa.Table
    findings: pa.Table
    evidence: pa.Table
    manifest: Mapping[str, Any]
    crosswalk: pa.Table | None = None
    stability: pa.Table | None = None
    alarms: pa.Table | None = None
    identity: pa.Table | None = None
    verdicts: pa.Table | None = None
    lineage: pa.Table | None = None
    segments: pa.Table | None = None
    plan: pa.Table | None = None
    segment_choice: pa.Table | None = None
    drain: pa.Table | None = None
    accepted: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, columns in READS.items():
            table = getattr(self, name)
            found = columns if table is None else table.column_names
            missing = [column for column in columns if column not in found]
            if missing:
                raise RunMissing(
                    f"The report needs {shortened(missing)} in table '{name}' of the snapshot.",
                    f"columns {shortened(found)}.",
                    "Write the snapshot again:  m1 run",
                )

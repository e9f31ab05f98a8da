"""The crosswalk of a run as a matrix, with what marketing's spend reaches and what it misses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketsofone.errors import RunMissing, shortened
from marketsofone.project.snapshots.snapshot import Snapshot
from marketsofone.project.words import wasted_told, worked_told


@dataclass(frozen=True, slots=True)
class Walk:
    """Sales segments of one level beside the marketing segments.

    Parameters
    ----------
    level : int
    classes : tuple of str
        Marketing segments, the most common first; empty where there are none.
    rows : list
        The table ``crosswalk`` on that level, with the ``path`` of each stratum.
    audiences : list
        For each class ``class``, ``buyers``, ``spend``, ``outside`` (spent on buyers outside the chosen
        sales segments), ``outside_share`` and ``inside_share``.
    unit : str
        Of the spend: a currency or touches; empty where nothing is known of it.
    worked : str
        What says which sales segments are worked, in a sentence.
    wasted : str
        How much of all that marketing spent went past them, in a sentence; empty where nothing was spent.
    """

    level: int
    classes: tuple[str, ...]
    rows: list[dict[str, Any]]
    audiences: list[dict[str, Any]]
    unit: str
    worked: str = ""
    wasted: str = ""

    def matrix(self, of: str) -> list[dict[str, Any]]:
        """One row a stratum: ``path``, ``buyers``, ``chosen`` and ``cells``, that column of the table by class."""
        made: dict[str, dict[str, Any]] = {}
        for row in self.rows:
            line = made.setdefault(row["stratum_id"], {
                "path": row["path"], "buyers": 0.0, "chosen": row["chosen"], "cells": {}})
            line["buyers"] += row["buyers"]
            line["cells"][row["class"]] = row[of]
        return sorted(made.values(), key=lambda line: (-line["buyers"], line["path"]))


def read_walk(snapshot: Snapshot, level: int | None = None) -> Walk:
    """The crosswalk of a run on one level of the tree; absent: the deepest, where segments are its leaves.

    Raises
    ------
    RunMissing
        The tree has no such level.
    """
    table: list[dict[str, Any]] = snapshot.table("crosswalk").to_pylist()
    levels = sorted({row["level"] for row in table})
    if not levels:
        return Walk(0, (), [], [], "")
    chosen = levels[-1] if level is None else level
    if chosen not in levels:
        raise RunMissing(f"Run {snapshot.run_id} was asked for level {chosen} of its crosswalk.",
                         f"levels {shortened(map(str, levels))}.", f"--level {levels[-1]}")
    strata = snapshot.table("strata").select(["stratum_id", "path"]).to_pylist()
    paths = {str(row["stratum_id"]): str(row["path"]) for row in strata}
    rows = [{**row, "path": paths.get(str(row["stratum_id"]), "")} for row in table if row["level"] == chosen]
    classes = tuple(dict.fromkeys(row["class"] for row in rows))
    said = snapshot.manifest.get("marketing", {})
    return Walk(chosen, classes, rows, [_audience(name, rows, said) for name in classes], said.get("spend_unit", ""),
                worked_told(said), wasted_told(said))


def _audience(name: str, rows: Sequence[Mapping[str, Any]], said: Mapping[str, Any]) -> dict[str, Any]:
    """As the manifest says, on the leaves, so that no number differs between the places that show it."""
    told = next((each for each in said.get("audiences", ()) if each["class"] == name),
                {"spend": 0.0, "outside": 0.0, "outside_share": 0.0})
    buyers = sum(row["buyers"] for row in rows if row["class"] == name)
    return {"class": name, "buyers": buyers, "spend": told["spend"], "outside": told["outside"],
            "outside_share": told["outside_share"], "inside_share": 1.0 - told["outside_share"]}

"""Neighbours of the tree side by side: the verdicts that tell a reader most of how its segments differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from ibis import _

from marketsofone.customer import path
from marketsofone.estimates.drawing import drawn
from marketsofone.project.segments.choosing import Chosen
from marketsofone.project.segments.contrasting import compare

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

    from marketsofone.customer import Stratum
    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.ground.stratifying import Stratified
    from marketsofone.project.settings.market_file import Settings

MOST_PAIRS = 3
"""So many pairs of neighbours are set side by side, one below each parent: those whose worth differs most surely."""

PAIR_BUYERS = 50_000
"""Of each neighbour so many buyers are looked at, drawn by their ids."""

_TEXTS, _FLAGS = ("a", "b", "criterion", "verdict", "unit", "on"), ("by_construction",)
_NUMBERS = ("effect", "low", "high", "buyers_a", "buyers_b", "trials_a", "trials_b", "value_a", "value_b", "chance",
            "margin", "needed")
SCHEMA = pa.schema([("pair", pa.int64()), *((name, pa.string()) for name in _TEXTS),
                    *((name, pa.float64()) for name in _NUMBERS), *((name, pa.bool_()) for name in _FLAGS)])
"""The table ``verdicts``: ``pair`` counts from 1, the rest is as ``m1 distinct`` says."""


def verdicts_table(
    engine: Backend, settings: Settings, gathered: Gathered, stratified: Stratified, strata: pd.DataFrame
) -> pa.Table:
    """Verdicts on the most telling pairs of neighbours: segments right below one parent.

    Parameters
    ----------
    strata : DataFrame
        The table of that name.
    """
    pairs = telling_pairs(stratified.strata, strata)
    if not pairs:
        return SCHEMA.empty_table()
    members = _members(stratified, {number for pair in pairs for number in pair}, settings.market.seed)
    sides = {number: _side(stratified.strata, number, buyers) for number, buyers in members.items()}
    chosen = [(sides[first], sides[second], "") for first, second in pairs]
    place = {(first.name, second.name): number for number, (first, second, _note) in enumerate(chosen, start=1)}
    rows: list[dict[str, Any]] = [verdict.row() for verdict in compare(engine, settings, gathered, chosen).verdicts]
    return pa.Table.from_pylist([{"pair": place[row["a"], row["b"]], **row} for row in rows], schema=SCHEMA)


def telling_pairs(strata: Sequence[Stratum], told: pd.DataFrame) -> list[tuple[int, int]]:
    """Pairs of leaves below one parent, by number; of each parent the pair whose worth of an hour differs most surely.

    Parameters
    ----------
    told : DataFrame
        A row a stratum in order of their numbers, with ``value_per_hour`` and its bounds.
    """
    split = {stratum.parent for stratum in strata}
    below: dict[int, list[int]] = defaultdict(list)
    for stratum in strata[1:]:
        if stratum.number not in split:
            below[stratum.parent].append(stratum.number)
    value, low, high = (told[f"value_per_hour{end}"].to_numpy(np.float64, na_value=np.nan)
                        for end in ("", "_low", "_high"))
    wide = np.maximum(high - low, 1e-9)
    apart = np.nan_to_num(np.abs(value[:, None] - value) / np.hypot(wide[:, None], wide))
    best = [max(combinations(leaves, 2), key=lambda pair: (apart[pair], -pair[0], -pair[1]))
            for leaves in below.values() if len(leaves) > 1]
    return sorted(best, key=lambda pair: (-apart[pair], pair))[:MOST_PAIRS]


def _members(stratified: Stratified, numbers: set[int], seed: int) -> dict[int, frozenset[int]]:
    rows = stratified.placed.filter(_.node.isin(sorted(numbers))).to_pandas().sort_values("buyer_id")
    found = {}
    for node, own in rows.groupby("node"):
        ids = own["buyer_id"].to_numpy(np.int64)
        found[int(node)] = frozenset(ids[drawn(ids, PAIR_BUYERS, seed)].tolist())
    return {number: found.get(number, frozenset()) for number in sorted(numbers)}


def _side(strata: Sequence[Stratum], number: int, buyers: frozenset[int]) -> Chosen:
    """A leaf as a group, with the dimensions that made it."""
    made, at = set(), number
    while strata[at].parent >= 0:
        made.add(strata[at].split_on)
        at = strata[at].parent
    return Chosen(" / ".join(path(strata, number)), buyers, of_tree=True, made_by=frozenset(made))

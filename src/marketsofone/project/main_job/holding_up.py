"""Which segments hold up when the market is drawn anew: the table `stability` of a run, for both families."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from marketsofone.estimates.classes import classes_stability
from marketsofone.estimates.classes_solutions import solutions_stability
from marketsofone.estimates.steadiness import HOLDS, Floats, Stability
from marketsofone.strata.regrowing_depths import TreeStability, segments_at, tree_stability

if TYPE_CHECKING:
    import pyarrow as pa

    from marketsofone.estimates.classes import Classified
    from marketsofone.project.ground.stratifying import Stratified

CLASS_PAIRS, OTHER_PAIRS, TREE_PAIRS = 10, 5, 3
"""Pairs of samples a run draws for the classes chosen, for other numbers of classes, and for the tree."""

TREE_BUYERS = 20_000
"""The tree is grown anew on halves of so many buyers."""

KINDS = {"family": "string", "solution": "int64", "segment": "string", "measure": "string", "value": "float64",
         "low": "float64", "high": "float64", "pairs": "int64", "buyers": "int64", "holds": "bool"}
"""Columns of the table and what they are."""

Row = dict[str, Any]
Rows = Iterator[Row]


def stability_table(found: Classified | None, of_tree: Sequence[Row], seed: int) -> pa.Table:
    """How well each marketing class and each leaf of the sales tree holds up.

    Parameters
    ----------
    of_tree : sequence of mapping
        What `tree_held_up` found.

    Returns
    -------
    pyarrow.Table
        ``family`` (marketing or sales), ``solution`` (how many segments it has), ``segment`` (a class or
        a stratum id; null for the whole solution), ``measure`` (global, within or across), ``value``
        (mean over pairs), ``low`` and ``high`` (from 5% to 95% of pairs), ``pairs``, ``buyers`` (how many
        were drawn from) and ``holds`` (null where the measure cannot say).
    """
    rows = [*of_tree, *(_of_classes(found, seed) if found is not None else ())]
    return _typed(pd.DataFrame(rows, columns=list(KINDS)))


def _typed(frame: pd.DataFrame) -> pa.Table:
    import pyarrow as pa

    kinds = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in KINDS.items()])
    return pa.Table.from_pandas(frame, schema=kinds, preserve_index=False)


def _of_classes(found: Classified, seed: int) -> Rows:
    made = classes_stability(found, CLASS_PAIRS, seed)
    if made is None:
        return
    measured, across, buyers = made
    yield from _measured("marketing", found.names, measured, buyers, sure=True)
    for count, whole, drawn in solutions_stability(found, OTHER_PAIRS, seed):
        yield _row("marketing", count, None, "global", whole, len(whole), drawn, None)
    for shares in across:
        for number, share in enumerate(shares, start=1):
            yield _row("marketing", len(shares), f"class {number}", "across", np.array([share]), 0, buyers, None)


def tree_held_up(stratified: Stratified, seed: int) -> list[Row]:
    """How every stratum in which a buyer was placed and that is not split holds up, and the tree cut at each depth."""
    return list(_of_tree(stratified, seed)) if stratified.dimensions else []


def _of_tree(stratified: Stratified, seed: int) -> Rows:
    sample = stratified.sample.drawn(TREE_BUYERS, seed)
    sure = len(sample.buyer_id) < TREE_BUYERS
    made = tree_stability(sample, stratified.strata, stratified.dimensions, stratified.rules, TREE_PAIRS, seed,
                          len(sample.buyer_id) / _buyers(stratified))
    split = {stratum.parent for stratum in stratified.strata}
    leaves = [stratum for stratum in stratified.strata if stratum.number not in split]
    of_leaves = Stability(made[-1].measured.whole, made[-1].measured.within[:, [leaf.number for leaf in leaves]])
    yield from _measured("sales", [leaf.stratum_id for leaf in leaves], of_leaves, len(sample.buyer_id), sure=sure)
    for depth, each in enumerate(made[:-1], start=1):
        count = len(segments_at(stratified.strata, depth))
        yield _row("sales", count, None, "global", each.measured.whole, TREE_PAIRS, len(sample.buyer_id), None)
    yield from _across(stratified, made, len(sample.buyer_id))


def _buyers(stratified: Stratified) -> float:
    """All buyers of the market, whether a dimension is known of them or not; asks no engine, which is busy beside."""
    of_one = stratified.profile["dimension"] == stratified.dimensions[0].name
    return float(stratified.profile.loc[of_one, "people"].sum())


def _across(stratified: Stratified, made: Sequence[TreeStability], buyers: int) -> Rows:
    """From how many segments of a tree one level shallower, grown anew, the segments of each depth came."""
    for depth, each in enumerate(made, start=1):
        segments = segments_at(stratified.strata, depth)
        for stratum in segments if depth > 1 else ():
            values = each.across[:, stratum.number]
            if not np.isnan(values).any():
                yield _row("sales", len(segments), stratum.stratum_id, "across", values, TREE_PAIRS, buyers, None)


def _measured(family: str, names: Sequence[str], measured: Stability, buyers: int, *, sure: bool) -> Rows:
    """Global and within; a low value says nothing where far fewer were drawn from than the segments were made of."""
    pairs = len(measured.whole)
    yield _row(family, len(names), None, "global", measured.whole, pairs, buyers, None)
    for name, values in zip(names, measured.within.T, strict=True):
        holds = bool(values.mean() >= HOLDS)
        yield _row(family, len(names), name, "within", values, pairs, buyers, holds if holds or sure else None)


def _row(family: str, solution: int, segment: str | None, measure: str, values: Floats, pairs: int, buyers: int,
         holds: bool | None) -> dict[str, Any]:
    low, high = np.quantile(values, [0.05, 0.95]) if len(values) > 1 else (None, None)
    return {"family": family, "solution": solution, "segment": segment, "measure": measure,
            "value": float(values.mean()), "low": low, "high": high, "pairs": pairs, "buyers": buyers, "holds": holds}

"""Which segments hold up when the market is drawn anew: the table `stability` of a run, for both families."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from marketsofone.estimates.classes import classes_stability
from marketsofone.estimates.sampled import fetch_sampled
from marketsofone.estimates.steadiness import HOLDS, Stability, halves_stability
from marketsofone.strata.regrowing import placed, regrown

if TYPE_CHECKING:
    import pyarrow as pa

    from marketsofone.estimates.classes import Classified
    from marketsofone.estimates.steadiness import Floats
    from marketsofone.project.stratifying import Stratified

CLASS_PAIRS, TREE_PAIRS = 10, 3
"""Pairs of samples a run draws for classes and for the tree."""

TREE_BUYERS = 20_000
"""The tree is grown anew on halves of so many buyers."""

KINDS = {"family": "string", "solution": "int64", "segment": "string", "measure": "string", "value": "float64",
         "low": "float64", "high": "float64", "pairs": "int64", "buyers": "int64", "holds": "bool"}
"""Columns of the table and what they are."""

Rows = Iterator[dict[str, Any]]


def stability_table(
    found: Classified | None, stratified: Stratified, scores: Sequence[str], seed: int
) -> pa.Table:
    """How well each marketing class and each leaf of the sales tree holds up.

    Returns
    -------
    pyarrow.Table
        ``family`` (marketing or sales), ``solution`` (how many segments it has), ``segment`` (a class or
        a stratum id; null for the whole solution), ``measure`` (global, within or across), ``value``
        (mean over pairs), ``low`` and ``high`` (from 5% to 95% of pairs), ``pairs``, ``buyers`` (how many
        were drawn from) and ``holds`` (null where the measure cannot say).
    """
    rows = [*_of_tree(stratified, scores, seed), *(_of_classes(found, seed) if found is not None else ())]
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
    for shares in across:
        for number, share in enumerate(shares, start=1):
            yield _row("marketing", len(shares), f"class {number}", "across", np.array([share]), 0, buyers, None)


def _of_tree(stratified: Stratified, scores: Sequence[str], seed: int) -> Rows:
    """Of every stratum in which a buyer was placed and that is not split."""
    if not stratified.dimensions:
        return
    sample = fetch_sampled(stratified.evidence, stratified.dimensions, scores, TREE_BUYERS, seed)
    judged = placed(sample, stratified.strata)
    measured = halves_stability(
        judged, len(stratified.strata),
        lambda times: regrown(sample, times, stratified.dimensions, stratified.rules), TREE_PAIRS, seed)
    split = {stratum.parent for stratum in stratified.strata}
    leaves = [stratum for stratum in stratified.strata if stratum.number not in split]
    of_leaves = Stability(measured.whole, measured.within[:, [leaf.number for leaf in leaves]])
    yield from _measured("sales", [leaf.stratum_id for leaf in leaves], of_leaves, len(judged),
                         sure=len(judged) < TREE_BUYERS)


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

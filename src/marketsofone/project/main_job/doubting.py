"""The tables ``doubts`` and ``fused``: what is not known of strata and shared by their buyers, score by score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from marketsofone.estimates.fused import FUSED, fit_fused
from marketsofone.estimates.hidden import fit_hidden
from marketsofone.estimates.segments import DOUBTS
from marketsofone.strata.regrowing import placed

if TYPE_CHECKING:
    from marketsofone.estimates import Estimate
    from marketsofone.project.ground.stratifying import Stratified

SCHEMA = pa.schema([("score", pa.string()), ("stratum_id", pa.string()), ("moves", pa.list_(pa.float64())),
                    *((name, pa.float64()) for name in DOUBTS if name != "moves")])
"""The table ``doubts``."""
_TEXTS, _NUMBERS = ("score", "stratum_id", "dimension", "value"), ("from", "to", "share", "departs", "unsure")
FUSED_SCHEMA = pa.schema([*((name, pa.string()) for name in _TEXTS), *((name, pa.float64()) for name in _NUMBERS)])
"""The table ``fused``."""


def doubts_table(stratified: Stratified, estimates: Mapping[str, Estimate]) -> pa.Table:
    """A row a score and stratum, in units of the score and these squared: what any group's doubt is added up from.

    The sample of buyers that the tree is judged by tells what splits that were not made may hide.
    """
    sample = stratified.sample
    node = placed(sample, stratified.strata)
    ids = [stratum.stratum_id for stratum in stratified.strata]
    tables = [SCHEMA.empty_table()]
    for score, made in estimates.items():
        apart = fit_hidden(sample, node, stratified.strata, stratified.dimensions, score, made.family,
                           made.pooled.buyer_size)
        of = made.doubts
        columns = {"score": [score] * len(ids), "stratum_id": ids, "moves": list(of.loads.of.T),
                   "leans": of.leans, "unstated": of.unstated, "whole": of.whole,
                   "hidden": apart * made.family.variance(np.nan_to_num(made.nodes.mean)),
                   "alike": np.full(len(ids), of.alike), "common": np.full(len(ids), of.common)}
        tables.append(pa.table(columns, schema=SCHEMA))
    return pa.concat_tables(tables)


def fused_table(stratified: Stratified, estimates: Mapping[str, Estimate]) -> pa.Table:
    """A row a score, stratum and value of the dimension that made it, where that keeps several values together.

    A value of a number is a step of it, ``from`` and ``to`` where the step begins and ends, open where it does not.
    """
    dimensions = {dimension.name: dimension for dimension in stratified.dimensions}
    tables = [FUSED_SCHEMA.empty_table()]
    ids = np.array([stratum.stratum_id for stratum in stratified.strata])
    for score, made in estimates.items():
        found = fit_fused(stratified.values, stratified.dimensions, score, made.family, made.pooled.buyer_size)
        stretch = [dimensions[name].stretch([value])
                   for name, value in zip(found["dimension"], found["value"], strict=True)]
        columns = {"score": [score] * len(found), "stratum_id": ids[found["stratum"].to_numpy(np.int64)],
                   "from": [start for start, _end in stretch], "to": [end for _start, end in stretch],
                   **{name: found[name] for name in FUSED if name != "stratum"}}
        tables.append(pa.table({name: columns[name] for name in FUSED_SCHEMA.names}, schema=FUSED_SCHEMA))
    return pa.concat_tables(tables)

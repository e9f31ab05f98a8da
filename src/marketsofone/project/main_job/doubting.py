"""The table ``doubts``: what is not known of each stratum and shared by its buyers, score by score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from marketsofone.estimates.hidden import fit_hidden
from marketsofone.estimates.segments import DOUBTS
from marketsofone.strata.regrowing import placed

if TYPE_CHECKING:
    from marketsofone.estimates import Estimate
    from marketsofone.project.ground.stratifying import Stratified

SCHEMA = pa.schema([("score", pa.string()), ("stratum_id", pa.string()), ("moves", pa.list_(pa.float64())),
                    *((name, pa.float64()) for name in DOUBTS if name != "moves")])
"""The table ``doubts``."""


def doubts_table(stratified: Stratified, estimates: Mapping[str, Estimate]) -> pa.Table:
    """A row a score and stratum, in units of the score and these squared: what any group's doubt is added up from.

    The sample of buyers that the tree is judged by tells what splits that were not made may hide.
    """
    sample = stratified.sample
    node = placed(sample, stratified.strata)
    ids = [stratum.stratum_id for stratum in stratified.strata]
    tables = [SCHEMA.empty_table()]
    for score, made in estimates.items():
        apart = fit_hidden(sample, node, stratified.dimensions, score, made.family, made.pooled.buyer_size)
        of = made.doubts
        columns = {"score": [score] * len(ids), "stratum_id": ids, "moves": list(of.loads.of.T),
                   "leans": of.leans, "unstated": of.unstated, "whole": of.whole,
                   "hidden": apart * made.family.variance(np.nan_to_num(made.nodes.mean)),
                   "alike": np.full(len(ids), of.alike)}
        tables.append(pa.table(columns, schema=SCHEMA))
    return pa.concat_tables(tables)

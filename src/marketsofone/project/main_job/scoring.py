"""Runs the three scores over the tree: what is expected, what people hold, what the record shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis
import numpy as np
from ibis import _

from marketsofone.engine import hold, release
from marketsofone.estimates import Estimate, estimate, fetch_base, fetch_common, fit_departing
from marketsofone.estimates.candidates import with_companies
from marketsofone.estimates.repeat import estimate_repeat, fit_histories
from marketsofone.features import judged_rows
from marketsofone.features.adding import added
from marketsofone.pooling import Tree
from marketsofone.scores import SCORES
from marketsofone.strata import speaking

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.ground.stratifying import Stratified


def score_market(
    engine: Backend, gathered: Gathered, stratified: Stratified, expected: Mapping[str, ir.Table],
    horizon_days: int,
) -> dict[str, Estimate]:
    """An estimate for each score that has evidence, for every stratum and buyer.

    Parameters
    ----------
    expected : mapping
        Score -> ``buyer_id``, ``expected``: the mean expected of a buyer from its traits; a score
        left out expects the same of everyone.
    """
    tree = Tree(np.array([stratum.parent for stratum in stratified.strata], dtype=np.int64))
    made = {}
    for score, tallies in gathered.tallies.items():
        placed = _with_expected(stratified.placed, expected.get(score), tallies)
        placed = with_companies(_with_told(placed, _told(gathered, score)), gathered.companies)
        held = hold(engine, f"placed_{score}", placed)
        departing = fit_departing(gathered.buyers, _texts(gathered), held, tallies) if score in expected else None
        made[score] = estimate(engine, score, tallies, held, tree, amounts=SCORES[score].money, departing=departing,
                               repeated=SCORES[score].money and gathered.histories is not None,
                               speaks=speaking(stratified.strata, stratified.dimensions, score),
                               common=fetch_common(tallies))
    if gathered.histories is not None:
        model = fit_histories(gathered.histories)
        made["attractiveness"] = estimate_repeat(
            engine, gathered.histories, made["attractiveness"], model, tree, horizon_days)
    return {score: _kept(engine, score, each) for score, each in made.items()}


def _kept(engine: Backend, score: str, made: Estimate) -> Estimate:
    """An estimate whose buyers are read, by ranks, sheet and plan, and not joined anew each time."""
    buyers = hold(engine, f"scored_{score}", made.buyers)
    release(engine, f"placed_{score}", f"cells_{score}")
    return replace(made, buyers=buyers)


def _texts(gathered: Gathered) -> list[str]:
    """Columns of the dimensions that are texts: what they tell apart is not yet cut into steps."""
    return [c.column for c in gathered.columns
            if c.role == "dimension" and c.kind == "text" and c.column in gathered.buyers.columns]


def _with_expected(placed: ir.Table, expected: ir.Table | None, tallies: ir.Table) -> ir.Table:
    trials, total, _buyers = fetch_base(tallies)
    base = ibis.literal(total / trials).cast("float64")
    if expected is None:
        return placed.mutate(expected=base)
    joined = placed.left_join(expected, "buyer_id").drop("buyer_id_right")
    return joined.mutate(expected=joined.expected.fill_null(base))


def _with_told(placed: ir.Table, told: ir.Table | None) -> ir.Table:
    if told is None:
        return placed.mutate(told_trials=ibis.literal(0.0), told_total=ibis.literal(0.0))
    joined = placed.left_join(told, "buyer_id").drop("buyer_id_right")
    return joined.mutate(
        told_trials=joined.told_trials.fill_null(0.0), told_total=joined.told_total.fill_null(0.0)
    )


def _told(gathered: Gathered, score: str) -> ir.Table | None:
    """What people hold of each buyer: a judgement counts as so many trials at the value it states."""
    rows = judged_rows(gathered.tables, gathered.owner, score)
    return None if rows is None else rows.group_by("buyer_id").agg(
        told_trials=added(_.trials), told_total=added(_.total))

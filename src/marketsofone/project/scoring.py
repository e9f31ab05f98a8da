"""Runs the three scores over the tree: what is expected, what people hold, what the record shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import ibis
import numpy as np
from ibis import _

from marketsofone.engine import hold
from marketsofone.estimates import Estimate, estimate, fetch_base, fit_departing
from marketsofone.estimates.repeat import estimate_repeat, fit_histories
from marketsofone.features.statements import stated_of_buyers
from marketsofone.pooling import Estimates, Tree
from marketsofone.scores import SCORES

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from marketsofone.project.gathering import Gathered
    from marketsofone.project.stratifying import Stratified

_SURE = 2.0


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
    tree, beside = _with_unstated([stratum.parent for stratum in stratified.strata])
    made = {}
    for score, tallies in gathered.tallies.items():
        placed = stratified.placed.mutate(node=beside(_.node))
        placed = _with_expected(placed, expected.get(score), tallies)
        placed = _with_told(placed, _told(gathered, score))
        held = hold(engine, f"placed_{score}", placed)
        departing = fit_departing(gathered.buyers, _texts(gathered), held, tallies) if score in expected else None
        made[score] = estimate(engine, score, tallies, held, tree, amounts=SCORES[score].money, departing=departing)
    if gathered.histories is not None:
        model = fit_histories(gathered.histories)
        made["attractiveness"] = estimate_repeat(
            engine, gathered.histories, made["attractiveness"], model, tree, horizon_days)
    return {score: _of_strata(each, len(stratified.strata)) for score, each in made.items()}


def _with_unstated(parents: Sequence[int]) -> tuple[Tree, Callable[[ibis.Deferred], ibis.Deferred]]:
    """The tree with one more part under each split stratum: the buyers whose value is not stated.

    Not to state a value may tell something by itself; where none of them was tried, they are expected to do as
    the stratum does on average.
    """
    split = sorted({parent for parent in parents if parent >= 0})
    tree = Tree(np.array([*parents, *split], dtype=np.int64))
    if not split:
        return tree, lambda node: node
    moved = [(parent, len(parents) + place) for place, parent in enumerate(split)]
    return tree, lambda node: ibis.cases(*((node == old, new) for old, new in moved), else_=node).cast("int64")


def _of_strata(made: Estimate, count: int) -> Estimate:
    """The estimate of the strata alone: they come first among the nodes."""
    nodes = made.nodes
    return replace(made, nodes=Estimates(*(getattr(nodes, field.name)[:count] for field in fields(nodes))))


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
    if "judgement" not in gathered.tables:
        return None
    said = gathered.tables["judgement"].filter(_.score == score)
    said = said.select("about", "about_id", "source_row", "value", sure=_.sure.fill_null(_SURE))
    every = stated_of_buyers(said, gathered.tables, gathered.owner)
    return every.group_by("buyer_id").agg(told_trials=_.sure.sum(), told_total=(_.sure * _.value).sum())

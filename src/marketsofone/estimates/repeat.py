"""Repeat buyers: what one is expected to contribute next, from how often, how recently and how much.

How many purchases are to come is BG/NBD on the distinct histories, buyers who had bought before the ledger begins
told from newcomers; what a purchase contributes is pooled down the tree like any amount. Their product is the expected
contribution.

References
----------
Fader, Hardie & Lee (2005), "Counting your customers the easy way", Marketing Science 24.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from ibis import _

from marketsofone.engine import hold
from marketsofone.estimates.estimate import PROBABILITY, REACH, Estimate
from marketsofone.features.adding import SQUARES, added
from marketsofone.pooling import Amount, Doubts, Estimates, Tree
from marketsofone.pooling.repeat_before import LedgerModel, bought_before, fit_ledger, ledger_doubt, ledger_spread
from marketsofone.pooling.repeat_buying import RepeatCells

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

_HISTORY = ("x", "t_x", "age")


def fit_histories(histories: ir.Table) -> LedgerModel:
    """The model of a ledger's repeat buying, fitted on its distinct histories."""
    cells = histories.group_by(*_HISTORY).agg(weight=_.count()).order_by(*_HISTORY).execute()
    return fit_ledger(RepeatCells(*(cells[name].to_numpy(np.float64) for name in (*_HISTORY, "weight"))))


def estimate_repeat(
    engine: Backend, histories: ir.Table, spend: Estimate, model: LedgerModel, tree: Tree, horizon_days: int
) -> Estimate:
    """Expected contribution over the horizon of every buyer and node of a ledger.

    Parameters
    ----------
    histories : Ibis table
        ``features.histories``.
    spend : Estimate
        Contribution per purchase, pooled down the tree.
    model : LedgerModel
        Of the same histories.

    Notes
    -----
    A buyer who never bought counts as one who has just bought for the first time: what it
    contributes *if won*. That is ``prior`` for every buyer, since it is what stays without a record.

    The doubt about the model's own parameters moves all buyers together, so it is in the interval of every
    buyer and does not average out over a stratum.
    """
    known = histories.select("buyer_id", *_HISTORY)
    cells = known.group_by(*_HISTORY).agg(buyers=_.count()).order_by(*_HISTORY).execute()
    cells = pd.concat([cells, pd.DataFrame({"x": [0.0], "t_x": [0.0], "age": [-1.0], "buyers": [0]})])
    ages = np.maximum(cells["age"].to_numpy(np.float64), 0.0)
    new = (cells["age"] < 0).to_numpy()
    history = (cells["x"].to_numpy(np.float64), cells["t_x"].to_numpy(np.float64), ages)
    before = np.where(new, 0.0, bought_before(model, *history))
    ahead = ledger_spread(model, before, *history, float(horizon_days))
    doubt = ledger_doubt(model, before, *history, float(horizon_days))
    table = cells[list(_HISTORY)].assign(
        purchases=ahead.mean + new, purchases_variance=np.maximum(ahead.variance - ahead.mean, 0.0),
        **dict(zip(_moves(len(doubt)), doubt, strict=True)),
    )
    held = hold(engine, "purchases_ahead", table)
    rows = spend.buyers.left_join(known, "buyer_id").drop("buyer_id_right")
    rows = rows.mutate(x=_.x.fill_null(0.0), t_x=_.t_x.fill_null(0.0), age=_.age.fill_null(-1.0))
    rows = rows.inner_join(held, list(_HISTORY)).drop(*_HISTORY)
    rows = rows.mutate(prior=rows.prior * float(table["purchases"].to_numpy()[new][0]))
    moves = _moves(len(doubt))
    made = hold(engine, "contribution_ahead", _product(rows, moves))
    nodes, common = _nodes(made, spend, tree, moves)
    return replace(spend, nodes=nodes, buyers=made.drop(*moves), doubts=_doubts(spend, nodes, common),
                   limit=model.repeat.ridge, before=model.share)


def _moves(directions: int) -> list[str]:
    """Columns: how a buyer's value moves with one standard error of the model along each direction."""
    return [f"move_{number}" for number in range(directions)]


def _product(rows: ir.Table, moves: Sequence[str]) -> ir.Table:
    value = rows.value * rows.purchases
    unsure = rows.purchases_variance + sum(rows[move] * rows[move] for move in moves)
    second = (rows.value * rows.value + rows.variance) * (rows.purchases * rows.purchases + unsure)
    moved = {move: rows.value * rows[move] for move in moves}
    if "beside" in rows.columns:
        moved["beside"] = rows.beside * rows.purchases
    rows = rows.mutate(value=value, variance=ibis.greatest(second - value * value, 0.0), **moved)
    spread = (rows.variance / (rows.value * rows.value).nullif(0.0) + 1.0).ln().sqrt()
    middle = ibis.greatest(rows.value, 1e-12).ln() - spread * spread / 2.0
    plain = rows.variance.sqrt() * REACH
    rows = rows.mutate(low=ibis.cases((rows.value > 0, (middle - spread * REACH).exp()), else_=rows.value - plain),
                       high=ibis.cases((rows.value > 0, (middle + spread * REACH).exp()), else_=rows.value + plain))
    return rows.drop("purchases", "purchases_variance")


def _nodes(made: ir.Table, spend: Estimate, tree: Tree, moves: Sequence[str]) -> tuple[Estimates, float]:
    """A node's value is the mean over its buyers; doubt about spend and about the model is shared by all of them.

    That about the model is given for itself too, as it moves the logarithm of the market's value.
    """
    count = len(tree.parent)
    own = made.variance - sum(made[move] * made[move] for move in moves)
    sums = {"n": _.count(), "value": added(_.value), "own": added(ibis.greatest(own, 0.0), SQUARES)}
    frame = made.group_by("node").agg(**sums, **{move: added(_[move]) for move in moves}).order_by("node").execute()
    at = frame["node"].to_numpy(np.int64)
    parts = {name: tree.add_up(np.bincount(at, frame[name].to_numpy(np.float64), minlength=count).astype(np.float64))
             for name in (*sums, *moves)}
    people = np.maximum(parts["n"], 1.0)
    mean = parts["value"] / people
    shared = spend.nodes.variance / np.maximum(spend.nodes.mean, 1e-12) ** 2 * mean**2
    model = sum(((parts[move] / people) ** 2 for move in moves), np.zeros(count))
    variance = parts["own"] / people**2 + shared + model
    low, high = Amount().interval(mean, variance, PROBABILITY)
    nodes = Estimates(mean, low, high, variance, spend.nodes.borrowed, spend.nodes.trials)
    return nodes, float(model[0] / mean[0] ** 2) if mean[0] > 0 else 0.0


def _doubts(spend: Estimate, nodes: Estimates, common: float) -> Doubts:
    """Those of what a purchase contributes, times the purchases to come.

    How alike buyers are in what they spend is doubt that hangs on each buyer's purchases, and is left to its interval.
    """
    times = np.maximum(np.nan_to_num(nodes.mean / np.maximum(spend.nodes.mean, 1e-12)), 1e-12)
    of, square = spend.doubts, times**2
    return Doubts(of.loads.times(times), of.leans, of.unstated * square, of.whole * square, 0.0, common)

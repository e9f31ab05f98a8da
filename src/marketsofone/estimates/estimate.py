"""The hinge: the engine tallies, NumPy pools the distinct tallies, the engine joins the result back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
from ibis import _
from numpy.typing import NDArray
from scipy import special

from marketsofone.engine import hold
from marketsofone.estimates.tallies import SUMS
from marketsofone.features.adding import SHARES, added
from marketsofone.pooling import (
    Amount,
    Cells,
    Doubts,
    Estimates,
    Pooled,
    PriorSize,
    Share,
    Tree,
    fit_curvature,
    fit_repeated,
    pool,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    from ibis.backends.duckdb import Backend

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PROBABILITY = 0.90
"""Of every interval this product shows."""

REACH = float(special.ndtri(0.5 + PROBABILITY / 2))
"""Standard deviations of a normal law to either end of such an interval."""

_KEYS = ("node", "expected", *SUMS, "told_trials", "told_total")
_ALONE = -1


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one measure says of every node and every buyer.

    Parameters
    ----------
    family : Share or Amount
    nodes : Estimates
        One per node of the tree.
    pooled : Pooled
        All that pooling gave back: prior sizes among it.
    buyers : Ibis table
        ``buyer_id``, ``value``, ``low``, ``high``, ``variance``, ``borrowed``, ``trials``, ``total``,
        ``prior`` (the value without the buyer's own record), ``size`` (the trials that weighs as much as) and
        ``beside`` (what the records of others of its company bring; both only where buyers belong together);
        every buyer once.
    doubts : Doubts
        What is not known of nodes and shared by their buyers.
    limit : str
        Empty, or the limit that a model of repeat buying could not be told from ("nobody leaves").
    before : float
        Of the buyers of a ledger alone: the share that had bought before it begins.
    """

    family: Share | Amount
    nodes: Estimates
    pooled: Pooled
    buyers: ir.Table
    doubts: Doubts
    limit: str = ""
    before: float = 0.0


def fetch_base(tallies: ir.Table) -> tuple[float, float, float]:
    """Trials, their total and the buyers behind them in a whole market of buyer tallies."""
    sums = {name: added(tallies[name]).fill_null(0.0) for name in ("trials", "total")}
    row = tallies.agg(**sums, buyers=_.count()).execute().iloc[0]
    return float(row["trials"]), float(row["total"]), float(row["buyers"])


def fetch_common(tallies: ir.Table) -> float:
    """Variance of the logarithm of what a trial is worth: how fast money arrives is learned from the same wins.

    Of a mean of wins that were all seen whole the doubt is that of their amounts. Where young ones count for what
    usually arrives by their age, it is that of a life table, to which each buyer brings its wins' ``strays``; what is
    more in it than in amounts whose worth is known moves all values together. Zero where tallies hold no ``strays``.

    References
    ----------
    Mack (1993), Distribution-free calculation of the standard error of chain ladder reserve estimates; Hampel (1974),
    The influence curve and its role in robust estimation.
    """
    if "strays" not in tallies.columns:
        return 0.0
    sums = tallies.agg(trials=added(_.trials, SHARES), total=added(_.total)).execute().iloc[0]
    trials, mean = float(sums["trials"]), float(sums["total"] / sums["trials"])
    table, amounts = _.strays * trials / mean, _.total / mean - _.trials
    found = tallies.agg(more=added(table * table, SHARES) - added(amounts * amounts, SHARES)).execute()
    return max(float(found["more"][0]) / trials**2, 0.0)


def estimate(
    engine: Backend, name: str, tallies: ir.Table, placed: ir.Table, tree: Tree, *, amounts: bool,
    departing: PriorSize | None = None, repeated: bool = False, speaks: Ints | None = None, common: float = 0.0,
) -> Estimate:
    """Pool one measure over a tree, from the market down to each buyer.

    Parameters
    ----------
    engine : ibis backend
        Where the tallies live.
    name : str
        Of the measure; tables the result needs are named after it.
    tallies : Ibis table
        ``buyer_id``, ``trials``, ``total``, ``squares``; buyers without trials may be absent.
    placed : Ibis table
        Every buyer once: ``buyer_id``, ``node``, ``expected`` (mean expected from traits, or one
        value for all), ``told_trials``, ``told_total`` (what people hold of the buyer); ``company`` where
        several buyers belong to one.
    tree : Tree
        The nodes that ``node`` numbers.
    amounts : bool
        Money per trial rather than a share.
    departing : PriorSize, optional
        How far strata may depart from what is expected of their buyers; else learned from the strata.
    repeated : bool
        Each trial is one of the purchases that a buyer makes again and again.
    speaks : int array, shape (nodes,), optional
        The node that speaks for each of this measure; each for itself where left out.
    common : float
        What `fetch_common` gives.

    Raises
    ------
    ValueError
        There is not one trial.
    """
    joined = _beside(placed, tallies)
    keys = [key for key in (*_KEYS, "company") if key in joined.columns]
    frame = joined.group_by(*keys).agg(buyers=_.count()).order_by(*keys).execute()
    cells = _cells(frame)
    family = _family(frame, amounts, repeated)
    sizes = (departing,) * (len(tree.levels) - 1) if departing else None
    pooled = pool(family, tree, cells, probability=PROBABILITY, level_sizes=sizes, speaks=speaks,
                  common=common)
    results = hold(engine, f"cells_{name}", _results(frame[keys], pooled))
    buyers = joined.inner_join(results, [(key, f"cell_{key}") for key in keys])
    return Estimate(family, pooled.nodes, pooled, buyers.drop(*(f"cell_{key}" for key in keys)), pooled.doubts)


def _beside(placed: ir.Table, tallies: ir.Table) -> ir.Table:
    joined = placed.left_join(tallies.select("buyer_id", *SUMS), "buyer_id").drop("buyer_id_right")
    joined = joined.mutate(**{name: joined[name].fill_null(0.0) for name in SUMS})
    return _with_colleagues(joined) if "company" in joined.columns else joined


def _with_colleagues(rows: ir.Table) -> ir.Table:
    """Rows that name their company only where it has several buyers, some of them tried: no other speaks for any."""
    many = rows.buyer_id.count().over(group_by="company") > 1
    tried = rows.trials.sum().over(group_by="company") > 0
    return rows.mutate(company=ibis.cases((many & tried, rows.company), else_=_ALONE))


def _cells(frame: pd.DataFrame) -> Cells:
    column = {key: frame[key].to_numpy(np.float64) for key in (*_KEYS, "buyers")}
    company = frame["company"].to_numpy(np.int64) if "company" in frame else None
    return Cells(
        node=frame["node"].to_numpy(np.int64), trials=column["trials"], total=column["total"],
        expected=column["expected"], buyers=column["buyers"],
        told_trials=column["told_trials"], told_total=column["told_total"],
        rows=column["rows"], squares=column["squares"], company=company,
    )


def _family(frame: pd.DataFrame, amounts: bool, repeated: bool) -> Share | Amount:
    if not amounts:
        return Share()
    sums = _each(frame)
    spent = fit_repeated(*sums) if repeated else None
    return fit_curvature(*sums) if spent is None else spent


def _each(frame: pd.DataFrame) -> list[Floats]:
    """The sums of every single buyer."""
    many = np.repeat(np.arange(len(frame)), frame["buyers"])
    return [frame[key].to_numpy(np.float64)[many] for key in SUMS]


def _results(frame: pd.DataFrame, pooled: Pooled) -> pd.DataFrame:
    result = frame.add_prefix("cell_")
    for name, values in (
        ("value", pooled.cells.mean), ("low", pooled.cells.low), ("high", pooled.cells.high),
        ("variance", pooled.cells.variance), ("borrowed", pooled.cells.borrowed), ("prior", pooled.prior),
    ):
        result[name] = values
    return result.assign(size=pooled.size, beside=pooled.beside) if "company" in frame else result

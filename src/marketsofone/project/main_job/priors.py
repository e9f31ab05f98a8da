"""What traits lead one to expect of each buyer and opportunity, its own outcome always left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from ibis import _
from numpy.typing import NDArray

from marketsofone.customer import UserColumn
from marketsofone.engine import hold
from marketsofone.features.adding import SHARES, averaged
from marketsofone.project.ground.stratifying import explained
from marketsofone.scores import SCORES

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

    from marketsofone.estimates.traits import TraitPrior, Traits
    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.settings.market_file import Settings

_FOLDS = 5
_STEP = 0.02
_LEAST_TRIALS = 30


@dataclass(frozen=True, slots=True)
class Priors:
    """Expected means by score.

    Parameters
    ----------
    buyers : mapping
        Score -> ``buyer_id``, ``expected``.
    opportunities : Ibis table or None
        ``opportunity_id``, ``expected``: each opportunity's own chance of being won.
    notes : mapping
        Score -> what the model on traits adds, in words.
    """

    buyers: Mapping[str, ir.Table] = field(default_factory=dict)
    opportunities: ir.Table | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


def fit_priors(engine: Backend, settings: Settings, gathered: Gathered) -> Priors:
    """A model on traits for each share that has evidence, where the project asks for it.

    Pull is modelled buyer by buyer. Winning is modelled opportunity by opportunity, since what is
    offered and who else is met belong to the opportunity; a buyer is expected to do as its
    opportunities are on average.
    """
    if not settings.model.traits:
        return Priors()
    buyers, notes, opportunities = {}, {}, None
    for score in gathered.tallies:
        if SCORES[score].money:
            continue
        by_opportunity = score == "competitiveness" and "opportunity" in gathered.tables
        frame = (_opportunity_rows if by_opportunity else _buyer_rows)(gathered, score)
        columns = [c for c in gathered.columns if c.column in frame.columns and score in explained(gathered, c)]
        if not columns or frame["trials"].sum() < _LEAST_TRIALS or frame["total"].sum() in (0, frame["trials"].sum()):
            continue
        prior = _fit(frame, columns, settings.market.seed)
        notes[score] = _note(prior)
        frame["expected"] = _stepped(prior.out_of_fold)
        slim = frame[["buyer_id", "row_id", "trials", "expected"]].astype({"row_id": "Int64"})
        held = hold(engine, f"expected_{score}", slim)
        buyers[score] = hold(engine, f"expected_buyer_{score}", _by_buyer(held))
        if by_opportunity:
            opportunities = held.filter(_.row_id.notnull()).select(opportunity_id=_.row_id, expected=_.expected)
    return Priors(buyers, opportunities, notes)


def _buyer_rows(gathered: Gathered, score: str) -> pd.DataFrame:
    rows = gathered.buyers.left_join(gathered.tallies[score], "buyer_id").drop("buyer_id_right")
    rows = rows.mutate(trials=_.trials.fill_null(0.0), total=_.total.fill_null(0.0), row_id=ibis.null("int64"))
    return rows.order_by("buyer_id").execute()


def _opportunity_rows(gathered: Gathered, score: str) -> pd.DataFrame:
    """One row an opportunity with its own columns, and one for each buyer that has none yet."""
    own = [c.column for c in gathered.columns if c.table == "opportunity"]
    winning = gathered.shares[score]
    rows = gathered.tables["opportunity"].select(
        "opportunity_id", *own, trials=winning.trials.cast("float64"),
        total=(winning.trials & winning.successes).cast("float64"),
    )
    owner = gathered.owner["opportunity"].select("opportunity_id", "buyer_id")
    rows = rows.inner_join(owner, "opportunity_id")
    of_buyer = gathered.buyers.drop(*[c for c in own if c in gathered.buyers.columns])
    rows = rows.inner_join(of_buyer, "buyer_id").mutate(row_id=_.opportunity_id)
    without = gathered.buyers.anti_join(rows, "buyer_id").mutate(
        trials=ibis.literal(0.0), total=ibis.literal(0.0), row_id=ibis.null("int64")
    )
    kept = [name for name in without.columns if name in rows.columns]
    both = ibis.union(rows.select(*kept), without.select(*kept))
    return both.order_by("buyer_id", "row_id").execute()


def _fit(frame: pd.DataFrame, columns: list[UserColumn], seed: int) -> TraitPrior:
    from marketsofone.estimates.traits import fit_prior

    folds = (frame["buyer_id"].to_numpy(np.int64) // 2) % _FOLDS
    return fit_prior(_traits(frame, columns), frame["trials"].to_numpy(), frame["total"].to_numpy(), folds, seed=seed)


def _traits(frame: pd.DataFrame, columns: list[UserColumn]) -> Traits:
    from marketsofone.estimates.traits import Traits

    numbers = [c for c in columns if c.kind == "number"]
    texts = [c for c in columns if c.kind != "number"]
    numeric = np.column_stack([frame[c.column].to_numpy(np.float64, na_value=np.nan) for c in numbers]) \
        if numbers else np.empty((len(frame), 0))
    codes = np.column_stack([pd.factorize(frame[c.column], sort=True)[0] for c in texts]) \
        if texts else np.empty((len(frame), 0), dtype=np.int64)
    return Traits(numeric, codes.astype(np.int64), tuple(c.name for c in (*numbers, *texts)))


def _stepped(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Expected shares on a fine ladder of log odds, so that equal tallies stay few."""
    line = np.log(share) - np.log1p(-share)
    stepped: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.floor(line / _STEP + 0.5) * _STEP))
    return stepped


def _by_buyer(held: ir.Table) -> ir.Table:
    """Of a buyer with trials, the mean over what was tried; of others, over all there is."""
    grouped = held.group_by("buyer_id").agg(tried=averaged(_.expected, SHARES, where=_.trials > 0),
                                            every=averaged(_.expected, SHARES))
    return grouped.select("buyer_id", expected=ibis.coalesce(_.tried, _.every))


def _note(prior: TraitPrior) -> str:
    if not prior.useful:
        return "traits were tried and tell nothing beyond chance"
    told = ", ".join(name for name, _points in prior.importance[:3])
    return f"a model on traits informs it, most by {told}"

"""A simulated company as a plan sees it: prospects with curves by three who know more or less, reps, and the truth.

Planted are, for each account not yet won, what hours are expected to earn; so prospects alone are planned and judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _
from truth_market import Floats, Ints, Market, draw_market, scores_of, stratified
from truth_oracle import oracle

from marketsofone.allocation import Curves
from marketsofone.features.openings import openings
from marketsofone.measures import ANSWER_RATE
from marketsofone.pooling.response_curve import matched
from marketsofone.project.ground.gathered import Openings
from marketsofone.project.planning.inputs import Problem, Segment, Sellers
from marketsofone.sources.simulated import Plan
from marketsofone.sources.simulated.layout import SCORES
from marketsofone.sources.simulated.opportunities import OPENED_SHARE

WEEKS = 4
_MOST, _LEAST = 0.99, 1e-9


@dataclass(frozen=True, slots=True)
class Believed:
    """Scores of every account and their variances, shape (accounts,) each."""

    value: Mapping[str, Floats]
    variance: Mapping[str, Floats]
    opened: float

    @property
    def chance(self) -> Floats:
        """Chance that one approach wins."""
        return np.clip(self.value["pull"] * self.value["competitiveness"] * self.opened, _LEAST, _MOST)

    def curves(self, approach_hours: float) -> Curves:
        """As the product makes them of scores."""
        square = np.ones(len(self.chance))
        for score in SCORES[:2]:
            square = square * (self.value[score] ** 2 + self.variance[score])
        mean = self.value["pull"] * self.value["competitiveness"]
        spread = np.maximum(square / mean**2 - 1.0, 0.0) * self.chance**2
        scale, shape = matched(self.chance, np.minimum(spread, 0.999 * self.chance * (1 - self.chance)))
        return Curves(self.value["attractiveness"], scale * approach_hours, shape)


@dataclass(frozen=True, slots=True)
class Firm:
    """A company ready to plan; all arrays over its prospects.

    Parameters
    ----------
    problem : Problem
        With the product's curves; segments are the leaves of its tree.
    believed, oracle : Believed
    truth : Curves
    hours_spent, money_spent, returned : float array
        Of the last year.
    cell : int array
        The deepest planted cell.
    trials : float array
        Approaches on record.
    """

    problem: Problem
    believed: Believed
    oracle: Believed
    truth: Curves
    hours_spent: Floats
    money_spent: Floats
    returned: Floats
    cell: Ints
    trials: Floats
    market: Market

    @property
    def knowing(self) -> Curves:
        """What an oracle's posterior gives."""
        return self.oracle.curves(self.market.company.plan.approach_hours)


def company(plan: Plan, seed: int) -> Firm:
    """The company of this plan and seed."""
    market = draw_market(plan, seed)
    strata, node = stratified(market)
    pooled = scores_of(market, strata, node)
    ours = Believed({s: pooled[s].cells.mean for s in SCORES}, {s: pooled[s].cells.variance for s in SCORES},
                    opened(market))
    known = [oracle(market, number, market.tallies[score]) for number, score in enumerate(SCORES)]
    theirs = Believed(dict(zip(SCORES, (k.mean for k in known), strict=True)),
                      dict(zip(SCORES, (k.variance for k in known), strict=True)), OPENED_SHARE)
    open_ones = _not_won(market)
    table = market.company.truth
    truth = Curves(table["response_ceiling"].to_numpy()[open_ones], table["response_hours"].to_numpy()[open_ones])
    ours, theirs = _of(ours, open_ones), _of(theirs, open_ones)
    hours, money = _spent(market)
    problem = _problem(market, open_ones, ours, node, [stratum.stratum_id for stratum in strata])
    _names, cell = np.unique(np.array(table["cell_3"].to_pylist())[open_ones], return_inverse=True)
    return Firm(problem, ours, theirs, truth, hours[open_ones], money[open_ones],
                np.zeros(len(open_ones)), cell, market.tallies["pull"].trials[open_ones], market)


def opened(market: Market) -> float:
    """Opportunities that come of an answer, as the product counts them."""
    tables = {name: ibis.memtable(market.company.tables[name]) for name in ("touch", "opportunity")}
    accounts = ibis.memtable(market.company.tables["account"].select(["account_id"])).mutate(buyer_id=_.account_id)
    row = openings(tables, {"account": accounts}, accounts, ANSWER_RATE.trials & ANSWER_RATE.successes)
    counted = row.execute().iloc[0]
    return Openings(int(counted["answers"]), int(counted["opened"])).share


def promises(curves: Curves, problem: Problem, hours: Floats) -> float:
    """What hours are said to earn by these curves, net of what they cost."""
    return float(np.sum(curves.value(hours) - problem.cost * hours))


def _of(believed: Believed, rows: Ints) -> Believed:
    return replace(believed, value={name: of[rows] for name, of in believed.value.items()},
                   variance={name: of[rows] for name, of in believed.variance.items()})


def _not_won(market: Market) -> Ints:
    rows = market.company.tables["opportunity"]
    won = rows.filter(pc.equal(rows["outcome"], "won"))["account_id"]
    account = market.company.tables["account"]["account_id"]
    return np.flatnonzero(~pc.is_in(account, value_set=pc.unique(won)).to_numpy())


def _spent(market: Market) -> tuple[Floats, Floats]:
    """Hours of approaches in the last year by account, and what they cost."""
    plan = market.company.plan
    touch = market.company.tables["touch"].select(
        ["account_id", "rep_id", "team", "direction", "minutes", "cost", "happened_at"]).to_pandas()
    ours = touch[(touch["team"] == "sales") & (touch["direction"] == "out")]
    recent = ours[ours["happened_at"].dt.tz_localize(None).to_numpy()
                  >= np.datetime64(plan.as_of) - np.timedelta64(plan.horizon_days - 1, "D")]
    rep = market.company.tables["rep"].to_pandas().set_index("rep_id")["hour_cost"].astype(float)
    account = recent["account_id"].str[1:].to_numpy(np.int64)
    hours = recent["minutes"].fillna(plan.approach_hours * 60).to_numpy(float) / 60
    money = hours * rep.loc[recent["rep_id"]].to_numpy() + recent["cost"].astype(float).fillna(0).to_numpy()
    return np.bincount(account, hours, plan.accounts), np.bincount(account, money, plan.accounts)


def _problem(market: Market, rows: Ints, believed: Believed, node: Ints, names: Sequence[str]) -> Problem:
    plan, tables = market.company.plan, market.company.tables
    reps = tables["rep"].sort_by("rep_id")
    keys = reps["rep_id"].to_pylist()
    owner = np.array([keys.index(key) for key in tables["account"]["rep_id"].to_pylist()])[rows]
    sellers = Sellers(np.arange(len(keys)), tuple(keys), tuple(reps["region"].to_pylist()),
                      reps["week_hours"].to_numpy() * WEEKS, reps["hour_cost"].cast(pa.float64()).to_numpy())
    used, segment = np.unique(node[rows], return_inverse=True)
    segments = tuple(Segment(names[one], names[one], int((segment == at).sum())) for at, one in enumerate(used))
    spread = np.sqrt(np.log1p(believed.variance["attractiveness"] / believed.value["attractiveness"] ** 2))
    curves, many = believed.curves(plan.approach_hours), len(rows)
    table = pa.table({
        "buyer_id": rows, "source_id": [f"A{row:06d}" for row in rows], "rep_id": owner,
        "stratum_id": [names[one] for one in node[rows]], "ceiling": curves.ceiling, "scale": curves.scale,
        "shape": curves.shape, "status": ["adjusted"] * many, "won": np.zeros(many, dtype=bool),
        "worth_spread": spread})
    none = np.zeros(many, dtype=np.bool_)
    return Problem(table, curves, owner, segment, sellers, segments, {}, none, none, np.zeros(many),
                   np.full(many, np.inf), None, 0.0, 0.0, 0.0, False, {each.stratum_id: each.path for each in segments})


def earns(firm: Firm, hours: Floats) -> float:
    """What hours earn by the planted response, net of what they cost."""
    return float(np.sum(firm.truth.value(hours) - firm.problem.cost * hours))


def by_rep(firm: Firm, weight: Floats) -> Floats:
    """Each rep's hours over its prospects in proportion to a weight; evenly where it is nought for all."""
    rep, capacity = firm.problem.rep, firm.problem.sellers.capacity
    weight = np.maximum(weight, 0.0)
    weight = np.where(np.bincount(rep, weight, len(capacity))[rep] > 0, weight, 1.0)
    return weight / np.bincount(rep, weight, len(capacity))[rep] * capacity[rep]


def in_turn(firm: Firm, score: Floats, call: float) -> Floats:
    """One call on each prospect, the best by a score first, around again while hours last."""
    rep, capacity = firm.problem.rep, firm.problem.sellers.capacity
    order = np.lexsort((-score, rep))
    place = np.arange(len(rep)) - np.searchsorted(rep[order], rep[order])
    size = np.bincount(rep, minlength=len(capacity))
    rounds, rest = np.divmod(capacity / call, np.maximum(size, 1))
    left = np.clip(rest[rep[order]] - place, 0.0, 1.0)
    hours = np.empty(len(rep))
    hours[order] = (rounds[rep[order]] + left) * call
    return hours

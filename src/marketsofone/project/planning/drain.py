"""The drain ledger: where selling time went in the last horizon, what came back, and what was to be expected."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from marketsofone.allocation import Curves
from marketsofone.project.planning.inputs import Problem
from marketsofone.project.words import amounts, counted

if TYPE_CHECKING:
    from marketsofone.project.settings.market_file import Settings

DRAIN = pa.schema([
    ("kind", pa.string()), ("id", pa.string()), ("hours", pa.float64()), ("spent", pa.float64()),
    ("returned", pa.float64()), ("expected", pa.float64()), ("drains", pa.bool_()), ("hours_back", pa.float64()),
    ("off_target", pa.float64()), ("alternative", pa.string()), ("reason", pa.string())])
"""Columns of the table ``drain``."""

NOBODY = ""
"""The id of what leads to no buyer, segment or rep that is known."""

UNKNOWN = -1
"""The number of such a one."""

FEWEST_TOUCHES = 5
"""So many show something: who answers every other touch is silent after five in one case of thirty."""

_SUMS = ["touches", "hours", "spent", "on_buyers", "returned", "expected", "hours_back", "off_target"]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where time went.

    Parameters
    ----------
    table : pyarrow.Table
        ``drain``.
    focus : mapping
        What the manifest tells: hours reported, those that lead to nobody who is planned for, touches whose minutes
        were not written down, share of hours in pursued segments, and how concentrated hours are over buyers
        (``gini``, ``hhi``); shares null where no hours lead to a buyer.
    """

    table: pa.Table
    focus: dict[str, Any]


def drain_ledger(problem: Problem, settings: Settings, spent: pd.DataFrame, returned: pd.DataFrame,
                 pursued: set[str], currency: str, reps: pa.Table | None = None) -> Ledger:
    """Hours and money of the last horizon by segment, buyer and rep, each adding up to the hours reported.

    A buyer drains where it brought less than its hours and touches cost, and no more was to be expected of them;
    the hours that come back are those beyond the last one that was worth its cost. A segment or rep drains where all
    of it brought less than it cost, and was to; of hours that lead to nobody who is planned for it is not known what
    came, so they make nobody drain. What a buyer brought is shared by those who met it in proportion to
    their hours; where none of its touches took any, to their touches. Of sales that do not tell their contribution
    what a sale brought on average was to be expected. What a customer brings is set against its hours
    whole, so a customer who buys without being called shows as no drain; the plan, not the ledger, tells what hours
    add there.

    Parameters
    ----------
    spent : DataFrame
        ``buyer_id``, ``rep_id``, ``touches``, ``guessed``, ``hours``, ``cost``.
    returned : DataFrame
        ``buyer_id``, ``returned`` (null where no sale tells its contribution), ``told`` and ``untold`` (sales that do
        and do not).
    pursued : set of str
        Strata that are pursued.
    reps : pyarrow.Table, optional
        ``rep_id``, ``source_id``, ``hour_cost`` of all reps, with hours or without; absent: those with hours.
    """
    sellers = _Sellers.of(problem, settings, reps)
    rows = _beside(problem, sellers, spent)
    buyers = _of_buyers(problem, settings, rows, returned)
    rows = rows.merge(buyers[["place", "hours", "touches", "returned", "expected", "hours_back"]], on="place",
                      how="left", suffixes=("", "_buyer"))
    timed, each = rows["hours_buyer"] > 0, rows["touches"] / rows["touches_buyer"]
    share = (rows["hours"] / rows["hours_buyer"]).where(timed, each)
    for name in ("returned", "expected", "hours_back"):
        rows[name] = (rows[name] * share).where(rows["place"] >= 0, 0.0)
    rows["on_buyers"] = rows["spent"].where(rows["place"] >= 0, 0.0)
    rows["segment"] = np.append(problem.segment, UNKNOWN)[rows["place"].to_numpy()]
    strata = [each.stratum_id for each in problem.segments]
    on_target = np.append([stratum in pursued for stratum in strata], False)
    rows["off_target"] = rows["hours"].where(~on_target[rows["segment"].to_numpy()], 0.0)
    ids = {"segment": ("segment", pa.array(strata, pa.string())), "buyer": ("place", problem.rows["source_id"]),
           "rep": ("rep", pa.array(sellers.keys, pa.string()))}
    ways = _Ways(bool(pursued), bool(settings.plan.touch_budget))
    sides = [_side(rows, kind, *ids[kind], ways, currency) for kind in ids]
    return Ledger(pa.concat_tables(sides).combine_chunks(), _focus(rows, spent, problem))


@dataclass(frozen=True, slots=True)
class _Sellers:
    """Reps who may have touched somebody: ids, the source's keys, and what an hour costs, of nobody known last."""

    ids: list[int]
    keys: list[str]
    cost: NDArray[np.float64]

    @classmethod
    def of(cls, problem: Problem, settings: Settings, reps: pa.Table | None) -> _Sellers:
        usual, sellers = settings.market.hour_cost, problem.sellers
        if reps is None:
            return cls(sellers.rep_id.tolist(), list(sellers.source_id), np.append(sellers.hour_cost, usual))
        cost = pc.fill_null(reps["hour_cost"], usual).to_numpy()
        return cls(reps["rep_id"].to_pylist(), [str(key) for key in reps["source_id"].to_pylist()],
                   np.append(cost, usual))


def _beside(problem: Problem, sellers: _Sellers, spent: pd.DataFrame) -> pd.DataFrame:
    """Hours with the number of their buyer and of their rep, and what they cost."""
    known = problem.rows["buyer_id"].to_numpy()
    ids = spent["buyer_id"].fillna(-1).to_numpy(dtype=np.int64)
    at = np.minimum(np.searchsorted(known, ids), max(len(known) - 1, 0))
    place = np.where((known[at] == ids) & (ids >= 0), at, UNKNOWN) if len(known) else np.full(len(ids), UNKNOWN)
    reps = {rep: number for number, rep in enumerate(sellers.ids)}
    rep = spent["rep_id"].map(reps).fillna(UNKNOWN).to_numpy(np.int64)
    hourly = sellers.cost[rep]
    return pd.DataFrame({"place": place, "rep": rep, "touches": spent["touches"], "hours": spent["hours"],
                         "spent": spent["hours"] * hourly + spent["cost"]})


def _of_buyers(problem: Problem, settings: Settings, rows: pd.DataFrame, returned: pd.DataFrame) -> pd.DataFrame:
    """One row a buyer that got hours: what it brought, what was to be expected, and the hours beyond their worth."""
    buyers = rows[rows["place"] >= 0].groupby("place", as_index=False)[["touches", "hours", "spent"]].sum()
    at = buyers["place"].to_numpy()
    known = problem.rows["buyer_id"].to_numpy()
    back = returned.set_index("buyer_id").astype(float).reindex(known[at]).fillna(0.0)
    told = float(returned["told"].sum())
    usual = fsum(returned["returned"].dropna()) / told if told else 0.0
    buyers["returned"] = back["returned"].to_numpy()
    due = buyers["returned"] + back["untold"].to_numpy() * max(usual, 0.0)
    curves, won = _over_horizon(problem, settings, at)
    hours = buyers["hours"].to_numpy()
    gained = curves.value(hours)
    buyers["expected"] = np.where(won, np.maximum(gained, due), np.maximum(gained, 0.0))
    hourly = np.divide(buyers["spent"].to_numpy(), hours, out=np.zeros(len(hours)), where=hours > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        drop = np.log(np.maximum(curves.ceiling, 0.0) / curves.scale) - np.log(hourly)
    worthwhile = np.zeros(len(hours))
    some = drop > 0
    worthwhile[some] = np.minimum(curves.of(some).hours_at(np.minimum(drop[some], 50.0)), hours[some])
    drains = (buyers["spent"] > buyers["returned"]) & (buyers["spent"] > buyers["expected"])
    buyers["hours_back"] = np.where(drains, np.maximum(hours - worthwhile, 0.0), 0.0)
    return buyers


def _over_horizon(problem: Problem, settings: Settings, at: Any) -> tuple[Curves, Any]:
    """Curves over the horizon, knock-outs as they would be without; and who is a customer."""
    won = problem.rows["won"].to_numpy(zero_copy_only=False)[at]
    longer = np.where(won, settings.market.horizon_days / (settings.plan.weeks * 7.0), 1.0)
    column = {name: problem.rows[name].to_numpy()[at] for name in ("ceiling", "scale", "shape")}
    return Curves(column["ceiling"] * longer, column["scale"] * longer, column["shape"]), won


def _side(rows: pd.DataFrame, kind: str, by: str, ids: pa.Array, ways: _Ways, currency: str) -> pa.Table:
    """The ledger by one of its sides, most hours to get back first."""
    told = rows.groupby(by, as_index=False)[_SUMS].sum()
    number = told[by].to_numpy(np.int64)
    known = number != UNKNOWN
    told["hours_back"] = told["hours_back"].where(known, 0.0)
    drains = known & (told["on_buyers"] > np.maximum(told["returned"], told["expected"])).to_numpy()
    table = pa.table({
        "kind": pa.repeat(kind, len(told)), "id": ids.take(pa.array(number, mask=~known)).fill_null(NOBODY),
        **{name: told[name] for name in ("hours", "spent", "returned", "expected")}, "drains": drains,
        "hours_back": told["hours_back"], "off_target": told["off_target"],
        "alternative": pc.if_else(pa.array(drains), _alternative(told, kind, ways), ""),
        "reason": pc.if_else(pa.array(known), _reasons(told, currency), _nobody(kind))}, schema=DRAIN)
    return table.sort_by([("hours_back", "descending"), ("id", "ascending")])


@dataclass(frozen=True, slots=True)
class _Ways:
    """Which ways out there are: buyers that the plan pursues, and touches of marketing."""

    pursued: bool
    touches: bool


def _alternative(told: pd.DataFrame, kind: str, ways: _Ways) -> Any:
    """The graceful way out: milder where something is to be expected, and where little was tried."""
    some = ("marketing's touches in place of calls" if ways.touches
            else "less time on each touch, or a cheaper channel such as mail")
    if kind == "rep":
        return ("their hours on buyers that the plan pursues" if ways.pursued
                else "fewer hours, or other buyers: the plan pursues none of those there are")
    return pc.if_else(pa.array(told["expected"] > 0.25 * told["spent"]), some, pc.if_else(
        pa.array(told["touches"] < FEWEST_TOUCHES), _little_tried(told["touches"]),
        "self-service: answer when they ask, call no more"))


def _little_tried(touches: pd.Series) -> pa.Array:
    """That few touches tell little, and what costs little until more is known."""
    so_far = ["one touch so far is" if many == 1 else f"{counted(many, 'touch')} so far are"
              for many in range(FEWEST_TOUCHES + 1)]
    told = pa.array([f"mail in place of calls until they show interest: {said} too little to give them up on"
                     for said in so_far])
    return told.take(pa.array(touches.round().clip(upper=FEWEST_TOUCHES).astype("int64")))


def _reasons(told: pd.DataFrame, currency: str) -> pa.Array:
    """What was spent beside what came."""
    hours = pa.array(told["hours"].round(1)).cast(pa.string())
    cost, came, due = (amounts(told[name].to_numpy(np.float64), currency) for name in ("spent", "returned", "expected"))
    return pc.binary_join_element_wise(hours, " hours cost ", cost, " and brought ", came, "; ", due,
                                       " was to be expected.", "")


def _nobody(kind: str) -> str:
    return "Touches of no rep who is known." if kind == "rep" else "Touches that lead to nobody who is planned for."


def _focus(rows: pd.DataFrame, spent: pd.DataFrame, problem: Problem) -> dict[str, Any]:
    total = float(rows["hours"].sum())
    by_buyer = rows[rows["place"] >= 0].groupby("place")["hours"].sum().to_numpy()
    hours = np.zeros(len(problem.rep))
    hours[: len(by_buyer)] = by_buyer
    some = by_buyer.sum() > 0
    return {"hours_reported": total, "hours_on_nobody": float(rows.loc[rows["place"] < 0, "hours"].sum()),
            "touches": int(spent["touches"].sum()), "minutes_missing": int(spent["guessed"].sum()),
            "share_in_pursued": 1.0 - float(rows["off_target"].sum()) / total if some else None,
            "gini": gini(hours) if some else None,
            "hhi": float(((by_buyer / by_buyer.sum()) ** 2).sum()) if some else None}


def gini(hours: Any) -> float:
    """How unequal hours are over buyers, those without any included: 0 all alike, 1 all with one.

    Examples
    --------
    >>> gini(np.array([1.0, 1.0, 1.0, 1.0])), gini(np.array([0.0, 0.0, 0.0, 4.0]))
    (0.0, 0.75)
    """
    ordered = np.sort(hours)
    count, total = len(ordered), ordered.sum()
    if not total > 0:
        return 0.0
    return float(2.0 * (np.arange(1, count + 1) * ordered).sum() / (count * total) - (count + 1) / count)

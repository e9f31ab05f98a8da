"""A simulated market in arrays, and the product's own tree and pooling run over it without files or engine.

Everything that decides a number is the product's own: ``grow_tree`` chooses and judges the splits, ``pool``
gives values and intervals. Only the counting is done again here in NumPy, because hundreds of markets are
asked for; ``tests/truth`` checks that the engine counts the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import md5

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from marketsofone.customer import Stratum
from marketsofone.estimates.candidates import Dimension, readable
from marketsofone.estimates.worth import most_of
from marketsofone.pooling import Amount, Cells, Pooled, Share, Tree, fit_curvature, pool
from marketsofone.project.ground.stratifying import explains
from marketsofone.sources.simulated import Company, Plan, simulate
from marketsofone.sources.simulated.accounts import noise_names
from marketsofone.sources.simulated.layout import DIMENSIONS, SCORES
from marketsofone.strata import Rules, grow_tree, speaking

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
STEPS = 24
PARTS = 2.0**20
DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Tally:
    """One row an account: rows seen, trials they are worth, their sum, and squares over trials.

    ``common`` is what `marketsofone.estimates.fetch_common` gives.
    """

    rows: Floats
    trials: Floats
    total: Floats
    squares: Floats
    common: float = 0.0


@dataclass(frozen=True, slots=True)
class Market:
    """What the product sees of a company, and what is true of it.

    Parameters
    ----------
    company : Company
    half : int array, shape (accounts,)
        Which half of the buyers an account belongs to.
    dimensions : tuple of Dimension
    values : mapping
        Dimension -> object array of texts, None where not known.
    tallies : mapping
        Score -> Tally.
    truth : float array, shape (accounts, 3)
        The three true scores.
    """

    company: Company
    half: Ints
    dimensions: tuple[Dimension, ...]
    values: Mapping[str, NDArray[np.object_]]
    tallies: Mapping[str, Tally]
    truth: Floats


def draw_market(plan: Plan, seed: int, unstated: float = 0.0) -> Market:
    """The market of this plan and seed; ``unstated`` is the share of values, but sector and size, left out by lot."""
    company = simulate(plan, seed)
    dimensions, values = _dimensions(company)
    values = _partly_stated(values, unstated, seed)
    tallies = {"pull": _answers(company), "competitiveness": _wins(company),
               "attractiveness": _contributions(company)}
    truth = np.column_stack([company.truth[score].to_numpy() for score in SCORES])
    return Market(company, _halves(plan.accounts), dimensions, values, tallies, truth)


def _halves(accounts: int) -> Ints:
    """The parity of the product's internal ids."""
    salted = [b"account\x1f0\x1fA" + b"%06d" % i for i in range(accounts)]
    return np.array([md5(key).digest()[0] & 1 for key in salted], dtype=np.int64)


def _account(column: pa.ChunkedArray) -> Ints:
    """Keys such as A000012 as row numbers."""
    return np.asarray(column.to_pandas().str[1:].astype(np.int64))


def _instants(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.cast(pa.timestamp("us")).cast(pa.int64()).to_numpy())


def _dimensions(company: Company) -> tuple[tuple[Dimension, ...], dict[str, NDArray[np.object_]]]:
    account = company.tables["account"]
    employees = account["employees"].to_numpy().astype(np.float64)
    cuts = readable(list(np.quantile(employees, np.arange(1, 16) / 16)))
    values = {"sector": account["sector"], "region": account["region"]}
    values |= {d.name: account[d.name] for d in DIMENSIONS if not d.ordered}
    values |= {name: account[name] for name in noise_names(company.plan)}
    texts = {name: np.array(column.to_pylist(), dtype=object) for name, column in values.items()}
    texts["size"] = np.array([str(step) for step in np.searchsorted(cuts, employees, side="right")], dtype=object)
    texts["rival"] = _rival(company)
    made = [Dimension(name, f"dim_{name}", cuts if name == "size" else (),
                      explains("rival_met" if name == "rival" else "account")) for name in texts]
    return tuple(made), texts


def _partly_stated(
    values: Mapping[str, NDArray[np.object_]], unstated: float, seed: int
) -> dict[str, NDArray[np.object_]]:
    rng = np.random.default_rng(seed)
    return {name: texts if name in ("sector", "size") else np.where(rng.random(len(texts)) < unstated, None, texts)
            for name, texts in values.items()}


def _rival(company: Company) -> NDArray[np.object_]:
    """The rival met most by each account; of equals, the one first seen."""
    met = company.tables["rival_met"].to_pandas().reset_index(names="row")
    owner = company.tables["opportunity"].select(["opportunity_id", "account_id"]).to_pandas()
    met = met.merge(owner, on="opportunity_id")
    counted = met.groupby(["account_id", "competitor_id"]).agg(times=("row", "size"), first=("row", "min"))
    top = counted.sort_values(["times", "first"], ascending=[False, True]).reset_index().groupby("account_id").first()
    found = np.full(company.plan.accounts, None, dtype=object)
    found[top.index.str[1:].astype(np.int64)] = top["competitor_id"].to_numpy()
    return found


def _tally(accounts: int, account: Ints, trials: Floats, total: Floats) -> Tally:
    parts = (np.ones(len(account)), trials, total, total**2 / trials)
    return Tally(*(np.bincount(account, part, minlength=accounts) for part in parts))


def _answers(company: Company) -> Tally:
    touch = company.tables["touch"].select(["account_id", "team", "direction", "answered"]).to_pandas()
    tried = touch[(touch["direction"] == "out") & (touch["team"] == "sales") & touch["answered"].notna()]
    account = tried["account_id"].str[1:].to_numpy(np.int64)
    return _tally(company.plan.accounts, account, np.ones(len(account)), tried["answered"].to_numpy(np.float64))


def _wins(company: Company) -> Tally:
    found = company.tables["opportunity"].select(["account_id", "outcome"]).to_pandas()
    decided = found[found["outcome"].isin(["won", "lost"])]
    account = decided["account_id"].str[1:].to_numpy(np.int64)
    return _tally(company.plan.accounts, account, np.ones(len(account)),
                  decided["outcome"].eq("won").to_numpy(np.float64))


def _contributions(company: Company) -> Tally:
    """What each win brought within the horizon, young wins counting for the share that usually arrives."""
    plan = company.plan
    won, at, following = _turns(company)
    start = int(np.datetime64(plan.start, "us").astype(np.int64))
    day, end = (at - start) // DAY, plan.days
    until = np.where(following < np.iinfo(np.int64).max, (following - start) // DAY - day, plan.horizon_days)
    age = np.minimum(np.minimum(end - day, until), plan.horizon_days)
    win, ordered, money = _lines_of(company, won, at)
    step = ((ordered - start) // DAY - day[win]) * STEPS // plan.horizon_days
    lived = age * STEPS // plan.horizon_days
    whole = step < lived[win]
    win, step, money = win[whole], step[whole], money[whole]
    return tally_of_wins(plan.accounts, plan.horizon_days, won, _phase(at), lived, (win, step, money))


def tally_of_wins(
    accounts: int, horizon_days: int, won: Ints, phase: Ints, lived: Ints, lines: tuple[Ints, Ints, Floats]
) -> Tally:
    """Of each win its account, the day of the year and the steps it has lived; of each line its win, step and money."""
    win, step, money = lines
    arrived, usual, weight = _arrival(phase[win], step, money, phase, lived, horizon_days)
    arrived, usual = arrived[phase, lived], usual[phase, lived]
    paid = np.bincount(win, money, minlength=len(won))
    strays = (np.bincount(win, money * weight[step], minlength=len(won)) - usual) / len(won)
    told = arrived > 0
    tally = _tally(accounts, won[told], arrived[told], paid[told])
    return replace(tally, common=_common(tally, np.bincount(won[told], strays[told], minlength=accounts)))


def _common(tally: Tally, strays: Floats) -> float:
    trials = tally.trials.sum()
    mean = tally.total.sum() / trials
    amounts = tally.total / mean - tally.trials
    return max(float(np.sum((strays * trials / mean) ** 2) - np.sum(amounts**2)) / trials**2, 0.0)


def _turns(company: Company) -> tuple[Ints, Ints, Ints]:
    """Account and instant of each win, in order, and the instant of that account's next win."""
    rows = company.tables["opportunity"]
    rows = rows.filter(pa.compute.equal(rows["outcome"], "won"))
    account, at = _account(rows["account_id"]), _instants(rows["closed_at"])
    order = np.lexsort((at, account))
    account, at = account[order], at[order]
    following = np.append(at[1:], 0)
    last = np.append(account[1:] != account[:-1], True)
    return account, at, np.where(last, np.iinfo(np.int64).max, following)


def _lines_of(company: Company, won: Ints, at: Ints) -> tuple[Ints, Ints, Floats]:
    """The win each order line follows, its instant and its contribution."""
    lines = company.tables["order_line"]
    account, ordered = _account(lines["account_id"]), _instants(lines["ordered_at"])
    money = lines["amount"].cast(pa.float64()).to_numpy() - lines["cost"].cast(pa.float64()).to_numpy()
    first = int(at.min())
    span = int(max(at.max(), ordered.max())) - first + 1
    win = np.searchsorted(won * span + (at - first), account * span + (ordered - first), side="right") - 1
    kept = (win >= 0) & (won[np.maximum(win, 0)] == account)
    return win[kept], ordered[kept], money[kept]


def _phase(at: Ints) -> Ints:
    """The day of the year of each instant, 1 to 366."""
    day = (at // DAY).astype("datetime64[D]")
    return (day - day.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64) + 1


def _arrival(
    phase: Ints, step: Ints, money: Floats, won_phase: Ints, lived: Ints, horizon_days: int
) -> tuple[Floats, Floats, Floats]:
    """By day of the year of the win and steps lived.

    The share of a horizon's contribution seen, in season, and what such a win usually brought by then, each step as
    often as the weight says that is given last.
    """
    paid = np.zeros((367, STEPS))
    np.add.at(paid, (phase, step), money)
    alive = np.zeros((367, STEPS + 1))
    np.add.at(alive, (won_phase, lived), 1.0)
    wins = alive[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    day = np.arange(367)[:, None] + (np.arange(STEPS) + 0.5) * horizon_days / STEPS
    month = np.floor((day - np.floor(day / 365.25) * 365.25) * 12 / 365.25).astype(np.int64)
    index = _index(paid, wins, month)[month]
    worth = (wins * index).sum(axis=0)
    rate = np.maximum(paid.sum(axis=0) / np.maximum(worth, 1e-12), 0.0)
    weight = np.round(np.where(worth > 0, len(lived) / np.maximum(worth, 1e-12), 0.0), 6)
    share, usual = (np.hstack([np.zeros((367, 1)), np.cumsum(part * index, axis=1)]) for part in (rate, rate * weight))
    return np.round(share / rate.sum() * PARTS) / PARTS, usual, weight


def _index(paid: Floats, wins: Floats, month: Ints) -> Floats:
    """Money by month of the year over what its steps bring on average; ones where the year is not seen whole."""
    rate = np.maximum(paid.sum(axis=0) / np.maximum(wins.sum(axis=0), 1e-12), 0.0)
    seen = np.bincount(month.ravel(), (wins * rate).ravel(), minlength=12)
    if (seen <= 0).any():
        return np.ones(12)
    index = np.bincount(month.ravel(), paid.ravel(), minlength=12) / seen
    return np.maximum(index / index.mean(), 0.05)


def stratified(market: Market, rules: Rules | None = None) -> tuple[tuple[Stratum, ...], Ints]:
    """The tree the product grows on a market, and the deepest stratum known of each account."""
    strata, node, _levels = grown(market, rules)
    return strata, node


def grown(market: Market, rules: Rules | None = None) -> tuple[tuple[Stratum, ...], Ints, list[pd.DataFrame]]:
    """The same, and the tallies that it was grown from, level by level."""
    levels: list[pd.DataFrame] = []
    coded = {name: pd.factorize(values) for name, values in market.values.items()}

    def fetch(strata: Sequence[Stratum]) -> pd.DataFrame:
        deepest = max(stratum.depth for stratum in strata)
        node = placed(market, strata)
        open_nodes = [stratum.number for stratum in strata if stratum.depth == deepest]
        levels.append(pd.concat([_sums(market, node, open_nodes, name, *coded[name]) for name in coded]))
        return levels[-1]

    strata = grow_tree(fetch, market.dimensions, SCORES, rules or Rules(), market.company.plan.currency).strata
    return strata, placed(market, strata), levels


def placed(market: Market, strata: Sequence[Stratum]) -> Ints:
    """The deepest stratum that each account is known to belong to."""
    node = np.zeros(market.company.plan.accounts, dtype=np.int64)
    for stratum in strata[1:]:
        inside = (node == stratum.parent) & np.isin(market.values[stratum.split_on], stratum.values)
        node[inside] = stratum.number
    return node


def _sums(market: Market, node: Ints, open_nodes: Sequence[int], name: str, code: Ints,
          levels: NDArray[np.object_]) -> pd.DataFrame:
    """What ``estimates.fetch_candidates`` gives for one dimension."""
    inside = np.isin(node, open_nodes)
    values = len(levels) + 1
    place = ((node * 2 + market.half) * values + np.where(code < 0, len(levels), code))[inside]
    seen, where = np.unique(place, return_inverse=True)
    value = seen % values
    frame = {"node": seen // values // 2, "half": seen // values % 2, "dimension": name,
             "value": np.append(levels, None)[value], "people": np.bincount(where)}
    for score, tally in market.tallies.items():
        for part, amounts in parts(score, tally).items():
            frame[f"{score}_{part}"] = np.bincount(where, amounts[inside], minlength=len(seen))
    return pd.DataFrame(frame)


def parts(score: str, tally: Tally) -> dict[str, Floats]:
    """What each account adds to each of ``estimates.candidates.PARTS``."""
    n, s = tally.trials, tally.total
    seen = n > 0
    growth = np.zeros(len(n))
    if score == "attractiveness":
        mean = s[seen] / n[seen]
        growth[seen] = np.log1p(np.maximum(mean, 0.0) / np.median(mean))
    share = np.ones(len(n)) if score == "attractiveness" else counted_share(n, s)
    alone = n * share**2
    n, s = n * share, s * share
    return {"buyers": seen.astype(np.float64), "n": n, "s": s, "nn": n * n, "ns": n * s, "ss": s * s,
            "g": growth, "gg": growth**2, "alone": alone}


def counted_share(n: Floats, s: Floats) -> Floats:
    """Which share of each account's trials counts where splits are judged (``estimates.worth``)."""
    many = n >= 2
    rate = s[many] / n[many]
    most = most_of(len(rate), rate.mean(), rate.var(ddof=1), np.mean(1.0 / n[many])) if len(rate) > 1 else np.inf
    return np.minimum(1.0, most / np.maximum(n, 1e-12))


def scores_of(market: Market, strata: Sequence[Stratum], node: Ints) -> dict[str, Pooled]:
    """What the product says of each stratum and account, by score."""
    return {score: scored(market.tallies[score], strata, node, money=score == "attractiveness",
                          speaks=speaking(strata, market.dimensions, score)) for score in SCORES}


def scored(tally: Tally, strata: Sequence[Stratum], node: Ints, *, money: bool, speaks: Ints | None = None) -> Pooled:
    """The same from one tally; ``speaks`` is the stratum that speaks for each, itself where left out."""
    tree = Tree(np.array([stratum.parent for stratum in strata], dtype=np.int64))
    base = tally.total.sum() / tally.trials.sum()
    cells = Cells(node, tally.trials, tally.total, np.full(len(node), base), np.ones(len(node)),
                  rows=tally.rows, squares=tally.squares)
    family: Share | Amount = Share()
    if money:
        family = fit_curvature(tally.rows, tally.trials, tally.total, tally.squares)
    return pool(family, tree, cells, speaks=speaks, common=tally.common)

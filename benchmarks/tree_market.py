"""Planted cells, the tree the product grows on them, and an oracle that knows where every split lies.

The oracle knows which dimension splits which cell and which values go together, so it has nothing to search for.
Whether a planted split shows in the data it judges as the product does: by the same tallies of all buyers and the
same tests, at the same level for the same number of nodes beside and three scores, against the same handling cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score
from truth_market import Floats, Ints, Market, draw_market, parts

from marketsofone.customer import Stratum
from marketsofone.estimates.sampled import Sampled, sampled_candidates
from marketsofone.sources.simulated import Plan
from marketsofone.sources.simulated.layout import DIMENSIONS, SCORES, SIZE_LIMITS, Layout, Splits, draw_layout
from marketsofone.strata import Rules, grow_tree
from marketsofone.strata.evidence import Sums, chance, gain_share, tested_means
from marketsofone.strata.regrowing import placed
from marketsofone.strata.splitting import judged_beside

GAIN_IN_COSTS = 3.0
LEAST_CELL = 100


@dataclass(frozen=True, slots=True)
class Planted:
    """A market of planted cells and what one more segment costs in it.

    Parameters
    ----------
    market : Market
    layout : Layout
    sample : Sampled
        All its buyers, as the tree sees them.
    handling_cost : float
        A third of what telling two planted parts apart gains where it gains least.
    """

    market: Market
    layout: Layout
    sample: Sampled
    handling_cost: float


@dataclass(frozen=True, slots=True)
class Node:
    """A planted cell that is split: its buyers, their side as planted and as known (-1: not known), its level."""

    inside: NDArray[np.bool_]
    side: Ints
    known: Ints
    level: int


def plant(plan: Plan, seed: int) -> Planted:
    """A market as large as its smallest planted cell needs to hold a hundred buyers.

    Sectors and sides are of even mass by the plan; the number of accounts grows until the smallest cell is large
    enough, so that cells hold not many more than they must.
    """
    layout = draw_layout(plan, seed)
    while True:
        market = without_rival(draw_market(plan, seed))
        cells = market.company.truth["cell_3"].to_pandas()
        if not plan.structure or cells.value_counts().min() >= LEAST_CELL:
            break
        plan = replace(plan, accounts=plan.accounts + max(plan.accounts // 20, 1))
    sample = sampled(market)
    cost = least_gain(market, nodes(market, layout)) / GAIN_IN_COSTS if plan.structure else 0.0
    return Planted(market, layout, sample, cost)


def without_rival(market: Market) -> Market:
    """The market without the rival met, which moves competitiveness for real and is no planted cell."""
    values = {name: codes for name, codes in market.values.items() if name != "rival"}
    return replace(market, dimensions=tuple(d for d in market.dimensions if d.name != "rival"), values=values)


def sampled(market: Market) -> Sampled:
    """The market's buyers as the product holds them to grow a tree in memory."""
    coded = {name: pd.factorize(values, sort=True) for name, values in market.values.items()}
    return Sampled(
        np.arange(market.company.plan.accounts), market.half,
        {name: codes.astype(np.int64) for name, (codes, _words) in coded.items()},
        {name: tuple(words) for name, (_codes, words) in coded.items()},
        {score: np.stack([*parts(score, tally).values()]) for score, tally in market.tallies.items()})


def grown(market: Market, sample: Sampled, rules: Rules) -> tuple[tuple[Stratum, ...], Ints]:
    """The product's tree and where each buyer stands in it."""
    times = np.ones(len(sample.buyer_id))

    def fetch(strata: Sequence[Stratum]) -> pd.DataFrame:
        deepest = max(stratum.depth for stratum in strata)
        open_nodes = [stratum.number for stratum in strata if stratum.depth == deepest]
        return sampled_candidates(sample, times, placed(sample, strata), open_nodes, market.dimensions)

    strata = grow_tree(fetch, market.dimensions, SCORES, rules, "EUR").strata
    return strata, placed(sample, strata)


def nodes(market: Market, layout: Layout) -> list[Node]:
    """Every planted split from the top: the market into sectors, and two further splits inside each."""
    truth = market.company.truth
    sectors = len(layout.sectors)
    sector = pd.Index(layout.sectors).get_indexer(truth["cell_1"].to_pandas())
    made = [Node(np.ones(len(sector), bool), sector, sector, 1)]
    cell = known = sector
    for level, splits in ((2, layout.second), (3, layout.third)):
        side, told = _sides(market, splits, cell), _sides(market, splits, known, told=True)
        made += [Node(known == number, np.where(cell == number, side, -1), np.where(known == number, told, -1), level)
                 for number in range(sectors * 2 ** (level - 2))]
        cell = 2 * cell + side
        known = np.where((known >= 0) & (told >= 0), 2 * known + told, -1)
    return made


def _sides(market: Market, splits: Splits, cell: Ints, *, told: bool = False) -> Ints:
    """The side of each buyer of the split of its cell; as the files tell it, -1 where they do not."""
    codes = np.column_stack([_codes(market, number, told=told) for number in range(len(DIMENSIONS))])
    at = np.maximum(cell, 0)
    code = codes[np.arange(len(cell)), splits.dimension[at]]
    return np.where((cell >= 0) & (code >= 0), splits.high[at, np.maximum(code, 0)], -1)


def _codes(market: Market, number: int, *, told: bool) -> Ints:
    dimension = DIMENSIONS[number]
    if told and dimension.ordered:
        employees = market.company.tables["account"]["employees"].to_numpy()
        return np.searchsorted(SIZE_LIMITS, employees, side="right")
    column = market.values[dimension.name] if told else market.company.truth[f"true_{dimension.name}"].to_pandas()
    return pd.Index(dimension.values).get_indexer(column)


def least_gain(market: Market, made: Sequence[Node]) -> float:
    """What telling the two parts of a planted split apart adds where it adds least: by truth, in money.

    The gain is what the product says it is (docs/decisions/0003): the Theil index between the parts, score by
    score, times the expected contribution of the buyers if each is approached once.
    """
    gains = []
    for node in made:
        for pair in combinations(range(int(node.side.max()) + 1), 2):
            inside = np.isin(node.side, pair)
            gains.append(_gain(node.side[inside] == pair[0], market.truth[inside]))
    return min(gains)


def _gain(first: NDArray[np.bool_], truth: Floats) -> float:
    share = np.array([first.mean(), 1 - first.mean()])
    middle = truth.mean(axis=0)
    ratio = np.stack([truth[first].mean(axis=0), truth[~first].mean(axis=0)]) / middle
    return float(len(truth) * middle.prod() * (share[:, None] * ratio * np.log(ratio)).sum())


def oracle(planted: Planted, rules: Rules) -> Ints:
    """Where each buyer stands once every planted split that shows in the data is made, shape (buyers,)."""
    made = nodes(planted.market, planted.layout)
    node = np.zeros(len(planted.sample.buyer_id), dtype=np.int64)
    open_cells = {0}
    for level in (1, 2, 3):
        judged = [(number, of) for number, of in enumerate(made) if of.level == level and number_above(made, number,
                  len(planted.layout.sectors)) in open_cells]
        shown = [_shown(planted.sample, of) for _, of in judged]
        beside = judged_beside([chances for chances, _ in shown], rules.level)
        for (number, of), (found, gain) in zip(judged, shown, strict=True):
            if found * beside <= rules.level and gain > rules.handling_cost * int(of.known.max()):
                open_cells.add(number)
                told = of.known >= 0
                node[told] = 1 + number * 100 + of.known[told]
    return node


def number_above(made: Sequence[Node], number: int, sectors: int) -> int:
    """The planted split above a planted split."""
    if made[number].level == 1:
        return 0
    if made[number].level == 2:
        return 0
    return 1 + (number - 1 - sectors) // 2


def _shown(sample: Sampled, node: Node) -> tuple[float, float]:
    """How likely chance alone shows such a split, three scores paid for, and what it gains."""
    side = node.known
    count = int(side.max()) + 1
    at = side >= 0
    people = np.bincount(side[at], minlength=count)
    sums = {score: Sums(score == "attractiveness", *(np.bincount(side[at], part[at], minlength=count)
                                                    for part in parts)) for score, parts in sample.sums.items()}
    found = min(chance(tested_means(of)) for of in sums.values()) * len(sums)
    worth = people.sum() * np.prod([of.s.sum() / of.n.sum() for of in sums.values()])
    return min(found, 1.0), float(worth * sum(gain_share(of, people) for of in sums.values()))


def likeness(planted: Planted, node: Ints) -> float:
    """Adjusted Rand index of where buyers stand against their planted cells."""
    return float(adjusted_rand_score(planted.market.company.truth["cell_3"].to_pandas(), node))

"""Selling hours placed by segments, and what they earn by the planted response of every buyer."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from tree_market import grown, sampled
from truth_market import Floats, Ints, Market, draw_market, scored

from marketsofone.customer import Stratum
from marketsofone.estimates.classes import Sheet, fit_marketing_classes
from marketsofone.sources.simulated import Plan
from marketsofone.sources.simulated.accounts import NUMBER_TRAITS, TEXT_TRAITS
from marketsofone.sources.simulated.layout import SCORES
from marketsofone.sources.simulated.opportunities import OPENED_SHARE
from marketsofone.strata import Rules

TREE, CLASSES, MEANS, ONE = "the tree", "marketing classes", "k-means of all fields", "one market"
CONTENDERS = (TREE, CLASSES, MEANS, ONE)
HOURS_A_BUYER = 1.0


def acted(plan: Plan, seed: int) -> list[float]:
    """Planted contribution earned on each contender's segments, in the order of ``CONTENDERS``."""
    market = draw_market(plan, seed)
    strata, node = grown(market, sampled(market), Rules())
    count = len(np.unique(node))
    flat = {CLASSES: marketing_classes(market, count, seed), MEANS: means(market, count, seed),
            ONE: np.zeros(len(node), np.int64)}
    flat = {name: np.unique(group, return_inverse=True)[1] for name, group in flat.items()}
    made = {name: (_flat(group), 1 + group) for name, group in flat.items()} | {TREE: (strata, node)}
    return [earned(market, *made[name]) for name in CONTENDERS]


def _flat(group: Ints) -> tuple[Stratum, ...]:
    top = Stratum(0, -1, "market", "", (), 0, "market")
    return (top, *(Stratum(1 + g, 0, str(g), "", (), 1, str(g)) for g in range(int(group.max()) + 1)))


def earned(market: Market, strata: tuple[Stratum, ...], node: Ints) -> float:
    """What all hours earn where they are placed by the estimates of the segments buyers stand in."""
    plan, truth = market.company.plan, market.company.truth
    pull, win, worth = (scored(market.tallies[score], strata, node, money=score == "attractiveness").nodes.mean
                        for score in SCORES)
    scale = -plan.approach_hours / np.log1p(-np.clip(pull * OPENED_SHARE * win, 1e-9, 1 - 1e-9))
    people = np.bincount(node, minlength=len(strata)).astype(float)
    hours = placed_hours(worth, scale, people, HOURS_A_BUYER * people.sum())[node]
    own = truth["response_hours"].to_numpy()
    return float((truth["response_ceiling"].to_numpy() * -np.expm1(-hours / own)).sum())


def placed_hours(ceiling: Floats, scale: Floats, people: Floats, hours: float) -> Floats:
    """Hours for each buyer of a segment at which the last hour earns the same everywhere, or none are placed.

    Maximises the sum of ``people * ceiling * (1 - exp(-h / scale))`` with ``people @ h = hours``, by halving the price.
    """
    low, high = -700.0, float(np.log(np.max(ceiling / scale)))
    for _ in range(200):
        middle = (low + high) / 2
        placed = scale * np.maximum(np.log(np.maximum(ceiling / scale, 1e-300)) - middle, 0.0)
        low, high = (middle, high) if people @ placed > hours else (low, middle)
    return np.asarray(placed)


def marketing_classes(market: Market, count: int, seed: int) -> Ints:
    """The product's latent classes of the marketing traits, so many of them."""
    account = market.company.tables["account"]
    numbers = {name: account[name].to_pandas().to_numpy(float) for name in NUMBER_TRAITS}
    texts = {name: pd.factorize(account[name].to_pandas(), sort=True) for name in TEXT_TRAITS}
    sheet = Sheet(np.arange(1, account.num_rows + 1), numbers,
                  {name: (codes.astype(np.int64), tuple(words)) for name, (codes, words) in texts.items()})
    return np.asarray(fit_marketing_classes(sheet, count, max(count, 2), seed).most_likely, dtype=np.int64)


def means(market: Market, count: int, seed: int) -> Ints:
    """K-means of every field there is: dimensions one-hot, numbers standardised, missing ones at the mean."""
    account = market.company.tables["account"].to_pandas()
    numbers = account[["employees", *NUMBER_TRAITS]].astype(float)
    numbers["employees"] = np.log(numbers["employees"])
    numbers = StandardScaler().fit_transform(numbers.fillna(numbers.mean()))
    names = [name for name in market.values if name != "size"]
    texts = pd.DataFrame({name: market.values[name] for name in names}).join(account[list(TEXT_TRAITS)]).fillna("")
    fields = np.hstack([numbers, OneHotEncoder(sparse_output=False).fit_transform(texts)])
    return np.asarray(KMeans(count, n_init=4, random_state=seed).fit_predict(fields), dtype=np.int64)

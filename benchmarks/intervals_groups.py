"""Groups that rules ask for, in one simulated market: does the interval of each score hold the planted mean?

Rules are drawn anew in every market. Counting, tree and pooling are done in arrays, as for the page on truth; the doubt
of a group is added up by the product's own code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tree_market import sampled
from truth_market import Floats, Ints, Market, draw_market, grown, scores_of
from truth_measures import Figures

from marketsofone.customer import Stratum
from marketsofone.estimates.fused import fit_fused, split_values
from marketsofone.estimates.hidden import fit_hidden
from marketsofone.estimates.sampled import Sampled
from marketsofone.estimates.segments import group_score
from marketsofone.pooling import Family, Pooled, Share, fit_curvature
from marketsofone.sources.simulated import Plan
from marketsofone.sources.simulated.layout import SCORES

Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]
FEWEST = 3
SECTOR, WIDE, NARROW, RECORD, LOT, ALL = ("a sector", "dimensions, wide", "dimensions, narrow", "what happened", "lot",
                                          "everybody")
OWN, OTHER, WORTH = "the score itself", "another score", "all three scores"
KINDS = (SECTOR, WIDE, NARROW, RECORD, OWN, OTHER, WORTH, LOT, ALL)


def group_figures(plan: Plan, seed: int) -> Figures:
    """How many intervals of groups hold the planted mean, of how many: ``cover:<score>:<kind>``."""
    market = draw_market(plan, seed)
    strata, node, levels = grown(market)
    found = scores_of(market, strata, node)
    sample = sampled(market)
    values = split_values(strata, levels, SCORES)
    figures: Figures = {}
    for number, score in enumerate(SCORES):
        family = _family(market, score)
        doubts = _doubts(market, strata, node, sample, score, found[score], family)
        fused = _fused(market, values, score, found[score], family)
        under = _under(market, strata, node, fused)
        for kind, inside in _asked(market, found, np.random.default_rng(seed), score):
            group = group_score(score, _sums(score, found[score], node, inside, under), doubts, fused,
                                money=score == "attractiveness")
            if group is None or inside.sum() < FEWEST:
                continue
            held = group.low <= market.truth[inside, number].mean() <= group.high
            hits, count = figures.get(f"cover:{score}:{kind}", [0.0, 0.0])
            figures[f"cover:{score}:{kind}"] = [hits + held, count + 1]
    return figures


def _asked(market: Market, found: Mapping[str, Pooled], rng: np.random.Generator, score: str
           ) -> Iterator[tuple[str, Flags]]:
    yield from _by_dimensions(market, rng)
    touched, decided = market.tallies["pull"], market.tallies["competitiveness"]
    yield RECORD, touched.trials == 0
    yield RECORD, (touched.trials > 0) & (touched.total == 0)
    yield RECORD, touched.trials >= np.quantile(touched.trials, 0.9)
    yield RECORD, decided.total > 0
    for by in SCORES:
        value, low = found[by].cells.mean, found[by].cells.low
        for picked in (value >= np.quantile(value, 0.9), value >= np.quantile(value, 0.99),
                       value <= np.quantile(value, 0.2), low >= np.quantile(low, 0.95)):
            yield OWN if by == score else OTHER, picked
    worth = np.prod([found[by].cells.mean for by in SCORES], axis=0)
    yield WORTH, worth >= np.quantile(worth, 0.95)
    accounts = len(worth)
    yield LOT, np.isin(np.arange(accounts), rng.choice(accounts, 30, replace=False))
    yield LOT, rng.random(accounts) < 0.5
    yield ALL, np.ones(accounts, dtype=np.bool_)


def _by_dimensions(market: Market, rng: np.random.Generator) -> Iterator[tuple[str, Flags]]:
    """Values of dimensions, alone and joined; strata are cut across by chance."""
    free = [name for name in market.values if name not in ("sector", "size")]
    size = market.values["size"].astype(float)
    sector = _some(market, "sector", rng, 1)
    yield SECTOR, sector
    first, second, third = rng.choice(free, 3, replace=False)
    yield WIDE, _some(market, first, rng, 1)
    yield WIDE, _some(market, second, rng, 2) & _some(market, third, rng, 2)
    yield WIDE, _some(market, first, rng, 1) | _some(market, second, rng, 1)
    yield WIDE, size >= np.quantile(size, 0.7)
    yield NARROW, sector & (size < np.quantile(size, 0.4))
    yield NARROW, sector & _some(market, third, rng, 1)
    yield NARROW, sector & _some(market, first, rng, 1) & _some(market, second, rng, 2)


def _some(market: Market, name: str, rng: np.random.Generator, count: int) -> Flags:
    """Accounts with one of so many values of a dimension, drawn."""
    values = sorted({value for value in market.values[name] if value is not None})
    return np.isin(market.values[name], rng.choice(values, count, replace=False))


def _sums(score: str, pooled: Pooled, node: Ints, inside: Flags, under: Mapping[str, Texts]) -> pd.DataFrame:
    """What `estimates.segments.group_sums` gives, by stratum and values that splits keep together."""
    cells = pooled.cells
    parts = {"n": np.ones(len(node)), "value": cells.mean, "variance": cells.variance, "borrowed": cells.borrowed,
             "squares": cells.borrowed**2, "drawn": cells.borrowed * (pooled.prior - cells.mean)}
    summed = pd.DataFrame({f"{score}_{name}": part * inside for name, part in parts.items()})
    summed[f"{score}_rows"] = 1.0
    by = pd.DataFrame({"stratum_id": node.astype(str), **under})
    return summed.groupby([by[name] for name in by], dropna=False).sum().reset_index()


def _family(market: Market, score: str) -> Family:
    tally = market.tallies[score]
    return fit_curvature(tally.rows, tally.trials, tally.total, tally.squares) if score == "attractiveness" else Share()


def _doubts(
    market: Market, strata: Sequence[Stratum], node: Ints, sample: Sampled, score: str, pooled: Pooled, family: Family
) -> pd.DataFrame:
    """What the table ``doubts`` says, beside what ``strata`` does."""
    of = pooled.doubts
    apart = fit_hidden(sample, node, strata, market.dimensions, score, family, pooled.buyer_size)
    return pd.DataFrame({
        "stratum_id": [str(stratum.number) for stratum in strata],
        "parent_id": [None if stratum.parent < 0 else str(stratum.parent) for stratum in strata],
        "level": [stratum.depth for stratum in strata], "buyers": _buyers(strata, node), "moves": list(of.loads.of.T),
        "leans": of.leans, "unstated": of.unstated, "whole": of.whole, "alike": of.alike, "common": of.common,
        "hidden": apart * family.variance(np.nan_to_num(pooled.nodes.mean))})


def _fused(market: Market, values: pd.DataFrame, score: str, pooled: Pooled, family: Family) -> pd.DataFrame:
    """What the table ``fused`` says."""
    found = fit_fused(values, market.dimensions, score, family, pooled.buyer_size)
    return found.assign(stratum_id=found["stratum"].astype(str))


def _under(market: Market, strata: Sequence[Stratum], node: Ints, fused: pd.DataFrame) -> dict[str, Texts]:
    """The value of each account where a split on the way to its stratum keeps values of the dimension together."""
    under = {}
    for name, of in fused.groupby("dimension"):
        kept = set(of["stratum"])
        for stratum in strata[1:]:
            if stratum.parent in kept:
                kept.add(stratum.number)
        under[str(name)] = np.where(np.isin(node, list(kept)), market.values[str(name)], None)
    return under


def _buyers(strata: Sequence[Stratum], node: Ints) -> Floats:
    """Buyers placed in each stratum or below it."""
    people = np.bincount(node, minlength=len(strata)).astype(np.float64)
    for stratum in reversed(strata[1:]):
        people[stratum.parent] += people[stratum.number]
    return people

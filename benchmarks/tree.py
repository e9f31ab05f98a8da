"""Does the tree find planted segments, stop where nothing differs, and earn more when its segments are worked?

Run ``python benchmarks/tree.py [--seeds 50] [--noise 400] [--first 50000] [--jobs 2] [--quick] [--page FILE]``.
``--quick`` is a tenth of everything; ``--jobs`` processes share the seeds. Real data are read from ``M1_DATA``; a set
that is not there is left out.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from tree_acting import CONTENDERS, ONE, TREE, acted
from tree_held_out import held_out_lines
from tree_market import GAIN_IN_COSTS, LEAST_CELL, grown, likeness, oracle, plant

from marketsofone.sources.simulated import Plan
from marketsofone.strata import Rules

Floats = NDArray[np.float64]
LEVEL, BAR_LIKE, BAR_NOISE, OF_NOISE, BAR_LOSS = 0.04, 0.9, 28, 400, 0.02
MANY = 200
START = 3_000

PLANTED = {
    "cells of a hundred buyers": Plan(accounts=START, even_cells=True),
    "the same, 200 irrelevant dimensions": Plan(accounts=START, even_cells=True, noise_dimensions=MANY),
    "cells three times as large": Plan(accounts=4 * START, even_cells=True),
    "cells and sectors of any size, sectors may be alike": Plan(accounts=START),
}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows))


def found(plan: Plan, seed: int) -> tuple[float, ...]:
    """Likeness of the tree and of the oracle, levels, segments, buyers, handling cost."""
    planted = plant(plan, seed)
    rules = Rules(level=LEVEL, handling_cost=planted.handling_cost)
    strata, node = grown(planted.market, planted.sample, rules)
    return (likeness(planted, node), likeness(planted, oracle(planted, rules)),
            max(stratum.depth for stratum in strata), len(np.unique(node)), len(node), planted.handling_cost)


def bootstrap(values: Floats, seed: int) -> tuple[float, float]:
    """90% of the ratio of two medians, seeds drawn anew."""
    rng = np.random.default_rng(seed)
    drawn = values[rng.integers(len(values), size=(2_000, len(values)))]
    low, high = np.quantile(np.median(drawn[..., 0], axis=1) / np.median(drawn[..., 1], axis=1), (0.05, 0.95))
    return float(low), float(high)


def found_section(seeds: Sequence[int], workers: Executor) -> tuple[str, float]:
    rows, costs = [], []
    for name, plan in PLANTED.items():
        values = np.array(list(workers.map(partial(found, plan), seeds)))
        ours, best = np.median(values[:, 0]), np.median(values[:, 1])
        low, high = bootstrap(values[:, :2], seeds[0])
        costs.append(np.median(values[:, 5]))
        met = "met" if ours >= BAR_LIKE * best else "**not met**"
        if name.startswith("cells and"):
            met = "no bar"
        deep = f"{(values[:, 2] >= 3).sum()} of {len(values)}"
        rows.append([name, f"{np.median(values[:, 4]):,.0f}", f"{ours:.3f}", f"{best:.3f}",
                     f"{ours / best:.3f} ({low:.3f} to {high:.3f})", met, deep, f"{np.median(values[:, 3]):.0f}"])
        told(name)
    head = ("market", "buyers", "tree", "oracle", "ratio (90% over seeds)", f"bar {BAR_LIKE}", "three levels or more",
            "segments")
    return table(head, rows), float(costs[0])


def split_at_all(dimensions: int, cost: float, seed: int) -> tuple[bool, bool]:
    """Whether a market in which nothing differs is split, without a handling cost and with one."""
    planted = plant(Plan(accounts=START, structure=False, noise_dimensions=dimensions), seed)
    free, paid = (len(grown(planted.market, planted.sample, Rules(level=LEVEL, handling_cost=handling))[0]) > 1
                  for handling in (0.0, cost))
    return free, paid


def noise_section(seeds: Sequence[int], cost: float, workers: Executor) -> str:
    rows = []
    for dimensions in (3, MANY):
        split = np.sum(list(workers.map(partial(split_at_all, dimensions, cost), seeds)), axis=0)
        allowed = BAR_NOISE * len(seeds) // OF_NOISE
        for handling, many in zip((0.0, cost), split, strict=True):
            luck = stats.binom.sf(allowed, len(seeds), LEVEL)
            rows.append([str(dimensions + 8), f"{handling:,.0f}", f"{many} of {len(seeds)}", f"{allowed}",
                         "met" if many <= allowed else "**not met**", f"{luck:.1%}"])
        told(f"noise, {dimensions} irrelevant dimensions")
    return table(("dimensions", "handling cost", "split at all", "bar", "", "failing by luck at the promised 4%"), rows)


def acting_section(seeds: Sequence[int], workers: Executor) -> str:
    rows = []
    for name, plan in (("planted cells", Plan(accounts=START + 1_000, marketing_classes=6)),
                       ("one market is the truth", Plan(accounts=START, structure=False, buyer_spread=0.0))):
        earned = np.array(list(workers.map(partial(acted, plan), seeds)))
        tree = earned[:, CONTENDERS.index(TREE)]
        for at, contender in enumerate(CONTENDERS):
            if contender == TREE or (not plan.structure and contender != ONE):
                continue
            more = tree / earned[:, at] - 1
            low = more.mean() - stats.t.ppf(0.95, len(more) - 1) * more.std(ddof=1) / np.sqrt(len(more))
            bar = -BAR_LOSS if not plan.structure else 0.0
            rows.append([name, contender, f"{more.mean():+.2%}", f"{low:+.2%}", f"above {bar:.0%}",
                         "met" if low > bar else "**not met**", f"{(more > 0).sum()} of {len(more)}"])
        told(f"acting, {name}")
    return table(("market", "beside", "tree earns more, mean over seeds", "95% lower bound", "bar", "", "seeds"), rows)


def told(what: str) -> None:
    print(f"{what}: {time.perf_counter() - BEGAN:.0f} s", file=sys.stderr, flush=True)


BEGAN = time.perf_counter()
PAGE = """# The tree: found where planted, silent where nothing differs, worth working

Written by `python benchmarks/tree.py{asked} --page docs/evidence/tree.md`; do not edit.
Seeds from {first:,}; seeds 31,000 to 31,999 and 61,000 to 61,999 were looked at while developing.

## Planted segments found

Three planted levels, 24 deepest cells in six sectors; each market grows until its smallest cell holds {cell} buyers.
The handling cost is a third of what telling two planted parts apart gains where it gains least, so every planted
difference gains {times:.0f} times the cost or more. Figures are medians over {seeds} markets of the adjusted Rand
index between where buyers stand and the deepest planted cells. Some values are known only of buyers who were
approached, so no one who sees the same files reaches 1. The rival met most is left out: it moves winning for real and
is no planted cell.

The oracle knows which dimension splits which cell and which values go together. Whether a split shows in the data
it judges as the product does: same tallies, same tests on all buyers, same level, same handling cost; it pays for three
scores and, in the same way, for the nodes beside, and has nothing to search for. One who makes every planted split
wherever its values are known, shown or not, reaches 0.784 where this oracle reaches 0.763 with cells of a hundred, and
no more with cells of three hundred (medians of seeds 170,000 to 170,007).

{found}

A ratio whose 90% range reaches across its bar falls on the other side of it by luck with another set of seeds.

## Left whole where nothing differs

Markets in which nothing differs, {noise} seeds, the same settings, without a handling cost and with that of the first
line above.

{noisy}

## Worth working

Each segmentation has as many segments as the tree has. Selling hours (one for each buyer) are placed over segments by
what each is estimated to be worth per buyer, with the response known to everyone in form: `ceiling * (1 - exp(-hours /
scale))`, both estimated from the segment's three scores. What they earn is the planted response of each buyer.
Marketing classes are the product's latent classes of the traits, in which six classes are planted; k-means sees all
fields, dimensions and traits, one-hot and standardised. Estimates are pooled in the same way for all. {seeds} seeds,
paired.

{acting}

## Real data

{real}
"""


def page(seeds: int, noise: int, first: int, workers: Executor) -> str:
    asked = f" --seeds {seeds} --noise {noise} --first {first}"
    of_seeds, of_noise = range(first, first + seeds), range(first, first + noise)
    text, cost = found_section(of_seeds, workers)
    return PAGE.format(
        asked=asked, first=first, seeds=seeds, noise=noise, cell=LEAST_CELL, times=GAIN_IN_COSTS, found=text,
        noisy=noise_section(of_noise, cost, workers), acting=acting_section(of_seeds, workers), real=held_out_lines())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--noise", type=int, default=OF_NOISE)
    parser.add_argument("--first", type=int, default=50_000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    tenth = 10 if given.quick else 1
    with ProcessPoolExecutor(given.jobs) as workers:
        text = page(max(given.seeds // tenth, 3), max(given.noise // tenth, 10), given.first, workers)
    if given.page:
        given.page.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()

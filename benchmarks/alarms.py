"""How often alarms sound where nothing differs, and where sectors were planted that hide several markets.

Run ``python benchmarks/alarms.py [--seeds 400] [--planted 50] [--first 260000] [--jobs 2] [--page PAGE]``. Every seed
is another simulated market; the six planted sectors are asked, as ``[alarms] sector = "sector"`` asks them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom
from tree_market import sampled, without_rival
from truth_market import Market, draw_market

from marketsofone.customer import MARKET, Stratum
from marketsofone.estimates.sampled import Sampled
from marketsofone.sources.simulated import Plan
from marketsofone.sources.simulated.layout import SCORES
from marketsofone.strata import Rules
from marketsofone.strata.alarms_sectors import ASKED, Answers, mixed_sectors
from marketsofone.strata.edge_parting import edges

LEVEL, MARGIN = 0.05, 0.5
STATED, NEEDS = 0.6, 4
UNIFORM = {accounts: Plan(accounts=accounts, structure=False) for accounts in (600, 2_000)}
ALIKE = (0.2, 1.0, 0.9)
PLANTED = {
    "sectors that differ, 2,000 accounts": Plan(),
    "sectors that differ, 10,000 accounts": Plan(accounts=10_000),
    "sectors alike on average, 2,000 accounts": Plan(effects=ALIKE),
    "sectors alike on average, 10,000 accounts": Plan(accounts=10_000, effects=ALIKE),
}
WHOLE = Stratum(0, -1, "whole market", "", (), 0, MARKET)
MONEY = SCORES.index("attractiveness")


@dataclass(frozen=True, slots=True)
class Sound:
    """What sounded in one market.

    Parameters
    ----------
    any_inside, any_mixed, any_edge : bool
        Whether any bound of a sector's inside share lies above nothing, above the margin; of an edge above nothing.
    asked, mixed, wrong : int
        Answers about sectors; those that sounded; those of them that sounded below the margin in truth.
    """

    any_inside: bool
    any_mixed: bool
    any_edge: bool
    asked: int = 0
    mixed: int = 0
    wrong: int = 0


def heard(plan: Plan, seed: int) -> Sound:
    """The alarms of one market."""
    market = without_rival(draw_market(plan, seed))
    sample = sampled(market)
    sector = sample.codes["sector"]
    needs = _needs(sample, seed) if not plan.structure else None
    measures = len(ASKED) - (needs is None)
    level = LEVEL / (measures * plan.sectors)
    told = [each for each in mixed_sectors(sample, sector, market.dimensions, needs, level) if each.inside is not None]
    sounding = [each for each in told if each.inside is not None and each.inside.low > MARGIN]
    wrong = [each for each in sounding if plan.structure and _below(market, sector == each.sector, each.measure)]
    return Sound(any(each.inside is not None and each.inside.low > 0 for each in told), bool(sounding),
                 any(_bounds(sample, market, plan)), len(told), len(sounding), len(wrong))


def _needs(sample: Sampled, seed: int) -> Answers:
    """What buyers say they need, by lot."""
    rng = np.random.default_rng(seed)
    said = rng.integers(NEEDS, size=len(sample.buyer_id))
    return Answers(np.where(rng.random(len(said)) < STATED, said, -1), tuple("abcd"))


def _bounds(sample: Sampled, market: Market, plan: Plan) -> Iterator[bool]:
    """Whether the lower bound of each edge lies above nothing: the market has half the chance, sectors share half."""
    words = sample.words["sector"]
    strata = (WHOLE, *(Stratum(i + 1, 0, word, "sector", (word,), 1, f"s{i}") for i, word in enumerate(words)))
    for number, edge in edges(sample, strata, market.dimensions, Rules()).items():
        yield edge.bounds(LEVEL / 2 / (1 if number == 0 else plan.sectors))[0] > 0


def _below(market: Market, sector: NDArray[np.bool_], measure: str) -> bool:
    """Whether less than the margin of what sets a sector's planted cells apart from the market lies inside it."""
    at = SCORES.index(measure)
    truth = np.log(market.truth[:, at]) if at == MONEY else market.truth[:, at]
    _names, cell = np.unique(market.company.truth["cell_3"].to_numpy(zero_copy_only=False)[sector], return_inverse=True)
    own, many = truth[sector], np.bincount(cell)
    means = np.bincount(cell, own) / many
    within = float(np.average((means - own.mean()) ** 2, weights=many))
    return bool(within < MARGIN * (within + (own.mean() - truth.mean()) ** 2))


def page(seeds: int, planted: int, first: int, jobs: int) -> Iterator[str]:
    """The page, line by line."""
    with ProcessPoolExecutor(jobs) as pool:
        over = _mapped(pool, first)
        uniform = {accounts: over(plan, seeds) for accounts, plan in UNIFORM.items()}
        found = {name: over(plan, planted) for name, plan in PLANTED.items()}
    yield "# Alarms: silent where nothing differs, heard where sectors hide several markets\n"
    yield (f"Written by `python benchmarks/alarms.py --seeds {seeds} --planted {planted} --first {first} --page "
           f"docs/evidence/alarms.md`; do not edit. Every seed is another simulated market, from seed {first:,} on, "
           f"with its six sectors asked in every measure.\n")
    yield "## Markets in which nothing differs\n"
    yield (f"Any alarm of a kind may sound in {LEVEL:.0%} of markets. *Inside* asks whether any sector is said to hold "
           f"any difference at all; *mixed*, the alarm, whether more than {MARGIN:.0%} of what sets its buyers apart "
           f"lies inside; *edge* whether acting on parts is said to earn anything. Needs are stated by {STATED:.0%} of "
           f"buyers, by lot. More than {_most(seeds)} of {seeds} would come by luck once in a hundred at the promised "
           "rate.\n")
    yield "| accounts | markets | inside | mixed | edge |  |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for accounts, sounds in uniform.items():
        counts = [sum(of) for of in zip(*((s.any_inside, s.any_mixed, s.any_edge) for s in sounds), strict=True)]
        kept = "met" if max(counts) <= _most(len(sounds)) else "**not met**"
        yield f"| {accounts:,} | {len(sounds)} | {' | '.join(map(str, counts))} | {kept} |"
    yield "\n## Markets with planted sectors\n"
    yield ("Every sector holds strata that differ in each score; how much of what sets its cells apart lies inside "
           "differs from sector to sector. *Wrong* are alarms about a sector that holds less than the margin in truth."
           "\n")
    yield "| market | markets | with an edge | with a mixed sector | answers | mixed | of these wrong |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for name, sounds in found.items():
        counts = [sum(of) for of in zip(*((s.any_edge, s.any_mixed, s.asked, s.mixed, s.wrong) for s in sounds),
                                        strict=True)]
        yield f"| {name} | {len(sounds)} | {' | '.join(map(str, counts))} |"


def _mapped(pool: ProcessPoolExecutor, first: int) -> Callable[[Plan, int], Sequence[Sound]]:
    return lambda plan, seeds: list(pool.map(heard, [plan] * seeds, range(first, first + seeds)))


def _most(markets: int) -> int:
    """So many sounding markets are exceeded by luck in one of a hundred such counts."""
    return int(binom.ppf(0.99, markets, LEVEL))


def main() -> None:
    """Prints the page, or writes it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--planted", type=int, default=50)
    parser.add_argument("--first", type=int, default=260_000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    text = "\n".join(page(asked.seeds, asked.planted, asked.first, asked.jobs)) + "\n"
    if asked.page:
        asked.page.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()

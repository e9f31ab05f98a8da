"""Holds intervals of groups, opportunities, edges and amounts against planted truth, and writes the evidence page.

Run ``python benchmarks/intervals.py [--seeds 200] [--first 450000] [--jobs 1] [--page FILE]``; ten minutes of processor
time. Every seed is another simulated market.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from pathlib import Path

from intervals_amounts import LAWS, SPREADS, amount_figures
from intervals_edges import edge_figures
from intervals_groups import KINDS, group_figures
from intervals_opportunities import opportunity_figures
from truth_measures import Figures
from truth_page import Measured, coverage, ratio

from marketsofone.sources.simulated import Plan
from marketsofone.sources.simulated.layout import SCORES

FIRST_SEED = 450_000
PAGE = """# Intervals of groups, opportunities and edges beside what was planted

Written by `python benchmarks/intervals.py --seeds {seeds} --first {first} --page docs/evidence/intervals.md`; not
edited by hand.

Every seed is another simulated market with other splits, from seed {first} on: none of them was looked at while
developing. Errors are clustered by seed. Bar: an interval of 90% holds the planted truth in 90 ± 3 of a hundred cases,
judged where the error is below one point, or where the figure is clearly outside.

## Groups: rules and frozen lists

A group's score is the mean over its buyers; the truth is the mean of their planted scores. Rules are drawn anew in
every market: a sector, which small markets tell from others seldom, so that it stands in one stratum with them; one
value of another dimension, two joined by *and* or *or*, a stretch of a number (*wide*); a sector with one or two
clauses more, a few dozen buyers (*narrow*); what happened (never approached, approached in vain, approached most,
customers); the buyers who stand highest or lowest in a score (a tenth, a hundredth, a fifth from below, a twentieth
by the lower end: *the score itself* where that score is judged), in all three at once, thirty and half of all by lot,
everybody. Who is approached does not hang on a hidden driver (where it does, attractiveness is too high for all: see
[truth](truth.md)).

{groups}

## Opportunities

Every company is run through files and engine, with the simulator's defaults. The truth is the planted chance given the
rivals that are met. Most of an opportunity's interval is that of its buyer's chance, which stands beside it, weighed by
opportunities.

{opportunities}

## Edges

What acting on parts adds, as the run tells it for the whole market and its strata (here the six planted sectors). The
truth is what the very hours that each fold places would earn by the planted worth of each buyer, evenly placed hours
taken off. *Shown* are edges whose lower bound of 5% lies above nothing.

{edges}

## Sales of very unequal size

Buyers' means and single sales are drawn by laws that neither the simulator nor the pooling knows; spreads are those of
a logarithm. Every seed is four markets: 300 and 3,000 buyers of two to four sales each, 300 of one on average, 2,000 of
0.4. Nothing sets strata apart, so the pooling alone is judged. *Market* is the mean over all buyers.

{amounts}
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Markets of one kind, on so many seeds."""

    name: str
    plan: Plan
    seeds: int


def groups(seeds: int) -> list[Asked]:
    """Three sizes of markets."""
    return [Asked(f"{accounts:,} accounts", Plan(accounts=accounts, selective_entry=0.0), count)
            for accounts, count in ((600, seeds), (2_000, seeds), (10_000, -(-seeds // 4)))]


def companies(seeds: int) -> list[Asked]:
    """Two sizes of companies, run whole."""
    return [Asked(f"{accounts:,} accounts", Plan(accounts=accounts), -(-seeds // part))
            for accounts, part in ((2_000, 12), (6_000, 40))]


def structures(seeds: int) -> list[Asked]:
    """Where nothing differs, and where every sector holds strata."""
    return [Asked(f"{name}, {accounts:,} accounts", Plan(accounts=accounts, structure=planted, selective_entry=0.0),
                  -(-seeds // part))
            for name, planted, accounts, part in (
                ("nothing differs", False, 600, 2), ("nothing differs", False, 2_000, 2), ("planted", True, 2_000, 2),
                ("planted", True, 10_000, 4))]


def measured(measure: Callable[[Plan, int], Figures], asked: Asked, first: int, workers: Executor) -> list[Figures]:
    """Figures of every seed."""
    return list(workers.map(measure, repeat(asked.plan, asked.seeds), range(first, first + asked.seeds)))


def page(seeds: int, first: int, workers: Executor) -> str:
    """The page in Markdown."""
    found = partial(measured, first=first, workers=workers)
    return PAGE.format(
        seeds=seeds, first=first,
        groups="\n".join(_groups([(asked, found(group_figures, asked)) for asked in groups(seeds)])),
        opportunities="\n".join(_companies([(asked, found(opportunity_figures, asked)) for asked in companies(seeds)])),
        edges="\n".join(_edges([(asked, found(edge_figures, asked)) for asked in structures(seeds)])),
        amounts="\n".join(_amounts(-(-seeds // 4), first, workers)))


Found = Sequence[tuple[Asked, Sequence[Figures]]]


def _groups(found: Found) -> Iterator[str]:
    yield from _head(["market", "picked by", *(word for score in SCORES for word in (score, "bar"))])
    for asked, figures in found:
        for kind in (*KINDS, "all of these"):
            covers = [coverage(_pooled(figures, score) if kind == "all of these" else figures, f"cover:{score}:{kind}")
                      for score in SCORES]
            told = [word for cover in covers for word in (_share(cover), _bar(cover))]
            yield _row([f"{asked.name}, {asked.seeds} seeds", kind, *told])


def _pooled(figures: Sequence[Figures], score: str) -> list[Figures]:
    """All kinds of groups of each seed in one."""
    key = f"cover:{score}:"
    return [{f"{key}all of these": [sum(one[name][at] for name in one if name.startswith(key)) for at in (0, 1)]}
            for one in figures]


def _companies(found: Found) -> Iterator[str]:
    yield from _head(["companies", "all opportunities", "bar", "open ones", "bar", "their buyers' own chance",
                      "squared error beside the buyer's chance alone"])
    for asked, figures in found:
        every, open_ones, buyer = (coverage(figures, f"cover:{name}") for name in ("opportunity", "open", "buyer"))
        error = ratio(figures, "error:opportunity")
        yield _row([f"{asked.name}, {asked.seeds} seeds", _share(every), _bar(every), _share(open_ones),
                    _bar(open_ones), _share(buyer), f"{error.value:.3f} ± {error.error:.3f}"])


def _edges(found: Found) -> Iterator[str]:
    yield from _head(["market", "edge of", "edges", "interval holds", "bar", "said / true", "shown"])
    for asked, figures in found:
        for place in ("market", "sectors"):
            cover, shown = (coverage(figures, f"{kind}:edge:{place}") for kind in ("cover", "shown"))
            count = sum(one[f"cover:edge:{place}"][1] for one in figures if f"cover:edge:{place}" in one)
            said = ratio(figures, f"said:edge:{place}")
            told = f"{said.value:.2f} ± {said.error:.2f}" if asked.plan.structure else ""
            yield _row([f"{asked.name}, {asked.seeds} seeds", f"the {place}", f"{count:.0f}", _share(cover),
                        _bar(cover), told, f"{shown.value:.1%}"])


def _amounts(seeds: int, first: int, workers: Executor) -> Iterator[str]:
    yield from _head([f"law of sales, {seeds} seeds", "between buyers", "within", "buyers", "bar", "market", "bar"])
    for law in LAWS:
        for spreads in SPREADS:
            figures = list(workers.map(partial(amount_figures, law, spreads), range(first, first + seeds)))
            buyers, market = (coverage(figures, f"cover:{name}") for name in ("buyers", "market"))
            yield _row([law.name, *map(str, spreads), _share(buyers), _bar(buyers), _share(market), _bar(market)])


def _head(names: Sequence[str]) -> Iterator[str]:
    yield _row(names)
    yield _row(["---"] * len(names))


def _row(words: Sequence[str]) -> str:
    return f"| {' | '.join(words)} |"


def _share(cover: Measured) -> str:
    return f"{cover.value:.1%} ± {cover.error:.1%}"


def _bar(cover: Measured) -> str:
    off = abs(cover.value - 0.90) - 0.03
    if cover.error < 0.01:
        return "met" if off <= 0 else "**not met**"
    return "**outside**" if off > 1.645 * cover.error else ""


def main() -> None:
    """Prints the page, or writes it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="markets of two thousand accounts; others get fewer")
    parser.add_argument("--first", type=int, default=FIRST_SEED)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    with ProcessPoolExecutor(asked.jobs) as workers:
        text = page(asked.seeds, asked.first, workers)
    if asked.page:
        asked.page.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()

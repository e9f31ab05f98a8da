"""Measures the product against planted truth and writes the evidence page.

Run ``python benchmarks/truth.py [--seeds 200] [--first 40000] [--jobs 2] [--page FILE]``. Every seed is another market,
with other splits. What was measured is kept under the temporary folder, so that an interrupted run goes on
where it stopped; a changed product measures anew.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path

from truth_measures import Figures, market_figures, noise_figures
from truth_page import page
from truth_trials import trial_figures

import marketsofone
from marketsofone.sources.simulated import Plan

FIRST_SEED = 40_000
UNSTATED = 0.25
JUDGED = ("pooling/*.py", "strata/*.py", "sources/simulated/*.py", "customer/*.py", "estimates/candidates.py",
          "project/ground/stratifying.py")


@dataclass(frozen=True, slots=True)
class Run:
    """One kind of market, measured on many seeds."""

    plan: Plan
    seeds: int
    measure: Callable[[Plan, int], Figures]


def runs(seeds: int, accounts: int) -> dict[str, Run]:
    """The bars' market; the same with selective entry and with values missing; a small one, trials dealt, noise."""
    return {
        "trials": Run(Plan(accounts=3_000), seeds, trial_figures),
        "noise": Run(Plan(structure=False), 2 * seeds, noise_figures),
        "plain": Run(Plan(accounts=accounts, selective_entry=0.0), seeds, market_figures),
        "selective": Run(Plan(accounts=accounts), -(-seeds // 4), market_figures),
        "unstated": Run(Plan(accounts=accounts, selective_entry=0.0), -(-seeds // 4),
                        partial(market_figures, unstated=UNSTATED)),
        "small": Run(Plan(selective_entry=0.0), -(-seeds // 4), market_figures),
    }


def measured(name: str, run: Run, first: int, workers: Executor) -> list[Figures]:
    """Figures of every seed of a run; those kept from before are read back."""
    kept = Path(tempfile.gettempdir()) / "marketsofone-truth" / f"{name}-{first}-{_fingerprint(run)}.jsonl"
    kept.parent.mkdir(exist_ok=True)
    found = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    start = time.monotonic()
    with kept.open("a") as file:
        seeds = range(first + len(found), first + run.seeds)
        for seed, figures in zip(seeds, workers.map(partial(run.measure, run.plan), seeds), strict=True):
            found.append(figures)
            file.write(json.dumps(found[-1]) + "\n")
            file.flush()
            if (seed + 1) % 20 == 0:
                print(f"{name}: {len(found)} of {run.seeds}, {time.monotonic() - start:.0f} s", file=sys.stderr)
    return found[:run.seeds]


def _fingerprint(run: Run) -> str:
    """Changes with the plan and with the code that is judged or judges."""
    rooms = Path(marketsofone.__file__).parent
    files = [path for room in JUDGED for path in sorted(rooms.glob(room))]
    files += sorted(path for path in Path(__file__).parent.glob("truth_*.py") if path.stem != "truth_page")
    digest = blake2b(repr(sorted(asdict(run.plan).items())).encode(), digest_size=6)
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def main() -> None:
    """Measure, then print the page or write it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=200, help="fresh markets; noise gets twice as many")
    asked.add_argument("--accounts", type=int, default=10_000, help="in the market that the bars are about")
    asked.add_argument("--first", type=int, default=FIRST_SEED, help="the first seed")
    asked.add_argument("--jobs", type=int, default=1, help="processes that share the seeds")
    asked.add_argument("--page", type=Path, help="where to write the page; absent, it is printed")
    given = asked.parse_args()
    made = runs(given.seeds, given.accounts)
    with ProcessPoolExecutor(given.jobs) as workers:
        found = {name: measured(name, run, given.first, workers) for name, run in made.items()}
    text = page({name: run.plan for name, run in made.items()}, found, given.first, UNSTATED)
    write: Callable[[str], object] = partial(given.page.write_text, encoding="utf-8") if given.page else print
    write(text)


if __name__ == "__main__":
    main()

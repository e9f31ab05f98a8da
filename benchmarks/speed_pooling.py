"""Three-level pooled rates: seconds and loss, ours and lme4's on the very same leaves.

    python benchmarks/speed_pooling.py [leaves ...] [--large]

lme4 runs in R, in a process of its own, once a size and up to 100 thousand leaves; with ``--large`` at every
size (a million takes minutes). Where there is no Rscript, or R has no lme4, it is left out and the page says why.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from marketsofone.pooling import Cells, Share, Tree, pool

SIZES = (10_000, 100_000)
SECTORS, SEGMENTS = 20, 1_000
FEW, SEEDS = 10_000, 5
"""Up to so many leaves, the loss is compared on more seeds."""
PEER_LEAVES = 100_000
BAR_TIMES, BAR_LOSS, BAR_LEAVES = 100.0, 1.0, 100_000
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Leaves:
    """Leaves in segments in sectors: where each lies, its tally and its planted rate."""

    sector_of: Ints
    segment: Ints
    trials: Ints
    successes: Ints
    truth: Floats


@dataclass(frozen=True, slots=True)
class Rates:
    """Seconds of wall and of processor, and the mean excess log loss against the truth in millinats."""

    wall: float
    cpu: float
    loss: float


@dataclass(frozen=True, slots=True)
class Compared:
    """One draw of leaves: ours, the peer's where it ran, and one rate for all."""

    leaves: int
    seed: int
    ours: Rates
    peer: Rates | None
    flat: float

    @property
    def lost(self) -> float:
        """Percent that our excess loss lies above the peer's."""
        return 100 * (self.ours.loss / self.peer.loss - 1) if self.peer else float("nan")


def draw(count: int, seed: int) -> Leaves:
    """Mostly 1 to 10 trials each, logit-normal on all three levels."""
    rng = np.random.default_rng(seed)
    segments = min(SEGMENTS, count // 20)
    sector_of = rng.integers(0, SECTORS, segments)
    line = -0.8 + rng.normal(0, 0.5, SECTORS)[sector_of] + rng.normal(0, 0.4, segments)
    segment = rng.choice(segments, count, p=rng.dirichlet(np.full(segments, 0.7)))
    truth = 1 / (1 + np.exp(-line[segment] - rng.normal(0, 0.5, count)))
    trials = 1 + rng.geometric(0.25, count)
    return Leaves(sector_of, segment, trials, rng.binomial(trials, truth), truth)


def excess(truth: Floats, rate: Floats) -> float:
    """Mean excess log loss of a rate against the truth, in millinats."""
    return 1_000 * float(np.mean(truth * np.log(truth / rate) + (1 - truth) * np.log((1 - truth) / (1 - rate))))


def ours(leaves: Leaves) -> Rates:
    """Rate and interval of every leaf, segment and sector; counting equal tallies included. Median of three."""
    taken = [_pooled(leaves) for _ in range(3)]
    return Rates(statistics.median(each.wall for each in taken), statistics.median(each.cpu for each in taken),
                 taken[0].loss)


def _pooled(leaves: Leaves) -> Rates:
    tree = Tree(np.concatenate([[-1], np.zeros(SECTORS, dtype=np.int64), 1 + leaves.sector_of]))
    wall, cpu = time.perf_counter(), time.process_time()
    key = (leaves.segment.astype(np.int64) << 32) + (leaves.trials << 16) + leaves.successes
    found, place, buyers = np.unique(key, return_inverse=True, return_counts=True)
    n, s = ((found >> 16) & 0xFFFF).astype(float), (found & 0xFFFF).astype(float)
    base = np.full(len(found), leaves.successes.sum() / leaves.trials.sum())
    cells = Cells(1 + SECTORS + (found >> 32), n, s, base, buyers.astype(float))
    rate = pool(Share(), tree, cells).cells.mean[place]
    return Rates(time.perf_counter() - wall, time.process_time() - cpu, excess(leaves.truth, rate))


def lme4_absent() -> str:
    """Why lme4 cannot be run here; empty where it can."""
    if not shutil.which("Rscript"):
        return "there is no Rscript"
    asked = subprocess.run(["Rscript", "-e", "library(lme4)"], capture_output=True, text=True, check=False)
    return "" if asked.returncode == 0 else "R has no package lme4"


def lme4(leaves: Leaves) -> Rates:
    """The same leaves by ``speed_lme4.R``."""
    with TemporaryDirectory() as name:
        told, rates = Path(name) / "leaves.csv", Path(name) / "rates"
        columns = np.column_stack([leaves.sector_of[leaves.segment], leaves.segment, leaves.trials, leaves.successes])
        np.savetxt(told, columns, fmt="%d", delimiter=",", header="sector,segment,trials,successes", comments="")
        script = Path(__file__).with_name("speed_lme4.R")
        said = subprocess.run(["Rscript", str(script), str(told), str(rates)], check=True, capture_output=True,
                              text=True)
        _version, wall, cpu = said.stdout.split()
        return Rates(float(wall), float(cpu), excess(leaves.truth, np.fromfile(rates)))


def compare(sizes: Sequence[int], large: bool, absent: str) -> list[Compared]:
    """Each size once, the small ones on more seeds."""
    found = []
    for count in sizes:
        for seed in range(SEEDS if count <= FEW else 1):
            leaves = draw(count, seed)
            peer = lme4(leaves) if not absent and (large or count <= PEER_LEAVES) else None
            flat = excess(leaves.truth, np.full(count, leaves.truth.mean()))
            found.append(Compared(count, seed, ours(leaves), peer, flat))
            print(row(found[-1]), flush=True)
    return found


def row(one: Compared) -> str:
    """One line of the table."""
    peer = one.peer
    told = [f"{peer.wall:.1f}", f"{peer.cpu:.1f}", f"{peer.loss:.2f}", f"{peer.cpu / one.ours.cpu:.0f}x",
            f"{one.lost:+.2f}%"] if peer else ["-"] * 5
    return " | ".join([f"| {one.leaves:,}", str(one.seed), f"{one.ours.wall:.3f}", f"{one.ours.cpu:.3f}",
                       f"{one.ours.loss:.2f}", *told, f"{one.flat:.1f} |"])


def section(found: Sequence[Compared], absent: str) -> str:
    """What was measured, as a section of a page."""
    head = ["leaves", "seed", "ours: wall, s", "processor, s", "excess loss", "lme4: wall, s", "processor, s",
            "excess loss", "ratio (processor)", "ours above lme4's loss", "one rate for all"]
    table = [f"| {' | '.join(head)} |", "|" + " ---: |" * len(head), *map(row, found)]
    why = f" lme4 was left out: {absent}." if absent else ""
    return "\n\n".join([
        "## Three-level pooled rates", "\n".join(table),
        "Leaves in segments in 20 sectors, logit-normal on all three levels, which is lme4's own model and not ours; "
        "losses are millinats a leaf above those of the planted rates. Both get the very same leaves. Ours is the "
        "median of three: counting equal tallies is in its time, and so are intervals of every leaf, segment and "
        "sector. lme4 is `glmer` with nAGQ = 0, its fastest, in a process of its own, once: rates without intervals, "
        f"reading and factors not timed.{why}", *bars(found)])


def bars(found: Sequence[Compared]) -> list[str]:
    """Against what was asked for at 100 thousand leaves; the loss at other sizes too."""
    lines = []
    for one in found:
        if one.peer and one.leaves == BAR_LEAVES:
            times = one.peer.cpu / one.ours.cpu
            lines += [f"- {BAR_TIMES:g} times faster than lme4 at {BAR_LEAVES:,} leaves: {times:.0f} times, "
                      f"{_met(times >= BAR_TIMES)}",
                      f"- within {BAR_LOSS:g}% of its excess loss: {one.lost:+.2f}%, {_met(one.lost <= BAR_LOSS)}"]
    others = [one.lost for one in found if one.peer and one.leaves != BAR_LEAVES]
    if others:
        lines.append(f"- the loss elsewhere, most on any draw: {max(others):+.2f}%, {_met(max(others) <= BAR_LOSS)}")
    return ["\n".join(lines)] if lines else []


def _met(met: bool) -> str:
    return "met" if met else "**not met**"


HEAD = """Written by `python benchmarks/speed_pooling.py --page docs/evidence/pooled_rates.md`; do not edit.
The same section stands on the speed page; this one was written after it."""


def main() -> None:
    """Measure, and print or write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("leaves", type=int, nargs="*", default=SIZES)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    absent = lme4_absent()
    text = section(compare(sorted(asked.leaves), asked.large, absent), absent)
    if asked.page:
        asked.page.write_text(f"# Pooled rates beside lme4\n\n{HEAD}\n\n{text}\n", encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()

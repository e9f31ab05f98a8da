"""The whole main job at 10 thousand, 100 thousand and 1 million accounts, beside a plain pipeline.

    python benchmarks/speed.py [accounts ...] [--peer-python PYTHON] [--large] [--page FILE]

Companies are simulated (ten order lines, three touches, one opportunity each on average; not timed) and
read from Parquet. `m1 run` and the plain pipeline of `speed_peer.py` run in turn, each in a process of
its own; wall time, processor time and peak memory are the system's own count for that process.
PYTHON is an interpreter with pandas, scikit-learn, pyarrow and lifetimes; absent: this one.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pyarrow.parquet as pq
from speed_pooling import compare, lme4_absent, section

from marketsofone.project.snapshots.readback import read_buyer
from marketsofone.project.snapshots.snapshot import open_snapshot
from marketsofone.sources.simulated import PLANS, market_toml, simulate

SIZES = (10_000, 100_000, 1_000_000)
BAR_SECONDS, BAR_GIB, BAR_TIMES, BAR_READ_MS = 60.0, 6.0, 10.0, 10.0
REST = "results, report, start"


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds of wall and processor, gibibytes at its peak, what it printed."""

    wall: float
    cpu: float
    peak: float
    printed: str


@dataclass(frozen=True)
class Measured:
    """One size: what both sides took, seconds by room, rows read, milliseconds to read one buyer back."""

    accounts: int
    rows: int
    ours: Cost
    rooms: dict[str, float]
    plain: Cost
    steps: dict[str, float]
    read_ms: float


def cost(command):
    """Run a command and wait for it."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[1]} ended with status {process.returncode}.")
    return Cost(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 2**20, printed)


def make(folder, accounts):
    """A project on a simulated company."""
    company = simulate(replace(PLANS["large"], accounts=accounts), seed=1)
    company.write(folder / "files")
    (folder / "market.toml").write_text(market_toml(company, Path("files")), encoding="utf-8")


def measure(accounts, peer_python):
    """Both sides at one size."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, accounts)
        rows = sum(pq.read_metadata(file).num_rows for file in (folder / "files").glob("*.parquet"))
        ours = cost([sys.executable, "-m", "marketsofone", "run", str(folder)])
        peer = Path(__file__).with_name("speed_peer.py")
        plain = cost([peer_python, str(peer), str(folder / "files"), str(folder / "plain")])
        snapshot = open_snapshot(folder)
        rooms = {room: seconds for room, seconds in snapshot.manifest["timings"].items() if seconds >= 0.01}
        rooms[REST] = ours.wall - sum(rooms.values())
        steps = json.loads(plain.printed.splitlines()[-1])
        return Measured(accounts, rows, ours, rooms, plain, steps, read_back(snapshot))


def read_back(snapshot, times=101):
    """Median milliseconds to read everything a run says of one buyer, by its internal id."""
    ids = pq.read_table(snapshot.file("buyers"), columns=["buyer_id"])["buyer_id"].to_numpy()
    taken = []
    for buyer in np.random.default_rng(1).choice(ids, times):
        start = time.perf_counter()
        read_buyer(snapshot, int(buyer))
        taken.append(1_000 * (time.perf_counter() - start))
    return statistics.median(taken)


def growth(small, large, part):
    """By which power of the accounts a cost grows: 1 is in proportion."""
    return log(part(large) / part(small)) / log(large.accounts / small.accounts)


def page(results, pooled, load):
    """The measurements as a Markdown page; ``pooled`` is its section on pooled rates."""
    parts = [_head(load), _whole(results), _rooms(results), _plain(results), pooled, _bars(results)]
    return "\n\n".join(parts) + "\n"


def _head(load):
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"""# Speed

Written by `python benchmarks/speed.py --page docs/evidence/speed.md` on {datetime.now(UTC):%d %B %Y}, on a virtual
machine with {os.cpu_count()} cores and {memory:.0f} GiB ({platform.system()}, Python {platform.python_version()},
DuckDB {duckdb.__version__}). When it started, {load[0]:.1f} processes on average wanted a core, ours not among them:
where that is more than none, wall time holds other people's work. Processor time (user and system, all threads) does
not, and is shown beside it; even so, a busy machine inflates it by shared caches.

Companies are simulated by the plan `large`, seed 1: ten order lines, three touches and one opportunity an account on
average, thirteen sales dimensions. Making them is not timed. Each size was run once."""


def _table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def _whole(results):
    head = ("accounts", "rows read", "wall, s", "processor, s", "peak memory, GiB", "rows a second", "one buyer, ms")
    rows = [(f"{r.accounts:,}", f"{r.rows:,}", f"{r.ours.wall:.1f}", f"{r.ours.cpu:.1f}", f"{r.ours.peak:.2f}",
             f"{r.rows / r.ours.wall:,.0f}", f"{r.read_ms:.1f}") for r in results]
    told = [f"From {a.accounts:,} to {b.accounts:,} accounts, wall time grows by the power "
            f"{growth(a, b, lambda r: r.ours.wall):.2f} of the data, processor time by "
            f"{growth(a, b, lambda r: r.ours.cpu):.2f}." for a, b in pairwise(results)]
    return "\n\n".join(["## The whole of `m1 run`, from Parquet to the report", _table(head, rows),
                        "*One buyer* is the median time to read back all a run says of one buyer.", " ".join(told)])


def _rooms(results):
    names = list(results[-1].rooms)
    head = ("room", *(f"{r.accounts:,}: s" for r in results), "share", "rows a second at the largest")
    last = results[-1]
    rows = [(name, *(f"{r.rooms.get(name, 0.0):.1f}" for r in results), f"{last.rooms[name] / last.ours.wall:.0%}",
             f"{last.rows / last.rooms[name]:,.0f}") for name in names]
    return "\n\n".join(["## By room, wall time", _table(head, rows),
                        "The rows are those of all files read, the same for every room. The last line is what the "
                        "others leave of the whole process: assembling and writing the results, the report, and "
                        "starting Python."])


def _plain(results):
    head = ("accounts", "plain, wall", "plain, processor", "plain, peak GiB", "ours / plain, wall",
            "ours / plain, processor")
    rows = [(f"{r.accounts:,}", f"{r.plain.wall:.1f}", f"{r.plain.cpu:.1f}", f"{r.plain.peak:.2f}",
             f"{r.ours.wall / r.plain.wall:.1f}", f"{r.ours.cpu / r.plain.cpu:.1f}") for r in results]
    steps = results[-1].steps
    fitted = "lifetimes" if steps["lifetimes"] else "SciPy (lifetimes is not installed there)"
    spent = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in steps.items() if name != "lifetimes")
    return "\n\n".join([
        "## Beside a plain pandas + scikit-learn pipeline", _table(head, rows),
        "Same files, same machine, in turn. It reads only the columns it needs, makes features a buyer, fits a "
        f"logistic regression of winning on one-hot columns and BG/NBD by {fitted}, and writes both. At the "
        f"largest size: {spent}. It does much less than `m1 run`: no checks of what it reads, no internal ids, no "
        "strata, no partial pooling, no intervals, no reasons, no ranking and no report, and its win model sees "
        "columns that hold the outcome."])


def _bars(results):
    last, first = results[-1], results[0]
    steepest = max((growth(a, b, lambda r: r.ours.cpu) for a, b in pairwise(results)), default=0.0)
    ratio = last.plain.wall / last.ours.wall
    at = f"at {last.accounts:,} accounts"
    bars = [
        (f"whole run {at} under {BAR_SECONDS:g} s", f"{last.ours.wall:.1f} s", last.ours.wall < BAR_SECONDS),
        (f"peak memory {at} under {BAR_GIB:g} GiB", f"{last.ours.peak:.2f} GiB", last.ours.peak < BAR_GIB),
        (f"grows no faster than the data, {first.accounts:,} to {last.accounts:,}", f"power {steepest:.2f} at most "
         "(processor)", steepest <= 1.0),
        (f"{BAR_TIMES:g} times faster than the plain pipeline {at}", f"{ratio:.2f} times", ratio >= BAR_TIMES),
        (f"one buyer read back {at} under {BAR_READ_MS:g} ms", f"{last.read_ms:.1f} ms", last.read_ms < BAR_READ_MS),
    ]
    rows = [(wanted, found, "met" if met else "**not met**") for wanted, found, met in bars]
    return "\n\n".join(["## Against the bars", _table(("bar", "measured", ""), rows)])


def main():
    """Measure, print, and write the page where one is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("accounts", type=int, nargs="*", default=SIZES)
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--large", action="store_true", help="lme4 at every size; a million leaves take it minutes")
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    load = os.getloadavg()
    results = [measure(accounts, asked.peer_python) for accounts in sorted(asked.accounts)]
    absent = lme4_absent()
    pooled = section(compare(sorted(asked.accounts), asked.large, absent), absent)
    text = page(results, pooled, load)
    print(text)
    if asked.page:
        asked.page.parent.mkdir(parents=True, exist_ok=True)
        asked.page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

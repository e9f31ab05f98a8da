"""Order lines to the history of each buyer: ours beside polars, pandas and lifetimes.

    python benchmarks/features_speed.py [lines ...] [--peer NAME=PYTHON ...] [--page FILE]

NAME is polars, pandas or lifetimes, PYTHON an interpreter that has it, in an environment of its own; a peer that is
not named is left out. Everyone reads the same Parquet file, each in a process of its own, three times; the median
counts. Answers are compared: repeat purchases, days to the last, days of age, money.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SIZES = (1_000_000, 10_000_000)
OURS, PEERS = "marketsofone", ("polars", "pandas", "lifetimes")
LINES_A_BUYER, DAYS = 20, 730
Answer = Mapping[str, float]


def make(lines: int, file: Path) -> None:
    """Skewed buyers, days over two years, money with two digits; one line in thirty is a return."""
    rng = np.random.default_rng(lines)
    buyers = lines // LINES_A_BUYER
    buyer = (buyers * rng.beta(0.6, 1.6, lines)).astype(np.int64)
    at = np.datetime64("2024-07-01", "us") + rng.integers(0, DAYS * 86_400, lines).astype("timedelta64[s]")
    amount = rng.lognormal(3, 1, lines).round(2)
    back = rng.random(lines) < 1 / 30
    pq.write_table(pa.table({"buyer_id": buyer, "ordered_at": at, "quantity": np.where(back, -1, 1),
                             "amount": np.where(back, -amount, amount)}), file)


def measured(name: str, python: str, file: Path) -> Answer:
    """Seconds and the sums of the answer."""
    script = Path(__file__).with_name("features_speed_peer.py")
    said = subprocess.run([python, str(script), name, str(file)], check=True, capture_output=True, text=True).stdout
    told: Answer = json.loads(said.splitlines()[-1])
    return told


def alike(one: Answer, other: Answer) -> str:
    """Whether two answers agree on what both tell."""
    sums = [name for name in ("buyers", "x", "t_x", "age", "total") if name in one and name in other]
    same = all(abs(one[name] - other[name]) <= 1e-9 * abs(one[name]) for name in sums)
    return "equal" if same else "differs"


def table(pythons: Mapping[str, str], sizes: Sequence[int]) -> list[str]:
    """Every size, ours first."""
    head = ("lines", "", "wall, s", "processor, s", "processor, times ours", "lines a second of processor", "answer")
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    for size in sizes:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "lines.parquet"
            make(size, file)
            ours = measured(OURS, sys.executable, file)
            found = {OURS: ours} | {name: measured(name, pythons[name], file) for name in PEERS if name in pythons}
        for name, told in found.items():
            wall, cpu = told["wall"], told["cpu"]
            lines.append(f"| {size:,} | {name} | {wall:.2f} | {cpu:.2f} | {cpu / ours['cpu']:.1f}x | {size / cpu:,.0f} "
                         f"| {alike(ours, told)} |")
            print(lines[-1], flush=True)
    absent = [name for name in PEERS if name not in pythons]
    return [*lines, *(["", f"Left out, no interpreter was named: {', '.join(absent)}."] if absent else [])]


def page(pythons: Mapping[str, str], sizes: Sequence[int]) -> str:
    """The whole page."""
    load = os.getloadavg()[0]
    return "\n".join([
        "# Order lines to buyers", "",
        "Written by `python benchmarks/features_speed.py --page docs/evidence/features_speed.md`, peers' interpreters "
        "named; do not edit.", "",
        f"{os.cpu_count()} cores; when it started, {load:.1f} processes on average wanted a core, ours not among them. "
        "Median of three, imports left out, everyone from the same Parquet file to one row a buyer: repeat purchase "
        "days, days from the first to the last and to the day of looking, money. Ours is `features.histories` in the "
        "engine, with the sum of squares that pooling needs beside it. A day of nothing but returns is no purchase; "
        "lifetimes is given the lines that are none.", "", *table(pythons, sizes), "",
        "Other parts stand beside their peers on pages of their own: [pooled rates](speed.md) beside lme4, [repeat "
        "buying](repeat_buying.md) and its scoring beside lifetimes, [segments](segments_speed.md) beside StepMix, "
        "KPrototypes, mixtures, k-means and segmtree.", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lines", type=int, nargs="*", default=SIZES)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON", help=f"of {', '.join(PEERS)}")
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    pythons = dict(each.split("=", 1) for each in given.peer)
    if unknown := set(pythons) - set(PEERS):
        parser.error(f"--peer {', '.join(sorted(unknown))}: the peers are {', '.join(PEERS)}")
    text = page(pythons, given.lines)
    if given.page:
        given.page.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()

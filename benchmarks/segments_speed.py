"""How long segments take at a million buyers and forty dimensions, beside what people would use instead.

Run ``python benchmarks/segments_speed.py [--buyers 1000000] [--peer-python PYTHON] [--page FILE]``. PYTHON is an
interpreter with stepmix, in an environment of its own; KMeans and Gaussian mixtures run in this one.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from classes import agreement, beside, planted, sheet, table
from segments_speed_market import draw
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from marketsofone.estimates.classes import classes_stability, fit_marketing_classes
from marketsofone.project.flow import opened
from marketsofone.project.stratifying import stratify

DIMENSIONS, CLASSES, PAIRS = 40, 6, 100
BAR_TREE, BAR_CLASSES, BAR_STABILITY = 15.0, 2.0, 60.0
PEER_ROWS = (10_000, 100_000)


def timed(run: Callable[[], Any]) -> tuple[float, float, Any]:
    """Wall seconds, processor seconds of all threads, and the answer."""
    wall, own = time.perf_counter(), time.process_time()
    answer = run()
    return time.perf_counter() - wall, time.process_time() - own, answer


def row(what: str, bar: float, wall: float, own: float, said: str) -> str:
    line = f"| {what} | {wall:.1f} | {own:.1f} | {bar:g} | {'met' if wall < bar else '**not met**'} | {said} |"
    print(line, flush=True)
    return line


def tree(buyers: int) -> str:
    with opened(Path()) as engine:
        settings, gathered = draw(engine, buyers, DIMENSIONS, seed=1)
        wall, own, made = timed(lambda: stratify(engine, settings, gathered))
    said = f"{len(made.strata)} strata on {max(s.depth for s in made.strata)} levels, buyers placed"
    return row("the tree, from buyers and tallies to every buyer placed", BAR_TREE, wall, own, said)


def classes(buyers: int) -> list[str]:
    _which, numbers, codes = planted(0, buyers, missing=0.1)
    times = DIMENSIONS // (len(numbers) + len(codes))
    seen = sheet(np.tile(numbers, (times, 1)), np.tile(codes, (times, 1)))
    wall, own, _found = timed(lambda: fit_marketing_classes(seen, CLASSES, CLASSES, seed=1))
    narrow = fit_marketing_classes(sheet(numbers, codes), CLASSES, CLASSES, seed=1)
    held = timed(lambda: classes_stability(narrow, PAIRS, seed=1))
    return [row(f"latent classes, {CLASSES} given", BAR_CLASSES, wall, own, "chances of every class for every buyer"),
            row(f"stability of {CLASSES} classes, {PAIRS} bootstrap pairs", BAR_STABILITY, *held[:2],
                "on a stated subsample, eight columns")]


def peers(python: str | None) -> list[str]:
    """Seconds and agreement with planted classes at the sizes each can bear."""
    lines = table("rows", "ours: s", "ARI", "KMeans: s", "ARI", "mixture: s", "ARI", "StepMix: s", "ARI")
    for rows in PEER_ROWS:
        ours, step = beside(python, 0, rows)
        which, numbers, codes = planted(0, rows)
        numbers = np.vstack([numbers[:3], np.log(numbers[3])])
        fields = np.hstack([StandardScaler().fit_transform(numbers.T),
                            OneHotEncoder(sparse_output=False).fit_transform(codes.T)])
        told = []
        for model in (KMeans(CLASSES, n_init=4, random_state=0),
                      GaussianMixture(CLASSES, covariance_type="diag", random_state=0)):
            wall, _own, labels = timed(lambda model=model, fields=fields: model.fit_predict(fields))
            told += [f"{wall:.2f}", f"{agreement(which, labels):.3f}"]
        told += [f"{step[0]:.2f}", f"{step[1]:.3f}"] if step else ["-", "-"]
        lines.append(f"| {rows:,} | {ours[0]:.3f} | {ours[1]:.3f} | {' | '.join(told)} |")
        print(lines[-1], flush=True)
    return lines


def page(buyers: int, python: str | None) -> str:
    load = os.getloadavg()[0]
    rows = [*table("what", "wall, s", "processor, s", "bar, s", "", ""), tree(buyers), *classes(buyers)]
    return "\n".join([
        "# Speed of segments", "",
        "Written by `python benchmarks/segments_speed.py --page docs/evidence/segments_speed.md`; do not edit.", "",
        f"{buyers:,} buyers, {DIMENSIONS} dimensions (eight numbers; texts of 3 to 1,000 values), {os.cpu_count()} "
        f"cores. When it started, {load:.1f} processes on average wanted a core, ours not among them: wall time holds "
        "other people's work, processor time (all threads) does not. Each was run once.", "", *rows, "",
        "## Beside others", "", "Eight columns of mixed types, six planted classes; all get the same columns on the "
        "same scale and the true number. ARI is agreement with the planted classes.", "", *peers(python), ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--buyers", type=int, default=1_000_000)
    parser.add_argument("--peer-python")
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    text = page(given.buyers, given.peer_python)
    if given.page:
        given.page.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()

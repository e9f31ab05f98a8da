"""How long segments take at a million buyers and forty dimensions, beside what people would use instead.

    python benchmarks/segments_speed.py [--buyers 1000000] [--project FOLDER] [--peer NAME=PYTHON ...]
        [--peer-rows 1000000] [--page FILE]

NAME is StepMix, KPrototypes (package kmodes) or segmtree, PYTHON an interpreter that has it, in an environment of its
own; a peer that is not named is left out, and the page says so. KMeans and Gaussian mixtures run in this one. FOLDER is
a project with a run of as many simulated buyers (`m1 simulate --accounts 1000000`, `m1 run`), of which a rule is
previewed; left out, none is.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from classes import CLASSES, planted, sheet, table
from segments_speed_market import draw
from segments_speed_peers import NOTE, OWN, SIZES, beside_others, timed

from marketsofone.estimates.classes import classes_stability, fit_marketing_classes
from marketsofone.project.flow import opened
from marketsofone.project.ground.stratifying import stratify
from marketsofone.project.segments.asking import RULE as ASKED
from marketsofone.project.segments.asking import asking

DIMENSIONS, PAIRS = 40, 100
BAR_TREE, BAR_CLASSES, BAR_STABILITY, BAR_PREVIEW = 15.0, 2.0, 60.0, 1.0
RULE = "(sector = 'food' and size > 100 or not payment_format = 'invoice') and pull > 0.4"


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


def preview(project: Path) -> str:
    """A rule's count, scores and clauses over every buyer of a run, opened for it as the command opens it."""
    def asked() -> int:
        with asking(project, "latest") as asker:
            return asker.preview(ASKED + RULE).found.inside

    wall, own, inside = timed(asked)
    return row("a rule of four clauses previewed", BAR_PREVIEW, wall, own, f"holds for {inside:,} buyers of a run")


def page(buyers: int, project: Path | None, pythons: Mapping[str, str], peer_rows: int) -> str:
    load = os.getloadavg()[0]
    rows = [*table("what", "wall, s", "processor, s", "bar, s", "", ""), tree(buyers), *classes(buyers),
            *([preview(project)] if project else [])]
    return "\n".join([
        "# Speed of segments", "",
        "Written by `python benchmarks/segments_speed.py --page docs/evidence/segments_speed.md`, peers' interpreters "
        "named; do not edit.", "",
        f"{buyers:,} buyers, {DIMENSIONS} dimensions (eight numbers; texts of 3 to 1,000 values), {os.cpu_count()} "
        f"cores. When it started, {load:.1f} processes on average wanted a core, ours not among them: wall time holds "
        "other people's work, processor time (all threads) does not. Each was run once.", "", *rows, "",
        "## Beside others", "", NOTE, "", *beside_others(pythons, peer_rows), ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--buyers", type=int, default=1_000_000)
    parser.add_argument("--project", type=Path, help="a project with a run of as many buyers")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON", help=f"of {', '.join(OWN)}")
    parser.add_argument("--peer-rows", type=int, default=max(SIZES), help="the most rows that peers are given")
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    pythons = dict(each.split("=", 1) for each in given.peer)
    if unknown := set(pythons) - set(OWN):
        parser.error(f"--peer {', '.join(sorted(unknown))}: the peers are {', '.join(OWN)}")
    text = page(given.buyers, given.project, pythons, given.peer_rows)
    if given.page:
        given.page.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()

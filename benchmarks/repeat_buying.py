"""The repeat-buying fit beside lifetimes: seconds, the maximum, tables that are hard, published figures.

    python benchmarks/repeat_buying.py [buyers ...] [--peer-python PYTHON] [--page FILE]

PYTHON is an interpreter with lifetimes, in an environment of its own; absent: no peer. Both get the same buyers,
each side in a process of its own, one after the other; a time is the median of three runs, processor time.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from accuracy_ledgers import PUBLISHED, SAMPLE, cdnow_histories
from repeat_buying_draws import Floats, Histories, counted, hard_tables, market

from marketsofone.pooling.repeat_ascent import Surface
from marketsofone.pooling.repeat_buying import RepeatCells, RepeatModel, fit_repeat_buying
from marketsofone.pooling.repeat_likelihood import History, more_than, repeat_likelihood
from marketsofone.pooling.repeat_purchases import purchase_spread

SIZES = (10_000, 100_000, 1_000_000)
HORIZON, ROUNDS, HARD_SEEDS = 182.0, 3, 20
BAR_TIMES, BAR_Z, SHORT = 20.0, 0.02, 0.5
NAMES = ("r", "alpha", "a", "b")
Answer = Mapping[str, float | str]


@dataclass(frozen=True, slots=True)
class Ours:
    """One market: distinct histories, the fit, seconds of fit and score, standard errors off the maximum."""

    histories: int
    model: RepeatModel
    fit: float
    score: float
    z: float


def one_each(x: Floats, t_x: Floats, T: Floats) -> RepeatCells:
    """One row a buyer, whatever the unit of time."""
    return RepeatCells(x, t_x, T, np.ones(len(x)))


def surface(cells: RepeatCells, parameters: Sequence[float]) -> Surface:
    """The likelihood of the cells at r, alpha, a and b."""
    again = cells.x > 0
    history = History((cells.T[~again], cells.weight[~again]),
                      (cells.x[again], cells.t_x[again], cells.T[again], cells.weight[again]),
                      more_than(cells.x, cells.weight))
    with np.errstate(all="ignore"):
        return repeat_likelihood(history, np.log(np.array(parameters)))


def off(cells: RepeatCells, parameters: Sequence[float]) -> float:
    """Distance from the maximum in standard errors."""
    here = surface(cells, parameters)
    return float(np.sqrt(here.slope @ np.linalg.solve(-here.curve, here.slope)))


def median_seconds(run: Callable[[], object]) -> float:
    """Processor seconds of all threads."""
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def ours(buyers: Histories) -> Ours:
    """Counting is in the time of the fit; scores are means with their variance, of the distinct histories."""
    cells = counted(*buyers)
    model = fit_repeat_buying(cells)
    fit = median_seconds(lambda: fit_repeat_buying(counted(*buyers)))
    score = median_seconds(lambda: purchase_spread(model, cells.x, cells.t_x, cells.T, HORIZON))
    return Ours(len(cells.x), model, fit, score, off(cells, parameters(model)))


def parameters(model: RepeatModel) -> list[float]:
    return [model.r, model.alpha, model.a, model.b]


def lifetimes(python: str, tables: Sequence[Histories], rounds: int) -> list[Answer]:
    """What lifetimes says of each table."""
    if not python:
        return []
    with TemporaryDirectory() as folder:
        file = Path(folder) / "histories.npz"
        x, t_x, T = (np.concatenate(part) for part in zip(*tables, strict=True))
        np.savez(file, x=x, t_x=t_x, T=T, ends=np.cumsum([len(table[0]) for table in tables]))
        peer = Path(__file__).with_name("repeat_buying_peer.py")
        said = subprocess.run([python, str(peer), str(file), str(rounds), str(HORIZON)], check=True,
                              capture_output=True, text=True).stdout
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def table(*names: str) -> list[str]:
    """The head of a table."""
    return [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]


def met(holds: bool) -> str:
    return "met" if holds else "**not met**"


def speed(python: str, sizes: Sequence[int]) -> list[str]:
    """Fit and score at each size."""
    lines = table("buyers", "distinct histories", "fit, s", "off the maximum, standard errors", "lifetimes: fit, s",
                  "ratio", "off, standard errors", "fit with weights, s", "ratio", "score, s", "lifetimes: score, s",
                  "ratio")
    judged = []
    for size in sizes:
        buyers = market(size, seed=size)
        mine = ours(buyers)
        told = ["-"] * 5, ["-"] * 2
        for peer in lifetimes(python, [buyers], ROUNDS):
            if "error" in peer:
                told = [str(peer["error"]), *["-"] * 4], ["-"] * 2
                continue
            z = off(counted(*buyers), [float(peer[name]) for name in NAMES])
            fit, weighted, score = (float(peer[name]) for name in ("fit", "counted", "score"))
            told = ([f"{fit:.2f}", f"{fit / mine.fit:.0f}x", f"{z:.3f}", f"{weighted:.2f}",
                     f"{weighted / mine.fit:.0f}x"], [f"{score:.3f}", f"{score / mine.score:.1f}x"])
            judged.append((size, fit / mine.fit, max(mine.z, z)))
        cells = [f"{size:,}", f"{mine.histories:,}", f"{mine.fit:.3f}", f"{mine.z:.0e}", *told[0],
                 f"{mine.score:.3f}", *told[1]]
        lines.append(f"| {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    bars = [f"- {BAR_TIMES:g} times faster than lifetimes at {size:,} buyers: {ratio:.0f} times, "
            f"{met(ratio >= BAR_TIMES)}; at the same maximum (within {BAR_Z:g} standard errors): "
            f"{met(apart < BAR_Z)}" for size, ratio, apart in judged if size > SIZES[0]]
    return [*lines, "", *bars]


def hard(python: str) -> list[str]:
    """Tables on which an optimiser gives up or stops short."""
    tables = list(hard_tables(HARD_SEEDS))
    said = lifetimes(python, [buyers for _, buyers in tables], 0) or [{"error": "not run"}] * len(tables)
    counts: dict[str, list[int]] = {}
    for (kind, buyers), peer in zip(tables, said, strict=True):
        cells = one_each(*buyers)
        model = fit_repeat_buying(cells)
        height = np.nan if "error" in peer else surface(cells, [float(peer[name]) for name in NAMES]).height
        answered = bool(np.all(np.isfinite([*parameters(model), model.log_likelihood])))
        row = counts.setdefault(kind, [0] * 6)
        for place, holds in enumerate((True, not answered, model.ridge != "", "error" in peer,
                                       height < model.log_likelihood - SHORT, height > model.log_likelihood + SHORT)):
            row[place] += int(holds)
    lines = table("tables", "", "ours: no answer", "limit named", "lifetimes: no answer",
                  f"ends over {SHORT:g} nat below ours", f"over {SHORT:g} nat above ours")
    for kind, row in [*counts.items(), ("all", [sum(part) for part in zip(*counts.values(), strict=True)])]:
        lines.append(f"| {kind} | {' | '.join(str(value) for value in row)} |")
    print("\n".join(lines), flush=True)
    return lines


def published(python: str) -> list[str]:
    """CDNOW as its authors published it."""
    if not SAMPLE.is_file():
        return ["CDNOW is not here: set M1_DATA to the folder of data sets."]
    buyers = cdnow_histories()
    model = fit_repeat_buying(one_each(*buyers))
    said = lifetimes(python, [buyers], 0)
    lines = table("", "published", "ours", "lifetimes")
    for name, figure in PUBLISHED.items():
        peer = "-"
        if said and "error" not in said[0]:
            height = surface(one_each(*buyers), [float(said[0][each]) for each in NAMES]).height
            peer = f"{said[0].get(name, height):.4f}"
        lines.append(f"| {name} | {figure} | {getattr(model, name):.4f} | {peer} |")
    return lines


def page(python: str, sizes: Sequence[int]) -> str:
    """All of it."""
    load = os.getloadavg()[0]
    return "\n".join([
        "# Repeat buying", "",
        "Written by `python benchmarks/repeat_buying.py --peer-python PYTHON --page docs/evidence/repeat_buying.md`, "
        "PYTHON having lifetimes; do not edit.", "",
        f"{os.cpu_count()} cores; when it started, {load:.1f} processes on average wanted a core, ours not among them. "
        "Seconds are processor time, all threads, the median of three runs; imports and making buyers are left out.",
        "", "## Fit and score", "",
        "Buyers live by the BG/NBD model for up to two years, by day. Ours counts distinct histories (in the time of "
        "the fit), as the product does in the engine; lifetimes is given one row a buyer, its way of use, and beside "
        "that the distinct histories with weights, its users' cure. Off the maximum: distance in standard errors, by "
        f"exact derivatives. A score is the number of purchases in {HORIZON:g} days; ours comes with its variance.", "",
        *speed(python, sizes), "", "## Hard tables", "",
        f"{HARD_SEEDS} seeds a kind. No answer: an error, or parameters that are not numbers. A limit is named where "
        "the table cannot tell parameters from it (nobody leaves, all buy at one rate): predictions hold, the "
        "parameters say nothing; lifetimes returns numbers there. Likelihoods are compared at both answers by one "
        "formula.", "", *hard(python), "", "## As published", "",
        "CDNOW, one customer in ten, 39 weeks, in weeks (Fader, Hardie and Lee 2005).", "", *published(python), ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("buyers", type=int, nargs="*", default=SIZES)
    parser.add_argument("--peer-python", default="")
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    if not given.peer_python:
        print("lifetimes is left out: no --peer-python was named")
    text = page(given.peer_python, given.buyers)
    if given.page:
        given.page.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()

"""Latent classes and stability: found where planted, how fast, and beside StepMix.

    python benchmarks/classes.py [--peer-python PYTHON] [--peer-rows N ...] [--seeds N] [--page FILE]

PYTHON is an interpreter with stepmix, in an environment of its own; absent: no peer. Both sides get the same
columns, one of them skewed, brought to the same scale, and the true number of classes. Times leave imports out.
"""

import argparse
import json
import os
import platform
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from marketsofone.estimates.classes import FITTED_BUYERS, JUDGED_BUYERS, Sheet, classes_stability, fit_marketing_classes
from marketsofone.pooling.stability import HOLDS, adjusted_rand, shared

CLASSES, LEVELS, SHARE = 6, (3, 4, 5, 8), (0.3, 0.25, 0.18, 0.12, 0.1, 0.05)
BAR = 0.005
STARTS, FEW_ROWS = 4, 10_000
"""The peer is timed with one start; its labels are the best of so many, up to so many rows."""


def planted(seed, rows, classes=CLASSES, missing=0.0):
    """Four numbers, one skewed, and four texts, independent within classes of unequal size."""
    rng = np.random.default_rng(seed)
    share = np.array(SHARE[:classes]) / sum(SHARE[:classes])
    which = rng.choice(classes, size=rows, p=share)
    centre, spread = rng.normal(0, 1.6, (classes, 4)), rng.uniform(0.6, 1.3, (classes, 4))
    numbers = (centre[which] + spread[which] * rng.normal(size=(rows, 4))).T
    numbers[3] = np.exp(numbers[3])
    codes = np.stack([_drawn(rng, which, rng.dirichlet(np.full(levels, 0.7), classes)) for levels in LEVELS])
    numbers[rng.random(numbers.shape) < missing] = np.nan
    codes[rng.random(codes.shape) < missing] = -1
    return which, numbers, codes


def _drawn(rng, which, chance):
    """A level for each row, from the chances of its class."""
    return np.minimum((rng.random((len(which), 1)) > chance.cumsum(axis=1)[which]).sum(axis=1), chance.shape[1] - 1)


def sheet(numbers, codes):
    words = [tuple(f"level {i}" for i in range(levels)) for levels in LEVELS]
    return Sheet(np.arange(1, numbers.shape[1] + 1), {f"n{i}": column for i, column in enumerate(numbers)},
                 {f"c{i}": (column, words[i % len(LEVELS)]) for i, column in enumerate(codes)})


def timed(run):
    """Seconds and answer; the best of three, for the machine is shared."""
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        answer = run()
        taken.append(time.perf_counter() - start)
    return min(taken), answer


def agreement(which, labels):
    return adjusted_rand(shared(np.asarray(which), np.asarray(labels)))


def beside(python, seed, rows):
    """Seconds and agreement with the truth, ours and StepMix's."""
    which, numbers, codes = planted(seed, rows)
    seconds, found = timed(lambda: fit_marketing_classes(sheet(numbers, codes), CLASSES, CLASSES, seed=1))
    ours = (seconds, agreement(which, found.most_likely))
    if not python:
        return ours, None
    scaled = np.stack([scale.apply(column) for scale, column in zip(found.sample.scales, numbers, strict=True)])
    with TemporaryDirectory() as folder:
        np.savez(Path(folder) / "rows.npz", numbers=scaled, codes=codes)
        peer = Path(__file__).with_name("classes_peer.py")
        said = subprocess.run([python, str(peer), str(Path(folder) / "rows.npz"), str(CLASSES),
                               str(STARTS if rows <= FEW_ROWS else 1)],
                              check=True, capture_output=True, text=True).stdout
    told = json.loads(said.splitlines()[-1])
    return ours, (told["seconds"], agreement(which, told["labels"]))


def table(*names):
    """The head of a table."""
    return [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]


def accuracy(python, sizes, seeds):
    lines = table("rows", "seed", "ours: s", "ARI", "StepMix: s", "ARI", "ratio", "ARI lost")
    lost = []
    for rows in sizes:
        for seed in range(seeds):
            ours, peer = beside(python, seed, rows)
            told = "| - | - | - | - |"
            if peer:
                lost.append(peer[1] - ours[1])
                told = f"| {peer[0]:.1f} | {peer[1]:.4f} | {peer[0] / ours[0]:.0f}x | {lost[-1]:+.4f} |"
            lines.append(f"| {rows:,} | {seed} | {ours[0]:.3f} | {ours[1]:.4f} {told}")
            print(lines[-1], flush=True)
    if lost:
        lines += ["", f"Most lost on any seed: {max(lost):+.4f} (bar {BAR})."]
    return lines


def speed(sizes):
    """Number given, number chosen, and forty columns."""
    lines = table("rows", "columns", "classes", "s")
    cases = [*((rows, 1, classes) for classes in (CLASSES, 0) for rows in sizes), (max(sizes), 5, CLASSES)]
    for rows, times, classes in cases:
        _which, numbers, codes = planted(0, rows, missing=0.1)
        seen = sheet(np.tile(numbers, (times, 1)), np.tile(codes, (times, 1)))
        seconds, found = timed(lambda seen=seen, classes=classes: fit_marketing_classes(seen, classes, 10, seed=1))
        said = f"{len(found.names)} given" if classes else f"{len(found.names)} chosen of 1 to {len(found.fits)}"
        lines.append(f"| {rows:,} | {8 * times} | {said} | {seconds:.2f} |")
        print(lines[-1], flush=True)
    return lines


def choosing(seeds):
    """How often the planted number is chosen, by ICL and by BIC, a tenth of the cells missing."""
    lines = table("planted", "seeds", "ICL right", "ICL more", "BIC right", "BIC more")
    for classes in (1, 2, 4, 6):
        found = [fit_marketing_classes(sheet(*planted(100 + seed, 5_000, classes, missing=0.1)[1:]), 0, 10, seed=1).fits
                 for seed in range(seeds)]
        counts = []
        for criterion in ("icl", "bic"):
            lowest = [min(fits, key=lambda fit, of=criterion: getattr(fit, of)) for fits in found]
            chosen = np.array([len(fit.classes) for fit in lowest])
            counts += [int((chosen == classes).sum()), int((chosen > classes).sum())]
        lines.append(f"| {classes} | {seeds} | {' | '.join(map(str, counts))} |")
        print(lines[-1], flush=True)
    return lines


def holding_up(pairs):
    """Stability of ever more classes than the six planted, and of classes of noise."""
    lines = table("market", "classes", "global: mean", "within: least stable", "of them hold up", "s")
    _which, numbers, codes = planted(0, 100_000)
    noise = np.random.default_rng(5)
    plain = noise.normal(size=numbers.shape), np.stack([noise.integers(levels, size=100_000) for levels in LEVELS])
    for name, columns in (("six planted", (numbers, codes)), ("noise", plain)):
        for classes in (3, 6, 8) if name != "noise" else (3,):
            found = fit_marketing_classes(sheet(*columns), classes, classes, seed=1)
            start = time.perf_counter()
            measured, _across, _buyers = classes_stability(found, pairs, seed=1)
            within = measured.within.mean(axis=0)
            lines.append(f"| {name} | {classes} | {measured.whole.mean():.3f} | {within.min():.3f} | "
                         f"{int((within >= HOLDS).sum())} of {classes} | {time.perf_counter() - start:.1f} |")
            print(lines[-1], flush=True)
    return lines


def page(arguments):
    sizes = (10_000, 100_000, 1_000_000)
    parts = [
        "# Latent classes and stability", "",
        "Written by `python benchmarks/classes.py --page docs/evidence/classes.md`, a peer's interpreter named.", "",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, one used by the fit; load average "
        f"{os.getloadavg()[0]:.1f} when it began. Ours is the best of three runs; the peer ran once.",
        f"Classes are fitted on at most {FITTED_BUYERS:,} rows, stability judged on at most {JUDGED_BUYERS:,}.", "",
        "## Beside StepMix", "",
        "Six planted classes of 30 to 5% of the rows, independent columns within a class, four numbers (one",
        "skewed, taken as a logarithm by both) and four texts. ARI is agreement with the planted classes. StepMix",
        f"is timed from one start, its default; up to {FEW_ROWS:,} rows its labels are the best of {STARTS}. Seconds",
        "and their ratio are of wall time; how long StepMix takes hangs much on the draw.", "",
        *accuracy(arguments.peer_python, arguments.peer_rows, arguments.seeds), "",
        "## Speed", "", "A tenth of the cells missing. Chances of every class for every row are in the time.", "",
        *speed(sizes), "",
        "## Choosing the number", "",
        "5,000 rows, a tenth of the cells missing, fresh seeds. One planted class is noise.", "",
        *choosing(arguments.seeds * 2), "",
        f"## Stability, {arguments.pairs} bootstrap pairs, 100,000 rows", "",
        "Global stability is as high for too few classes as for the right number; the segments tell more.", "",
        *holding_up(arguments.pairs), "",
    ]
    return "\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", default="")
    parser.add_argument("--peer-rows", type=int, nargs="*", default=[10_000])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--page", type=Path)
    arguments = parser.parse_args()
    text = page(arguments)
    if arguments.page:
        arguments.page.parent.mkdir(parents=True, exist_ok=True)
        arguments.page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

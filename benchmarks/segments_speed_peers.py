"""Planted classes of mixed columns, found by what people would use instead: seconds and agreement."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from classes import CLASSES, FEW_ROWS, STARTS, agreement, planted, sheet, table
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from marketsofone.estimates.classes import fit_marketing_classes

SIZES = (10_000, 100_000, 1_000_000)
OURS = "marketsofone"
OWN = {"StepMix": 100_000, "KPrototypes": 100_000, "segmtree": 1_000_000}
"""Peers in an environment of their own, and how many rows each can bear."""
NOTE = f"""Eight columns of mixed types, {CLASSES} planted classes of 30 to 5% of the rows. Everyone gets the same rows,
the skewed number as a logarithm, all numbers on one scale, and the true number of classes; k-means and the mixture
(diagonal) get texts as one column a value, the others as they are. Ours is the median of three runs, the others ran
once: k-means from four starts, the mixture from one; StepMix and KPrototypes are timed from one start, and up to
{FEW_ROWS:,} rows their labels are the best of {STARTS}. segmtree grows at most {CLASSES} leaves. *Times ours* is of
processor time of all threads, on one draw. ARI is agreement with the planted classes, whose columns are independent
within a class: what latent classes assume, and k-means does not."""


@dataclass(frozen=True, slots=True)
class Found:
    """Seconds of wall and processor (all threads), and agreement with the planted classes."""

    wall: float
    cpu: float
    agreement: float


def timed(run: Callable[[], Any]) -> tuple[float, float, Any]:
    """Wall seconds, processor seconds of all threads, and the answer."""
    wall, own = time.perf_counter(), time.process_time()
    answer = run()
    return time.perf_counter() - wall, time.process_time() - own, answer


def ours(which: np.ndarray, numbers: np.ndarray, codes: np.ndarray) -> Found:
    """Chances of every class for every row are in the time."""
    seen = sheet(numbers, codes)
    runs = [timed(lambda: fit_marketing_classes(seen, CLASSES, CLASSES, seed=1)) for _ in range(3)]
    wall, cpu, found = sorted(runs, key=lambda each: each[1])[1]
    return Found(wall, cpu, agreement(which, found.most_likely))


def here(which: np.ndarray, numbers: np.ndarray, codes: np.ndarray) -> Iterator[tuple[str, Found]]:
    """K-means and a Gaussian mixture, in this process."""
    fields = np.hstack([numbers.T, OneHotEncoder(sparse_output=False).fit_transform(codes.T)])
    for name, model in (("KMeans", KMeans(CLASSES, n_init=4, random_state=0)),
                        ("GaussianMixture", GaussianMixture(CLASSES, covariance_type="diag", random_state=0))):
        wall, cpu, labels = timed(lambda model=model: model.fit_predict(fields))
        yield name, Found(wall, cpu, agreement(which, labels))


def elsewhere(name: str, python: str, which: np.ndarray, numbers: np.ndarray, codes: np.ndarray) -> Found:
    """A peer in its own environment."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "rows.npz"
        np.savez(file, numbers=numbers, codes=codes)
        script = "classes_peer.py" if name == "StepMix" else "segments_speed_peer.py"
        given = [str(file), str(CLASSES), str(STARTS if len(which) <= FEW_ROWS else 1)]
        said = subprocess.run([python, str(Path(__file__).with_name(script)), *([] if name == "StepMix" else [name]),
                               *given], check=True, capture_output=True, text=True).stdout
    told = json.loads(said.splitlines()[-1])
    return Found(told["seconds"], told["cpu"], agreement(which, told["labels"]))


def scaled(numbers: np.ndarray) -> np.ndarray:
    """The skewed number as a logarithm, all of them with mean 0 and variance 1."""
    return StandardScaler().fit_transform(np.vstack([numbers[:3], np.log(numbers[3])]).T).T


def compared(rows: int, pythons: Mapping[str, str]) -> Iterator[tuple[str, Found]]:
    """Everyone on the same rows."""
    which, numbers, codes = planted(0, rows)
    yield OURS, ours(which, numbers, codes)
    yield from here(which, scaled(numbers), codes)
    for name, most in OWN.items():
        if name in pythons and rows <= most:
            yield name, elsewhere(name, pythons[name], which, scaled(numbers), codes)


def beside_others(pythons: Mapping[str, str], most: int) -> list[str]:
    """The table, and who was left out."""
    lines = table("rows", "", "wall, s", "processor, s", "times ours", "ARI")
    for rows in (size for size in SIZES if size <= most):
        base = 0.0
        for name, found in compared(rows, pythons):
            base = base or found.cpu
            lines.append(f"| {rows:,} | {name} | {found.wall:.2f} | {found.cpu:.2f} | {found.cpu / base:.1f}x | "
                         f"{found.agreement:.3f} |")
            print(lines[-1], flush=True)
    absent = [name for name in OWN if name not in pythons]
    return [*lines, *(["", f"Left out, no interpreter was named: {', '.join(absent)}."] if absent else [])]

"""What the distinctness test finds and how often it is wrong, on made-up groups whose differences are known.

Run ``python benchmarks/distinctness.py [--asks 400] [--seed 1] [--page docs/evidence/distinctness.md]``. An *ask* is
ten pairs (or one) with all eleven criteria each; every number is over so many asks.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import distinctness_values as values
import numpy as np
from distinctness_draws import CRITERIA, RARE, Money, Profile, Rate, shift
from numpy.typing import NDArray
from scipy import special

from marketsofone.strata.distinct import Contrast, least_chance, levels, verdicts

Floats = NDArray[np.float64]
LEVEL, MARGIN, PAIRS = 0.05, 0.10, 10
NAMES = tuple(CRITERIA)
Asked = tuple[dict[str, Contrast], Floats, Floats]
Differs = Callable[[int, int], float]


def drawn(
    rng: np.random.Generator, asks: int, pairs: int, a: int, b: int, points: Mapping[str, float],
    criteria: Mapping[str, Profile | Rate | Money] = CRITERIA,
) -> Asked:
    """Asks in which every pair differs by so many points: contrasts, our chances and the oracle's (asks, pairs, 11)."""
    made = {name: criteria[name].draw(rng, asks * pairs, a, b, points.get(name, 0.0)) for name in NAMES}
    least = least_chance(a, b)
    ours = np.stack([np.maximum(one.contrast.chance, least) for one in made.values()], -1)
    oracle = np.stack([one.oracle for one in made.values()], -1)
    shape = (asks, pairs, len(NAMES))
    return {name: one.contrast for name, one in made.items()}, ours.reshape(shape), oracle.reshape(shape)


def called(chance: Floats) -> NDArray[np.bool_]:
    """What is called beyond chance, every pair and criterion of an ask paid for together."""
    flat = chance.reshape(chance.shape[0], -1)
    return (flat <= levels(flat, LEVEL)).reshape(chance.shape)


def powers(rng: np.random.Generator, asks: int, pairs: int, differing: int, buyers: int, points: float) -> Floats:
    """Per criterion: how often the difference is called where ``differing`` pairs differ in it alone; oracle's beside.

    Returns
    -------
    float array, shape (11, 2)
    """
    _, ours, oracle = drawn(rng, asks, pairs, buyers, buyers, {})
    _, ours_apart, oracle_apart = drawn(rng, asks, differing, buyers, buyers, dict.fromkeys(NAMES, points))
    found = []
    for at in range(len(NAMES)):
        hits = []
        for nothing, something in ((ours, ours_apart), (oracle, oracle_apart)):
            chance = nothing.copy()
            chance[:, :differing, at] = something[:, :, at]
            hits.append(called(chance)[:, :differing, at].mean())
        found.append(hits)
    return np.array(found)


def curve(rng: np.random.Generator, asks: int) -> list[str]:
    sizes = ((20, 0.4), (60, 0.2), (60, 0.3), (60, 0.4), (120, 0.3), (400, 0.1), (400, 0.15), (400, 0.2))
    runs = [powers(rng, max(asks // (1 + n // 200), 20), PAIRS, PAIRS, n, d) for n, d in sizes]
    head = " | ".join(f"{n} a side, {100 * d:.0f} pts" for n, d in sizes)
    lines = [f"| criterion | {head} |", "|---|" + "---|" * len(sizes)]
    for at, name in enumerate(NAMES):
        lines.append(f"| {name} | " + " | ".join(f"{r[at, 0]:.3f} ({r[at, 1]:.3f})" for r in runs) + " |")
    ours, oracle = (np.mean([r[:, side] for r in runs]) for side in (0, 1))
    worst = [min(r[at, 0] / r[at, 1] for r, (n, _) in zip(runs, sizes, strict=True) for at in range(len(NAMES))
                 if r[at, 1] >= 0.5 and n >= few) for few in (20, 60)]
    lines += ["", f"Mean power {ours:.3f}, oracle's {oracle:.3f}: ratio {ours / oracle:.3f} (bar 0.95); least ratio "
              f"where the oracle finds half or more: {worst[1]:.3f} from 60 a side on, {worst[0]:.3f} at 20, where the "
              "spread that the oracle is told has to be learnt from few."]
    least = [runs[sizes.index(at)][:, 0].min() for at in ((60, 0.4), (400, 0.15))]
    means = [runs[sizes.index(at)][:, 0].mean() for at in ((60, 0.4), (400, 0.15))]
    lines += [f"At 60 a side and 40 points: mean {means[0]:.3f}, least {least[0]:.3f}; at 400 a side and 15 points: "
              f"mean {means[1]:.3f}, least {least[1]:.3f} (bar 0.9)."]
    return lines


def asked_ways(rng: np.random.Generator, asks: int) -> list[str]:
    lines = ["| asked | 60 a side, 40 pts: least, mean (oracle's) | 400 a side, 15 pts: least, mean (oracle's) |",
             "|---|---|---|"]
    for words, pairs, differing in (("one pair, it differs in one criterion of eleven", 1, 1),
                                    ("ten pairs, each differs in one criterion", 10, 10),
                                    ("ten pairs, five differ in one criterion", 10, 5),
                                    ("ten pairs, a single one differs in one criterion", 10, 1)):
        cells = []
        for n, d in ((60, 0.4), (400, 0.15)):
            many = asks * PAIRS // differing if differing < 5 else asks
            r = powers(rng, max(many // (1 + n // 200) // (1 + pairs // 10), 20), pairs, differing, n, d)
            cells.append(f"{r[:, 0].min():.3f}, {r[:, 0].mean():.3f} ({r[:, 1].min():.3f}, {r[:, 1].mean():.3f})")
        lines.append(f"| {words} | {cells[0]} | {cells[1]} |")
    return lines


def nothing_differs(rng: np.random.Generator, asks: int) -> list[str]:
    lines = ["| buyers | pairs | asks | anything called different | standard error |", "|---|---|---|---|---|"]
    even = ((5, 5, 10, 10), (3, 300, 10, 4), (5, 50, 10, 10), (8, 200, 10, 4), (20, 20, 10, 10), (60, 60, 1, 50),
            (60, 60, 10, 5), (40, 400, 10, 2), (400, 400, 10, 1))
    rare = ((8, 200, 10, 4), (20, 1_000, 10, 2), (60, 600, 10, 2))
    for a, b, pairs, many, criteria in [*((*each, CRITERIA) for each in even), *((*each, RARE) for each in rare)]:
        _, ours, _ = drawn(rng, asks * many // 2, pairs, a, b, {}, criteria)
        wrong = called(ours).any(axis=(1, 2))
        error = np.sqrt(max(wrong.mean(), 0.01) * (1 - wrong.mean()) / len(wrong))
        words = "" if criteria is CRITERIA else ", 3% answered and won"
        lines.append(f"| {a}, {b:,}{words} | {pairs} | {len(wrong):,} | {wrong.mean():.4f} | {error:.4f} |")
    return lines


def some_differ(rng: np.random.Generator, asks: int) -> list[str]:
    lines = ["| buyers a side | differ | false discoveries | standard error |", "|---|---|---|---|"]
    for n, points, criteria in ((60, 0.3, 1), (60, 0.4, 3), (200, 0.2, 1), (200, 0.2, 5)):
        _, chance, _ = drawn(rng, asks, PAIRS, n, n, {})
        _, apart, _ = drawn(rng, asks, PAIRS, n, n, dict.fromkeys(NAMES, points))
        true = np.zeros(chance.shape, dtype=bool)
        for pair in range(PAIRS // 2):
            true[:, pair, rng.permutation(len(NAMES))[:criteria]] = True
        hits = called(np.where(true, apart, chance))
        wrong = (hits & ~true).sum((1, 2)) / np.maximum(hits.sum((1, 2)), 1)
        lines.append(f"| {n} | 5 of 10 pairs, {criteria} criteria, {100 * points:.0f} pts | {wrong.mean():.4f} | "
                     f"{wrong.std() / np.sqrt(len(wrong)):.4f} |")
    return lines


def few_buyers(rng: np.random.Generator, asks: int) -> list[str]:
    lines = ["| criterion | asked alone | among three | among all eleven |", "|---|---|---|---|"]
    size = asks * PAIRS
    contrasts, chance, _ = drawn(rng, size, 1, 5, 5, dict.fromkeys(NAMES, 0.2))
    least = least_chance(np.full(size, 5.0), 5.0)
    for at, name in enumerate(NAMES):
        shares = []
        beside = [at, (at + 4) % len(NAMES), (at + 8) % len(NAMES)]
        for asked in ([at], beside, [at, *(other for other in range(len(NAMES)) if other != at)]):
            level = levels(chance[:, 0][:, asked], LEVEL)[:, 0]
            different, alike, _, _ = verdicts(contrasts[name], least, level, MARGIN)
            shares.append(f"{1 - (different | alike).mean():.4f}")
        lines.append(f"| {name} | {' | '.join(shares)} |")
    return lines


def truly_alike(rng: np.random.Generator, asks: int) -> list[str]:
    lines = ["| buyers a side | called alike at 0 points | at 5 | at 9 | at 11 | at 15 | precision |",
             "|---|---|---|---|---|---|---|"]
    steps = (0.0, 0.05, 0.09, 0.11, 0.15)
    for n, many in ((60, 4), (400, 2), (1500, 1), (4000, 1)):
        size = max(asks * many // (1 + n // 300), 20)
        found = []
        for points in steps:
            named = {name: money(points) if isinstance(CRITERIA[name], Money) else points for name in NAMES}
            contrasts, chance, _ = drawn(rng, size, 1, n, n, named)
            level = levels(chance[:, 0], LEVEL)
            least = least_chance(np.full(size, float(n)), float(n))
            found.append(np.mean([verdicts(contrasts[name], least, level[:, at], MARGIN)[1].mean()
                                  for at, name in enumerate(NAMES)]))
        right, wrong = sum(found[:3]), sum(found[3:])
        precision = f"{right / (right + wrong):.4f}" if right + wrong else "none called"
        lines.append(f"| {n:,} | " + " | ".join(f"{one:.4f}" for one in found) + f" | {precision} |")
    return lines


def money(points: float) -> float:
    """Points of overlap at which typical amounts are apart by this share of what is typical."""
    apart = 2 * np.arcsinh(points / 2)
    return float(2 * special.ndtr(apart / 2) - 1)


SECTIONS: tuple[tuple[str, str, Callable[[np.random.Generator, int], list[str]]], ...] = (
    ("Power by criterion, buyers and size of difference",
     "Ten pairs, each differing in one criterion of eleven; in brackets the oracle's power at equal error control.",
     curve),
    ("Power by what is asked", "Each line over all criteria, the oracle's power in brackets. A single difference among "
     "110 questions pays for all of them, and no test of equal error control can spare it that.", asked_ways),
    ("Nothing differs", "How often an ask calls anything different at all (bar 0.05).", nothing_differs),
    ("Some differ", "Share of false calls among what is called different (bar 0.05).", some_differ),
    ("Five buyers a side, 20 points apart", "How often the verdict is `cannot tell yet` (bar 0.95). The pair differs "
     "in all that is asked; `m1 distinct` asks every criterion there is evidence on.", few_buyers),
    ("Alike", "How often groups so many points apart are called alike at a margin of ten points (money: a tenth), and "
     "which share of what is called alike is so, all five distances being equally common (bar 0.95).", truly_alike),
    ("One value among many", f"How often a criterion of so many values, all even in one group, is called different at "
     f"a level of {values.LEVEL:.4f}: {values.BUYERS} a side, {100 * values.POINTS:.0f} points; in brackets by "
     "chi-square of all values alone.", values.one_value),
)


def page(asks: int, seed: int) -> str:
    start = time.perf_counter()
    parts = ["# Are two groups different sales segments?",
             f"Written by `python benchmarks/distinctness.py --asks {asks} --seed {seed} --page <this page>`; "
             "do not edit.",
             (__doc__ or "").split("\n\n")[0], draws_told()]
    for number, (title, words, section) in enumerate(SECTIONS):
        lines = section(np.random.default_rng([seed, number]), asks)
        parts += [f"## {title}", words, "\n".join(lines)]
        print(f"{title}: {time.perf_counter() - start:.0f} s", flush=True)
    return "\n\n".join(parts) + "\n"


def draws_told() -> str:
    return ("A difference of so many points is the share of one group's buyers who would have to change for both to be "
            "alike. A value held by an even share gains what the others lose in proportion; rates lie around 50% (3% "
            "where that is said), the trials of one buyer correlated by 0.1; money is lognormal with a spread of one, "
            f"where 40 points are a factor of {np.exp(shift(0.4)):.1f} and 15 points one of {np.exp(shift(0.15)):.2f}. "
            "The oracle knows the mix, the correlation and the spread; it does not know which value differs. Power "
            "figures have a standard error of at most 0.01 at 400 asks; a figure two standard errors inside its bar "
            "falls outside it by luck with 2 of 100 seeds.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--asks", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    text = page(given.asks, given.seed)
    if given.page:
        given.page.parent.mkdir(parents=True, exist_ok=True)
        given.page.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()

"""Choosing a split and judging it without using the same evidence twice.

A split is accepted when its differences are beyond chance at the level set, after paying for all that was
tried (`showing`), and when what it gains exceeds what one more segment costs to handle. What a split gains is
always the word of buyers who did not suggest how its values are grouped.

References
----------
Athey & Imbens (2016), Recursive partitioning for heterogeneous causal effects (honest splitting).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsofone.estimates.candidates import PARTS, Dimension
from marketsofone.strata.evidence import Sums, chance, gain_share, summed, tested_means
from marketsofone.strata.fusing import fuse_each, renumbered
from marketsofone.strata.steering import Steering

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a split must show.

    Parameters
    ----------
    level : float
        Chance of splitting a market in which nothing differs.
    handling_cost : float
        Money that one more segment costs over the horizon.
    least_buyers : int
        A smaller stratum is not made: parts that would be are put together.
    most_depth : int
        Levels below the market.
    steering : Steering
        What a person asks of the tree.
    """

    level: float = 0.04
    handling_cost: float = 0.0
    least_buyers: int = 0
    most_depth: int = 6
    steering: Steering = field(default_factory=Steering)


@dataclass(frozen=True, slots=True)
class Candidate:
    """The tallies of one dimension at one node, both halves apart.

    ``values`` are the known values; ``people`` has shape (2, values): buyers by half.
    """

    dimension: Dimension
    values: tuple[str, ...]
    people: NDArray[np.float64]
    sums: Mapping[str, tuple[Sums, Sums]]

    def half(self, number: int) -> list[Sums]:
        """Tallies of one half, for the scores this dimension may be judged by."""
        return [pair[number] for pair in self.sums.values()]

    def both(self) -> dict[str, Sums]:
        """Tallies of all buyers."""
        return {score: pair[0] + pair[1] for score, pair in self.sums.items()}


@dataclass(frozen=True, slots=True)
class Split:
    """A split that was judged.

    Parameters
    ----------
    dimension : Dimension
    groups : tuple of tuple of str
        The values of each part.
    chance : float
        Of seeing such differences where there are none, all judged candidates paid for.
    gain : float
        Contribution it adds over the horizon on the judging half's word, chance taken off.
    by : str
        The score that differs most; empty where there is no evidence.
    pinned : bool
        A person asked for it; the evidence did not decide.
    joined : bool
        Parts were put together because they had fewer than the least buyers.
    """

    dimension: Dimension
    groups: tuple[tuple[str, ...], ...]
    chance: float
    gain: float
    by: str
    pinned: bool = False
    joined: bool = False


def described(
    frame: pd.DataFrame, dimensions: Sequence[Dimension], scores: Sequence[str]
) -> dict[int, list[Candidate]]:
    """By node, its dimensions with two values or more; one that none of the scores may judge has no ``sums``."""
    columns = ["people", *(f"{score}_{part}" for score in scores for part in PARTS)]
    tallies = frame[columns].to_numpy(np.float64, na_value=0.0)
    values, halves = frame["value"].to_numpy(object), frame["half"].to_numpy(np.int64)
    place = {dimension.name: number for number, dimension in enumerate(dimensions)}
    whose = frame["dimension"].map(place).to_numpy(np.float64, na_value=-1.0).astype(np.int64)
    nodes, node = np.unique(frame["node"].to_numpy(np.int64), return_inverse=True)
    use = np.flatnonzero(frame["value"].notna().to_numpy() & (whose >= 0))
    cell = node[use] * len(dimensions) + whose[use]
    rows = use[np.argsort(cell, kind="stable")]
    ends = np.cumsum(np.bincount(cell, minlength=len(nodes) * len(dimensions)))
    parts = dict(zip(product(nodes.tolist(), dimensions), np.split(rows, ends[:-1]), strict=True))
    found: dict[int, list[Candidate]] = {number: [] for number in nodes.tolist()}
    for (number, dimension), at in parts.items():
        candidate = _candidate(dimension, values[at], halves[at], tallies[at], scores) if len(at) > 1 else None
        found[number] += [candidate] if candidate is not None else []
    return found


def _candidate(
    dimension: Dimension, told: NDArray[np.object_], halves: Ints, tallies: NDArray[np.float64], scores: Sequence[str]
) -> Candidate | None:
    values = sorted(set(told), key=float if dimension.cuts else str)
    if len(values) < 2:
        return None
    place = {value: i for i, value in enumerate(values)}
    table = np.zeros((tallies.shape[1], 2, len(values)))
    table[:, halves, [place[value] for value in told]] = tallies.T
    sums = {}
    for i, score in enumerate(scores):
        parts = table[1 + i * len(PARTS): 1 + (i + 1) * len(PARTS)]
        money = score == "attractiveness"
        if score in dimension.scores:
            sums[score] = (Sums(money, *parts[:, 0]), Sums(money, *parts[:, 1]))
    return Candidate(dimension, tuple(values), table[0], sums)


def best_split(
    found: Sequence[Candidate], alone: Mapping[str, float], worth: float, rules: Rules, beside: float
) -> Split | None:
    """The split that pays most among those that hold up, or None.

    Parameters
    ----------
    found : sequence of Candidate
    alone : mapping
        What `showing.shown_chances` says of them.
    worth : float
        Expected contribution of the node's buyers; zero where no money is known, and then only
        chance is judged.
    rules : Rules
    beside : float
        Nodes judged on this level that it pays for (:func:`judged_beside`).
    """
    chances = {name: min(chance_alone * beside, 1.0) for name, chance_alone in alone.items()}
    people = {c.dimension.name: dict(zip(c.values, c.people.sum(axis=0), strict=True)) for c in found}
    shown = [c for c in found if chances[c.dimension.name] <= rules.level]
    made = _made(shown, chances, worth, rules.least_buyers)
    standing = [s for s in made if _stands(s, people[s.dimension.name], rules, worth)]
    return max(standing, key=lambda s: (s.gain - rules.handling_cost * (len(s.groups) - 1), -s.chance), default=None)


def judged_beside(least: Sequence[float], level: float) -> float:
    """How many nodes each node of a level pays for, so that false splits are a share ``level`` of those made.

    Parameters
    ----------
    least : sequence of float
        Of each node, the least chance of any of its candidates (`showing.shown_chances`).
    level : float

    References
    ----------
    Benjamini & Hochberg (1995), Controlling the false discovery rate, *JRSS B* 57. One node alone pays for itself.

    Examples
    --------
    >>> judged_beside([0.001, 0.015, 0.6], 0.04)
    1.5
    """
    shown = [rank for rank, one in enumerate(sorted(least), start=1) if one * len(least) / rank <= level]
    return len(least) / max(shown, default=1)


def _made(shown: Sequence[Candidate], paid: Mapping[str, float], worth: float, least: int) -> list[Split]:
    """Dimensions that show, their values grouped by all; a gain is what each half says of the other's groups."""
    asked = [(sums, bool(c.dimension.cuts)) for c in shown
             for sums in (c.half(0), c.half(1), list(c.both().values()))]
    groups = fuse_each(asked) if asked else []
    made = []
    for candidate, *told in zip(shown, groups[::3], groups[1::3], groups[2::3], strict=True):
        *own, whole = (_large_enough(candidate, group, half, worth, least)
                       for group, half in zip(told, (0, 1, None), strict=True))
        both = [judged(candidate, group, 1 - half, worth) for half, group in enumerate(own) if group.max() >= 1]
        if not both or whole.max() < 1:
            continue
        by = min(both, key=lambda split: split.chance).by
        gain = sum(split.gain for split in both) / len(both)
        made.append(Split(candidate.dimension, grouped(candidate, whole), paid[candidate.dimension.name], gain, by,
                          joined=bool(whole.max() < told[2].max())))
    return made


def _large_enough(candidate: Candidate, group: Ints, half: int | None, worth: float, least: int) -> Ints:
    """Parts of fewer than ``least`` buyers joined with another, the smallest first; of a number with a neighbour.

    With which one, the buyers who suggested the groups say: where most is left to be gained, then where most shows.
    """
    people = candidate.people.sum(axis=0)
    while group.max() >= 1:
        size = summed(people, group, int(group.max()) + 1)
        small = int(np.argmin(size))
        if size[small] >= least:
            break
        beside = (small - 1, small + 1) if candidate.dimension.cuts else range(len(size))
        ways = [renumbered(np.where(group == small, part, group)) for part in beside
                if 0 <= part < len(size) and part != small]
        group = ways[0] if len(size) == 2 else min(ways, key=lambda way: _least_lost(candidate, way, half, worth))
    return group


def _least_lost(candidate: Candidate, group: Ints, half: int | None, worth: float) -> tuple[float, float]:
    split = judged(candidate, group, half, worth)
    return -split.gain, split.chance


def judged(candidate: Candidate, group: Ints, half: int | None, worth: float) -> Split:
    """What the buyers of one half (None: all of them) say of a grouping of the values."""
    merged = _merged(candidate, group, half)
    chance, by = _shown(merged)
    people = summed(candidate.people.sum(axis=0) if half is None else candidate.people[half], group,
                    int(group.max()) + 1)
    gain = worth * sum(gain_share(s, people) for s in merged.values())
    return Split(candidate.dimension, grouped(candidate, group), chance, gain, by)


def _merged(candidate: Candidate, group: Ints, half: int | None) -> dict[str, Sums]:
    """Tallies of groups of the values, by score."""
    told = candidate.both() if half is None else {score: pair[half] for score, pair in candidate.sums.items()}
    return {score: sums.merged(group, int(group.max()) + 1) for score, sums in told.items()}


def _shown(merged: Mapping[str, Sums]) -> tuple[float, str]:
    """The least chance of any score, all scores paid for, and the score it is of."""
    by_score = {score: chance(tested_means(sums)) for score, sums in merged.items()}
    by = min(by_score, key=lambda score: by_score[score])
    return min(by_score[by] * len(by_score), 1.0), by


def grouped(candidate: Candidate, group: Ints) -> tuple[tuple[str, ...], ...]:
    """The values of each group; group -1 is left out."""
    return tuple(
        tuple(value for value, g in zip(candidate.values, group, strict=True) if g == number)
        for number in range(int(group.max()) + 1)
    )


def _stands(split: Split, people: Mapping[str, float], rules: Rules, worth: float) -> bool:
    if split.chance > rules.level or len(split.groups) < 2:
        return False
    if min(sum(people[value] for value in group) for group in split.groups) < rules.least_buyers:
        return False
    return worth <= 0 or split.gain > rules.handling_cost * (len(split.groups) - 1)


def worth_of(people: float, found: Sequence[Candidate], scores: Sequence[str]) -> float:
    """Expected contribution of a node's buyers if each is approached once; zero where no money is known."""
    if "attractiveness" not in scores or not found:
        return 0.0
    value = people
    for score in scores:
        halves = next((c.sums[score] for c in found if score in c.sums), None)
        sums = halves[0] + halves[1] if halves is not None else None
        if sums is not None and sums.n.sum() > 0:
            value *= float(sums.s.sum() / sums.n.sum())
    return max(value, 0.0)

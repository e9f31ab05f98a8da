"""Choosing a split and judging it without using the same evidence twice.

A split is accepted when its differences are beyond chance at the level set, after paying for all that was
tried, and when what it gains exceeds what one more segment costs to handle. Chance is judged in two ways, each
paid half: what one half of the buyers suggests is tested by the other half, and every dimension's values
as they are, ungrouped and unchosen, are tested by all buyers, most freely those dimensions that part other
strata. What a split gains is always the word of buyers who did not suggest how its values are grouped.

References
----------
Athey & Imbens (2016), Recursive partitioning for heterogeneous causal effects (honest splitting).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsofone.estimates.candidates import PARTS, Dimension
from marketsofone.strata.cutting import cut_chance
from marketsofone.strata.evidence import Sums, chance, gain_share, level_means, summed, surprise, tested_means
from marketsofone.strata.fusing import fuse
from marketsofone.strata.steering import Steering

Ints = NDArray[np.int64]

_SCREENED = 5
_JUDGED = 2


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
        A smaller stratum is not made.
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


def candidates(frame: pd.DataFrame, dimensions: Sequence[Dimension], scores: Sequence[str]) -> list[Candidate]:
    """The candidates of one node, from its rows of tallies."""
    return [found for found in described(frame, dimensions, scores) if found.sums]


def described(frame: pd.DataFrame, dimensions: Sequence[Dimension], scores: Sequence[str]) -> list[Candidate]:
    """The dimensions with two values or more at one node; one that none of the scores may judge has no ``sums``."""
    columns = ["people", *(f"{score}_{part}" for score in scores for part in PARTS)]
    told = frame["value"].to_numpy(object)
    halves = frame["half"].to_numpy(np.int64)
    tallies = frame[columns].astype(np.float64).fillna(0.0).to_numpy()
    known, names = frame["value"].notna().to_numpy(), frame["dimension"].to_numpy(object)
    found = []
    for dimension in dimensions:
        rows = np.flatnonzero(known & (names == dimension.name))
        candidate = _candidate(dimension, told[rows], halves[rows], tallies[rows], scores)
        found += [candidate] if candidate is not None else []
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
        What `shown_chances` says of them.
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
    made = [split for c in shown if (split := _made(c, chances[c.dimension.name], worth)) is not None]
    standing = [s for s in made if _stands(s, people[s.dimension.name], rules, worth)]
    return max(standing, key=lambda s: (s.gain - rules.handling_cost * (len(s.groups) - 1), -s.chance), default=None)


def judged_beside(least: Sequence[float], level: float) -> float:
    """How many nodes each node of a level pays for, so that false splits are a share ``level`` of those made.

    Parameters
    ----------
    least : sequence of float
        Of each node, the least chance of any of its candidates (:func:`shown_chances`).
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


def plain_chances(found: Sequence[Candidate]) -> dict[str, float]:
    """Of what all values of each dimension show on all buyers where nothing differs; only its scores are paid for.

    Steps of a number are told by their most telling cut.
    """
    chances = {}
    for candidate in found:
        told = cut_chance if candidate.dimension.cuts else chance
        whole = [told(tested_means(sums)) for sums in candidate.both().values()]
        chances[candidate.dimension.name] = min(min(whole) * len(whole), 1.0)
    return chances


def shown_chances(
    found: Sequence[Candidate], plain: Mapping[str, float], spent: Mapping[str, float]
) -> dict[str, float]:
    """Of seeing what each dimension shows where nothing differs, with all that was tried in this node paid for.

    A dimension may show itself in two ways, each paid half. What one half would group is tested by the other
    half: strong where there are many values or dimensions. And all its values are tested at once on all buyers,
    every dimension paid for: strong where there are few.

    Parameters
    ----------
    found : sequence of Candidate
    plain : mapping
        What :func:`plain_chances` says of them.
    spent : mapping
        Which share of what the second way may cost is spent on each: together one at most.
    """
    chances = {name: alone / spent[name] * 2 for name, alone in plain.items()}
    for chooses in (0, 1):
        for candidate, group in _chosen(found, chooses):
            split = judged(candidate, group, 1 - chooses, 1.0)
            paid = split.chance * 2 * _JUDGED * 2
            name = candidate.dimension.name
            chances[name] = min(chances[name], paid)
    return chances


def _made(candidate: Candidate, paid: float, worth: float) -> Split | None:
    """A dimension that shows, its values grouped by all; its gain is what each half says of the other's groups."""
    ordered = bool(candidate.dimension.cuts)
    groups = [(fuse(candidate.half(half), ordered=ordered), half) for half in (0, 1)]
    both = [judged(candidate, group, 1 - half, worth) for group, half in groups if group.max() >= 1]
    group = fuse(list(candidate.both().values()), ordered=ordered)
    if not both or group.max() < 1:
        return None
    by = min(both, key=lambda split: split.chance).by
    gain = sum(split.gain for split in both) / len(both)
    return Split(candidate.dimension, grouped(candidate, group), paid, gain, by)


def _chosen(found: Sequence[Candidate], half: int) -> list[tuple[Candidate, Ints]]:
    """This half's best candidates and how it would group their values."""
    screened = sorted(found, key=lambda c: -max(surprise(tested_means(s)) for s in c.half(half)))[:_SCREENED]
    grouped = [(c, fuse(c.half(half), ordered=bool(c.dimension.cuts))) for c in screened]
    grouped = [(c, group) for c, group in grouped if group.max() >= 1]
    return sorted(grouped, key=lambda pair: -_gain(pair[0], pair[1], half))[:_JUDGED]


def _gain(candidate: Candidate, group: Ints, half: int) -> float:
    count = int(group.max()) + 1
    people = summed(candidate.people[half], group, count)
    return sum(max(gain_share(s.merged(group, count), people), 0.0) for s in candidate.half(half))


def judged(candidate: Candidate, group: Ints, half: int | None, worth: float) -> Split:
    """What the buyers of one half (None: all of them) say of a grouping of the values."""
    count = int(group.max()) + 1
    told = candidate.both() if half is None else {score: pair[half] for score, pair in candidate.sums.items()}
    merged = {score: sums.merged(group, count) for score, sums in told.items()}
    chances = {score: chance(tested_means(s)) for score, s in merged.items()}
    by = min(chances, key=lambda score: chances[score])
    people = summed(candidate.people.sum(axis=0) if half is None else candidate.people[half], group, count)
    gain = worth * sum(gain_share(s, people) for s in merged.values())
    return Split(candidate.dimension, grouped(candidate, group), min(chances[by] * len(chances), 1.0), gain, by)


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
        sums = next((c.both()[score] for c in found if score in c.sums), None)
        means = level_means(sums) if sums is not None else None
        if sums is not None and means is not None and sums.n.sum() > 0:
            value *= float(sums.s.sum() / sums.n.sum())
    return max(value, 0.0)

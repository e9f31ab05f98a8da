"""Segments in parts as one fold of the buyers makes them: by a tree of its own, else by what tells most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsofone.customer import Stratum
from marketsofone.estimates.candidates import Dimension
from marketsofone.estimates.sampled import Sampled, sampled_candidates
from marketsofone.strata.edge import Edge, Parted, Told, both_ways, edge
from marketsofone.strata.evidence import Sums
from marketsofone.strata.fusing import fuse
from marketsofone.strata.regrowing import asked_of_some, placed, regrown_strata
from marketsofone.strata.showing import most_surprising
from marketsofone.strata.speaking import speaking
from marketsofone.strata.splitting import Candidate, Rules, described

Ints = NDArray[np.int64]

MONEY = "attractiveness"


@dataclass(frozen=True, slots=True)
class Folds:
    """Strata whose buyers stand in two folds, and what each dimension says of each stratum on either.

    Parameters
    ----------
    sample : Sampled
        Its halves are those by which a tree is grown.
    folded : Sampled
        The same buyers, the folds as their halves.
    standing : int array, shape (buyers,)
        Where each buyer stands.
    telling : mapping
        The candidates of each stratum, by number.
    rules : Rules
        What a tree of the buyers sampled is asked (`asked_of_some`).
    """

    sample: Sampled
    folded: Sampled
    standing: Ints
    telling: Mapping[int, Sequence[Candidate]]
    strata: Sequence[Stratum]
    dimensions: Sequence[Dimension]
    rules: Rules


def edges(
    sample: Sampled, strata: Sequence[Stratum], dimensions: Sequence[Dimension], rules: Rules
) -> dict[int, Edge]:
    """The edge of each stratum that either fold can part, by number; of the buyers sampled, and so are the rules."""
    if MONEY not in sample.sums or not dimensions:
        return {}
    folds = folds_of(sample, strata, dimensions, rules)
    ways = [{number: edge(parted) for number, parted in partings(folds, chooses)} for chooses in (0, 1)]
    numbers = sorted(ways[0].keys() & ways[1].keys())
    return {number: both_ways(ways[0][number], ways[1][number]) for number in numbers}


def folds_of(
    sample: Sampled, strata: Sequence[Stratum], dimensions: Sequence[Dimension], rules: Rules
) -> Folds:
    """Two folds of the companies, told apart by another bit of their ids than the halves by which a tree is grown.

    So each fold can grow an honest tree of its own.
    """
    folded = replace(sample, half=sample.whose // 2 % 2)
    standing = placed(sample, strata)
    telling = _telling(folded, standing, strata, dimensions)
    return Folds(sample, folded, standing, telling, strata, dimensions, rules)


def partings(folds: Folds, chooses: int) -> Iterator[tuple[int, Parted]]:
    """Each stratum that one fold can part, by number: by the tree it grows, else by what tells most."""
    folded = folds.folded
    tree = fold_tree(folds, chooses)
    node = placed(folds.sample, tree)
    heard = {score: speaking(tree, folds.dimensions, score) for score in folded.sums}
    for stratum in folds.strata:
        rows = np.flatnonzero(np.isin(folds.standing, _below(folds.strata, stratum.number)))
        parted = _by_tree(folded, rows, node[rows], heard, chooses)
        candidates = folds.telling.get(stratum.number, ())
        parted = parted or most_telling(candidates, _whole(folded, rows, chooses), chooses)
        if parted is not None:
            yield stratum.number, parted


def fold_tree(folds: Folds, chooses: int) -> tuple[Stratum, ...]:
    """The tree that one fold grows: of its share of the buyers, no more is asked than it can gain and hold."""
    times = (folds.folded.half == chooses).astype(np.float64)
    asked = asked_of_some(folds.rules, float(times.mean()))
    return regrown_strata(folds.sample, times, folds.dimensions, asked)


def _telling(
    folded: Sampled, standing: Ints, strata: Sequence[Stratum], dimensions: Sequence[Dimension]
) -> dict[int, list[Candidate]]:
    """The candidates of each stratum, gathered depth by depth: strata of one depth share no buyers."""
    found: dict[int, list[Candidate]] = {}
    for depth in sorted({s.depth for s in strata}):
        found |= sectors(folded, _at_depth(standing, strata, depth), dimensions)
    return found


def _at_depth(standing: Ints, strata: Sequence[Stratum], depth: int) -> Ints:
    """The stratum of that depth each buyer stands in, -1 where it stands higher."""
    above = np.array([_ancestor(strata, s.number, depth) for s in strata])
    return above[standing]


def _ancestor(strata: Sequence[Stratum], number: int, depth: int) -> int:
    while number >= 0 and strata[number].depth > depth:
        number = strata[number].parent
    return number if strata[number].depth == depth else -1


def _below(strata: Sequence[Stratum], number: int) -> list[int]:
    """A stratum and all below it."""
    kept = {number}
    for stratum in strata[number + 1:]:
        if stratum.parent in kept:
            kept.add(stratum.number)
    return sorted(kept)


def sectors(folded: Sampled, sector: Ints, dimensions: Sequence[Dimension]) -> dict[int, list[Candidate]]:
    """The candidates of groups that share no buyers.

    Parameters
    ----------
    folded : Sampled
        Its ``half`` tells the two sides apart.
    sector : int array, shape (buyers,)
        The group of each buyer, -1 for none.
    """
    numbers = sorted({int(number) for number in np.unique(sector) if number >= 0})
    if not numbers or not dimensions:
        return {}
    frame: pd.DataFrame = sampled_candidates(folded, np.ones(len(sector)), sector, numbers, dimensions)
    told = described(frame, dimensions, tuple(folded.sums))
    return {number: [candidate for candidate in found if candidate.sums] for number, found in told.items()}


def _by_tree(folded: Sampled, rows: Ints, node: Ints, heard: Mapping[str, Ints], chooses: int) -> Parted | None:
    parts, people = np.unique(node, return_counts=True)
    if len(parts) < 2:
        return None
    scores = {}
    for score, of in heard.items():
        speaking, place = np.unique(of[parts], return_inverse=True)
        group = np.searchsorted(speaking, of[node])
        acts, judges = (_sums(folded, score, rows, group, len(speaking), fold) for fold in (chooses, 1 - chooses))
        scores[score] = Told(place, acts, judges)
    return Parted(people.astype(np.float64), scores, {int(number): part for part, number in enumerate(parts)})


def _whole(folded: Sampled, rows: Ints, chooses: int) -> dict[str, tuple[Sums, Sums]]:
    """Tallies of a segment as one, of the fold that acts and the one that judges."""
    nothing = np.zeros(len(rows), dtype=np.int64)
    folds = (chooses, 1 - chooses)
    first, second = ({score: _sums(folded, score, rows, nothing, 1, fold) for score in folded.sums} for fold in folds)
    return {score: (first[score], second[score]) for score in folded.sums}


def _sums(folded: Sampled, score: str, rows: Ints, group: Ints, groups: int, fold: int) -> Sums:
    own = folded.half[rows] == fold
    parts = folded.sums[score][:, rows[own]]
    return Sums(score == MONEY, *(np.bincount(group[own], part, minlength=groups).astype(np.float64) for part in parts))


def most_telling(
    found: Sequence[Candidate], whole: Mapping[str, tuple[Sums, Sums]], chooses: int
) -> Parted | None:
    """A segment in parts by the one dimension that tells most on one fold; None where none tells anything.

    Parameters
    ----------
    found : sequence of Candidate
        Of the segment's buyers, the two folds as their halves.
    whole : mapping
        By score, the tallies of the segment as one: they speak where the dimension may not.
    chooses : int
        The fold that parts; the other one judges.
    """
    if not found:
        return None
    chosen = found[most_surprising(found, chooses)]
    group = fuse(chosen.half(chooses), ordered=bool(chosen.dimension.cuts))
    count, known = int(group.max()) + 1, group >= 0
    if count < 2:
        return None
    people = np.bincount(group[known], chosen.people.sum(axis=0)[known], minlength=count)
    one = np.zeros(count, dtype=np.int64)
    scores = {score: Told(one, *pair) for score, pair in whole.items()} | {
        score: Told(np.arange(count), pair[chooses].merged(group, count), pair[1 - chooses].merged(group, count))
        for score, pair in chosen.sums.items()}
    members: dict[int | str, int] = {
        value: int(part) for value, part in zip(chosen.values, group, strict=True) if part >= 0}
    return Parted(people.astype(np.float64), scores, members, chosen.dimension.name)

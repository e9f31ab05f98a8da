"""A split that a person pinned: how its values are grouped, and what the evidence says of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from marketsofone.strata.evidence import summed
from marketsofone.strata.fusing import fuse
from marketsofone.strata.splitting import Candidate, Rules, Split, grouped, judged

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_APART = 12
"""So many values of a text a pin parts, each into a part of its own."""


def pinned_split(candidate: Candidate, worth: float, rules: Rules) -> Split | None:
    """The split of a stratum on a dimension that a person pinned there.

    Each value of a text is a part of its own, up to twelve of them. Of more values, and of the steps of
    a number, those that are alike stay together; where no evidence tells them apart the eleven largest
    values stand by themselves and the others together, and a number is cut in half. Parts of fewer than
    the least buyers are put together, the smallest first (of a number, with a neighbour).

    Returns
    -------
    Split or None
        ``chance`` and ``gain`` are what the evidence says of it. Where the evidence grouped the values,
        each half of the buyers judges what the other suggests. None where two parts of the least size
        cannot be made.
    """
    people = candidate.people.sum(axis=0)
    ordered = bool(candidate.dimension.cuts)
    apart = not ordered and len(candidate.values) <= MOST_APART
    group = np.arange(len(candidate.values)) if apart else _grouped(candidate, people)
    kept = _large_enough(group, people, rules.least_buyers, ordered=ordered)
    if kept.max() < 1:
        return None
    chance, gain, by = _said(candidate, kept if apart else None, worth)
    joined = int(kept.max()) < int(group.max())
    return Split(candidate.dimension, grouped(candidate, kept), chance, gain, by, pinned=True, joined=joined)


def _grouped(candidate: Candidate, people: Floats) -> Ints:
    ordered = bool(candidate.dimension.cuts)
    found = fuse(list(candidate.both().values()), ordered=ordered) if candidate.sums else np.array([-1])
    if found.max() >= 1:
        return np.where(found < 0, found.max() + 1, found)
    if ordered:
        below = np.cumsum(people) - people / 2.0
        cut = int(np.argmin(np.abs(np.cumsum(people)[:-1] - people.sum() / 2.0)))
        return (np.arange(len(below)) > cut).astype(np.int64)
    largest = np.argsort(-people, kind="stable")[: MOST_APART - 1]
    group = np.full(len(people), MOST_APART - 1, dtype=np.int64)
    group[largest] = np.arange(len(largest))
    return _renumbered(group)


def _large_enough(group: Ints, people: Floats, least: float, *, ordered: bool) -> Ints:
    """The smallest part joined with the next smallest, of a number with its smaller neighbour, until all are large."""
    while group.max() >= 1:
        size = summed(people, group, int(group.max()) + 1)
        small = int(np.argmin(size))
        if size[small] >= least:
            break
        beside = [part for part in (small - 1, small + 1) if 0 <= part < len(size)] if ordered \
            else [part for part in range(len(size)) if part != small]
        group = _renumbered(np.where(group == small, min(beside, key=lambda part: (size[part], part)), group))
    return group


def _said(candidate: Candidate, group: Ints | None, worth: float) -> tuple[float, float, str]:
    """Chance, gain and the score that differs most; of groups that the evidence made, by cross-judging."""
    told = [score for score, sums in candidate.both().items() if sums.n.sum() > 0]
    if not told:
        return 1.0, 0.0, ""
    if group is not None:
        split = judged(candidate, group, None, worth)
        return split.chance, split.gain, split.by
    ordered = bool(candidate.dimension.cuts)
    chosen = [(fuse(candidate.half(half), ordered=ordered), 1 - half) for half in (0, 1)]
    verdicts = [judged(candidate, found, half, worth) for found, half in chosen if found.max() >= 1]
    if not verdicts:
        return 1.0, 0.0, told[0]
    surest = min(verdicts, key=lambda split: split.chance)
    return min(2.0 * surest.chance, 1.0), sum(split.gain for split in verdicts) / 2.0, surest.by


def _renumbered(group: Ints) -> Ints:
    """The same groups, numbered from 0 in the order in which they first appear."""
    _old, first, place = np.unique(group, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[place].astype(np.int64)

"""How well segments hold up when the market is drawn anew: the measures of the segmentation literature.

All of them rest on a table that counts how many members a segment of one solution shares with a
segment of another, so that any way of making segments can be measured: give its solutions as labels.

References
----------
Hubert & Arabie (1985), Comparing partitions (the adjusted Rand index).
Dolnicar & Leisch (2010), Evaluation of structure and reproducibility of cluster solutions using the
bootstrap (global stability).
Hennig (2007), Cluster-wise assessment of cluster stability (the most similar segment, by Jaccard).
Dolnicar & Leisch (2017), Using segment level stability to select target segments in data-driven
market segmentation studies (within and across solutions).
Dolnicar, Grün & Leisch (2018), *Market Segmentation Analysis*, section 7.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HOLDS = 0.6
"""A segment whose mean overlap with its likeness is lower does not hold up (Hennig's reading of the measure)."""

Resolve = Callable[[Floats, np.random.Generator], Ints]
"""Segments the market anew, given how often each member counts: the label of every member, from 0."""

Draw = Callable[[int, np.random.Generator], tuple[Floats, Floats]]
"""Two samples of so many members: how often each counts in the one and in the other."""


@dataclass(frozen=True, slots=True)
class Stability:
    """How well a solution and its segments hold up.

    Parameters
    ----------
    whole : float array, shape (pairs,)
        Global stability: adjusted Rand index of the two solutions of each pair of samples.
    within : float array, shape (pairs, segments)
        Segment-level stability within solutions: overlap of each segment of the solution judged with
        the segment most like it, mean of the two solutions of the pair.
    """

    whole: Floats
    within: Floats


def shared(first: Ints, second: Ints, firsts: int | None = None, seconds: int | None = None) -> Ints:
    """Members that segments of two solutions share, shape (segments of the first, segments of the second).

    Parameters
    ----------
    first, second : int array, shape (members,)
        The segment of each member, from 0.
    firsts, seconds : int, optional
        How many segments there are; absent: as many as the highest label says.
    """
    rows = int(first.max()) + 1 if firsts is None else firsts
    columns = int(second.max()) + 1 if seconds is None else seconds
    return np.bincount(first * columns + second, minlength=rows * columns).reshape(rows, columns)


def adjusted_rand(table: Ints) -> float:
    """Agreement of two solutions, corrected for chance: 1 the same, 0 as chance would have it.

    Two solutions that both leave the market whole agree.

    Examples
    --------
    >>> round(adjusted_rand(np.array([[2, 0, 0], [0, 1, 1]])), 4)
    0.5714
    """
    both = _pairs(table).sum()
    first, second = _pairs(table.sum(axis=1)).sum(), _pairs(table.sum(axis=0)).sum()
    by_chance = first * second / max(float(_pairs(table.sum())), 1.0)
    most = (first + second) / 2
    return 1.0 if most == by_chance else float((both - by_chance) / (most - by_chance))


def _pairs(count: Ints) -> Floats:
    return np.asarray(count, dtype=np.float64) * (count - 1) / 2


def overlap(table: Ints) -> Floats:
    """Jaccard index of each segment with each: members of both as a share of members of either.

    Examples
    --------
    >>> overlap(np.array([[3, 1], [0, 4]])).round(2).tolist()
    [[0.75, 0.12], [0.0, 0.8]]
    """
    either = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    return np.asarray(table / np.maximum(either, 1e-300))


def across(table: Ints) -> Floats:
    """Segment-level stability across solutions: from how many earlier segments each segment came.

    One less the entropy of where its members were before, over the entropy of coming from all alike:
    1 where it was one segment before, or part of one; 0 where it is drawn evenly from all of them.

    Parameters
    ----------
    table : int array, shape (segments before, segments)
        From :func:`shared`, the solution with fewer segments first.

    Returns
    -------
    float array, shape (segments,)
        1 throughout where there was one segment before; NaN for a segment without members.

    Examples
    --------
    >>> across(np.array([[4, 0, 2], [0, 3, 2]])).tolist()
    [1.0, 1.0, 0.0]
    """
    members = table.sum(axis=0)
    came = table / np.maximum(members, 1)
    mixed = -special.xlogy(came, came).sum(axis=0) / np.log(max(len(table), 2))
    return np.where(members > 0, 1.0 - mixed, np.nan)


def bootstrap_pair(members: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Two bootstrap samples, each of as many draws with replacement as there are members."""
    first, second = (np.bincount(rng.integers(members, size=members), minlength=members) for _ in range(2))
    return first.astype(np.float64), second.astype(np.float64)


def complementary_halves(members: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """A random half of the members and the other half.

    For solutions that weigh evidence by its amount: there a member drawn twice would count as two.

    References
    ----------
    Shah & Samworth (2013), Variable selection with error control: another look at stability selection.
    """
    half = np.zeros(members)
    half[rng.permutation(members)[: members // 2]] = 1.0
    return half, 1.0 - half


def stability(
    judged: Ints, segments: int, resolve: Resolve, pairs: int, rng: np.random.Generator, draw: Draw = bootstrap_pair
) -> Stability:
    """Draws pairs of samples, segments each, and compares: the two with each other, and with the solution judged.

    Parameters
    ----------
    judged : int array, shape (members,)
        The segment of each member, from 0.
    segments : int
        How many segments the solution judged has.
    resolve : callable
        Makes segments of a sample and says where every member, drawn or not, belongs.
    pairs : int
        How many pairs of samples.
    rng : numpy Generator
        Draws the samples and is handed to ``resolve``.
    draw : callable
        How a pair is drawn.

    Notes
    -----
    Members outside a sample are told apart too, so every comparison is over the whole market.
    Global stability is as high for too few segments as for the right number: it says where to stop,
    not where to start. Look at the segments one by one.
    """
    made = ([resolve(sample, rng) for sample in draw(len(judged), rng)] for _pair in range(pairs))
    return compared(judged, segments, made)


def compared(judged: Ints, segments: int, made: Iterable[Sequence[Ints]]) -> Stability:
    """What :func:`stability` measures, from pairs of solutions that were made elsewhere.

    Parameters
    ----------
    judged : int array, shape (members,)
        The segment of each member, from 0.
    segments : int
        How many segments the solution judged has.
    made : iterable of two int arrays, shape (members,)
        For each pair of samples, the segment of every member in the solution of either.
    """
    whole, within = [], []
    for first, second in made:
        whole.append(adjusted_rand(shared(first, second)))
        within.append(np.mean([_likeness(judged, segments, other) for other in (first, second)], axis=0))
    return Stability(np.array(whole), np.array(within).reshape(-1, segments))


def _likeness(judged: Ints, segments: int, other: Ints) -> Floats:
    """Overlap of each segment with the segment of another solution that is most like it; 0 where it is empty."""
    return np.asarray(overlap(shared(judged, other, firsts=segments)).max(axis=1))


def across_solutions(solutions: Sequence[Ints]) -> tuple[Floats, ...]:
    """:func:`across` for each solution but the first, given those with ever more segments."""
    return tuple(across(shared(before, after)) for before, after in pairwise(solutions))

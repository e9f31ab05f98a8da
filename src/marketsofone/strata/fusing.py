"""Values of a dimension that are alike stay together: merging by how far apart they truly are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from marketsofone.strata.evidence import Means, Row, Sums, heterogeneity, row_of, surprise, tested_means, weighed

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_BINS, _GAPS = 24, 8
_MOST_VALUES = _BINS + _GAPS
_ALIKE = 0.002
_SPEAKS = 0.5


def fuse(sums: Sequence[Sums], *, ordered: bool) -> Ints:
    """Groups of values: the closest two are merged until every two left differ.

    Distance is measured over all scores, each difference in its own standard errors. Where merging
    starts from two groups or more, at least two are left, the most different ones, for a judge to
    decide on. Values too rare to speak for themselves stand together from the start: sorted by their
    own few outcomes they would only look different. Values without any evidence get group -1; a step
    of a number goes with the nearest step below that has some, else above.

    Parameters
    ----------
    sums : sequence of Sums
        One a score, over the same values.
    ordered : bool
        Only neighbours may merge (steps of a number).

    Returns
    -------
    int array, shape (values,)
        Group numbers from 0, in order of first appearance.
    """
    return fuse_each([(sums, ordered)])[0]


def fuse_each(dimensions: Sequence[tuple[Sequence[Sums], bool]]) -> list[Ints]:
    """What :func:`fuse` finds in each of several dimensions, merged step by step beside one another."""
    tallies, money, row = _in_rows([sums for sums, _ordered in dimensions])
    ordered = [of for _sums, of in dimensions]
    values, groups = row, _starts(_means(tallies, money, row), ordered)
    most = np.array([group.max() for group in groups])
    going = np.flatnonzero(most >= 2)
    counts, group = most[going] + 1, np.concatenate(groups)
    tallies = _merged(tallies, row, {place: groups[place] for place in going.tolist()})
    while len(going):
        row = row_of(counts)
        first, second, alike = _closest(_means(tallies, money, row), row.starts, counts, [ordered[p] for p in going])
        joined = alike >= _ALIKE
        group = _joined(group, values, going[joined], (first - row.starts)[joined], (second - row.starts)[joined])
        tallies[..., first[joined]] += tallies[..., second[joined]]
        on = joined & (counts > 3)
        kept = on[row.of]
        kept[second[joined]] = False
        tallies, counts, going = tallies[..., kept], counts[on] - 1, going[on]
    groups = np.split(group, values.starts[1:])
    return [_filled(group) if of else renumbered(group) for group, of in zip(groups, ordered, strict=True)]


def _in_rows(sums: Sequence[Sequence[Sums]]) -> tuple[Floats, list[bool], Row]:
    """Tallies of all dimensions beside one another, shape (scores, parts, values); which of the scores are money.

    A score of which a dimension has no tallies says nothing there.
    """
    row = row_of(np.array([len(own[0].n) for own in sums]))
    shares, moneys = (max(sum(each.money is kind for each in own) for own in sums) for kind in (False, True))
    tallies = np.zeros((shares + moneys, len(sums[0][0].parts()), len(row.of)))
    for start, own in zip(row.starts, sums, strict=True):
        free = {False: iter(range(shares)), True: iter(range(shares, shares + moneys))}
        for each in own:
            tallies[next(free[each.money]), :, start: start + len(each.n)] = each.parts()
    return tallies, [False] * shares + [True] * moneys, row


def _means(tallies: Floats, money: Sequence[bool], row: Row) -> list[Means]:
    return [tested_means(Sums(kind, *own, row=row)) for kind, own in zip(money, tallies, strict=True)]


def _merged(tallies: Floats, row: Row, groups: Mapping[int, Ints]) -> Floats:
    """Tallies of the groups of some of the dimensions, one dimension after the other."""
    flat, cells, count = tallies.reshape(-1, tallies.shape[-1]), [], 0
    for group in groups.values():
        cells.append(np.where(group >= 0, group + count, -1))
        count += int(group.max()) + 1
    cell = np.concatenate(cells) if cells else np.empty(0, dtype=np.int64)
    at = np.flatnonzero(np.isin(row.of, list(groups)))[cell >= 0]
    where = np.arange(len(flat))[:, None] * count + cell[cell >= 0]
    merged = np.bincount(where.ravel(), flat[:, at].ravel(), len(flat) * count)
    return merged.reshape(*tallies.shape[:-1], count).astype(np.float64)


def _starts(means: Sequence[Means], ordered: Sequence[bool]) -> list[Ints]:
    """Where merging starts: each value that can speak for itself, the others together, few in all."""
    row = means[0].row
    known = np.any([np.isfinite(part.variance) for part in means], axis=0)
    speaks = known & (np.max([_reliability(part) for part in means], axis=0) >= _SPEAKS)
    groups = []
    for start, end, of in zip(row.starts, [*row.starts[1:], len(known)], ordered, strict=True):
        own = slice(start, end)
        group = np.full(end - start, -1, dtype=np.int64)
        if of:
            group[known[own]] = np.arange(int(known[own].sum()))
        else:
            group[known[own]] = 0
            group[speaks[own]] = 1 + _coarse([Means(part.mean[own], part.variance[own]) for part in means], speaks[own])
            group = renumbered(group)
        groups.append(group)
    return groups


def _reliability(means: Means) -> Floats:
    """Share of a value's departure that is more than chance, as values of its dimension go.

    DerSimonian & Laird (1986), Meta-analysis in clinical trials, give the spread between values.
    """
    row, (use, weight, total) = means.row, weighed(means)
    square, freedom = heterogeneity(means)
    told = np.where(freedom >= 1, total - row.each(weight**2) / total, 1.0)
    between = row.beside(np.where(freedom >= 1, np.maximum((square - freedom) / told, 0.0), 0.0))
    return np.where(use, between / (between + np.where(use, means.variance, 1.0)), 0.0)


def _coarse(means: Sequence[Means], speaks: NDArray[np.bool_]) -> Ints:
    """Few enough groups to compare each with each: hundreds of values are ordered, cut into bins and at wide gaps."""
    count = int(speaks.sum())
    if count <= _MOST_VALUES:
        return np.arange(count)
    telling = means[int(np.argmax([surprise(part) for part in means]))]
    seen = np.isfinite(telling.variance[speaks])
    weight = np.where(seen, 1.0 / np.maximum(telling.variance[speaks], 1e-300), 1e-300)
    mean = np.where(seen, telling.mean[speaks], np.average(telling.mean[speaks], weights=weight))
    order = np.argsort(mean, kind="stable")
    step = np.cumsum(weight[order])
    place = np.minimum((step / step[-1] * _BINS).astype(np.int64), _BINS - 1)
    wide = 1 + np.argsort(-np.diff(mean[order]), kind="stable")[: _GAPS - 1]
    place += np.isin(np.arange(count), wide).cumsum()
    ranked = np.empty(count, dtype=np.int64)
    ranked[order] = np.unique(place, return_inverse=True)[1]
    return ranked


def _closest(
    means: Sequence[Means], starts: Ints, counts: Ints, ordered: Sequence[bool]
) -> tuple[Ints, Ints, Floats]:
    """Of each dimension the two groups that are most alike, and the chance of their difference."""
    pairs = [_pairs(count, of) for count, of in zip(counts.tolist(), ordered, strict=True)]
    row = row_of(np.array([pair.shape[1] for pair in pairs]))
    first, second = np.concatenate(pairs, axis=1) + starts[row.of]
    square, freedom = np.zeros(len(first)), np.zeros(len(first))
    for part in means:
        spread = part.variance[first] + part.variance[second]
        told = np.isfinite(spread) & (spread > 0)
        difference = part.mean[first] - part.mean[second]
        square += np.where(told, difference**2 / np.where(told, spread, 1.0), 0.0)
        freedom += told
    alike = np.where(freedom > 0, special.chdtrc(np.maximum(freedom, 1), square), 1.0)
    told = np.flatnonzero(alike == np.maximum.reduceat(alike, row.starts)[row.of])
    best = told[np.unique(row.of[told], return_index=True)[1]]
    return first[best], second[best], alike[best]


@lru_cache(maxsize=128)
def _pairs(count: int, ordered: bool) -> Ints:
    """The pairs of groups that may merge, shape (2, pairs): of steps only neighbours."""
    if ordered:
        return np.array([np.arange(count - 1), np.arange(1, count)])
    return np.array(np.triu_indices(count, 1))


def _joined(group: Ints, values: Row, places: Ints, first: Ints, second: Ints) -> Ints:
    """The group of each value, once in each of some dimensions the second of two groups is part of the first."""
    into, gone = (np.full(len(values.starts), len(group)) for _ in range(2))
    into[places], gone[places] = first, second
    ends = values.beside(gone)
    joined = np.where(group == ends, values.beside(into), group)
    return joined - (joined > ends)


def _filled(group: Ints) -> Ints:
    """Steps of a number without evidence take the group of the step below, the lowest that of the one above."""
    known = np.flatnonzero(group >= 0)
    if len(known) == 0:
        return group
    below = np.searchsorted(known, np.arange(len(group)), side="right") - 1
    return group[known[np.maximum(below, 0)]]


def renumbered(group: Ints) -> Ints:
    """The same groups, numbered from 0 in the order in which they first appear; -1 stays."""
    names = {old: new for new, old in enumerate(dict.fromkeys(int(g) for g in group if g >= 0))}
    return np.array([names.get(int(old), -1) for old in group], dtype=np.int64)

"""Values of a dimension that are alike stay together: merging by how far apart they truly are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

from marketsofone.strata.evidence import Means, Sums, surprise, tested_means

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
    group = _start([tested_means(part) for part in sums], ordered)
    while True:
        count = int(group.max()) + 1
        if count <= 2:
            break
        merged = [tested_means(part.merged(group, count)) for part in sums]
        apart = _distances(merged, ordered)
        first, second = np.unravel_index(np.argmax(apart), apart.shape)
        if apart[first, second] < _ALIKE:
            break
        group = _joined(group, int(first), int(second))
    return _filled(group) if ordered else _renumbered(group)


def _start(means: Sequence[Means], ordered: bool) -> Ints:
    """Where merging starts: each value that can speak for itself, the others together, few in all."""
    known = np.any([np.isfinite(part.variance) for part in means], axis=0)
    group = np.full(len(known), -1, dtype=np.int64)
    if ordered:
        group[known] = np.arange(int(known.sum()))
        return group
    speaks = known & (np.max([_reliability(part) for part in means], axis=0) >= _SPEAKS)
    group[known] = 0
    group[speaks] = 1 + _coarse(means, speaks)
    return _renumbered(group)


def _reliability(means: Means) -> Floats:
    """Share of a value's departure that is more than chance, as values of this dimension go.

    DerSimonian & Laird (1986), Meta-analysis in clinical trials, give the spread between values.
    """
    use = np.isfinite(means.variance) & (means.variance > 0)
    reliability = np.zeros(len(means.mean))
    if use.sum() < 2:
        return reliability
    weight = 1.0 / means.variance[use]
    middle = np.average(means.mean[use], weights=weight)
    excess = np.sum(weight * (means.mean[use] - middle) ** 2) - (use.sum() - 1)
    between = max(float(excess / (weight.sum() - np.sum(weight**2) / weight.sum())), 0.0)
    reliability[use] = between / (between + means.variance[use])
    return reliability


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


def _distances(means: Sequence[Means], ordered: bool) -> Floats:
    """Chance of each pair's difference; -1 for a pair that may not merge."""
    count = len(means[0].mean)
    square, freedom = np.zeros((count, count)), np.zeros((count, count))
    for part in means:
        spread = part.variance[:, None] + part.variance[None, :]
        told = np.isfinite(spread) & (spread > 0)
        difference = part.mean[:, None] - part.mean[None, :]
        square += np.where(told, difference**2 / np.where(told, spread, 1.0), 0.0)
        freedom += told
    alike = np.where(freedom > 0, special.chdtrc(np.maximum(freedom, 1), square), 1.0)
    allowed = np.triu(np.ones((count, count), dtype=bool), 1)
    if ordered:
        allowed &= ~np.triu(np.ones((count, count), dtype=bool), 2)
    return np.where(allowed, alike, -1.0)


def _joined(group: Ints, first: int, second: int) -> Ints:
    joined = np.where(group == second, first, group)
    return np.where(joined > second, joined - 1, joined)


def _filled(group: Ints) -> Ints:
    """Steps of a number without evidence take the group of the step below, the lowest that of the one above."""
    known = np.flatnonzero(group >= 0)
    if len(known) == 0:
        return group
    below = np.searchsorted(known, np.arange(len(group)), side="right") - 1
    return group[known[np.maximum(below, 0)]]


def _renumbered(group: Ints) -> Ints:
    names = {old: new for new, old in enumerate(dict.fromkeys(int(g) for g in group if g >= 0))}
    return np.array([names.get(int(old), -1) for old in group], dtype=np.int64)

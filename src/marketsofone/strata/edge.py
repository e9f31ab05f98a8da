"""Edge: what acting on the parts of a segment is expected to earn over acting on the segment as one.

One fold of the buyers parts the segment and says how hours would be placed on the parts; the other fold
says what its buyers are worth there, and so what that placing would have earned. The evidence that
chose is never the evidence that judges. Where parts do not differ, acting on them earns nothing or loses
a little, and the interval includes zero.

References
----------
Athey & Imbens (2016), Recursive partitioning for heterogeneous causal effects (honest estimates).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import special

from marketsofone.strata.evidence import Means, Sums, level_means

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LEAST = 0.05


@dataclass(frozen=True, slots=True)
class Told:
    """What both folds say of one score in the parts of a segment.

    Parameters
    ----------
    place : int array, shape (parts,)
        Which entry of the tallies speaks for a part: several parts share one where what tells them apart
        was known only after the step that the score is about.
    acts, judges : Sums
        Tallies of the fold that places hours, and of the one that judges.
    """

    place: Ints
    acts: Sums
    judges: Sums


@dataclass(frozen=True, slots=True)
class Parted:
    """A segment in parts: buyers of each, and what is told of each score.

    Parameters
    ----------
    members : mapping
        The part of each node of the tree that makes them, or of each value of the dimension.
    by : str
        The dimension that alone makes the parts; empty where a tree does.
    """

    buyers: Floats
    scores: Mapping[str, Told]
    members: Mapping[int | str, int] = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """Money over the horizon and the standard error of it; ``by`` as in `Parted`."""

    value: float
    error: float
    by: str = ""

    def bounds(self, level: float) -> tuple[float, float]:
        """Lower and upper bound, each wrong with chance ``level``."""
        reach = float(special.ndtri(1.0 - level)) * self.error
        return self.value - reach, self.value + reach


def edge(parted: Parted) -> Edge:
    """What placing hours by the worth of the parts adds, on the judging fold's word.

    Hours earn with diminishing returns (logarithmic response), so they belong to buyers in proportion to
    what they are worth. The means of the acting fold are pooled towards the segment's own by as much as
    chance makes them differ. The sum over parts of buyers, worth as judged and the logarithm of hours
    placed over hours placed evenly is linear in what is judged: its expectation is what would be earned.

    Parameters
    ----------
    parted : Parted
        Money among its scores, or nothing is earned in money.

    Notes
    -----
    Both folds hold half of the evidence, so this is the edge of segments found on half of it: with all
    of it they are found better, and the edge is rather too small than too large.
    """
    judged = [(told.place, level_means(told.judges)) for told in parted.scores.values()]
    worth = [means.mean[place] for place, means in judged]
    weight = parted.buyers * hours(parted)
    variance = 0.0
    for number, (place, means) in enumerate(judged):
        others = np.prod([of for i, of in enumerate(worth) if i != number], axis=0) * np.ones(len(weight))
        slope = np.bincount(place, weight * others, minlength=len(means.mean))
        use = slope != 0
        variance += float(np.sum(slope[use] ** 2 * means.variance[use]))
    return Edge(float(np.sum(weight * np.prod(worth, axis=0))), float(np.sqrt(variance)), parted.by)


def hours(parted: Parted) -> Floats:
    """Logarithm of the hours that the acting fold gives each part over even ones, shape (parts,).

    Parts that the judging fold cannot judge get even ones.
    """
    share = parted.buyers / parted.buyers.sum()
    placed, seen = np.ones_like(share), np.ones(len(share), dtype=bool)
    for told in parted.scores.values():
        placed = placed * np.maximum(pooled(level_means(told.acts)), 0.0)[told.place]
        seen &= np.isfinite(level_means(told.judges).variance)[told.place]
    judged = np.where(seen, share, 0.0)
    middle = float(np.sum(judged * placed))
    if middle <= 0:
        return np.zeros_like(share)
    of = np.maximum(placed * judged.sum() / middle, _LEAST)
    return np.asarray(np.where(seen, np.log(of * judged.sum() / np.sum(judged * of)), 0.0))


def pooled(means: Means) -> Floats:
    """Means drawn towards their middle by as much as chance alone makes them differ.

    References
    ----------
    DerSimonian & Laird (1986), Meta-analysis in clinical trials (the spread between the means).
    """
    use = np.isfinite(means.variance) & (means.variance > 0)
    if use.sum() < 2:
        return means.mean
    weight = 1.0 / means.variance[use]
    middle = float(np.average(means.mean[use], weights=weight))
    excess = float(np.sum(weight * (means.mean[use] - middle) ** 2)) - (int(use.sum()) - 1)
    between = max(excess / float(weight.sum() - np.sum(weight**2) / weight.sum()), 0.0)
    kept = np.where(use, between / (between + np.where(use, means.variance, 1.0)), 0.0)
    return np.asarray(middle + kept * (means.mean - middle))


def both_ways(first: Edge, second: Edge) -> Edge:
    """The mean of two edges, each fold having judged the other.

    What a fold judges is chance of its own, so the errors are apart. Where both make their parts by one and the
    same dimension, what chance shows of a part in one fold places the hours that the other judges, and the other
    way round: the errors may then go together, and count so.
    """
    together = bool(first.by) and first.by == second.by
    error = first.error + second.error if together else float(np.hypot(first.error, second.error))
    return Edge((first.value + second.value) / 2, error / 2, first.by if together else "")

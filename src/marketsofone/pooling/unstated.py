"""Buyers of whom a stratum is known and its part is not: not to state a value may tell something by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketsofone.pooling.departures import Means
from marketsofone.pooling.family import Family, Floats
from marketsofone.pooling.parts import per_node
from marketsofone.pooling.prior_size import PriorSize, looser
from marketsofone.pooling.tree import Cells, Ints, Tree

_SHARES = np.geomspace(0.01, 1.0, 12)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is expected of buyers known to belong to a node and no further, each part of shape (nodes,).

    Their departure has the variance ``doubt``, of which ``dealt`` is for not knowing how many belong to each part; they
    differ by ``hidden`` more than buyers of one part; ``share`` is each node's of its siblings' buyers.
    """

    departure: Floats
    doubt: Floats
    dealt: Floats
    hidden: Floats
    share: Floats


@dataclass(frozen=True, slots=True)
class Offset:
    """How far such buyers lie from what their stratum's parts lead one to expect.

    Parameters
    ----------
    mean, variance : float array, shape (nodes,)
        On the scale on which departures add up; zero where a node is not split. What is not known of them is that
        variance, and what is not known of the parts as far as they lean on these.
    lean : float array, shape (nodes,)
        How far they lean on the parts: their own record that moves the offset makes up for what is wrong there.
    size : float array, shape (nodes,)
        How much they tell of their stratum's mean: at most so many trials.
    """

    mean: Floats
    variance: Floats
    lean: Floats
    size: Floats


def stand(
    family: Family, tree: Tree, cells: Cells, means: Means, people: Floats, share: Floats
) -> Standing:
    """Upwards: what a buyer of whom only this node is known may be expected to be.

    Where a node is split and the buyer's part is not known, that is the parts' mean in proportion to
    their known buyers (a sample, so the proportions are unsure too), and how far the parts lie apart
    is spread of the buyer's own.
    """
    base = family.link(np.asarray(np.average(cells.expected, weights=cells.buyers)))
    departure, level = means.departure.copy(), family.unlink(base + means.departure)
    below, dealt, hidden = (np.zeros(len(people)) for _ in range(3))
    for depth in range(len(tree.levels) - 1, 0, -1):
        nodes = tree.levels[depth]
        above = tree.parent[nodes]
        np.add.at(below, above, people[nodes])
        split = np.unique(above[below[above] > 0])
        level[split] = 0.0
        np.add.at(level, above, share[nodes] * level[nodes])
        departure[split] = family.link(level[split]) - base
        apart = (departure[nodes] - departure[above]) ** 2
        np.add.at(dealt, above, share[nodes] ** 2 * dealt[nodes] + share[nodes] * apart / np.maximum(below[above], 1.0))
        np.add.at(hidden, above, share[nodes] * (apart + means.loads.beside(depth, nodes) + hidden[nodes]))
    ends = np.where(below > 0, 0.0, 1.0)
    return Standing(departure, means.loads.variance(tree, ends, share) + dealt, dealt, hidden, share)


def fit_offset(
    family: Family, tree: Tree, cells: Cells, buyer: PriorSize, standing: Standing, prior: Floats
) -> Offset:
    """The offset of each split node's own buyers, as far as their record shows one.

    Offsets are thought of as shares of how far the parts lie apart, since these buyers are of those parts too.
    How large such shares are is learned from all split nodes; where nobody was tried, they are doubt alone.

    Parameters
    ----------
    buyer : PriorSize
        How alike buyers of one part are.
    prior : float array, shape (cells,)
        What the parts lead one to expect of each buyer.
    """
    split = np.unique(tree.parent[1:])
    if not len(split):
        return no_offset(tree)
    unit = family.slope(prior) ** 2 / family.variance(prior)
    size = looser(family, buyer.middle, standing.hidden[cells.node] * unit)
    seen = (size - family.curvature) / (size + cells.trials)
    kinds = (seen * cells.trials, seen * cells.total, seen * cells.trials * prior)
    trials, total, hoped = (per_node(tree, cells, kind)[split] for kind in kinds)
    expected = np.where(trials > 0, hoped / np.maximum(trials, 1e-12), float(np.average(prior, weights=cells.buyers)))
    spread, slope = family.variance(expected), family.slope(expected)
    doubt = standing.doubt[split] * slope**2 / spread
    chance = np.where(trials > 0, 1.0 / np.maximum(trials, 1e-12), 0.0)
    noise = np.where(trials > 0, chance + doubt, np.inf)
    departure = np.where(trials > 0, total / np.maximum(trials, 1e-12) - expected, 0.0)
    between = _SHARES[:, None] ** 2 * standing.hidden[split] * slope**2 / spread
    weights = _credible(between + noise, departure / np.sqrt(spread))
    kept = between / (between + noise)
    each = kept * departure
    middle, lean = weights @ each, 1.0 - weights @ kept
    left = weights @ (((1.0 - kept) ** 2 * (between + doubt) + kept**2 * chance) * spread + (each - middle) ** 2)
    return Offset(
        _placed(tree, split, family.link(expected + middle) - family.link(expected)),
        _placed(tree, split, np.maximum(left - lean**2 * doubt * spread, 0.0) / slope**2),
        _placed(tree, split, lean, elsewhere=1.0),
        _placed(tree, split, family.curvature + 1.0 / np.maximum(weights @ between, 1e-9)),
    )


def _credible(variance: Floats, departure: Floats) -> Floats:
    """How credible each share is, shape (shares,), given departures and their variance at each share."""
    told = np.isfinite(variance[0])
    score = -0.5 * np.sum(np.log(variance[:, told]) + departure[told] ** 2 / variance[:, told], axis=1)
    likely = np.exp(score - score.max())
    return np.asarray(likely / likely.sum())


def _placed(tree: Tree, split: Ints, values: Floats, elsewhere: float = 0.0) -> Floats:
    every = np.full(len(tree.parent), elsewhere)
    every[split] = values
    return every


def no_offset(tree: Tree) -> Offset:
    """Nothing learned yet."""
    nothing = np.zeros(len(tree.parent))
    return Offset(nothing, nothing, np.ones(len(tree.parent)), np.full(len(tree.parent), 1e9))

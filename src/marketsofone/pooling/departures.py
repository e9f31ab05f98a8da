"""Evidence up a tree and departures down it: what each node knows of itself, and what that makes of its mean.

A node's departure is how far its mean lies from what is expected of its buyers, on the scale on which such
departures add up. How far siblings borrow and how well their parent is known both hang on how alike the
siblings are, so both are found at each possible prior size and averaged over only then.

References
----------
Gelman et al., *Bayesian Data Analysis*, 3rd ed. (2013), chapter 5; Bühlmann & Gisler, *A Course in
Credibility Theory* (2005), chapter 6 (hierarchical credibility).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marketsofone.pooling.family import Amount, Family, Floats, beyond
from marketsofone.pooling.loads import KINDS, Loads, squared
from marketsofone.pooling.parts import Parts, per_node
from marketsofone.pooling.prior_size import PriorSize, fit_part_sizes
from marketsofone.pooling.tree import Cells, Ints, Tree


@dataclass(frozen=True, slots=True)
class Evidence:
    """What each node knows of its own mean.

    Parameters
    ----------
    trials, total, expected : float array, shape (nodes,)
        In trials' worth: how many, their sum, and the sum that was expected.
    sizes : tuple of PriorSize
        How much nodes of each depth below the root borrow from their parents.
    told : tuple of pairs of float array, shape (values, nodes of a depth)
        Trials and their sum, for each depth, at each possible prior size of a node's parts.
    parts : tuple of Parts
        The nodes of each depth below the root as parts of those above.
    """

    trials: Floats
    total: Floats
    expected: Floats
    sizes: tuple[PriorSize, ...]
    told: tuple[tuple[Floats, Floats], ...]
    parts: tuple[Parts, ...]


@dataclass(frozen=True, slots=True)
class Means:
    """Latent means on the way down: each node's departure, shape (nodes,), and what is not known of it."""

    departure: Floats
    loads: Loads


@dataclass(frozen=True, slots=True)
class _Level:
    """Nodes of one depth, at each possible prior size of their parts, in the units of what is pooled.

    ``mean`` has the shape (sizes, nodes), ``moved`` that of `Loads` with the sizes between: (3 * depths, sizes, nodes).
    """

    mean: Floats
    moved: Floats

    @property
    def variance(self) -> Floats:
        return squared(self.moved)


def gather(
    family: Family, tree: Tree, cells: Cells, worth: Floats, given: tuple[PriorSize, ...] | None,
    share: Floats, unstated: Floats,
) -> Evidence:
    """Upwards: a buyer's trials count for less to its stratum the more alike its own trials are.

    ``worth`` is what one trial of a buyer of each cell counts for (`discount`, or less where colleagues are alike too),
    ``share`` each node's of its siblings' buyers.

    Buyers whose part of a split node is not known tell of that node at most as much as ``unstated`` trials,
    shape (nodes,).
    """
    kinds = (worth * cells.trials, worth * cells.total, worth * cells.trials * cells.expected)
    parts = [per_node(tree, cells, kind) for kind in kinds]
    split = np.unique(tree.parent[1:])
    partly = discount(family, unstated[split], parts[0][split])
    for part in parts:
        part[split] *= partly
    placed = tuple(_parts(tree, depth, share) for depth in range(1, len(tree.levels)))
    sizes: list[PriorSize] = []
    told = [_beside(parts, tree.levels[-1])]
    for depth in range(len(tree.levels) - 1, 0, -1):
        nodes, above = tree.levels[depth], tree.levels[depth - 1]
        under = placed[depth - 1]
        size = given[depth - 1] if given else _fit_level(family, under, [part[nodes] for part in parts])
        shrink = _shrink(family, under, size.sizes[:, None], parts[0][nodes], parts[1][nodes])
        whole = [part[above] + under.summed(shrink * part[nodes]) for part in parts]
        likely = _of_parents(size, under)
        trials = np.sum(likely * whole[0], axis=0)
        for part, each in zip(parts, whole, strict=True):
            part[above] = trials * np.sum(likely * each / np.maximum(whole[0], 1e-12), axis=0)
        told.insert(0, (whole[0], whole[1]))
        sizes.insert(0, size)
    return Evidence(parts[0], parts[1], parts[2], tuple(sizes), tuple(told), placed)


def _beside(parts: Sequence[Floats], nodes: Ints) -> tuple[Floats, Floats]:
    return parts[0][None, nodes], parts[1][None, nodes]


def _parts(tree: Tree, depth: int, share: Floats) -> Parts:
    """The nodes of a depth as parts of those above."""
    nodes, above = tree.levels[depth], tree.levels[depth - 1]
    return Parts(np.searchsorted(above, tree.parent[nodes]), share[nodes], len(above))


def _shrink(family: Family, under: Parts, size: Floats, trials: Floats, total: Floats) -> Floats:
    """What a trial of each part counts for to the node above, at each possible prior size.

    How unsure a part's own trials leave it hangs on what the part is: as on average over parts that lie so far apart,
    and no less than over those that are seen.
    """
    loose = beyond(size, family.curvature)
    unsure = np.maximum(size, loose * _inside(family, under, trials, total))
    around = loose / (unsure + trials)
    return around * under.worth(1.0 / loose, unsure / (unsure + trials), around * trials)


def _inside(family: Family, under: Parts, trials: Floats, total: Floats) -> Floats:
    """Variance of a trial within parts as they were seen, over that of a trial at the mean of all, shape (parts,).

    Of amounts it is not told (0): it grows with the squares of means, which grow with chance.
    """
    if isinstance(family, Amount):
        return np.zeros(len(trials))
    seen = under.share * (trials > 0)
    mean = total / np.maximum(trials, 1e-12)
    share, middle, within = under.summed(np.array([seen, seen * mean, seen * family.variance(mean)]))
    share = np.maximum(share, 1e-12)
    return np.asarray((within / share / np.maximum(family.variance(middle / share), 1e-12))[under.place])


def _of_parents(size: PriorSize, under: Parts) -> Floats:
    """How credible each prior size is among the parts of each node above, shape (values, nodes above)."""
    likely = np.full((len(size.sizes), under.above), 1.0 / len(size.sizes))
    likely[:, under.place] = size.of(len(under.place))
    return likely


def discount(family: Family, size: Floats | float, trials: Floats) -> Floats:
    """What one of so many trials of a member counts for to its group, given the prior size of members."""
    return (size - family.curvature) / (size + trials)


def _fit_level(family: Family, under: Parts, known: Sequence[Floats]) -> PriorSize:
    trials, total, expected = known
    seen = np.maximum(trials, 1e-12)
    whole = under.summed(np.array(known))[:, under.place]
    each = np.maximum(whole[0], 1e-12)
    departure = family.link(whole[1] / each) - family.link(whole[2] / each)
    hoped = family.unlink(family.link(expected / seen) + departure)
    return fit_part_sizes(family, under, trials, total / seen, hoped)


def descend(family: Family, tree: Tree, cells: Cells, evidence: Evidence) -> Means:
    """Downwards: each node's departure from expectation, given its parent's."""
    line = family.link(_hoped(tree, cells, evidence))
    departure, loads = np.zeros(len(line)), np.zeros((KINDS * len(tree.levels), len(line)))
    level = _root(family, evidence, len(loads))
    for depth, at in enumerate(tree.levels):
        if depth:
            level = _below(family, tree, evidence, depth, level, line)
        likely = _of_nodes(evidence, depth, len(at))
        mean, variance = _over(likely, level.mean, level.variance)
        departure[at] = family.link(mean) - line[at]
        loads[:, at] = _with_rest(np.sum(likely * level.moved, axis=1), KINDS * depth, variance) / family.slope(mean)
    return Means(departure, Loads(loads))


def _below(family: Family, tree: Tree, evidence: Evidence, depth: int, above: _Level, line: Floats) -> _Level:
    """The nodes of a depth, given those above at each prior size of *their* parts, which these are.

    The same sizes hold for all siblings: how far they follow the level above is averaged over them for what that one
    shares with others, and what such a mean leaves out they share among themselves, as its level. Siblings are the
    parts of the node above: what they would be by themselves is evened out until their mean is that node's.
    """
    at, over, row = tree.levels[depth], tree.levels[depth - 1], KINDS * depth
    under, size, (trials, total) = evidence.parts[depth - 1], evidence.sizes[depth - 1], evidence.told[depth]
    middle, variance = above.mean[:, None, under.place], above.variance[:, None, under.place]
    prior = family.unlink(family.link(middle) - line[over][under.place] + line[at])
    k, likely = size.sizes[:, None, None], size.of(len(at))[:, None]
    mean, borrowed = (k * prior + total) / (k + trials), k / (k + trials)
    left, steep = family.left(mean, prior, k, trials), family.slope(prior) / family.slope(middle)
    here = _of_nodes(evidence, depth, len(at))
    each, rest, lean = (np.sum(here * part, axis=1) for part in (mean - prior, left, borrowed * steep))
    evens = under.evens(rest)
    tied = np.minimum(under.share * evens, 1.0)
    mean = family.within(mean - (evens * under.mean(each))[:, None])
    follows = borrowed * steep + (evens * under.mean(steep[:, 0] - lean))[:, None]
    passed = follows**2 * variance
    moved = np.einsum("kjn,rkn->rjn", likely * follows, above.moved[:, :, under.place])
    moved = _with_rest(moved, row - KINDS, np.sum(likely * passed, axis=0))
    moved[row - 2] = _swing(likely, borrowed, mean)
    moved[row - 1] = np.sqrt(np.sum(likely[:, 0] * tied * rest, axis=0))
    middle, whole = _over(likely, mean, (1.0 - tied)[:, None] * left + passed)
    return _Level(middle, _with_rest(moved, row, whole))


def _swing(likely: Floats, borrowed: Floats, mean: Floats) -> Floats:
    """How far means move with what is borrowed at each prior size, the first axis, over one standard deviation."""
    along = borrowed - np.sum(likely * borrowed, axis=0)
    spread = np.sqrt(np.maximum(np.sum(likely * along**2, axis=0), 1e-12))
    return np.asarray(np.sum(likely * along * mean, axis=0) / spread)


def _with_rest(moved: Floats, row: int, variance: Floats) -> Floats:
    """The same, but ``row`` is what is left of the variance beside the others."""
    others = squared(moved) - moved[row] ** 2
    moved[row] = np.sqrt(np.maximum(variance - others, 0.0))
    return moved


def _over(share: Floats, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Mean and variance once the first axis is averaged over."""
    middle = np.sum(share * mean, axis=0)
    return middle, np.sum(share * (variance + (mean - middle) ** 2), axis=0)


def _of_nodes(evidence: Evidence, depth: int, nodes: int) -> Floats:
    """How credible each prior size is among the parts of each node of a depth, shape (values, nodes)."""
    if depth == len(evidence.sizes):
        return np.ones((1, nodes))
    return _of_parents(evidence.sizes[depth], evidence.parts[depth])


def _root(family: Family, evidence: Evidence, rows: int) -> _Level:
    """The market, at each possible prior size of its parts.

    Of a few amounts that differ widely the conjugate's variance has no end; at most ten times that of a plain mean is
    taken.
    """
    trials, total = evidence.told[0]
    mean = (total + 0.5) / (trials + 1.0) if family.curvature < 0 else np.maximum(total / trials, 1e-9)
    worth = np.maximum(trials + 1.0 - family.curvature, np.maximum(0.1 * trials, 1e-12))
    return _Level(mean, _with_rest(np.zeros((rows, *mean.shape)), 0, family.variance(mean) / worth))


def _hoped(tree: Tree, cells: Cells, evidence: Evidence) -> Floats:
    everyone = tree.add_up(per_node(tree, cells, np.ones(len(cells.node))))
    plain = tree.add_up(per_node(tree, cells, cells.expected)) / np.maximum(everyone, 1e-12)
    plain = np.where(everyone > 0, plain, np.average(cells.expected, weights=cells.buyers))
    return np.where(evidence.trials > 0, evidence.expected / np.maximum(evidence.trials, 1e-12), plain)

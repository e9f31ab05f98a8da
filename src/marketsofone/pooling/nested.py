"""Partial pooling down a tree: from the whole market to one buyer, each borrowing from above.

A stratum is pulled towards its parent, a buyer towards its stratum, as far as its own evidence is
thin. Evidence travels up first (what buyers say of their stratum, strata of their parent), then
means travel down, each with what is left unknown. Where a model on traits expects something of each
buyer, a stratum's mean is how its buyers depart from that, so nothing is explained twice.

References
----------
Gelman et al., *Bayesian Data Analysis*, 3rd ed. (2013), chapter 5; Bühlmann & Gisler, *A Course in
Credibility Theory* (2005), chapters 4 and 6 (hierarchical credibility); Morris (1983) for the family.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketsofone.pooling.colleagues import doubt_in_common, fit_colleagues
from marketsofone.pooling.departures import Means, descend, discount, gather
from marketsofone.pooling.doubts import Doubts, doubts, fit_alike
from marketsofone.pooling.family import Family, Floats, Share
from marketsofone.pooling.leaning import borrowed, leaning, levers
from marketsofone.pooling.loads import handed_down
from marketsofone.pooling.parts import per_node, shares
from marketsofone.pooling.prior_size import PriorSize, around, fit_buyer_size, known, looser
from marketsofone.pooling.speaking import heard
from marketsofone.pooling.tree import Cells, Ints, Tree
from marketsofone.pooling.unstated import Offset, Standing, fit_offset, no_offset

_ROUNDS = 3
_START = 12.0


@dataclass(frozen=True, slots=True)
class Estimates:
    """Pooled values with their intervals.

    Parameters
    ----------
    mean, low, high : float array, shape (members,)
        The value and its central interval.
    variance : float array, shape (members,)
        How far the truth may lie from the mean, squared.
    borrowed : float array, shape (members,)
        Share of the value that comes from above, 0 (all its own) to 1 (nothing seen here).
    trials : float array, shape (members,)
        Trials seen.
    """

    mean: Floats
    low: Floats
    high: Floats
    variance: Floats
    borrowed: Floats
    trials: Floats


@dataclass(frozen=True, slots=True)
class Pooled:
    """What pooling gives back: an estimate a node, an estimate a cell, what it was built on and what stays unknown.

    ``prior`` is a cell's value without its own record, ``size`` how many trials that weighs as much as, and ``beside``
    the part of its value that colleagues' records bring.
    """

    nodes: Estimates
    cells: Estimates
    prior: Floats
    size: Floats
    beside: Floats
    buyer_size: PriorSize
    level_sizes: tuple[PriorSize, ...]
    doubts: Doubts


def pool(
    family: Family,
    tree: Tree,
    cells: Cells,
    *,
    probability: float = 0.90,
    buyer_size: PriorSize | None = None,
    level_sizes: tuple[PriorSize, ...] | None = None,
    speaks: Ints | None = None,
    common: float = 0.0,
) -> Pooled:
    """Estimates for every node of a tree and every cell of buyers under it.

    Parameters
    ----------
    family : Share or Amount
        What the tallies are.
    tree : Tree
    cells : Cells
        Tallies; cells without trials take their stratum's value.
    probability : float
        Of the central intervals.
    buyer_size, level_sizes : PriorSize, tuple of PriorSize
        Given instead of fitted, e.g. the planted ones in a check; one per depth below the root.
    speaks : int array, shape (nodes,), optional
        The node that speaks for each, where some have no mean of their own: their buyers' own records apart,
        they are what that node is.
    common : float
        Of amounts: variance of the logarithm of what a trial is worth, where that is not known; all values share it.

    Returns
    -------
    Pooled

    Raises
    ------
    ValueError
        No cell has a trial: there is nothing to pool.

    Notes
    -----
    It misleads where the buyers who were tried differ from those who were not in ways that no
    dimension or trait shows.

    Examples
    --------
    Two strata under one market, one of forty buyers of whom half won, one of three who lost; the thin one leans:

    >>> from marketsofone.pooling import Share
    >>> tree = Tree(np.array([-1, 0, 0]))
    >>> cells = Cells(np.array([1, 1, 2]), np.ones(3), np.array([1., 0., 0.]), np.full(3, .5), np.array([20., 20., 3.]))
    >>> nodes = pool(Share(), tree, cells).nodes
    >>> bool(nodes.mean[2] > 0.2 and nodes.borrowed[2] > nodes.borrowed[1])
    True
    """
    if not np.any(cells.trials > 0):
        raise ValueError("no cell has a trial: there is nothing to pool")
    speaking = heard(tree, speaks)
    told, stood = speaking.tree, speaking.cells(cells)
    size, offset, among = buyer_size or known(max(_START, 2.0 * family.curvature)), no_offset(told), None
    people = told.add_up(per_node(told, stood, np.ones(len(stood.node))))
    prior, share = stood.expected, shares(told, people)
    for _ in range(1 if buyer_size else _ROUNDS):
        hoped = stood if among is None else among.beside(family, stood, prior)
        worth = discount(family, size.middle, stood.trials) if among is None else among.worth
        evidence = gather(family, told, hoped, worth, level_sizes, share, offset.size)
        means = descend(family, told, stood, evidence)
        standing = _stand(family, told, stood, means, people, share)
        prior = _prior(family, stood, standing.departure)
        offset = fit_offset(family, told, stood, size, standing, prior)
        prior = _prior(family, stood, standing.departure + offset.mean)
        if buyer_size is None:
            size = fit_buyer_size(family, stood, prior, levers(told, stood, evidence, worth))
        among = fit_colleagues(family, stood, prior, size.middle)
    found = size
    if buyer_size is None:
        size = _as_known(family, cells, size, prior)
    above = np.where(speaking.own, borrowed(told, evidence)[speaking.place], 1.0)
    means, standing, offset = speaking.means(means), speaking.standing(standing), speaking.offset(offset)
    apart = standing.hidden[cells.node] * family.slope(prior)**2 / family.variance(prior)
    alone = _mixture(family, size, prior, cells, apart)
    moved, buyers, keep, rest, lean = prior, *alone, alone[1]
    if among is not None:
        moved = among.moved(family, prior)
        buyers, keep, rest = _mixture(family, size, moved, cells, apart, among.told)
        lean = keep * (1.0 - among.near)
    lean = lean * family.slope(prior)
    unsure = (offset.lean**2 * standing.doubt + offset.variance)[cells.node]
    together = 0.0 if among is None else doubt_in_common(tree, cells, among.together)
    mean, variance = _average(tree, cells, means, standing, offset, buyers, lean, rest, together)
    return Pooled(
        nodes=_estimates(family, mean, variance + common * mean**2, above,
                         tree.add_up(per_node(tree, cells, cells.trials)), probability),
        cells=_estimates(family, buyers, rest + lean**2 * unsure + common * buyers**2, keep, cells.trials, probability),
        prior=moved, size=looser(family, found.middle, np.zeros(len(prior)), 0.0 if among is None else among.told),
        beside=buyers - alone[0], buyer_size=found, level_sizes=evidence.sizes,
        doubts=doubts(family, cells, means, standing, offset, size, common),
    )


def _as_known(family: Family, cells: Cells, size: PriorSize, prior: Floats) -> PriorSize:
    """How alike buyers are, with the doubt about it where moments told it and cells tell their single amounts."""
    if isinstance(family, Share) or family.repeated or cells.rows is None or cells.squares is None:
        return size
    each = (np.repeat(part, cells.buyers.astype(np.int64))
            for part in (cells.rows, cells.trials, cells.total, cells.squares, prior))
    return around(size.middle, fit_alike(*each))


def _mixture(
    family: Family, size: PriorSize, prior: Floats, cells: Cells, apart: Floats, told: Floats | float = 0.0
) -> tuple[Floats, Floats, Floats]:
    """Mean, share borrowed and variance given the prior mean, averaged over possible prior sizes.

    ``apart`` is spread beyond what the prior size says, in units of one trial's variance; ``told`` the share of the
    spread that colleagues tell.
    """
    trials, total = cells.trials + cells.told_trials, cells.total + cells.told_total
    k = looser(family, size.sizes[:, None], apart, told)
    mean = (k * prior + total) / (k + trials)
    variance = family.left(mean, prior, k, trials)
    middle = np.einsum("k,kb->b", size.weights, mean)   # no linear algebra: it would wake threads for a sum of few
    borrowed = leaning(size.weights[:, None], looser(family, size.sizes[:, None], 0.0, told), trials)
    return middle, borrowed, family.averaged(size.weights, middle, variance + (mean - middle) ** 2)


def _stand(
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


def _prior(family: Family, cells: Cells, departure: Floats) -> Floats:
    return family.unlink(family.link(cells.expected) + departure[cells.node])


def _average(
    tree: Tree, cells: Cells, means: Means, standing: Standing, offset: Offset, buyers: Floats, lean_on: Floats,
    rest: Floats, together: Floats | float,
) -> tuple[Floats, Floats]:
    """A node's value is the mean over its buyers, so that parts always add up to the whole."""
    head = np.maximum(tree.add_up(per_node(tree, cells, np.ones(len(buyers)))), 1e-12)
    mean = tree.add_up(per_node(tree, cells, buyers)) / head
    here = per_node(tree, cells, lean_on)
    alone = per_node(tree, cells, rest) + here**2 * (offset.variance + offset.lean**2 * standing.dealt) + together
    shared = np.zeros(len(head))
    for depth, nodes in enumerate(tree.levels):   # who stands above a node leans on it and is not of its buyers
        held = handed_down(tree, standing.share, np.where(tree.depth >= depth, offset.lean * here, 0.0))
        shared[nodes] = means.loads.variance(tree, held)[nodes]
    variance = (tree.add_up(alone) + shared) / head**2
    empty = head < 1e-9
    return np.where(empty, np.nan, mean), np.where(empty, np.nan, variance)


def _estimates(
    family: Family, mean: Floats, variance: Floats, borrowed: Floats, trials: Floats, probability: float
) -> Estimates:
    low, high = family.interval(mean, variance, probability)
    return Estimates(mean, low, high, variance, borrowed, trials)

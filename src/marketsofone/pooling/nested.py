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

from marketsofone.pooling.buyers import Buyers, buyers_of
from marketsofone.pooling.colleagues import Colleagues, doubt_in_common, fit_colleagues
from marketsofone.pooling.departures import Evidence, Means, descend, discount, gather
from marketsofone.pooling.doubts import Doubts, doubts, fit_alike
from marketsofone.pooling.family import Family, Floats, Share
from marketsofone.pooling.leaning import borrowed, levers
from marketsofone.pooling.loads import handed_down
from marketsofone.pooling.parts import per_node, shares
from marketsofone.pooling.prior_size import PriorSize, around, fit_buyer_size, known, looser
from marketsofone.pooling.speaking import heard
from marketsofone.pooling.tree import Cells, Ints, Tree
from marketsofone.pooling.unstated import Offset, Standing, fit_offset, no_offset, stand

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
    fit = _fitted(family, speaking.tree, speaking.cells(cells), buyer_size, level_sizes)
    means, standing, offset = speaking.means(fit.means), speaking.standing(fit.standing), speaking.offset(fit.offset)
    size = fit.size if buyer_size else _as_known(family, cells, fit.size, fit.prior)
    buyers = buyers_of(family, cells, fit.prior, fit.among, size, standing)
    above = np.where(speaking.own, borrowed(speaking.tree, fit.evidence)[speaking.place], 1.0)
    unsure = (offset.lean**2 * standing.doubt + offset.variance)[cells.node]
    alone = buyers.rest + buyers.lean**2 * unsure
    together = doubt_in_common(tree, cells, fit.among.together) if fit.among else 0.0
    mean, variance = _average(tree, cells, means, standing, offset, buyers, together)
    tried = tree.add_up(per_node(tree, cells, cells.trials))
    return Pooled(
        nodes=_estimates(family, mean, variance + common * mean**2, above, tried, probability),
        cells=_estimates(family, buyers.mean, alone + common * buyers.mean**2, buyers.borrowed, cells.trials,
                         probability),
        prior=buyers.prior, size=looser(family, fit.size.middle, np.zeros(len(fit.prior)), fit.told),
        beside=buyers.beside, buyer_size=fit.size, level_sizes=fit.evidence.sizes,
        doubts=doubts(family, cells, means, standing, offset, size, common),
    )


@dataclass(frozen=True, slots=True)
class _Fit:
    """What rounds of going up and down the tree found.

    Parameters
    ----------
    evidence : Evidence
    means : Means
    standing : Standing
    offset : Offset
    prior : float array, shape (cells,)
        What is expected of one buyer of each cell, without its own record and those of its company.
    size : PriorSize
        Of buyers.
    among : Colleagues or None
    """

    evidence: Evidence
    means: Means
    standing: Standing
    offset: Offset
    prior: Floats
    size: PriorSize
    among: Colleagues | None

    @property
    def told(self) -> Floats | float:
        """The share of what sets a buyer apart that its colleagues tell."""
        return self.among.told if self.among else 0.0


def _fitted(
    family: Family, tree: Tree, cells: Cells, buyer_size: PriorSize | None,
    level_sizes: tuple[PriorSize, ...] | None,
) -> _Fit:
    """How alike buyers are hangs on what is expected of them, and that on how alike they are: each in turn."""
    size, offset, among = buyer_size or known(max(_START, 2.0 * family.curvature)), no_offset(tree), None
    people = tree.add_up(per_node(tree, cells, np.ones(len(cells.node))))
    prior, share = cells.expected, shares(tree, people)
    for _ in range(1 if buyer_size else _ROUNDS):
        hoped = cells if among is None else among.beside(family, cells, prior)
        worth = discount(family, size.middle, cells.trials) if among is None else among.worth
        evidence = gather(family, tree, hoped, worth, level_sizes, share, offset.size)
        means = descend(family, tree, cells, evidence)
        standing = stand(family, tree, cells, means, people, share)
        prior = _prior(family, cells, standing.departure)
        offset = fit_offset(family, tree, cells, size, standing, prior)
        prior = _prior(family, cells, standing.departure + offset.mean)
        if buyer_size is None:
            size = fit_buyer_size(family, cells, prior, levers(tree, cells, evidence, worth))
        among = fit_colleagues(family, cells, prior, size.middle)
    return _Fit(evidence, means, standing, offset, prior, size, among)


def _as_known(family: Family, cells: Cells, size: PriorSize, prior: Floats) -> PriorSize:
    """How alike buyers are, with the doubt about it where moments told it and cells tell their single amounts."""
    if isinstance(family, Share) or family.repeated or cells.rows is None or cells.squares is None:
        return size
    each = (np.repeat(part, cells.buyers.astype(np.int64))
            for part in (cells.rows, cells.trials, cells.total, cells.squares, prior))
    return around(size.middle, fit_alike(*each))


def _prior(family: Family, cells: Cells, departure: Floats) -> Floats:
    return family.unlink(family.link(cells.expected) + departure[cells.node])


def _average(
    tree: Tree, cells: Cells, means: Means, standing: Standing, offset: Offset, buyers: Buyers,
    together: Floats | float,
) -> tuple[Floats, Floats]:
    """A node's value is the mean over its buyers, so that parts always add up to the whole."""
    head = np.maximum(tree.add_up(per_node(tree, cells, np.ones(len(buyers.mean)))), 1e-12)
    mean = tree.add_up(per_node(tree, cells, buyers.mean)) / head
    here = per_node(tree, cells, buyers.lean)
    unstated = here**2 * (offset.variance + offset.lean**2 * standing.dealt)
    alone = per_node(tree, cells, buyers.rest) + unstated + together
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

"""How much a member borrows from its group: the size of the prior, in trials.

The spread of members around their group is measured in units of one trial's own spread (``tau``).
It is never known exactly, least of all from a few siblings, so it stays a handful of values with
weights, and what is built on it averages over them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketsofone.pooling import gamma_gamma
from marketsofone.pooling.beta_binomial import log_likelihoods
from marketsofone.pooling.family import Amount, Family, beyond
from marketsofone.pooling.parts import Parts
from marketsofone.pooling.tree import Cells

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SIBLINGS = np.geomspace(0.004, 0.9, 22)
_BUYERS = np.geomspace(0.02, 0.9, 20)
_SPENDERS = np.geomspace(0.01, 20.0, 30)
"""Variance of buyers' means over their squared mean, where purchases repeat."""
_MOST_APART = 1e3
"""The same of other amounts, at most: a stratum that brings next to nothing makes it anything."""
_SCALE = 0.3
_PASSES = 30
_AROUND = 5
"""Prior sizes that stand for a normal law of their logarithm."""
_LEFT_OUT = 0.5
"""Of the variance of such a logarithm that leaving out buyers shows: where amounts differ widely, it shows too much."""
_LEAST = 0.2


@dataclass(frozen=True, slots=True)
class PriorSize:
    """Possible prior sizes and how credible each is.

    Parameters
    ----------
    sizes : float array, shape (values,)
        In trials.
    weights : float array, shape (values,) or (values, members)
        Sum to one: the same for all members, or each member's own.
    """

    sizes: Floats
    weights: Floats

    @property
    def middle(self) -> float:
        """One size that stands for all: the one whose spread is the weighted mean spread."""
        weights = self.weights if self.weights.ndim == 1 else self.weights.mean(axis=1)
        return float(1.0 / np.sum(weights / self.sizes))

    def of(self, members: int) -> Floats:
        """Weights of each member, shape (values, members)."""
        weights = self.weights if self.weights.ndim == 2 else self.weights[:, None]
        each: Floats = np.broadcast_to(weights, (len(self.sizes), members))
        return each


def known(size: float) -> PriorSize:
    """A prior size that is given, not fitted."""
    return PriorSize(np.array([float(size)]), np.array([1.0]))


def around(size: float, unsure: float) -> PriorSize:
    """Prior sizes around one that was found by moments, given the variance of its logarithm as `fit_alike` shows it.

    Few amounts that differ widely mostly show less of how buyers differ than there is, seldom much more: on the scale
    of prior sizes, which is that of one over variances, what was found lies to either side alike.

    Examples
    --------
    >>> around(4.0, 0.0).sizes.tolist()
    [4.0]
    >>> [round(float(size), 1) for size in around(4.0, 0.5).sizes]
    [1.0, 2.0, 4.0, 7.9, 16.7]
    """
    if unsure <= 0.0:
        return known(size)
    away, weights = np.polynomial.hermite_e.hermegauss(_AROUND)
    return PriorSize(size * np.exp(away * np.sqrt(_LEFT_OUT * unsure)), weights / weights.sum())


def fit_sibling_size(
    family: Family, group: Ints, trials: Floats, mean: Floats, expected: Floats
) -> PriorSize:
    """How alike siblings are: the prior size of nodes around their parents.

    Restricted likelihood of each sibling's mean around its group's, over a grid of spreads with a
    half-Cauchy prior; two siblings alone leave it wide open, as they should.

    Parameters
    ----------
    group : int array, shape (nodes,)
        The parent of each node.
    trials : float array, shape (nodes,)
        Trials worth of evidence each node has on its own mean; nodes without any are skipped.
    mean, expected : float array, shape (nodes,)
        Own mean, and the mean expected of it if it departed from expectation as its parent does.

    References
    ----------
    Gelman (2006), Prior distributions for variance parameters in hierarchical models.
    """
    prior, around = _half_cauchy(_SIBLINGS), Parts(_places(group), np.zeros(len(group)), len(np.unique(group)))
    score = _likelihoods(family, around, trials, mean, expected).sum(axis=1)
    return _weighted(family, _SIBLINGS, prior + score)


def fit_part_sizes(
    family: Family, parts: Parts, trials: Floats, mean: Floats, expected: Floats
) -> PriorSize:
    """How alike the parts of a node are, node by node: a split may move one score much and another not at all.

    Each node has a spread of its own; how such spreads are spread is learned from all nodes, so that
    where most splits move nothing, a thin one is not thought to. One node alone says what
    :func:`fit_sibling_size` says, where its parts are of one size.

    Parameters
    ----------
    trials, mean, expected : float array, shape (parts,)
        As `fit_sibling_size` takes them.

    Returns
    -------
    PriorSize
        Weights of shape (values, nodes), the same for siblings.

    References
    ----------
    Stephens (2017), False discovery rates: a new deal (a grid of spreads, weights learned);
    Asuncion et al. (2009), On smoothing and inference for topic models (each group learns from the others).
    """
    score = _likelihoods(family, parts, trials, mean, expected)
    told = np.exp(score - score.max(axis=0, initial=-np.inf))
    return PriorSize(_sizes(family, _SIBLINGS), _shared(told)[:, parts.place])


def looser(
    family: Family, sizes: Floats | float, apart: Floats | float, told: Floats | float = 0.0
) -> Floats:
    """Prior sizes once members differ by ``apart`` more, in units of one trial's variance.

    ``told`` is the share of how they differed before that is known of each by other evidence. A size up to the
    curvature stands for members who differ without end, which neither changes.
    """
    size = np.asarray(sizes)
    over = beyond(size, family.curvature)
    wide = size - over + 1.0 / ((1.0 - told) / over + apart)
    return np.asarray(np.maximum(wide, np.minimum(size, _LEAST)))


def _shared(told: Floats) -> Floats:
    """Weights of each spread in each group, shape (spreads, groups), each learning from a prior and all others."""
    weights: Floats = told / told.sum(axis=0)
    prior = np.exp(_half_cauchy(_SIBLINGS))[:, None]
    for _ in range(_PASSES):
        others = prior / prior.sum() + weights.sum(axis=1, keepdims=True) - weights
        weights = others * told / np.sum(others * told, axis=0)
    return weights


def _likelihoods(family: Family, parts: Parts, trials: Floats, mean: Floats, expected: Floats) -> Floats:
    """Log restricted likelihood of each spread of the parts of each node, shape (spreads, nodes)."""
    seen = trials > 0
    departure = np.where(seen, (mean - expected) / np.sqrt(np.maximum(family.variance(expected), 1e-300)), 0.0)
    noise = np.where(seen, 1.0 / np.where(seen, trials, 1.0), np.inf)
    return np.array([parts.log_likelihood(departure, noise, t**2) for t in _SIBLINGS])


def _places(group: Ints) -> Ints:
    return np.asarray(np.unique(group, return_inverse=True)[1], dtype=np.int64)


def fit_buyer_size(family: Family, cells: Cells, mean: Floats, lever: Floats | float = 0.0) -> PriorSize:
    """How alike buyers of one stratum are, given each buyer's expected mean.

    Parameters
    ----------
    family : Share or Amount
    cells : Cells
    mean : float array, shape (cells,)
        What is expected of one buyer of each cell.
    lever : float array, shape (cells,)
        How far that moves with the buyer's own record, 0 to 1 (`marketsofone.pooling.leaning.levers`).

    Notes
    -----
    Shares: the exact beta-binomial likelihood of the tallies over a grid of spreads. Amounts of repeated
    purchases: the gamma-gamma likelihood of the totals over such a grid. Other amounts: the between-buyer
    variance by moments (few buyers have two of them, and a likelihood would trust the shape of the tails).
    The strata's means were found from the same buyers, which makes these look more alike than they
    are; the likelihood of shares is adjusted for it, and so are moments, by how far each buyer moved its own.
    No two buyers are alike, so the prior leaves no room for a spread of zero, which few trials a buyer would
    otherwise suggest too often.

    References
    ----------
    Chung et al. (2013), A nondegenerate penalized likelihood estimator for variance parameters;
    Cox & Reid (1987), Parameter orthogonality and approximate conditional inference (the adjustment).
    """
    if isinstance(family, Amount):
        if family.repeated:
            return _spender_size(family, cells, mean)
        return _buyer_size_by_moments(family, cells, mean, 1.0 - lever * np.ones(len(mean)))
    tau, prior = _BUYERS, _half_cauchy(_BUYERS) + np.log(_BUYERS)
    telling = cells.trials > 1
    if not telling.any():
        return _weighted(family, tau, prior)
    n, s, m, w = (part[telling] for part in (cells.trials, cells.total, mean, cells.buyers))
    score = log_likelihoods(1.0 / tau**2 - 1.0, n, s, m, w)
    return _weighted(family, tau, prior + score - _adjustment(cells, tau))


def _adjustment(cells: Cells, tau: Floats) -> Floats:
    """Half the log information on the strata's means at each spread: what finding them has used up."""
    _, place = np.unique(cells.node, return_inverse=True)
    told = cells.buyers * cells.trials
    worth = [np.bincount(place, told / (1.0 + (cells.trials - 1.0) * t**2)) for t in tau]
    return np.array([0.5 * np.sum(np.log(each[each > 0])) for each in worth])


def _spender_size(family: Amount, cells: Cells, mean: Floats) -> PriorSize:
    sizes = family.curvature * (1.0 + 1.0 / _SPENDERS)
    score = gamma_gamma.log_likelihoods(sizes, family.curvature, cells.trials, cells.total, mean, cells.buyers)
    score += _half_cauchy(np.sqrt(_SPENDERS))
    weight = np.exp(score - score.max())
    return PriorSize(sizes, weight / weight.sum())


def _buyer_size_by_moments(family: Amount, cells: Cells, mean: Floats, shown: Floats) -> PriorSize:
    """``shown`` is the share of the variance around each buyer's mean that departures from it keep."""
    use = cells.trials > 0
    n, w, left = cells.trials[use], cells.buyers[use], shown[use]
    departure = (cells.total[use] / n / mean[use] - 1.0) ** 2
    weight = w * n / (n + 1.0)
    spread = family.curvature
    excess = float(np.sum(weight * departure) - np.sum(weight * left * spread / n))
    of_one = float(np.sum(weight * left * (1 + spread / n)))
    between = min(max(excess / max(of_one, 1e-12), 0.01), _MOST_APART)
    return known(spread * (1.0 + between) / between)


def _half_cauchy(tau: Floats) -> Floats:
    return np.log(tau) - np.log1p((tau / _SCALE) ** 2)


def _weighted(family: Family, tau: Floats, log_weight: Floats) -> PriorSize:
    weight = np.exp(log_weight - log_weight.max())
    return PriorSize(_sizes(family, tau), weight / weight.sum())


def _sizes(family: Family, tau: Floats) -> Floats:
    return 1.0 / tau**2 + family.curvature

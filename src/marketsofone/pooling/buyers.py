"""Buyers on their strata: each between its own record and what is expected of it, as far as that record is thin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketsofone.pooling.colleagues import Colleagues
from marketsofone.pooling.family import Family, Floats
from marketsofone.pooling.leaning import leaning
from marketsofone.pooling.prior_size import PriorSize, looser
from marketsofone.pooling.tree import Cells
from marketsofone.pooling.unstated import Standing


@dataclass(frozen=True, slots=True)
class Buyers:
    """One buyer of each cell, each part of shape (cells,).

    ``prior`` is its value without its own record, ``mean`` the value and ``borrowed`` the share that comes from above;
    ``rest`` is the variance beside that of what is expected, ``lean`` how far the value moves with that; ``beside`` is
    what colleagues' records bring.
    """

    prior: Floats
    mean: Floats
    borrowed: Floats
    rest: Floats
    lean: Floats
    beside: Floats


def buyers_of(
    family: Family, cells: Cells, prior: Floats, among: Colleagues | None, size: PriorSize, standing: Standing
) -> Buyers:
    """What each buyer is, given what is expected of it and what its colleagues say.

    Parameters
    ----------
    prior : float array, shape (cells,)
        What is expected of one buyer of each cell, without its own record and those of its company.
    size : PriorSize
        How alike buyers of one part are.
    standing : Standing
        Of its node: who is of a split one and of no known part differs by more.
    """
    slope = family.slope(prior)
    apart = standing.hidden[cells.node] * slope**2 / family.variance(prior)
    alone, keep, rest = _mixture(family, size, prior, cells, apart)
    if among is None:
        return Buyers(prior, alone, keep, rest, keep * slope, np.zeros(len(alone)))
    moved = among.moved(family, prior)
    mean, keep, rest = _mixture(family, size, moved, cells, apart, among.told)
    return Buyers(moved, mean, keep, rest, keep * (1.0 - among.near) * slope, mean - alone)


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

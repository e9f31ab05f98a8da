"""What is not known of the nodes of a tree, apart by what it comes from, so that any group's doubt can be added up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketsofone.pooling.curvature import fit_curvature
from marketsofone.pooling.departures import Means
from marketsofone.pooling.family import Family, Floats
from marketsofone.pooling.loads import Loads
from marketsofone.pooling.prior_size import PriorSize, fit_buyer_size
from marketsofone.pooling.tree import Cells
from marketsofone.pooling.unstated import Offset, Standing

_GROUPS, _MOST, _DEALS = 20, 20_000, 6
"""Groups of buyers that are left out in turn, of so many buyers at most; the more there are, the less is unknown.
They are dealt so many times, for it matters which of the largest buyers fall together."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """Doubts that buyers share, in units of the score.

    Parameters
    ----------
    loads : Loads
        How far each node's level moves with what is not known on its way down.
    leans : float array, shape (nodes,)
        How far buyers of a split node whose part is not known lean on what the parts are; 1 where it is not split.
    unstated : float array, shape (nodes,)
        Variance of what such buyers have in common, beside the parts.
    whole : float array, shape (nodes,)
        Variance of what is expected of the buyers who stand at a node: all of the above together.
    alike : float
        Variance of the logarithm of the prior size of buyers: how alike they are is known only so well, and whoever
        is picked for its record hangs on it.
    common : float
        Variance of the logarithm of a factor that all values have in common.
    """

    loads: Loads
    leans: Floats
    unstated: Floats
    whole: Floats
    alike: float
    common: float


def doubts(
    family: Family, cells: Cells, means: Means, standing: Standing, offset: Offset, size: PriorSize,
    common: float,
) -> Doubts:
    """The doubts of a tree that was pooled, at what is expected of its buyers on average."""
    base = family.link(np.asarray(np.average(cells.expected, weights=cells.buyers)))
    slope = family.slope(family.unlink(base + means.departure))
    stand = family.slope(family.unlink(base + standing.departure + offset.mean)) ** 2
    logs = np.log(np.maximum(size.sizes, 1e-12))
    weights = size.of(1)[:, 0]
    return Doubts(
        loads=means.loads.times(slope), leans=offset.lean,
        unstated=(offset.variance + offset.lean**2 * standing.dealt) * stand,
        whole=(offset.lean**2 * standing.doubt + offset.variance) * stand,
        alike=float(np.sum(weights * (logs - np.sum(weights * logs)) ** 2)), common=common)


def fit_alike(rows: Floats, trials: Floats, total: Floats, squares: Floats, mean: Floats) -> float:
    """Variance of the logarithm of a prior size that was found by moments, by leaving out a twentieth of the buyers.

    Parameters
    ----------
    rows, trials, total, squares : float array, shape (buyers,)
        As `fit_curvature` takes them.
    mean : float array, shape (buyers,)
        What is expected of each buyer.

    Notes
    -----
    Buyers are dealt to the twentieths in an order of their own, so that neither the order they come in nor the last
    digits of their sums have a say.

    References
    ----------
    Efron & Tibshirani, *An Introduction to the Bootstrap* (1993), chapter 11 (the jackknife).
    """
    order = np.lexsort([_to_eight_digits(column) for column in (mean, squares, rows, trials, total)])
    seen = order[trials[order] > 0]
    if len(seen) < 2 * _GROUPS:
        return 0.0
    chance = np.random.default_rng(0)
    deals = [seen[chance.permutation(len(seen))[:_MOST]] for _deal in range(_DEALS)]
    apart = [_apart(rows[drawn], trials[drawn], total[drawn], squares[drawn], mean[drawn]) for drawn in deals]
    return float(np.mean(apart)) * len(deals[0]) / len(seen)


def _apart(rows: Floats, trials: Floats, total: Floats, squares: Floats, mean: Floats) -> float:
    """The jackknife's variance where every twentieth buyer is left out together."""
    group, found = np.arange(len(rows)) % _GROUPS, np.empty(_GROUPS)
    for number in range(_GROUPS):
        kept = group != number
        family = fit_curvature(rows[kept], trials[kept], total[kept], squares[kept])
        cells = Cells(np.zeros(int(kept.sum()), dtype=np.int64), trials[kept], total[kept], mean[kept],
                      np.ones(int(kept.sum())))
        found[number] = np.log(fit_buyer_size(family, cells, mean[kept]).middle)
    return float((_GROUPS - 1) * np.var(found))


def _to_eight_digits(values: Floats) -> Floats:
    size = 10.0 ** (7.0 - np.floor(np.log10(np.maximum(np.abs(values), 1e-300))))
    rounded: Floats = np.where(np.abs(values) > 1e-9, np.round(values * np.minimum(size, 1e16)), 0.0) / size
    return rounded

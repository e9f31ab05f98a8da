"""What the record of a buyer's colleagues, others of its company, says of it before it was ever tried.

Part of what sets buyers of one stratum apart belongs to their company. A buyer's own record never speaks for its
colleagues to itself, so what it would be worth without that record stays what it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketsofone.pooling.family import Family, Floats
from marketsofone.pooling.tree import Cells, Ints, Tree

_DOUBTED = 2.0
"""How much colleagues have in common counts as far as its square exceeds so many of its variances."""


@dataclass(frozen=True, slots=True)
class Colleagues:
    """What colleagues' records say, each part of shape (cells,).

    Parameters
    ----------
    shift : float array
        How far they move what is expected of a buyer, in units of the score.
    reach : float array
        How surely they tell their company's mean: 0 where none was tried, near 1 where many were.
    told : float array
        The share of what sets buyers of a stratum apart that they tell.
    together : float array
        Square root of the doubt that a buyer shares with each of its colleagues, in units of the score.
    worth : float array
        What a trial of a buyer tells of its stratum: less, the longer its own record and those of its colleagues.
    """

    shift: Floats
    reach: Floats
    told: Floats
    together: Floats
    worth: Floats

    def moved(self, family: Family, prior: Floats) -> Floats:
        """What is expected of a buyer once its colleagues' records are known."""
        return family.within(prior + self.shift)


def fit_colleagues(family: Family, cells: Cells, prior: Floats, size: float) -> Colleagues | None:
    """What colleagues say, as far as colleagues were seen to resemble each other; None where they say nothing.

    Parameters
    ----------
    prior : float array, shape (cells,)
        What is expected of a buyer of each cell without any record of its own or of its company.
    size : float
        How alike buyers of a stratum are, in trials.

    References
    ----------
    Bühlmann & Gisler, *A Course in Credibility Theory* (2005), chapter 6 (hierarchical credibility).
    """
    if cells.company is None or not np.any(cells.company >= 0):
        return None
    unit = np.sqrt(family.variance(prior))
    residual = (cells.total - cells.trials * prior) / unit
    trials, others, squares = (_of_colleagues(cells, part) for part in (cells.trials, residual, cells.trials**2))
    between = 1.0 / (size - family.curvature)
    common = _in_common(cells, residual, others, trials, between)
    if common <= 0.0:
        return None
    chance = 1.0 + family.curvature * between
    reach = _reach(trials, squares, common * between, between, chance)
    whole = _reach(trials + cells.trials, squares + cells.trials**2, common * between, between, chance)
    own = 1.0 / (chance + (1.0 - common) * between * cells.trials)
    company = own * cells.trials + _of_colleagues(cells, own * cells.trials)
    return Colleagues(
        shift=unit * reach * others / np.maximum(trials, 1e-12), reach=reach, told=common * reach,
        together=unit * chance * own * np.sqrt(common * between * (1.0 - whole)),
        worth=own / (1.0 + common * between * company))


def _reach(trials: Floats, squares: Floats, shared: float, between: float, chance: float) -> Floats:
    """How surely the records of a company tell its mean: variance of that mean, over that of what they show."""
    spread = trials * chance + (between - shared) * squares + shared * trials**2
    return np.where(trials > 0, shared * trials**2 / np.maximum(spread, 1e-300), 0.0)


def doubt_in_common(tree: Tree, cells: Cells, together: Floats) -> Floats:
    """What colleagues' shared doubt adds to that of a node's sum over its buyers, beside its parts', shape (nodes,).

    Parameters
    ----------
    together : float array, shape (cells,)
        As in `Colleagues`.
    """
    company, place, pairs = _numbered(cells), cells.node, np.zeros(len(tree.parent))
    for depth in reversed(range(len(tree.levels))):
        here = np.flatnonzero((tree.depth[place] == depth) & (company >= 0))
        both, group = np.unique(np.stack([place[here], company[here]]), axis=1, return_inverse=True)
        whole = np.bincount(group.ravel(), (together * cells.buyers)[here], minlength=both.shape[1])
        alone = np.bincount(group.ravel(), (together**2 * cells.buyers)[here], minlength=both.shape[1])
        pairs += np.bincount(both[0], whole**2 - alone, minlength=len(pairs))
        place = np.where(tree.depth[place] == depth, np.maximum(tree.parent[place], 0), place)
    beside = pairs.copy()
    np.subtract.at(beside, tree.parent[1:], pairs[1:])
    return beside


def _of_colleagues(cells: Cells, value: Floats) -> Floats:
    """Of a value of single buyers: the sum over all others of their company, shape (cells,)."""
    company = _numbered(cells)
    summed = np.bincount(company + 1, value * cells.buyers, minlength=int(company.max()) + 2)[company + 1]
    return np.where(company >= 0, summed - value, 0.0)


def _numbered(cells: Cells) -> Ints:
    company = np.asarray(cells.company)
    return np.where(company >= 0, np.unique(np.maximum(company, 0), return_inverse=True)[1], -1).astype(np.int64)


def _in_common(cells: Cells, residual: Floats, others: Floats, trials: Floats, between: float) -> float:
    """The share of what sets buyers apart that colleagues have in common, shrunk towards none by how unsure it is.

    Products of what is left of two colleagues, once what is expected of them is taken off; long records tell hardly
    more than shorter ones. Doubt is that of whole companies.
    """
    both = (cells.trials > 0) & (trials > 0)
    if not both.any():
        return 0.0
    weight = cells.buyers[both] / ((1.0 + between * cells.trials[both]) * (1.0 + between * trials[both]))
    product, hoped = residual[both] * others[both], between * cells.trials[both] * trials[both]
    whole = float(np.sum(weight * hoped))
    share = float(np.sum(weight * product)) / whole
    each = np.bincount(_numbered(cells)[both], weight * (product - share * hoped))
    doubt = float(np.sum(each**2)) / whole**2
    kept = max(0.0, 1.0 - _DOUBTED * doubt / share**2) if share > 0.0 else 0.0
    return min(kept * share, 1.0)

"""What the record of a buyer's colleagues, others of its company, says of it before it was ever tried.

Part of what sets buyers of one stratum apart belongs to their company. A buyer's own record never speaks for its
colleagues to itself, so what it would be worth without that record stays what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from marketsofone.pooling.family import Family, Floats
from marketsofone.pooling.shrinking import share_kept
from marketsofone.pooling.tree import Cells, Ints, Tree

_AS_IF = 0.5
"""How much colleagues are taken to have in common while it is weighed what each company tells of it."""


@dataclass(frozen=True, slots=True)
class Colleagues:
    """What colleagues' records say, each part of shape (cells,).

    Parameters
    ----------
    shift : float array
        How far they move what is expected of a buyer, in units of the score.
    told : float array
        The share of what sets buyers of a stratum apart that they tell.
    near : float array
        How far what they say hangs on the mean of the buyer's own node: 0 not at all, near 1 one for one.
    elsewhere : float array
        As ``shift``, of those alone who stand at other nodes.
    together : float array
        Square root of the doubt that a buyer shares with each of its colleagues, in units of the score.
    worth : float array
        What a trial of a buyer tells of its stratum beside ``elsewhere``: less, the longer its own record and those of
        its colleagues there.
    """

    shift: Floats
    told: Floats
    near: Floats
    elsewhere: Floats
    together: Floats
    worth: Floats

    def moved(self, family: Family, prior: Floats) -> Floats:
        """What is expected of a buyer once its colleagues' records are known."""
        return family.within(prior + self.shift)

    def beside(self, family: Family, cells: Cells, prior: Floats) -> Cells:
        """Cells of which is expected what colleagues at other nodes say: no node's own mean repeats that."""
        step = family.link(family.within(prior + self.elsewhere)) - family.link(prior)
        return replace(cells, expected=family.unlink(family.link(cells.expected) + step))


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
    cells = _numbered(cells)
    unit = np.sqrt(family.variance(prior))
    residual = (cells.total - cells.trials * prior) / unit
    kinds = cells.trials, residual, cells.trials**2
    trials, others, squares = (_of_colleagues(cells, kind) for kind in kinds)
    near = [_of_colleagues(cells, kind, cells.node) for kind in kinds]
    far, far_others, far_squares = trials - near[0], others - near[1], squares - near[2]
    between = 1.0 / (size - family.curvature)
    chance = 1.0 + family.curvature * between
    common = _in_common(cells, residual, between, chance)
    if common <= 0.0:
        return None
    shared = common * between
    reach, away = _reach(trials, squares, shared, between, chance), _reach(far, far_squares, shared, between, chance)
    whole = _reach(trials + cells.trials, squares + cells.trials**2, shared, between, chance)
    own = 1.0 / (chance + (between - shared) * cells.trials)
    here = own * cells.trials + _of_colleagues(cells, own * cells.trials, cells.node)
    return Colleagues(
        shift=unit * reach * others / np.maximum(trials, 1e-12), told=common * reach,
        near=reach * near[0] / np.maximum(trials, 1e-12), elsewhere=unit * away * far_others / np.maximum(far, 1e-12),
        together=unit * chance * own * np.sqrt(shared * (1.0 - whole)),
        worth=own / (1.0 + (1.0 - away) * shared * here))


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
    company, place, pairs = np.asarray(cells.company), cells.node, np.zeros(len(tree.parent))
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


def _of_colleagues(cells: Cells, value: Floats, node: Ints | int = 0) -> Floats:
    """Of a value of single buyers: the sum over all others of their company (at their ``node``), shape (cells,)."""
    company = np.asarray(cells.company)
    group = np.unique(company * (int(np.max(node)) + 1) + node, return_inverse=True)[1]
    summed = np.bincount(group, value * cells.buyers)[group]
    return np.where(company >= 0, summed - value, 0.0)


def _numbered(cells: Cells) -> Cells:
    """The same with companies numbered from 0, so that a company and a node make one number."""
    company = np.asarray(cells.company)
    number = np.unique(np.maximum(company, 0), return_inverse=True)[1]
    return replace(cells, company=np.where(company >= 0, number, -1))


def _in_common(cells: Cells, residual: Floats, between: float, chance: float) -> float:
    """The share of what sets buyers apart that colleagues have in common, shrunk towards none by how unsure it is.

    Products of what is left of two colleagues, once what is expected of them is taken off, weighed as where they have
    half in common: long records and large companies tell hardly more than shorter and smaller ones. Doubt is that of
    whole companies, each measured from what all others say: one company alone shows nothing.
    """
    own = 1.0 / (chance + _AS_IF * between * cells.trials)
    left, seen = own * residual, own * cells.trials
    others, beside = _of_colleagues(cells, left), _of_colleagues(cells, seen)
    both = (seen > 0) & (beside > 0)
    weight = cells.buyers[both] / (1.0 + _AS_IF * between * (seen + beside)[both]) ** 2
    product, hoped = (left * others)[both], between * (seen * beside)[both]
    company = np.unique(np.asarray(cells.company)[both], return_inverse=True)[1]
    if not np.any(company > 0):
        return 0.0
    whole = float(np.sum(weight * hoped))
    share = float(np.sum(weight * product)) / whole
    others_hold = np.maximum(1.0 - np.bincount(company, weight * hoped) / whole, 1e-12)
    apart = np.bincount(company, weight * (product - share * hoped)) / others_hold
    doubt = float(np.sum(apart**2)) / whole**2
    return share_kept(share, doubt) * _below_one(share, np.sqrt(doubt))


def _below_one(share: float, doubt: float) -> float:
    """What is to be expected of a share that was found with so much doubt, and is one at the most.

    Found above one it would leave nothing that colleagues do not tell, and their intervals too narrow.
    """
    doubt = max(doubt, 1e-4)
    room = (1.0 - share) / doubt
    beyond = np.exp(-0.5 * room**2 - special.log_ndtr(room)) / np.sqrt(2.0 * np.pi)
    return min(share - doubt * float(beyond), 1.0)

"""How far means lean on what stands above them, and how far each buyer's record moves what is expected of itself."""

from __future__ import annotations

import numpy as np

from marketsofone.pooling.departures import Evidence
from marketsofone.pooling.family import Floats
from marketsofone.pooling.tree import Cells, Tree


def borrowed(tree: Tree, evidence: Evidence) -> Floats:
    """Share of each node's own mean that comes from above, averaged over prior sizes, shape (nodes,).

    It is exactly 1 where nothing was seen.
    """
    above = np.zeros(len(tree.parent))
    for depth, size in enumerate(evidence.sizes, start=1):
        trials = evidence.trials[tree.levels[depth]]
        above[tree.levels[depth]] = leaning(size.of(len(trials)), size.sizes[:, None], trials)
    return above


def leaning(weights: Floats, sizes: Floats, trials: Floats) -> Floats:
    """Share of a value that comes from above, averaged over prior sizes: exactly 1 where nothing was seen."""
    kept: Floats = 1.0 - np.sum(weights * (trials / (sizes + trials)), axis=0)
    return kept


def levers(tree: Tree, cells: Cells, evidence: Evidence, worth: Floats) -> Floats:
    """How far what is expected of one buyer of each cell moves with its own record, shape (cells,).

    ``worth`` is what one of its trials counts for. Its stratum's mean holds the record, and so, as far as that borrows,
    do those above.

    References
    ----------
    Hodges & Sargent (2001), Counting degrees of freedom in hierarchical and other richly-parameterised models.
    """
    above = borrowed(tree, evidence)
    lever = (1.0 - above) / np.maximum(evidence.trials, 1e-12)
    for nodes in tree.levels[1:]:
        lever[nodes] += above[nodes] ** 2 * lever[tree.parent[nodes]]
    return np.minimum(lever[cells.node] * worth * cells.trials, 1.0)

"""The plain shape that numbers are pooled over: nodes of a tree, and cells of buyers under them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Tree:
    """Nodes by number, the whole market being node 0 and every parent before its children.

    Parameters
    ----------
    parent : int array, shape (nodes,)
        The parent of each node; -1 for node 0.
    """

    parent: Ints

    def __post_init__(self) -> None:
        numbers = np.arange(len(self.parent))
        if len(self.parent) == 0 or self.parent[0] != -1 or np.any(self.parent[1:] >= numbers[1:]):
            raise ValueError("a tree starts with its root, and every parent comes before its children")

    @cached_property
    def depth(self) -> Ints:
        """Steps from the root, shape (nodes,)."""
        depth = np.zeros(len(self.parent), dtype=np.int64)
        for node in range(1, len(self.parent)):
            depth[node] = depth[self.parent[node]] + 1
        return depth

    @cached_property
    def levels(self) -> tuple[Ints, ...]:
        """The nodes of each depth, the root's first."""
        return tuple(np.flatnonzero(self.depth == depth) for depth in range(int(self.depth.max()) + 1))

    def add_up(self, values: Floats) -> Floats:
        """Each node's own value plus all below it, shape (nodes,)."""
        total = values.astype(np.float64, copy=True)
        for nodes in reversed(self.levels[1:]):
            np.add.at(total, self.parent[nodes], total[nodes])
        return total


@dataclass(frozen=True, slots=True)
class Cells:
    """Buyers of one node with the same tally stand together in one cell.

    Parameters
    ----------
    node : int array, shape (cells,)
        The deepest node the buyers are known to belong to.
    trials, total : float array, shape (cells,)
        The tally of *one* buyer: how many trials, and what they sum to (successes or money).
    expected : float array, shape (cells,)
        The mean a buyer is expected to have before any evidence of its stratum; equal for all where
        there is no model on traits.
    buyers : float array, shape (cells,)
        How many buyers have this tally.
    told_trials, told_total : float array, shape (cells,), optional
        What people hold of one buyer, as trials and their sum: it moves the buyer, never its stratum.
    rows, squares : float array, shape (cells,), optional
        Of amounts: how many of one buyer, and the sum of each one's square over its trials. They tell how surely it is
        known how alike buyers are; where left out, that is taken as known.
    company : int array, shape (cells,), optional
        What the buyers of a cell belong to together with others of whom some were tried; -1: to nothing.
    """

    node: Ints
    trials: Floats
    total: Floats
    expected: Floats
    buyers: Floats
    told_trials: Floats | float = 0.0
    told_total: Floats | float = 0.0
    rows: Floats | None = None
    squares: Floats | None = None
    company: Ints | None = None

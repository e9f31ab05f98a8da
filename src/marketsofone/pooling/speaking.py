"""Nodes that have no mean of their own: their buyers take that of the node above which speaks for them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from marketsofone.pooling.departures import Means
from marketsofone.pooling.tree import Cells, Ints, Tree
from marketsofone.pooling.unstated import Offset, Standing


@dataclass(frozen=True, slots=True)
class Speaking:
    """A tree without the nodes that do not speak, and how it lies in the whole one.

    Parameters
    ----------
    tree : Tree
        The nodes that speak, numbered anew.
    place : int array, shape (nodes of the whole tree,)
        The number, in ``tree``, of the node that speaks for each.
    own : bool array, shape (nodes of the whole tree,)
        Whether it speaks for itself.
    """

    tree: Tree
    place: Ints
    own: np.ndarray

    def cells(self, cells: Cells) -> Cells:
        """Each cell at the node that speaks for it."""
        return replace(cells, node=self.place[cells.node])

    def means(self, means: Means) -> Means:
        """For the whole tree: a node that does not speak is exactly what the node above is."""
        return Means(means.departure[self.place], means.loads.at(self.place))

    def standing(self, standing: Standing) -> Standing:
        """For the whole tree: so is what is expected of those who stand there."""
        share = np.where(self.own, standing.share[self.place], 0.0)
        return Standing(standing.departure[self.place], standing.doubt[self.place], standing.dealt[self.place],
                        standing.hidden[self.place], share)

    def offset(self, offset: Offset) -> Offset:
        """For the whole tree: of nodes that do not speak, what that of an unsplit node is."""
        return Offset(*(part[self.place] for part in (offset.mean, offset.variance, offset.lean, offset.size)))


def heard(tree: Tree, speaks: Ints | None) -> Speaking:
    """What is left of a tree once only nodes that speak for themselves stand in it.

    Parameters
    ----------
    speaks : int array, shape (nodes,), or None
        The node that speaks for each: itself, or one above that is split into such as do not speak only.

    Raises
    ------
    ValueError
        A node speaks although the one above does not.
    """
    numbers = np.arange(len(tree.parent))
    of = numbers if speaks is None else speaks
    own = of == numbers
    if np.any(own[1:] & ~own[tree.parent[1:]]):
        raise ValueError("below a node that does not speak, none speaks")
    place = np.cumsum(own) - 1
    parent = tree.parent[own]
    return Speaking(Tree(np.where(parent < 0, -1, place[np.maximum(parent, 0)])), place[of], own)

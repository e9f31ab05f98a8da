"""What nodes of a tree share of what is not known of them, so that the doubt about any group of them adds up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketsofone.pooling.tree import Floats, Ints, Tree

KINDS = 3
"""Rows of a depth: a node's level, how alike its parts are, what these are tied by."""


@dataclass(frozen=True, slots=True)
class Loads:
    """How far each node moves with each thing on its way down that is not known.

    Of every node two things are not known: its level, and how alike its parts are. The parts move with the level
    together; with how alike they are they swing apart, one up where another goes down, and their mean hardly moves.
    Their own levels are tied, for their mean is the node's: what they would move by together is taken away again.

    Parameters
    ----------
    of : float array, shape (3 * depths, nodes)
        Row ``3 d``: with the level of the node at depth ``d`` on the way, the node itself being the last; row
        ``3 d + 1``: with how alike the parts of that one are; row ``3 d + 2``: what its parts are tied by, of which the
        square counts below nothing. Zero beyond the node. Each thing has variance one.

    Examples
    --------
    Two halves that move together by 1, swing apart by 2 and are themselves unsure by 3, which their mean is not; of
    their sum, 2 squared is left:

    >>> tied = 3.0 * np.sqrt(0.5)
    >>> loads = Loads(np.array([[1.0, 1.0, 1.0], [0.0, 2.0, -2.0], [0.0, tied, tied], [0.0, 3.0, 3.0]]))
    >>> loads.variance(Tree(np.array([-1, 0, 0])), np.array([0.0, 1.0, 1.0])).round(9).tolist()
    [4.0, 9.5, 9.5]
    """

    of: Floats

    @property
    def unsure(self) -> Floats:
        """Variance of each node, shape (nodes,)."""
        return squared(self.of)

    def beside(self, depth: int, nodes: Ints) -> Floats:
        """Variance of nodes of a depth in which siblings are not alike: of their own levels, and of their swinging."""
        first = KINDS * (depth - 1) + 1
        return squared(self.of[first:, nodes], first)

    def at(self, place: Ints) -> Loads:
        """The same of other nodes: each moves as the one in its place."""
        return Loads(self.of[:, place])

    def times(self, scale: Floats) -> Loads:
        """In other units, shape (nodes,)."""
        return Loads(self.of * scale)

    def variance(self, tree: Tree, held: Floats, share: Floats | None = None) -> Floats:
        """Variance of the sum over each node and all below it of ``held`` times what they are, shape (nodes,).

        ``share`` weighs what each node brings to the one above it; all of it, where left out.
        """
        weight = np.ones(len(held)) if share is None else share
        moved, settled = self.of * held, np.zeros(len(held))
        for depth in range(len(tree.levels) - 1, 0, -1):
            nodes, common = tree.levels[depth], KINDS * depth
            above = tree.parent[nodes]
            alone = settled[nodes] + squared(moved[common:, nodes])
            np.add.at(settled, above, weight[nodes] ** 2 * alone)
            for row in moved[:common]:
                np.add.at(row, above, weight[nodes] * row[nodes])
        return np.asarray(settled + squared(moved))


def squared(moved: Floats, first: int = 0) -> Floats:
    """The squares of loads added up over their rows, ``first`` being the number of the first: what ties takes away."""
    sign = np.where((np.arange(len(moved)) + first) % KINDS == KINDS - 1, -1.0, 1.0)
    return np.asarray(np.einsum("r,r...->...", sign, moved**2))


def handed_down(tree: Tree, share: Floats, held: Floats) -> Floats:
    """What leans on each node once a node leans on its parts, by ``share``, where any of them has one."""
    down, below = held.astype(np.float64, copy=True), np.zeros(len(held), dtype=bool)
    for nodes in tree.levels[1:]:
        down[nodes] += share[nodes] * down[tree.parent[nodes]]
        below[tree.parent[nodes[share[nodes] > 0]]] = True
    return np.where(below, 0.0, down)

"""The parts of a node: they share its buyers among themselves, so that their mean, by those shares, is the node's own.

How far parts lie from their node is thought of as normal and alike, under the one condition that, weighed by share, it
adds up to nothing. What parts tell of their node is then told of a mean over buyers, not of a middle that they only lie
around; and what is not known of one part is made up for by the others.

References
----------
Gelman et al., *Bayesian Data Analysis*, 3rd ed. (2013), section 8.3 (means of finite populations); Rue & Held,
*Gaussian Markov Random Fields* (2005), section 2.3.3 (conditioning on a sum).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketsofone.pooling.tree import Cells, Floats, Ints, Tree

_NOTHING = 1e-300


def per_node(tree: Tree, cells: Cells, value: Floats) -> Floats:
    """Sum of a value of single buyers over the buyers that stand at each node, shape (nodes,)."""
    summed: Floats = np.bincount(cells.node, value * cells.buyers, minlength=len(tree.parent)).astype(np.float64)
    return summed


def shares(tree: Tree, people: Floats) -> Floats:
    """Of the buyers known to be of a part of the node above, the share that is of each, shape (nodes,); the root 0.

    ``people`` are the buyers of each node and of all below it.
    """
    share = np.zeros(len(people))
    for nodes in tree.levels[1:]:
        above = tree.parent[nodes]
        share[nodes] = people[nodes] / np.maximum(np.bincount(above, people[nodes], len(people))[above], 1e-12)
    return share


@dataclass(frozen=True, slots=True)
class Parts:
    """Nodes of a depth as parts of those above.

    Parameters
    ----------
    place : int array, shape (parts,)
        Which of the nodes above each is of.
    share : float array, shape (parts,)
        Its share of that node's buyers, `shares`; where all are zero, parts only lie around their node.
    above : int
        How many nodes are above.
    """

    place: Ints
    share: Floats
    above: int

    def summed(self, values: Floats) -> Floats:
        """Sums over the parts of each node above, shape (rows, above) of (rows, parts)."""
        return np.array([np.bincount(self.place, row, self.above) for row in values], dtype=np.float64)

    def worth(self, apart: Floats, left: Floats, told: Floats) -> Floats:
        """How many times more parts tell of a node that is their mean than of one that they only lie around.

        Parameters
        ----------
        apart : float array, shape (sizes, 1)
            Variance of parts around their node, in units of one trial's.
        left : float array, shape (sizes, parts)
            The share of it that a part's own evidence leaves.
        told : float array, shape (sizes, parts)
            Trials that a part tells of a node that it only lies around.

        Examples
        --------
        Two halves, each of evidence without end: of a node around them they tell two lots of one over ``apart``; their
        mean is known.

        >>> halves = Parts(np.array([0, 0]), np.array([0.5, 0.5]), 1)
        >>> halves.worth(np.array([[0.1]]), np.full((1, 2), 1e-9), np.full((1, 2), 10.0)).round(-6).tolist()
        [[1000000000.0, 1000000000.0]]
        """
        seen = self.summed(self.share * told) * apart / np.maximum(self.summed(self.share**2 * left), _NOTHING)
        return np.asarray(1.0 + self.share * seen[:, self.place])

    def evens(self, left: Floats) -> Floats:
        """How far each part moves when their mean is to move by one and nothing is known of it but this.

        ``left`` is the variance of each that is not known, shape (sizes, parts). Those that are least known move most.
        """
        unsure = self.share * left
        return np.asarray(unsure / np.maximum(self.summed(self.share * unsure), _NOTHING)[:, self.place])

    def mean(self, values: Floats) -> Floats:
        """The mean over the buyers of each part's node, shape (sizes, parts)."""
        return np.asarray(self.summed(self.share * values)[:, self.place])

    def log_likelihood(self, departure: Floats, noise: Floats, apart: float) -> Floats:
        """Restricted log likelihood of parts that lie so far apart, node by node, shape (above,).

        Parameters
        ----------
        departure : float array, shape (parts,)
            Of each part from what is expected of it.
        noise : float array, shape (parts,)
            Its variance; without end where nothing was seen.
        """
        weight = 1.0 / (apart + noise)
        even, rest, ones, moved = self.summed(self.share * np.array([
            self.share, self.share * (1.0 - apart * weight), weight, weight * departure]))
        tied = np.where(rest > 0, apart / np.maximum(rest, _NOTHING), 0.0)
        total, along, square, logs = self.summed(np.array([
            weight, weight * departure, weight * departure**2, np.log(np.where(weight > 0, weight, 1.0))]))
        total, along, square = total + tied * ones**2, along + tied * ones * moved, square + tied * moved**2
        known = np.where(total > 0, total, 1.0)
        logs -= np.log(known) + np.log(np.where(rest > 0, rest / np.maximum(even, _NOTHING), 1.0))
        return np.asarray(0.5 * (logs - square + along**2 / known))

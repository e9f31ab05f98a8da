"""How well a tree holds up at each of its depths: the solutions of a tree are the tree cut ever deeper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketsofone.customer import Stratum
from marketsofone.estimates.candidates import Dimension
from marketsofone.estimates.sampled import Sampled
from marketsofone.estimates.steadiness import Stability, across, compared, complementary_halves, shared
from marketsofone.strata.regrowing import asked_of_some, placed, regrown_strata
from marketsofone.strata.splitting import Rules

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TreeStability:
    """How well a tree cut at one depth holds up.

    Parameters
    ----------
    measured : Stability
        Of the strata by number; those above or below the cut are empty.
    across : float array, shape (pairs, strata)
        1 where a segment came from one segment of the tree cut one level higher and grown anew, 0 where
        it is drawn evenly from all of them; NaN for a stratum that is no segment at this depth.
    """

    measured: Stability
    across: Floats


def tree_stability(
    sample: Sampled, strata: Sequence[Stratum], dimensions: Sequence[Dimension], rules: Rules, pairs: int, seed: int,
    share: float = 1.0,
) -> list[TreeStability]:
    """The stability of a tree cut at depth 1, 2, ... down to its deepest, which is the tree itself.

    The tree is grown anew on complementary halves of the companies, so it is asked to show itself on half the
    evidence; what a segment must gain and hold is asked of it by its share of the market (`asked_of_some`). Cut from
    one tree, segments would always come from one segment above; grown anew on other buyers, they need not.

    Parameters
    ----------
    share : float
        How much of the market the sample is.

    Returns
    -------
    list of TreeStability
        One a depth; of a market that is not split, one for depth 0.

    References
    ----------
    Dolnicar & Leisch (2017), Using segment level stability to select target segments in data-driven
    market segmentation studies.
    """
    rng = np.random.default_rng(seed)
    companies, place = np.unique(sample.whose, return_inverse=True)
    grown = [_grown(sample, times[place], dimensions, rules, share) for _pair in range(pairs)
             for times in complementary_halves(len(companies), rng)]
    own = (tuple(strata), placed(sample, strata))
    depths = range(min(1, strata[-1].depth), strata[-1].depth + 1)
    return [_at_depth(own, grown, depth) for depth in depths]


Tree = tuple[tuple[Stratum, ...], Ints]
"""Strata, and the one each buyer stands in."""


def _grown(sample: Sampled, times: Floats, dimensions: Sequence[Dimension], rules: Rules, share: float) -> Tree:
    tree = regrown_strata(sample, times, dimensions, asked_of_some(rules, share * float(times.mean())))
    return tree, placed(sample, tree)


def _at_depth(own: Tree, grown: Sequence[Tree], depth: int) -> TreeStability:
    segments, judged = len(own[0]), _standing(own, depth)
    made = [_standing(tree, depth) for tree in grown]
    measured = compared(judged, segments, zip(made[::2], made[1::2], strict=True))
    higher = [across(shared(_compact(_standing(tree, depth - 1)), judged, seconds=segments)) for tree in grown]
    return TreeStability(measured, np.mean([higher[::2], higher[1::2]], axis=0))


def _standing(tree: Tree, depth: int) -> Ints:
    strata, node = tree
    return cut(strata, max(depth, 0))[node]


def _compact(labels: Ints) -> Ints:
    """Labels without gaps: a stratum that is only passed through is no segment."""
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def segments_at(strata: Sequence[Stratum], depth: int) -> list[Stratum]:
    """The segments of the tree cut at a depth: what stands there, and what stopped higher."""
    split = {stratum.parent for stratum in strata}
    return [s for s in strata if s.depth == depth or (s.depth < depth and s.number not in split)]


def cut(strata: Sequence[Stratum], depth: int) -> Ints:
    """The stratum that stands for each one in the tree cut at a depth, shape (strata,)."""
    above = np.arange(len(strata))
    for stratum in strata[1:]:
        if stratum.depth > depth:
            above[stratum.number] = above[stratum.parent]
    return above

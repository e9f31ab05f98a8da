"""The tree grown anew on a sample of the buyers, to see which of its strata hold up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from math import ceil

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsofone.customer import Stratum
from marketsofone.estimates.candidates import Dimension
from marketsofone.estimates.sampled import Sampled, sampled_candidates
from marketsofone.strata.growing import grow_tree
from marketsofone.strata.splitting import Rules

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def asked_of_some(rules: Rules, share: float) -> Rules:
    """The rules of a tree for a share of its buyers, who stand for all of them.

    What a split gains and how many buyers its parts have grow with the buyers there are; what must be gained, and the
    least size, are said of the whole market. Asked in full of half the buyers, no part of 150 in 400 could be made.

    Examples
    --------
    >>> half = asked_of_some(Rules(handling_cost=500.0, least_buyers=25), 0.5)
    >>> half.handling_cost, half.least_buyers
    (250.0, 13)
    """
    return replace(rules, handling_cost=rules.handling_cost * share, least_buyers=ceil(rules.least_buyers * share))


def regrown_strata(
    sample: Sampled, times: Floats, dimensions: Sequence[Dimension], rules: Rules
) -> tuple[Stratum, ...]:
    """The tree grown on some of the buyers.

    Parameters
    ----------
    sample : Sampled
    times : float array, shape (buyers,)
        How often each buyer counts: 0 or 1. One counted twice would be evidence twice over.
    dimensions, rules
        As for :func:`grow_tree`.
    """
    def fetch(strata: Sequence[Stratum]) -> pd.DataFrame:
        deepest = max(stratum.depth for stratum in strata)
        nodes = [stratum.number for stratum in strata if stratum.depth == deepest]
        return sampled_candidates(sample, times, placed(sample, strata), nodes, dimensions)

    return grow_tree(fetch, dimensions, tuple(sample.sums), rules, "").strata


def regrown(sample: Sampled, times: Floats, dimensions: Sequence[Dimension], rules: Rules) -> Ints:
    """Where each buyer stands in a tree grown on some of them (:func:`regrown_strata`), shape (buyers,)."""
    return placed(sample, regrown_strata(sample, times, dimensions, rules))


def every_candidate(
    sample: Sampled, strata: Sequence[Stratum], nodes: Sequence[int], dimensions: Sequence[Dimension]
) -> pd.DataFrame:
    """The candidate tallies of some strata, every buyer of the sample counted once."""
    return sampled_candidates(sample, np.ones(len(sample.buyer_id)), placed(sample, strata), nodes, dimensions)


def placed(sample: Sampled, strata: Sequence[Stratum]) -> Ints:
    """The deepest stratum known for certain of each buyer, by number, shape (buyers,)."""
    node = np.zeros(len(sample.buyer_id), dtype=np.int64)
    for parent, parts in groupby(strata[1:], key=lambda stratum: stratum.parent):
        children = list(parts)
        on = children[0].split_on
        place = {value: child.number for child in children for value in child.values}
        below = np.array([*(place.get(word, parent) for word in sample.words[on]), parent])
        rows = np.flatnonzero(node == parent)
        node[rows] = below[sample.codes[on][rows]]
    return node

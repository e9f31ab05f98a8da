"""Draws some of the buyers, by their ids: the same ones in every run, whatever else is known of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def drawn(buyer_id: Ints, most: int, seed: int) -> Ints:
    """Places of the buyers drawn, in random order.

    Each id is mixed with the seed into a number (the finaliser of SplitMix64, Steele et al. 2014), and
    the lowest are drawn. A buyer that comes or goes therefore changes who is drawn by one.

    Parameters
    ----------
    buyer_id : int array, shape (buyers,)
    most : int
        How many to draw; all where there are fewer.
    seed : int

    Examples
    --------
    >>> drawn(np.arange(1, 7), 3, seed=1).tolist() == drawn(np.arange(1, 7), 6, seed=1).tolist()[:3]
    True
    """
    with np.errstate(over="ignore"):
        mixed = buyer_id.astype(np.uint64) + np.uint64(seed + 1) * np.uint64(0x9E3779B97F4A7C15)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return np.argsort(mixed ^ (mixed >> np.uint64(31)), kind="stable")[:most]

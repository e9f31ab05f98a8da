"""Stability of segments that are made by weighing evidence: on complementary halves of the buyers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from marketsofone.pooling.stability import HOLDS, Floats, Ints, Stability, complementary_halves, stability

__all__ = ["HOLDS", "Floats", "Stability", "halves_stability"]


def halves_stability(
    judged: Ints, segments: int, remade: Callable[[Floats], Ints], pairs: int, seed: int
) -> Stability:
    """How well segments hold up when they are made of half the buyers, and of the other half.

    A bootstrap would count a buyer drawn twice as evidence twice over. Two halves are two independent
    markets of half the size, so that a segment is asked to show itself on half the evidence.

    Parameters
    ----------
    judged : int array, shape (buyers,)
        The segment of each buyer, from 0.
    segments : int
        How many there are.
    remade : callable
        Given 1 for each buyer that counts and 0 for each other: the segment of every buyer.
    pairs : int
        How many pairs of halves.
    seed : int
    """
    def resolve(times: Floats, _rng: np.random.Generator) -> Ints:
        return remade(times)

    return stability(judged, segments, resolve, pairs, np.random.default_rng(seed), complementary_halves)

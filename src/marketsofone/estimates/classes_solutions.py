"""Global stability of every number of classes that was tried: where adding one more stops holding up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from threadpoolctl import threadpool_limits

from marketsofone.estimates.classes import Classified
from marketsofone.pooling.classes import Floats
from marketsofone.pooling.classes_fitting import fit_classes
from marketsofone.pooling.stability import Ints, stability

SOLUTION_BUYERS = 3_000
"""Numbers of classes that were not chosen are judged on so many buyers."""


def solutions_stability(found: Classified, pairs: int, seed: int) -> Iterator[tuple[int, Floats, int]]:
    """Adjusted Rand index of pairs of bootstrap solutions, for each number of classes from 2 that was not chosen.

    The number chosen is measured on more buyers (:func:`~marketsofone.estimates.classes.classes_stability`).

    Yields
    ------
    tuple
        How many classes, the index of each pair, how many buyers were drawn from.
    """
    if found.sample is None:
        return
    few = found.sample.first(SOLUTION_BUYERS)
    for count in sorted({len(fit.classes) for fit in found.fits} - {1, len(found.names)}):

        def resolve(times: Floats, rng: np.random.Generator, count: int = count) -> Ints:
            made = fit_classes(few, count, rng, times.astype(np.float32)).classes
            return np.asarray(made.densities(few.design).argmax(axis=0), dtype=np.int64)

        with threadpool_limits(1):
            nothing = np.zeros(few.rows, dtype=np.int64)
            yield count, stability(nothing, 1, resolve, pairs, np.random.default_rng(seed)).whole, few.rows

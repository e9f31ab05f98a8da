"""Where chance comes from: one stream of numbers per subject, fixed by the seed alone."""

from __future__ import annotations

from zlib import crc32

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def stream(seed: int, subject: str) -> np.random.Generator:
    """Random numbers of one subject, the same whatever other subjects draw.

    Examples
    --------
    >>> stream(7, "touches").integers(1000) == stream(7, "touches").integers(1000)
    np.True_

    """
    return np.random.default_rng([seed, crc32(subject.encode())])


def pick(rng: np.random.Generator, shares: Floats, rows: Ints) -> Ints:
    """One value per row, drawn from the row of ``shares`` that ``rows`` names.

    ``shares`` has one row per kind, each summing to one; ``rows`` names the kind of each draw.
    """
    limits = np.cumsum(shares, axis=1)[:, :-1]
    lot = rng.random(len(rows))
    picked = np.zeros(len(rows), dtype=np.int64)
    for limit in limits.T:
        picked += lot > limit[rows]
    return picked

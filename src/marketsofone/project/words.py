"""Numbers in words, as every page and screen prints them (`marketsofone.report.words`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from marketsofone.report.words import (
    NO_EVIDENCE,
    count,
    counted,
    interval,
    listed,
    money,
    number,
    plain,
    share,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NO_EVIDENCE", "count", "counted", "interval", "listed", "money", "number", "plain", "share",
           "whole_numbers"]


def whole_numbers(values: NDArray[np.float64]) -> pa.Array:
    """A column of numbers as texts without decimals, thousands apart.

    Examples
    --------
    >>> whole_numbers(np.array([1234567.4, -0.2, 12.0])).to_pylist()
    ['1,234,567', '0', '12']
    """
    known, place = np.unique(np.rint(values).astype(np.int64), return_inverse=True)
    return pa.array([f"{one:,}" for one in known.tolist()], pa.string()).take(pa.array(place.ravel()))

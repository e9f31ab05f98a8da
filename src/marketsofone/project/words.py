"""Numbers in words, as every page and screen prints them (`marketsofone.report.words` and the two beside it)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from marketsofone.customer.money import WHOLE_FROM
from marketsofone.report.plan_words import (
    SIDES,
    all_hours_back,
    firm,
    minutes_said,
    most_missed,
    nothing_drains,
    reported_in,
)
from marketsofone.report.segment_words import (
    IN_PROPORTION,
    strata_told,
    title,
    typical_told,
    unplaced_told,
    wasted_told,
    worked_told,
)
from marketsofone.report.words import (
    NO_EVIDENCE,
    apart,
    apart_between,
    apart_by,
    count,
    counted,
    hours,
    interval,
    listed,
    measured,
    money,
    number,
    overlap,
    overlap_ends,
    percent,
    plain,
    share,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["IN_PROPORTION", "NO_EVIDENCE", "SIDES", "all_hours_back", "amounts", "apart", "apart_between", "apart_by",
           "count", "counted", "firm", "hours", "interval", "listed", "measured", "minutes_said", "money",
           "most_missed", "nothing_drains", "number", "overlap", "overlap_ends", "percent", "plain", "reported_in",
           "share", "strata_told", "title", "typical_told", "unplaced_told", "wasted_told", "worked_told"]


def amounts(values: NDArray[np.float64], currency: str) -> pa.Array:
    """A column of amounts as texts, each as `money` writes it.

    Examples
    --------
    >>> amounts(np.array([1234567.4, 12.0]), "EUR").to_pylist()
    ['EUR 1,234,567', 'EUR 12.00']
    """
    near = np.where(np.abs(values) >= WHOLE_FROM, np.rint(values), np.round(values, 2))
    known, place = np.unique(near, return_inverse=True)
    return pa.array([money(one, currency) for one in known.tolist()], pa.string()).take(pa.array(place.ravel()))

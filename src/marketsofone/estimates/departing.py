"""How far strata may depart from what is expected of their buyers, learned from values nobody picked.

Strata are groups of values that were picked because they differ; what they depart from expectation by is
partly what they were picked for. All values of all dimensions, picked or not, show how much a model on traits
truly leaves unexplained.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ibis
import numpy as np
from ibis import _

from marketsofone.features.adding import SHARES, added
from marketsofone.pooling import PriorSize, Share, fit_sibling_size

if TYPE_CHECKING:
    import ibis.expr.types as ir


def fit_departing(buyers: ir.Table, columns: Sequence[str], expected: ir.Table, tallies: ir.Table) -> PriorSize | None:
    """The prior size of a stratum's rate around what is expected of its buyers; None without a dimension.

    Parameters
    ----------
    buyers : Ibis table
        ``buyer_id`` and the dimensions.
    columns : sequence of str
        Dimensions, each value of which stands beside the others of its dimension.
    expected : Ibis table
        ``buyer_id`` and ``expected``: foretold without the buyer's own record.
    tallies : Ibis table
        ``buyer_id``, ``trials``, ``total``.

    Notes
    -----
    Selection on outcomes does not bend a prior that was learned from everything there was to select from
    (Efron, "Tweedie's formula and selection bias", *JASA* 106, 2011).
    """
    if not columns:
        return None
    rows = buyers.select("buyer_id", *columns).inner_join(expected.select("buyer_id", "expected"), "buyer_id")
    rows = rows.inner_join(tallies.select("buyer_id", "trials", "total"), "buyer_id")
    sums = {"n": _.trials.sum(), "s": _.total.sum(), "hoped": added(_.trials * _.expected, SHARES)}
    parts = [rows.group_by(value=rows[column].cast("string")).agg(**sums).mutate(dimension=ibis.literal(place))
             for place, column in enumerate(columns)]
    every = ibis.union(*parts) if len(parts) > 1 else parts[0]
    found = every.filter(_.n > 0).order_by("dimension", "value").execute()
    n, s, hoped = (found[name].to_numpy(np.float64) for name in ("n", "s", "hoped"))
    return fit_sibling_size(Share(), found["dimension"].to_numpy(np.int64), n, s / n, hoped / n)

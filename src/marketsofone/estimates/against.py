"""Head to head: how much oftener or seldomer we win where a rival is met than the buyers themselves would suggest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
from ibis import _

from marketsofone.pooling import Share, fit_sibling_size

if TYPE_CHECKING:
    import ibis.expr.types as ir


def fit_against(met: ir.Table, decided: ir.Table) -> ir.Table:
    """How the log odds of winning move with each rival: ``competitor_id``, ``shift``.

    Rivals are pooled like strata: how far they differ is learned from all of them, and one met seldom moves little. A
    rival that is met with buyers who are hard to win anyway is not blamed for them, as far as their strata tell.

    Parameters
    ----------
    met : Ibis table
        ``opportunity_id``, ``competitor_id``, ``part``, as `features.meeting.rivals_met` gives them.
    decided : Ibis table
        ``opportunity_id``, ``won`` (0 or 1), ``expected`` (the chance its buyer's own record has not moved).

    Notes
    -----
    What several opportunities of one buyer have in common counts as if they were of several.
    """
    rows = met.inner_join(decided, "opportunity_id")
    sums = {"n": _.part.sum(), "s": (_.part * _.won).sum(), "hoped": (_.part * _.expected).sum()}
    found = rows.group_by("competitor_id").agg(**sums).order_by("competitor_id").execute()
    n, s, hoped = (found[name].to_numpy(np.float64) for name in ("n", "s", "hoped"))
    prior = hoped / np.maximum(n, 1e-12)
    shift = np.zeros(len(found))
    if len(found) > 1:
        size = fit_sibling_size(Share(), np.zeros(len(found), dtype=np.int64), n, s / np.maximum(n, 1e-12), prior)
        k = size.sizes[:, None]
        shift = Share().link(size.weights @ ((k * prior + s) / (k + n))) - Share().link(prior)
    return ibis.memtable({"competitor_id": found["competitor_id"].astype("Int64"), "shift": shift},
                         schema={"competitor_id": "int64", "shift": "float64"})

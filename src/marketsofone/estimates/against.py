"""Head to head: how much oftener or seldomer we win where a rival is met than the buyers themselves would suggest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
from numpy.typing import NDArray

from marketsofone.features.adding import added_shares
from marketsofone.pooling import Share, fit_sibling_size

if TYPE_CHECKING:
    import ibis.expr.types as ir

Floats = NDArray[np.float64]


def fit_against(met: ir.Table, decided: ir.Table) -> ir.Table:
    """How the log odds of winning move with each rival: ``competitor_id``, ``shift``, ``doubt`` (its variance).

    Rivals are pooled like strata: how far they differ is learned from all of them, and one met seldom moves little. A
    rival that is met with buyers who are hard to win anyway is not blamed for them, as far as their strata tell. One
    that no decided opportunity met moves nothing, and may be as hard or easy as any.

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
    rows = met.left_join(decided, "opportunity_id")
    seen = {"n": rows.won.notnull().cast("float64"), "s": rows.won, "hoped": rows.expected}
    sums = {name: added_shares(rows.part * each).fill_null(0.0) for name, each in seen.items()}
    found = rows.group_by("competitor_id").agg(**sums).order_by("competitor_id").execute()
    n, s, hoped = (found[name].to_numpy(np.float64) for name in ("n", "s", "hoped"))
    shift, doubt = _pooled(n, s, hoped) if (n > 0).sum() > 1 else np.zeros((2, len(found)))
    return ibis.memtable(
        {"competitor_id": found["competitor_id"].astype("Int64"), "shift": shift, "doubt": doubt},
        schema={"competitor_id": "int64", "shift": "float64", "doubt": "float64"})


def _pooled(n: Floats, s: Floats, hoped: Floats) -> tuple[Floats, Floats]:
    """Shift of each rival and the variance of it, averaged over how far rivals may differ."""
    family = Share()
    prior = np.where(n > 0, hoped / np.maximum(n, 1e-12), hoped.sum() / n.sum())
    size = fit_sibling_size(family, np.zeros(len(n), dtype=np.int64), n, s / np.maximum(n, 1e-12), prior)
    k = size.sizes[:, None]
    each = (k * prior + s) / (k + n)
    middle = size.weights @ each
    variance = size.weights @ (family.left(each, prior, k, n) + (each - middle) ** 2)
    return family.link(middle) - family.link(prior), variance / family.slope(middle) ** 2

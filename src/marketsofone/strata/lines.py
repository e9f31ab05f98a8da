"""Each stratum with those above it: what is counted in a stratum or below it."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from marketsofone.customer import Stratum


def lines(strata: Sequence[Stratum]) -> pd.DataFrame:
    """``node`` and ``above``: each stratum beside itself and every stratum above it."""
    found = []
    for stratum in strata:
        at = stratum.number
        while at >= 0:
            found.append((stratum.number, at))
            at = strata[at].parent
    return pd.DataFrame(found, columns=["node", "above"])


def standing_in(placed: ir.Table, strata: Sequence[Stratum]) -> ir.Table:
    """Buyers by every stratum they stand in, from the deepest one of each: ``buyer_id``, ``node``. Runs nothing."""
    up = ibis.memtable(lines(strata).rename(columns={"node": "deepest"}))
    return placed.inner_join(up, placed.node == up.deepest).select("buyer_id", node="above")

"""What marketing spent on each buyer: its touches and what they cost."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.features.buyers import with_buyer


def marketing_touches(
    tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], everyone: ir.Table,
) -> ir.Table | None:
    """What marketing touched: one row a buyer, and one without for all that leads to none; None without touches.

    Parameters
    ----------
    everyone : Ibis table
        ``buyer_id`` of those who may be profiled: touches of others lead to none (who objected is not told apart).

    Returns
    -------
    Ibis table
        ``buyer_id``, ``touches``, ``priced`` (touches with a cost) and ``cost`` (of those, minor units). Every touch
        is in one row.
    """
    if "touch" not in tables:
        return None
    touches = tables["touch"].filter(_.team == "marketing")
    theirs = with_buyer(touches, owner).semi_join(everyone, "buyer_id")
    told = theirs.group_by("buyer_id").agg(**_SUMS)
    whole, known = touches.agg(**_SUMS), theirs.agg(**_SUMS)
    rest = whole.cross_join(known.rename("{name}_known")).select(
        buyer_id=ibis.null("int64"), touches=_.touches - _.touches_known, priced=_.priced - _.priced_known,
        cost=_.cost.fill_null(0) - _.cost_known.fill_null(0)).filter(_.touches > 0)
    columns = ("buyer_id", *_SUMS)
    rest = rest.cast(dict(told.select(*columns).schema()))
    return told.select(*columns).union(rest.select(*columns))


_SUMS = {"touches": _.count(), "priced": _.cost.count(), "cost": _.cost.sum()}

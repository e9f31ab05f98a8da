"""What marketing spent on each buyer: its touches and what they cost."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir
from ibis import _

from marketsofone.features.buyers import with_buyer


def marketing_touches(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]) -> ir.Table | None:
    """One row a buyer that marketing touched, or None where the data know no touches.

    Returns
    -------
    Ibis table
        ``buyer_id``, ``touches``, ``priced`` (touches with a cost) and ``cost`` (of those, minor units).
    """
    if "touch" not in tables:
        return None
    touches = with_buyer(tables["touch"].filter(_.team == "marketing"), owner)
    return touches.group_by("buyer_id").agg(touches=_.count(), priced=_.cost.count(), cost=_.cost.sum())

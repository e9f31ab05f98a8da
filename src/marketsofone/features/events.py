"""The largest tables as they are counted: whose each row is, and the columns that anything asks for."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir

from marketsofone.customer.tables import TABLES
from marketsofone.features.buyers import owned

COUNTED = {
    "order_line": ("order_id", "product_id", "ordered_at", "quantity", "amount", "cost"),
    "touch": ("rep_id", "happened_at", "team", "channel", "direction", "minutes", "cost", "answered", "arm"),
}
"""Tables of events that are only ever counted by buyer, and the fields that are asked for."""


def counted_events(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]) -> dict[str, ir.Table]:
    """Each table of `COUNTED` there is, narrow: ``buyer_id`` (null: nobody's), where a row stands, what it says.

    Columns of the user's own stay. What these expressions give is worth holding: everything that counts
    events then reads them once made, and `with_buyer` takes their ``buyer_id`` as it is.
    """
    found = {}
    for name, fields in COUNTED.items():
        if name in tables:
            rows = owned(tables[name], owner)
            said = [column for column in tables[name].columns if column in fields or not TABLES[name].has(column)]
            found[name] = rows.select("buyer_id", *said)
    return found

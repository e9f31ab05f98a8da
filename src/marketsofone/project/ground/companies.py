"""Which buyers belong together: what moves a company moves all its contacts, sites and opportunities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from marketsofone.engine import hold
from marketsofone.features import companies

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend


def held_companies(engine: Backend, tables: Mapping[str, ir.Table], level: str, found: ir.Table) -> ir.Table | None:
    """``buyer_id`` and ``company``; None where each buyer is one by itself."""
    if level == "account":
        return None
    held = hold(engine, "companies", companies(tables, found))
    count = held.agg(buyers=held.count(), companies=held.company.nunique()).execute().iloc[0]
    return held if count["companies"] < count["buyers"] else None

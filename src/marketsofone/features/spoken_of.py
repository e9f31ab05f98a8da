"""Whom statements speak of: the buyers themselves, or things that belong to them."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _


def stated_of_buyers(said: ir.Table, tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]) -> ir.Table:
    """Statements with the ``buyer_id`` of each buyer they speak of: the one place that knows how.

    A statement names a buyer by its own key, or by the key of an account, contact or opportunity of its.

    Parameters
    ----------
    said : Ibis table
        ``about``, ``about_id`` (a source's key) and whatever else is wanted of the statements.
    """
    link = tables["entity_link"].select("entity", "entity_id", "source_id")
    hit = said.inner_join(link, [("about_id", "source_id")]).filter((_.about == _.entity) | (_.about == "buyer"))
    parts = [hit.filter(_.about == "buyer").select(*said.columns, buyer_id=_.entity_id)]
    for entity, of in owner.items():
        named = hit.filter(_.entity == entity)
        if entity == "opportunity":  # a buyer's key that some opportunity happens to share names no opportunity
            named = named.filter(_.about == "opportunity")
        parts.append(named.inner_join(of, [("entity_id", f"{entity}_id")]).select(*said.columns, "buyer_id"))
    return ibis.union(*parts, distinct=True)

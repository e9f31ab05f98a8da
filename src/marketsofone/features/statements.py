"""What people stated of each buyer, as one value: its strongest need, the adjustment it asked for."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _


def main_statement(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], table: str, column: str) -> ir.Table:
    """One value a buyer of whom something was stated: the strongest, then the latest, then by name.

    A statement may be about the buyer itself, or about an account, contact or opportunity of its; what
    is said of a stratum is said of no single buyer.

    Parameters
    ----------
    tables : mapping
        Customer tables known by the date, ``entity_link`` among them.
    owner : mapping
        Which buyer each account, contact and opportunity belongs to.
    table : str
        ``wish`` or ``adjustment``; a wish counts where its kind is a need.
    column : str
        The field that holds the value.

    Returns
    -------
    Ibis table
        ``buyer_id``, ``value``. Nothing is run.
    """
    rows = tables[table]
    if table == "wish":
        rows = rows.filter(_.kind == "need")
    strength = rows.strength if "strength" in rows.columns else ibis.null("float64")
    said = rows.select("about", "about_id", moment=rows.stated_at.cast("timestamp"), value=rows[column],
                       strength=strength.cast("float64"))
    found = said.inner_join(_subjects(tables, owner), ["about", "about_id"])
    order = ibis.window(group_by="buyer_id", order_by=[
        _.strength.desc(nulls_first=False), _.moment.desc(nulls_first=False), _.value])
    return found.mutate(place=ibis.row_number().over(order)).filter(_.place == 0).select("buyer_id", "value")


def _subjects(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]) -> ir.Table:
    """Every way a statement may name a buyer: ``about``, ``about_id``, ``buyer_id``."""
    link = tables["entity_link"].select("entity", "entity_id", "source_id")
    parts = [link.filter(_.entity.isin(["account", "contact", "opportunity"]))
             .select(about=ibis.literal("buyer"), about_id=_.source_id, buyer_id=_.entity_id)]
    for entity, of in owner.items():
        named = of.select(entity_id=f"{entity}_id", buyer_id="buyer_id").inner_join(
            link.filter(_.entity == entity), "entity_id")
        parts.append(named.select(about=ibis.literal(entity), about_id=_.source_id, buyer_id=_.buyer_id))
    return ibis.union(*parts, distinct=True)

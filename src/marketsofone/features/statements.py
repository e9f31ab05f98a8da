"""What people stated of each buyer: whom a statement speaks of, and the one value that stands for several."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.features.spoken_of import stated_of_buyers
from marketsofone.features.workplaces import people_owners

JUDGED = {"judgement": ("about", "about_id", "stated_by", "score"), "effort": ("about", "about_id", "stated_by")}
"""By table of judgements, what tells that one person judged the same thing."""


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
    found = told_of_buyers(said, tables, owner)
    order = ibis.window(group_by="buyer_id", order_by=[
        _.strength.desc(nulls_first=False), _.moment.desc(nulls_first=False), _.value])
    return found.mutate(place=ibis.row_number().over(order)).filter(_.place == 0).select("buyer_id", "value")


def last_words(tables: Mapping[str, ir.Table]) -> dict[str, ir.Table]:
    """The same tables; of what one person judged of the same thing again and again, the latest word stands.

    A file may hold a forecast for each month: each weighs what it says, not all of them together. What tells nobody who
    said it stands as it is, and so do several words of one moment.

    Parameters
    ----------
    tables : mapping
        Customer tables known by the date.
    """
    found = dict(tables)
    for name, by in JUDGED.items():
        if name in tables:
            rows = tables[name]
            last = rows.stated_at.cast("timestamp").max().over(group_by=by)
            stands = rows.mutate(last=last).filter(
                _.stated_by.isnull() | _.last.isnull() | (_.stated_at.cast("timestamp") == _.last))
            found[name] = stands.drop("last")
    return found


def told_of_buyers(said: ir.Table, tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]) -> ir.Table:
    """As `stated_of_buyers`; what is stated of a person who is no buyer is told of the buyer at that person's account.

    For what people wish, ask and are held to be. Not for objections and permissions: those are a person's own.
    """
    told, people = stated_of_buyers(said, tables, owner), people_owners(tables, owner)
    if people is None:
        return told
    link = tables["entity_link"].filter(_.entity == "contact").select("entity_id", "source_id")
    named = said.filter(_.about == "contact").inner_join(link, [("about_id", "source_id")])
    of_people = named.inner_join(people, [("entity_id", "contact_id")]).select(*said.columns, "buyer_id")
    return told.union(of_people, distinct=True)

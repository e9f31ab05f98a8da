"""Where the people of events and statements work: what names a person only is told of that person's account too."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.features.permitted import people_profiled

_NAMING = ("opportunity", "order_line", "touch", "membership")
"""Tables whose rows may name a person without the account."""


def with_workplaces(tables: Mapping[str, ir.Table]) -> dict[str, ir.Table]:
    """The same tables; a row that names a person and no account stands at where that person decides, else works.

    Parameters
    ----------
    tables : mapping
        Customer tables known by the date.
    """
    if "contact" not in tables:
        return dict(tables)
    workplaces = _workplaces(tables)
    return {name: _placed(table, workplaces) if name in _NAMING else table for name, table in tables.items()}


def people_owners(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]) -> ir.Table | None:
    """The buyer that what a person says is told of: the person who decides, else the buyer at the person's account.

    Returns
    -------
    Ibis table or None
        ``contact_id``, ``buyer_id``; None where no people, or no accounts that buy, are known.
    """
    if "contact" not in tables or "account" not in owner:
        return None
    of_account = owner["account"].select("account_id", at_account="buyer_id")
    rows = _workplaces(tables).left_join(of_account, [("place", "account_id")]).select("person", "at_account")
    buyer = rows.at_account
    if "contact" in owner:
        rows = rows.left_join(owner["contact"].select("contact_id", "buyer_id"), [("person", "contact_id")])
        buyer = ibis.coalesce(rows.buyer_id, rows.at_account)
    return rows.select(contact_id=rows.person, buyer_id=buyer).filter(_.buyer_id.notnull())


def _workplaces(tables: Mapping[str, ir.Table]) -> ir.Table:
    """``person`` and ``place`` of everyone who may be profiled."""
    placed = tables["contact"].select(person=_.contact_id, place=ibis.coalesce(_.site_id, _.account_id))
    return placed.semi_join(people_profiled(tables), [("person", "contact_id")])


def _placed(table: ir.Table, workplaces: ir.Table) -> ir.Table:
    joined = table.left_join(workplaces, table.contact_id == workplaces.person)
    return joined.mutate(account_id=ibis.coalesce(joined.account_id, joined.place)).drop("person", "place")

"""Accounts that events name and of which nothing is told, or nothing holds, on the day: nothing but their id."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.customer.tables import TABLES

_EVENTS = ("opportunity", "order_line", "touch")


def named_by_then(tables: Mapping[str, ir.Table], added: ir.Table) -> ir.Table:
    """Rows of ``account``, without those that were only made because rows name them, none of which was known yet.

    Parameters
    ----------
    tables : mapping
        Customer tables known by the date, ``account`` among them.
    added : Ibis table
        ``account_id`` of accounts that no source tells of.
    """
    named = [rows.select(named_id=field.name) for name, rows in tables.items() if name in TABLES
             for field in TABLES[name].fields
             if field.refers == "account" and (name, field.name) != ("account", "account_id")]
    later = added.anti_join(ibis.union(*named), [("account_id", "named_id")])
    return tables["account"].anti_join(later, "account_id")


def unheld_accounts(tables: Mapping[str, ir.Table]) -> ir.Table | None:
    """Rows of ``account`` for those that events name and that are in no row of it; None where no events name any.

    An account of which the files tell a later period only, or one that is over, was dealt with all the same: without
    a row its opportunities would be buyers of their own, and its orders and touches nobody's.

    Parameters
    ----------
    tables : mapping
        Customer tables known by the date, ``account`` among them.

    Returns
    -------
    Ibis table or None
        Columns as in ``account``: all but ``account_id`` are null, and the place of the first row that names it.
    """
    account = tables["account"]
    named = [tables[name].select("account_id", "source_row", source=_.source.cast("string"))
             for name in _EVENTS if name in tables]
    if not named:
        return None
    rows = (ibis.union(*named) if len(named) > 1 else named[0]).filter(_.account_id.notnull())
    place = ibis.window(group_by="account_id", order_by=[_.source, _.source_row])
    first = rows.anti_join(account, "account_id").mutate(place=ibis.row_number().over(place)).filter(_.place == 0)
    said = ("account_id", "source", "source_row")
    return first.select(*(first[name] if name in said else ibis.null(kind).name(name)
                          for name, kind in account.schema().items()))

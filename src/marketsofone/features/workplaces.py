"""Where the people of events and statements work: what names a person only is told of that person's account too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.features.asof import HAPPENED
from marketsofone.features.periods import on_day, periods
from marketsofone.features.permitted import people_profiled

_NAMING = ("opportunity", "order_line", "touch", "membership")
"""Tables whose rows may name a person without the account."""


def with_workplaces(
    tables: Mapping[str, ir.Table], people: ir.Table | None = None, day: date | None = None
) -> dict[str, ir.Table]:
    """The same tables; a row that names a person and no account stands at where that person decides, else works.

    Parameters
    ----------
    tables : mapping
        Customer tables known by the date.
    people : Ibis table, optional
        All periods of ``contact``, where they have such: what happened while a person was elsewhere stands there.
        Before its first period a person is taken to have been where that was.
    day : date, optional
        The date.
    """
    if "contact" not in tables:
        return dict(tables)
    if people is None:
        places = _workplaces(tables)
        return {name: _placed(table, places) if name in _NAMING else table for name, table in tables.items()}
    places = _workplaces_by_day({**tables, "contact": people}, day)
    return {name: _placed_by_day(name, table, places) if name in _NAMING else table for name, table in tables.items()}


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


def _workplaces_by_day(tables: Mapping[str, ir.Table], day: date | None) -> ir.Table:
    """``person``, ``place``, ``since`` and ``until``."""
    first = ibis.window(group_by="contact_id", order_by=[_.since, _.until])
    held = periods(people_profiled(tables), "contact_id", day).mutate(turn=ibis.row_number().over(first))
    since = ibis.cases((held.turn == 0, ibis.date(date(1, 1, 1))), else_=held.since)
    return held.select("until", person=held.contact_id, place=ibis.coalesce(held.site_id, held.account_id), since=since)


def _placed(table: ir.Table, workplaces: ir.Table) -> ir.Table:
    joined = table.left_join(workplaces, table.contact_id == workplaces.person)
    return joined.mutate(account_id=ibis.coalesce(joined.account_id, joined.place)).select(*table.columns)


def _placed_by_day(name: str, table: ir.Table, workplaces: ir.Table) -> ir.Table:
    moment = table[HAPPENED[name]] if name in HAPPENED else ibis.null("timestamp")
    dated = on_day(table, moment)
    joined = dated.left_join(workplaces, [dated.contact_id == workplaces.person, dated.held_on >= workplaces.since,
                                          dated.held_on < workplaces.until])
    return joined.mutate(account_id=ibis.coalesce(joined.account_id, joined.place)).select(*table.columns)

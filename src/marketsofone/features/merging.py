"""Two internal ids that mean one thing become one: in every table, as expressions that run nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import and_

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.customer.merged import MERGED
from marketsofone.customer.tables import OF_OPPORTUNITY, TABLES

_KNOWN_ALIKE = ("known_at", "valid_from", "valid_to")


def with_merged(tables: Mapping[str, ir.Table], merged: ir.Table) -> dict[str, ir.Table]:
    """Customer tables in which each merged id is the one it leads to.

    Where two rows then say what an account or a contact is, if both were known alike, what is told under the key that
    all lead to stands and the other fills what that leaves open; what is told without a period fills what a dated row
    leaves open. An account that was merged into the one above it is no site of that. Of two rows of one opportunity the
    earlier source's stands, and within one source that of the key; so do the lines told under its key, or where there
    are none those under the other, and a rival or a person told of both is told once.

    Parameters
    ----------
    tables : mapping
        Customer tables as loaded, ``entity_link`` among them.
    merged : Ibis table
        ``entity``, ``entity_id``, ``into_id``, ``valid_from``; one row for each id that leads elsewhere.
    """
    found = {name: _linked(table, merged) if name == "entity_link" else _rewritten(name, table, merged)
             for name, table in tables.items() if name not in OF_OPPORTUNITY}
    return found | {name: _told_once(name, tables, merged) for name in OF_OPPORTUNITY if name in tables}


def untold_accounts(added: ir.Table, loaded: ir.Table, merged: ir.Table) -> ir.Table:
    """``account_id`` of the accounts made because rows name them, but for those merged with one that a source tells of.

    Parameters
    ----------
    added : Ibis table
        ``account_id``, as loaded.
    loaded, merged : Ibis table
        ``entity_link`` as loaded, and as `with_merged` gives it.
    """
    told = loaded.filter(_.entity == "account").anti_join(added, [("entity_id", "account_id")])
    led = merged.filter(_.entity == "account").semi_join(told.select("source_id"), "source_id")
    return added.anti_join(led, [("account_id", "entity_id")])


def _told_once(name: str, tables: Mapping[str, ir.Table], merged: ir.Table) -> ir.Table:
    """Rows of opportunities: what two keys of one tell is no more than what one of them tells."""
    told = tables[name].mutate(told_of=_.opportunity_id)
    rows = _rewritten(name, told, merged)
    into = merged.filter(_.entity == "opportunity").select("into_id").distinct()
    ours, others = (join(into, [("opportunity_id", "into_id")]) for join in (rows.semi_join, rows.anti_join))
    if TABLES[name].key:
        first = ibis.window(group_by=TABLES[name].key, order_by=["source", "source_row"])
        ours = ours.mutate(place=ibis.row_number().over(first)).filter(_.place == 0)
    else:
        ours = _of_one_key(ours, tables, merged)
    return others.union(ours.select(*others.columns)).drop("told_of")


def _of_one_key(rows: ir.Table, tables: Mapping[str, ir.Table], merged: ir.Table) -> ir.Table:
    """Of the rows of an opportunity those told under one key: that of its row which stands, else the first."""
    stands = _rewritten("opportunity", tables["opportunity"].mutate(stands=_.opportunity_id), merged).select("stands")
    joined = rows.left_join(stands, [("told_of", "stands")])
    return joined.mutate(first=joined.told_of.first(order_by=[joined.stands.isnull(), joined.source, joined.told_of])
                         .over(group_by="opportunity_id")).filter(_.told_of == _.first)


def _rewritten(name: str, table: ir.Table, merged: ir.Table) -> ir.Table:
    key, led = f"{name}_id", merged.filter(_.entity == name)
    if name in MERGED:
        away = led.select(gone_id="entity_id", led=ibis.literal(True))
        table = table.left_join(away, table[key] == away.gone_id).drop("gone_id").mutate(led=_.led.fill_null(False))
    for field in TABLES[name].fields:
        if field.refers in MERGED:
            table = _led(table, field.name, merged.filter(_.entity == field.refers))
    return _one_of_each(name, table, led).drop("led") if name in MERGED else table


def _led(table: ir.Table, column: str, merged: ir.Table) -> ir.Table:
    leads = merged.select(led_from="entity_id", led_into="into_id")
    joined = table.left_join(leads, table[column] == leads.led_from)
    return joined.mutate(**{column: ibis.coalesce(joined.led_into, joined[column])}).drop("led_from", "led_into")


def _one_of_each(name: str, table: ir.Table, merged: ir.Table) -> ir.Table:
    """Rows of things that were merged, told as one; all others stay. Where a row stands in its file says nothing."""
    key = f"{name}_id"
    into = merged.select(into_id="into_id").distinct()
    others = table.anti_join(into, table[key] == into.into_id)
    ours = table.semi_join(into, table[key] == into.into_id)
    if name == "opportunity":
        first = ibis.window(group_by=key, order_by=["source", "led", "source_row"])
        return others.union(ours.mutate(place=ibis.row_number().over(first)).filter(_.place == 0).drop("place"))
    if name == "account":
        inside = (ours.parent_id == ours.account_id).fill_null(False)
        ours = ours.mutate(**{told: ibis.cases((~inside, ours[told]), else_=None) for told in ("parent_id", "form")})
    alike = ibis.window(group_by=[key, *_KNOWN_ALIKE])
    told = [column for column in table.columns if column not in (key, *_KNOWN_ALIKE, "source", "source_row", "led")]
    always = ibis.window(group_by=key)
    undated = reduce(and_, (ours[time].isnull() for time in _KNOWN_ALIKE))

    def least(column: str, where: ir.BooleanValue, over: ibis.Window) -> ir.Value:
        return ibis.cases((where, ours[column]), else_=None).min().over(over)

    every = ibis.literal(True)
    return others.union(ours.mutate(**{column: ibis.coalesce(
        least(column, ~ours.led, alike), least(column, every, alike),
        least(column, undated & ~ours.led, always), least(column, undated, always)) for column in told}))


def _linked(link: ir.Table, merged: ir.Table) -> ir.Table:
    """Every key with the id it leads to now, and since when."""
    leads = merged.select(led="entity", led_from="entity_id", led_into="into_id", led_since="valid_from")
    joined = link.left_join(leads, [link.entity == leads.led, link.entity_id == leads.led_from])
    return joined.mutate(entity_id=ibis.coalesce(joined.led_into, joined.entity_id),
                         valid_from=ibis.coalesce(joined.led_since, joined.valid_from),
                         ).drop("led", "led_from", "led_into", "led_since")

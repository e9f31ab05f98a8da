"""Two internal ids that mean one thing become one: in every table, as expressions that run nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import and_

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.customer.tables import TABLES

MERGED = ("account", "contact", "opportunity")
"""What can be merged: the things that a buyer can be, or be led to by."""

_KNOWN_ALIKE = ("known_at", "valid_from", "valid_to")


def roots(pairs: Iterable[tuple[int, int]], key_of: Mapping[int, str]) -> dict[int, int]:
    """Where each id leads to that is not its own: the one with the least key among all that mean the same.

    Parameters
    ----------
    pairs : iterable of (int, int)
        Ids that mean the same thing.
    key_of : mapping
        Id -> the source's key of it.

    Examples
    --------
    >>> roots([(1, 2), (3, 2)], {1: "b", 2: "c", 3: "a"})
    {1: 3, 2: 3}
    """
    above: dict[int, int] = {}

    def top(each: int) -> int:
        while each in above:
            each = above[each]
        return each

    for first, second in pairs:
        ends = sorted({top(first), top(second)}, key=lambda each: key_of[each])
        if len(ends) > 1:
            above[ends[1]] = ends[0]
    return {each: top(each) for each in sorted(above)}


def with_merged(tables: Mapping[str, ir.Table], merged: ir.Table) -> dict[str, ir.Table]:
    """Customer tables in which each merged id is the one it leads to.

    Where two rows then say what an account or a contact is, if both were known alike, what is told under the key that
    all lead to stands and the other fills what that leaves open; what is told without a period fills what a dated row
    leaves open. Of two rows of one opportunity the earlier source's stands, and within one source that of the key.

    Parameters
    ----------
    tables : mapping
        Customer tables as loaded, ``entity_link`` among them.
    merged : Ibis table
        ``entity``, ``entity_id``, ``into_id``, ``valid_from``; one row for each id that leads elsewhere.
    """
    return {name: _linked(table, merged) if name == "entity_link" else _rewritten(name, table, merged)
            for name, table in tables.items()}


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

"""Who the buyers are, and what is known of each: the market of one, as of a date.

The buyer is the deciding contact, else the site, else the account, else the opportunity itself.
Who objected to profiling is left out here, and only here: what is not a buyer is neither scored,
ranked nor exported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.customer import UserColumn
from marketsofone.features.asof import HAPPENED


def owners(tables: Mapping[str, ir.Table], level: str) -> dict[str, ir.Table]:
    """Which buyer each account and each opportunity belongs to.

    Parameters
    ----------
    tables : mapping
        Customer tables known by the date.
    level : str
        ``contact``, ``site``, ``account`` or ``opportunity``: the finest the project asks for.

    Returns
    -------
    dict
        ``account`` (account_id, buyer_id, kind) and ``opportunity`` (opportunity_id, buyer_id, kind),
        each only where the data have such a table.
    """
    found: dict[str, ir.Table] = {}
    if "account" in tables and level != "opportunity":
        found["account"] = _account_owners(tables, level)
    if "opportunity" in tables:
        found["opportunity"] = _opportunity_owners(tables["opportunity"], found.get("account"))
    return found


def _account_owners(tables: Mapping[str, ir.Table], level: str) -> ir.Table:
    account = tables["account"].select("account_id", "form")
    kind = ibis.cases((_.form == "site", "site"), else_="account")
    if level != "contact" or "contact" not in tables:
        return account.select("account_id", buyer_id=_.account_id, kind=kind)
    decider = (
        tables["contact"].filter(_.decides)
        .mutate(account_id=ibis.coalesce(_.site_id, _.account_id))
        .group_by("account_id").agg(contact_id=_.contact_id.min())
    )
    return account.left_join(decider, "account_id").select(
        "account_id",
        buyer_id=ibis.coalesce(_.contact_id, account.account_id),
        kind=ibis.cases((_.contact_id.notnull(), "contact"), (_.form == "site", "site"), else_="account"),
    )


def _opportunity_owners(opportunity: ir.Table, accounts: ir.Table | None) -> ir.Table:
    if accounts is None:
        return opportunity.select("opportunity_id", buyer_id=_.opportunity_id, kind=ibis.literal("opportunity"))
    joined = opportunity.select("opportunity_id", "account_id").left_join(accounts, "account_id")
    return joined.select(
        "opportunity_id",
        buyer_id=ibis.coalesce(_.buyer_id, _.opportunity_id),
        kind=ibis.coalesce(_.kind, "opportunity"),
    )


def with_buyer(events: ir.Table, owner: Mapping[str, ir.Table]) -> ir.Table:
    """Events with the ``buyer_id`` they belong to; events that belong to nobody are left out."""
    if "account" in owner and "account_id" in events.columns:
        by_account = owner["account"].select("account_id", account_buyer=_.buyer_id)
        events = events.left_join(by_account, "account_id").drop("account_id_right")
    if "opportunity" in owner and "opportunity_id" in events.columns:
        by_opportunity = owner["opportunity"].select("opportunity_id", opportunity_buyer=_.buyer_id)
        events = events.left_join(by_opportunity, "opportunity_id").drop("opportunity_id_right")
    said = [name for name in ("opportunity_buyer", "account_buyer") if name in events.columns]
    found = events.mutate(buyer_id=ibis.coalesce(*(events[name] for name in said)))
    return found.drop(*said).filter(_.buyer_id.notnull())


def buyers(
    tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], columns: Iterable[UserColumn]
) -> ir.Table:
    """One row per buyer who may be profiled: who it is, its dimensions and its traits.

    Returns
    -------
    Ibis table
        ``buyer_id``, ``kind``, ``account_id``, ``source_id`` and one column for each user column;
        null where nothing is known yet.
    """
    base = _identity(tables, owner)
    by_table: dict[str, list[UserColumn]] = {}
    for column in columns:
        by_table.setdefault(column.table, []).append(column)
    parts = [part for name, of in by_table.items() if name in tables for part in _facts(name, of, tables, owner)]
    whole = reduce(_beside, parts, base)
    if "objection" not in tables:
        return whole
    return whole.anti_join(_objectors(tables, owner), "buyer_id")


def _beside(left: ir.Table, right: ir.Table) -> ir.Table:
    joined = left.left_join(right, "buyer_id")
    return joined.drop("buyer_id_right") if "buyer_id_right" in joined.columns else joined


def _identity(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]) -> ir.Table:
    parts = []
    if "account" in owner:
        parts.append(owner["account"].group_by("buyer_id", "kind").agg(account_id=_.account_id.min()))
    if "opportunity" in owner:
        alone = owner["opportunity"].filter(_.kind == "opportunity").select("buyer_id", "kind")
        parts.append(alone.mutate(account_id=ibis.null("int64")))
    base = ibis.union(*parts) if len(parts) > 1 else parts[0]
    link = tables["entity_link"].group_by("entity", "entity_id").agg(source_id=_.source_id.min())
    entity = ibis.cases((_.kind.isin(["site", "account"]), "account"), else_=_.kind)
    named = base.mutate(entity=entity).left_join(
        link, [("entity", "entity"), ("buyer_id", "entity_id")]
    )
    return named.select("buyer_id", "kind", "account_id", "source_id")


def _objectors(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]) -> ir.Table:
    said = tables["objection"].select("about", "about_id")
    link = tables["entity_link"].select("entity", "entity_id", "source_id")
    hit = said.inner_join(link, [("about_id", "source_id")])
    hit = hit.filter((_.about == _.entity) | (_.about == "buyer"))
    direct = hit.select(buyer_id=_.entity_id)
    parts = [direct]
    for entity, of in owner.items():
        named = hit.filter(_.entity == entity).select("entity_id")
        parts.append(of.inner_join(named, [(f"{entity}_id", "entity_id")]).select("buyer_id"))
    return ibis.union(*parts, distinct=True)


def _facts(
    name: str, columns: Sequence[UserColumn], tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]
) -> list[ir.Table]:
    """What one table tells of each buyer: one query for all its columns, one more for each dominant one."""
    rows = _rows_of_buyers(name, tables, owner)
    if name == "opportunity" and "account" not in owner:
        return [rows.select("buyer_id", *(column.column for column in columns))]
    dominant = [column for column in columns if column.on_many == "dominant"]
    others = [column for column in columns if column.on_many != "dominant"]
    parts = [_dominant(rows, column.column) for column in dominant]
    if others:
        order = ibis.window(order_by=[_moment(rows, name).asc(nulls_first=True), rows.source_row.desc()])
        placed = rows.mutate(place=ibis.row_number().over(order)) if name != "account" else rows.mutate(place=0)
        parts.append(placed.group_by("buyer_id").agg(**{c.column: _one(c) for c in others}))
    return parts


def _one(column: UserColumn) -> ibis.Deferred:
    """Several values as one: the latest known, or ``mixed`` where they differ."""
    value = _[column.column]
    if column.on_many == "mixed":
        return ibis.cases((value.nunique() <= 1, value.min()), else_="mixed")
    return value.argmax(_.place, where=value.notnull())


def _dominant(rows: ir.Table, name: str) -> ir.Table:
    """The most frequent value; of equals, the one first seen."""
    known = rows.filter(rows[name].notnull()).select("buyer_id", "source_row", value=rows[name])
    counted = known.group_by("buyer_id", "value").agg(times=_.count(), first=_.source_row.min())
    order = ibis.window(group_by="buyer_id", order_by=[_.times.desc(), _["first"], _.value])
    top = counted.mutate(place=ibis.row_number().over(order)).filter(_.place == 0)
    return top.select("buyer_id", **{name: top.value})


def _moment(rows: ir.Table, table: str) -> ibis.Value:
    name = HAPPENED.get(table)
    return rows[name].cast("timestamp") if name and name in rows.columns else ibis.null("timestamp")


def _rows_of_buyers(name: str, tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]) -> ir.Table:
    if name == "contact" and "account" in owner:
        deciders = owner["account"].select(contact_id=_.buyer_id, buyer_id=_.buyer_id).distinct()
        return tables["contact"].inner_join(deciders, "contact_id")
    if name == "account" and "account" not in owner:
        mapped = tables["opportunity"].select("account_id", buyer_id=_.opportunity_id)
        return tables["account"].inner_join(mapped, "account_id")
    return with_buyer(tables[name], owner)

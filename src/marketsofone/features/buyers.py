"""Who the buyers are, and what is known of each: the market of one, as of a date.

The buyer is the deciding contact, else the site, else the account, else the opportunity itself.
Who may not be profiled (`permitted`) is left out here, and only here: what is not a buyer is neither
scored, ranked nor exported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.customer import UserColumn
from marketsofone.customer.tables import OF_OPPORTUNITY
from marketsofone.features.asof import HAPPENED
from marketsofone.features.counted_as import counted_as
from marketsofone.features.permitted import unprofiled, without_unprofiled
from marketsofone.features.statements import told_of_buyers

_CARRIED = {
    "product": ("product_id", ("opportunity_line", "opportunity", "order_line")),
    "competitor": ("competitor_id", ("rival_met",)),
    "rep": ("rep_id", ("account", "opportunity")),
}
"""Tables that belong to no buyer: the column that leads to them, and the tables that may have it, in their order."""
_OF_PEOPLE = ("contact", "opportunity_contact", "membership")
"""Tables whose rows tell of a person: of one who may not be profiled nothing is told of the buyer at its account."""
_BEFORE_ALL = ibis.timestamp(datetime(1, 1, 1))
"""The moment of what has no time."""
_KINDS = {"account": ["site", "account"], "contact": ["contact"], "opportunity": ["opportunity"]}
"""The kinds of buyer that a thing can be."""


def owners(tables: Mapping[str, ir.Table], level: str) -> dict[str, ir.Table]:
    """Which buyer each account, each deciding contact and each opportunity belongs to.

    A contact decides where it is said to; where nothing is said, when an opportunity names it. Of
    several at one account each is a buyer, and what names none of them belongs to the one with the
    smallest id. Below the level of sites, a site counts as its parent.

    Parameters
    ----------
    tables : mapping
        Customer tables known by the date.
    level : str
        ``contact``, ``site``, ``account`` or ``opportunity``: the finest the project asks for.

    Returns
    -------
    dict
        ``account`` (account_id, buyer_id, kind), ``contact`` (contact_id, buyer_id, kind) and
        ``opportunity`` (opportunity_id, buyer_id, kind), each only where the data have such a table
        and the level asks for it.
    """
    found: dict[str, ir.Table] = {}
    if "account" in tables and level != "opportunity":
        found["account"] = _account_owners(tables, level)
        if level == "contact" and "contact" in tables:
            decider = _deciders(tables)
            found["contact"] = decider.select("contact_id", buyer_id=_.contact_id, kind=ibis.literal("contact"))
    if "opportunity" in tables:
        found["opportunity"] = _opportunity_owners(tables["opportunity"], found)
    return found


def companies(tables: Mapping[str, ir.Table], found: ir.Table) -> ir.Table:
    """The company of each buyer, whatever the level of buyers: ``buyer_id``, ``company``.

    A site belongs to the account above it; a buyer of whom no account is known is a company of its own.

    Parameters
    ----------
    found : Ibis table
        From :func:`buyers`.
    """
    rows = found.select("buyer_id", "account_id")
    if "account" not in tables:
        return rows.select("buyer_id", company=ibis.coalesce(_.account_id, _.buyer_id))
    above = _account_owners(tables, "account").select(above_of="account_id", above="buyer_id")
    led = rows.left_join(above, [("account_id", "above_of")])
    return led.select("buyer_id", company=ibis.coalesce(_.above, _.account_id, _.buyer_id))


def _account_owners(tables: Mapping[str, ir.Table], level: str) -> ir.Table:
    account = tables["account"].select("account_id", "parent_id", "form")
    if level == "account":
        return counted_as(account).mutate(kind=ibis.literal("account"))
    kind = ibis.cases((_.form == "site", "site"), else_="account")
    if level != "contact" or "contact" not in tables:
        return account.select("account_id", buyer_id=_.account_id, kind=kind)
    lead = _deciders(tables).group_by("account_id").agg(contact_id=_.contact_id.min())
    return account.left_join(lead, "account_id").select(
        "account_id",
        buyer_id=ibis.coalesce(_.contact_id, account.account_id),
        kind=ibis.cases((_.contact_id.notnull(), "contact"), (_.form == "site", "site"), else_="account"),
    )


def _deciders(tables: Mapping[str, ir.Table]) -> ir.Table:
    """Deciding contacts, each with the site or account it decides for."""
    contact = tables["contact"].select("contact_id", "decides", account_id=ibis.coalesce(_.site_id, _.account_id))
    said = contact.filter(_.decides)
    if "opportunity" in tables:
        named = contact.filter(_.decides.isnull()).semi_join(tables["opportunity"], "contact_id")
        said = said.union(named)
    return said.select("contact_id", "account_id")


def _opportunity_owners(opportunity: ir.Table, found: Mapping[str, ir.Table]) -> ir.Table:
    if "account" not in found:
        return opportunity.select("opportunity_id", buyer_id=_.opportunity_id, kind=ibis.literal("opportunity"))
    of_account = found["account"].select("account_id", account_buyer=_.buyer_id, account_kind=_.kind)
    rows = opportunity.select("opportunity_id", "account_id", "contact_id").left_join(of_account, "account_id")
    buyer, kind = [rows.account_buyer, rows.opportunity_id], [rows.account_kind, ibis.literal("opportunity")]
    if "contact" in found:
        rows = rows.left_join(found["contact"].select(decider="contact_id", decider_kind="kind"),
                              [("contact_id", "decider")])
        buyer, kind = [rows.decider, *buyer], [rows.decider_kind, *kind]
    return rows.select("opportunity_id", buyer_id=ibis.coalesce(*buyer), kind=ibis.coalesce(*kind))


def with_buyer(events: ir.Table, owner: Mapping[str, ir.Table]) -> ir.Table:
    """Events with the ``buyer_id`` they belong to; events that belong to nobody are left out."""
    return owned(events, owner).filter(_.buyer_id.notnull())


def first_to_tell(tables: Sequence[ir.Table]) -> ir.Table:
    """Rows of several tables of the same columns: of each ``buyer_id`` those of the first table that has any.

    Parameters
    ----------
    tables : sequence of Ibis tables
        At least one, in the order in which they are asked.
    """
    found: list[ir.Table] = []
    for rows in tables:
        found.append(reduce(lambda left, earlier: left.anti_join(earlier, "buyer_id"), found, rows))
    return ibis.union(*found) if len(found) > 1 else found[0]


def owned(events: ir.Table, owner: Mapping[str, ir.Table]) -> ir.Table:
    """Events with the ``buyer_id`` they belong to, null where that is nobody; as they are where they have one.

    The opportunity that an event is about says it first, then the deciding contact, then the account.
    """
    if "buyer_id" in events.columns:
        return events
    said = []
    for entity in ("opportunity", "contact", "account"):
        key, name = f"{entity}_id", f"{entity}_buyer"
        if entity in owner and key in events.columns:
            events = events.left_join(owner[entity].select(key, **{name: _.buyer_id}), key).drop(f"{key}_right")
            said.append(name)
    if not said:
        return events.mutate(buyer_id=ibis.null("int64"))
    return events.mutate(buyer_id=ibis.coalesce(*(events[name] for name in said))).drop(*said)


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
    left_out = unprofiled(tables, owner)
    return whole if left_out is None else whole.anti_join(left_out, "buyer_id")


def _beside(left: ir.Table, right: ir.Table) -> ir.Table:
    key = "buyer_id" if "buyer_id" in right.columns else "account_id"
    joined = left.left_join(right, key)
    return joined.drop(f"{key}_right") if f"{key}_right" in joined.columns else joined


def _identity(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]) -> ir.Table:
    base = _everyone(tables, owner)
    entity = ibis.cases((_.kind.isin(_KINDS["account"]), "account"), else_=_.kind)
    named = base.mutate(entity=entity).left_join(
        _names(tables["entity_link"], owner), [("entity", "entity"), ("buyer_id", "entity_id")]
    )
    return named.select("buyer_id", "kind", "account_id", "source_id")


def _names(link: ir.Table, owner: Mapping[str, ir.Table]) -> ir.Table:
    """The first key of each thing that is a buyer: ``entity``, ``entity_id``, ``source_id``."""
    parts = []
    for entity, of in owner.items():
        ours = of.filter(of.kind.isin(_KINDS[entity])).select(entity_id="buyer_id")
        keys = link.filter(link.entity == entity).semi_join(ours, "entity_id")
        first = keys.group_by("entity_id").agg(source_id=_.source_id.min())
        parts.append(first.select("entity_id", "source_id", entity=ibis.literal(entity)))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _everyone(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]) -> ir.Table:
    """Every buyer once: ``buyer_id``, ``kind`` and the account it is, decides for or belongs to."""
    parts = []
    if "account" in owner:
        own = owner["account"].filter(_.kind != "contact")
        parts.append(own.select("buyer_id", "kind", account_id=_.buyer_id).distinct())
    if "contact" in owner:
        decider = _deciders(tables)
        parts.append(decider.select(buyer_id=_.contact_id, kind=ibis.literal("contact"), account_id=_.account_id))
    if "opportunity" in owner:
        alone = owner["opportunity"].filter(_.kind == "opportunity")
        of_account = tables["opportunity"].select("opportunity_id", "account_id")
        parts.append(alone.inner_join(of_account, "opportunity_id").select("buyer_id", "kind", "account_id"))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _facts(
    name: str, columns: Sequence[UserColumn], tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]
) -> list[ir.Table]:
    """What one table tells of each buyer: one query for all its columns, one more for each dominant one.

    Accounts tell it by their own id, which every buyer has beside its own.
    """
    if name == "account":
        return [tables[name].select("account_id", *(column.column for column in columns))]
    rows = _rows_of_buyers(name, tables, owner)
    if _one_row_a_buyer(name, owner):
        return [rows.select("buyer_id", *(column.column for column in columns))]
    dominant = [column for column in columns if column.on_many == "dominant"]
    others = [column for column in columns if column.on_many != "dominant"]
    parts = [_dominant(rows, column.column) for column in dominant]
    return [*parts, _at_once(rows, others)] if others else parts


def _one_row_a_buyer(name: str, owner: Mapping[str, ir.Table]) -> bool:
    """Whether a table tells of each buyer in one row, so that nothing is to be chosen from."""
    by_opportunity = name == "opportunity" and "account" not in owner
    return (name == "contact" and "contact" in owner) or by_opportunity


def _at_once(rows: ir.Table, columns: Sequence[UserColumn]) -> ir.Table:
    """Several values as one, a buyer: the latest known, or ``mixed`` where they differ.

    Of values known at once the first by name, of numbers the smallest, is the latest: as in `_dominant`, where a row
    stands in its file has no say. What has no time is older than all that has. Numbers have no ``mixed``: where they
    differ, nothing is known.
    """
    moment = rows.moment.fill_null(_BEFORE_ALL)
    once = rows.group_by("buyer_id", at=moment).agg(
        **{f"least_{column.column}": _[column.column].min() for column in columns},
        **{f"most_{column.column}": _[column.column].max() for column in columns if column.on_many == "mixed"})
    return once.group_by("buyer_id").agg(**{column.column: _one(column) for column in columns})


def _one(column: UserColumn) -> ibis.Deferred:
    least = _[f"least_{column.column}"]
    if column.on_many == "mixed":
        differ = ibis.literal("mixed") if column.kind == "text" else ibis.null("float64")
        return ibis.cases((least.min() == _[f"most_{column.column}"].max(), least.min()), (least.count() > 0, differ))
    return least.argmax(_["at"], where=least.notnull())


def _dominant(rows: ir.Table, name: str) -> ir.Table:
    """The most frequent value; of equals, the one first seen, and of those seen at once the first by name.

    Where a row stands in its file has no say: an export may come in another order the next day.
    """
    known = rows.filter(rows[name].notnull()).select("buyer_id", "moment", value=rows[name])
    counted = known.group_by("buyer_id", "value").agg(times=_.count(), first=_.moment.min())
    order = ibis.window(group_by="buyer_id", order_by=[_.times.desc(), _["first"].asc(), _.value])
    top = counted.mutate(place=ibis.row_number().over(order)).filter(_.place == 0)
    return top.select("buyer_id", **{name: top.value})


def _rows_of_buyers(name: str, tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]) -> ir.Table:
    """Rows of a table with the buyer they tell of and ``moment``, when they happened (null: no time)."""
    if name in _CARRIED:
        return _carried(name, tables, owner)
    rows = _with_moment(name, tables)
    if name in _OF_PEOPLE:
        rows = without_unprofiled(rows, tables)
    if name == "account":
        return _everyone(tables, owner).select("buyer_id", "account_id").inner_join(rows, "account_id")
    if name == "contact" and "contact" in owner:
        return owner["contact"].select("contact_id", "buyer_id").inner_join(rows, "contact_id")
    if "about_id" in rows.columns:
        return told_of_buyers(rows, tables, owner)
    return with_buyer(rows, owner)


def _carried(name: str, tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]) -> ir.Table:
    """What is told of buyers by a table that others lead to: of each buyer the first of these that names any."""
    key, carriers = _CARRIED[name]
    told = tables[name].drop("source", "source_row")
    rows = [_rows_of_buyers(carrier, tables, owner).select("buyer_id", "source", "source_row", "moment", key)
            for carrier in carriers if carrier in tables]
    if not rows:
        return with_buyer(tables[name].mutate(moment=ibis.null("timestamp")), {})
    return first_to_tell([each.inner_join(told, key) for each in rows])


def _with_moment(name: str, tables: Mapping[str, ir.Table]) -> ir.Table:
    """Rows of a table with ``moment``; what belongs to an opportunity and has no time came with the opportunity.

    Of what holds for a time, such as being on a list, the moment is the day on which it began.
    """
    rows, happened = tables[name], HAPPENED.get(name, "valid_from")
    if happened in rows.columns:
        return rows.mutate(moment=rows[happened].cast("timestamp"))
    if name not in OF_OPPORTUNITY or "opportunity" not in tables:
        return rows.mutate(moment=ibis.null("timestamp"))
    opened = tables["opportunity"].select(opened_of=_.opportunity_id, moment=_.opened_at.cast("timestamp"))
    return rows.left_join(opened, rows.opportunity_id == opened.opened_of).drop("opened_of")

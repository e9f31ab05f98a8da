"""What buyers were seen to do and say, by criterion: who needs, buys, asks, answers and considers what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import ibis
from ibis import _

from marketsofone.engine import hold
from marketsofone.features import first_to_tell, with_buyer
from marketsofone.features.sales import bought
from marketsofone.features.statements import told_of_buyers
from marketsofone.strata.distinct_criteria import criterion

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from marketsofone.project.ground.gathered import Gathered

Tables = Mapping[str, "ir.Table"]


def held_dealings(engine: Backend, gathered: Gathered) -> ir.Table | None:
    """What buyers were seen to do and say, kept in the engine; None where there is nothing of the kind."""
    told = {criterion(column.name) for column in gathered.columns
            if column.role == "dimension" and column.column in gathered.buyers.columns}
    found = dealings(gathered.tables, gathered.owner, gathered.buyers, told)
    return None if found is None else hold(engine, "dealt", found)


def dealings(tables: Tables, owner: Tables, buyers: ir.Table, told: Collection[str]) -> ir.Table | None:
    """One row for each thing a buyer was seen to do or say: ``buyer_id``, ``criterion``, ``value``, and ``times``.

    Needs are those stated of it, versions are of what it bought (else of what it was offered and took),
    approaches are the channels by which it was reached, competitors those met on its opportunities. A
    buyer may show several values of one criterion. Channels misread as taste where only one was tried.

    Parameters
    ----------
    tables, owner : mapping
        Customer tables known by the date; which buyer each account, contact and opportunity belongs to.
    buyers : Ibis table
        Those who may be profiled.
    told : collection of str
        Criteria that a sales dimension speaks of, which are left to it.

    Returns
    -------
    Ibis table or None
        None where there is nothing of the kind. Nothing is run.
    """
    found = {"needs": _needs(tables, owner), "adjustment": _adjustments(tables, owner),
             "version": _bought(tables, owner), "approach": _answered(tables, owner),
             "competitors": _met(tables, owner)}
    parts = [_counted(rows, name) for name, rows in found.items() if rows is not None and name not in told]
    if not parts:
        return None
    every = ibis.union(*parts) if len(parts) > 1 else parts[0]
    return every.semi_join(buyers, "buyer_id").select("buyer_id", "criterion", "value", "times")


def main_dealing(dealt: ir.Table, criterion: str) -> ir.Table:
    """One value a buyer of what it was seen to do: the most frequent, then the first by name. Runs nothing.

    Who met two rivals would else be two witnesses where groups are told apart.

    Returns
    -------
    Ibis table
        ``buyer_id``, ``value``.
    """
    rows = dealt.filter(_.criterion == criterion)
    order = ibis.window(group_by="buyer_id", order_by=[_.times.desc(), _.value])
    return rows.mutate(place=ibis.row_number().over(order)).filter(_.place == 0).select("buyer_id", "value")


def _counted(rows: ir.Table, name: str) -> ir.Table:
    """How often each buyer shows each value of a criterion."""
    times = _.times.sum() if "times" in rows.columns else _.count()
    counted = rows.filter(rows["value"].notnull()).group_by("buyer_id", "value").agg(times=times)
    return counted.select("buyer_id", "value", criterion=ibis.literal(name), times=counted.times.cast("int64"))


def _needs(tables: Tables, owner: Tables) -> ir.Table | None:
    if "wish" not in tables:
        return None
    said = tables["wish"].filter(_.kind == "need").select("about", "about_id", value=_.theme)
    return told_of_buyers(said, tables, owner)


def _adjustments(tables: Tables, owner: Tables) -> ir.Table | None:
    if "adjustment" not in tables:
        return None
    return told_of_buyers(tables["adjustment"].select("about", "about_id", value=_.type), tables, owner)


def _bought(tables: Tables, owner: Tables) -> ir.Table | None:
    """The version of each product bought, else its family, else the product."""
    rows = _sold(tables, owner)
    if rows is None:
        return None
    named = _keys(tables, "product")
    if "product" in tables:
        product = tables["product"].select("product_id", "version", "family")
        named = named.left_join(product, [("entity_id", "product_id")]).select(
            "entity_id", value=ibis.coalesce(_.version, _.family, _["value"]))
    return rows.inner_join(named, [("product_id", "entity_id")])


def _sold(tables: Tables, owner: Tables) -> ir.Table | None:
    """Products with their buyers, and how often: from the ledger, else from what was won, where these name any."""
    sold: list[ir.Table] = []
    if "order_line" in tables:
        sold.append(tables["order_line"].filter(bought(tables["order_line"])))
    if "opportunity" in tables:
        won = tables["opportunity"].filter(_.outcome == "won")
        if "opportunity_line" in tables:
            sold.append(tables["opportunity_line"].semi_join(won, "opportunity_id"))
        sold.append(won)
    named = [with_buyer(rows, owner).filter(_.product_id.notnull()).select("buyer_id", "product_id") for rows in sold]
    return first_to_tell(named).group_by("buyer_id", "product_id").agg(times=_.count()) if named else None


def _answered(tables: Tables, owner: Tables) -> ir.Table | None:
    if "touch" not in tables:
        return None
    reached = tables["touch"].filter(ibis.coalesce(_.direction, "out") == "out", _.answered)
    return with_buyer(reached, owner).select("buyer_id", value=_.channel)


def _met(tables: Tables, owner: Tables) -> ir.Table | None:
    if "rival_met" not in tables:
        return None
    met = with_buyer(tables["rival_met"], owner).select("buyer_id", "competitor_id")
    return met.inner_join(_keys(tables, "competitor"), [("competitor_id", "entity_id")])


def _keys(tables: Tables, entity: str) -> ir.Table:
    link = tables["entity_link"].filter(_.entity == entity)
    return link.group_by("entity_id").agg(value=_.source_id.min())

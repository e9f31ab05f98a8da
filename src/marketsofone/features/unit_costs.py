"""What was sold, and at what a unit of it cost on its day: where rows tell no amount or no cost of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.features.periods import on_day, periods

_HALVES = 1 + 2**-50
"""Lifts to its half what doubles hold below it: 1.15 x 110 cents are 126.49999999999999 in them."""


def unit_costs(product: ir.Table, day: date | None) -> ir.Table:
    """What a unit of each product costs, by period: ``priced_id``, ``unit_cost``, ``since`` and ``until`` (not in it).

    Parameters
    ----------
    product : Ibis table
        All its periods, those that are over among them. Where several hold, the one that began last counts.
    day : date or None
        What begins or ends later is not known by it; None where the data carry no date at all.
    """
    told = product.select("source", "source_row", "unit_cost", "valid_from", "valid_to", priced_id=_.product_id)
    held = periods(told, "priced_id", day).filter(_.unit_cost.notnull())
    return held.select("priced_id", "unit_cost", "since", "until")


def with_unit_costs(tables: Mapping[str, ir.Table], costs: ir.Table) -> dict[str, ir.Table]:
    """The same tables; an order line, or an opportunity with lines, without a cost of its own has that of its units.

    Units that come back give their cost back, whether their quantity or their amount is below zero. A negative amount
    smaller than what its units cost, or of no product, is a rebate: nothing comes back, nothing is spent. Of an
    opportunity only where each of its lines tells product and quantity, and what that cost is known.

    Parameters
    ----------
    tables : mapping
        Customer tables known by the date.
    costs : Ibis table
        As `unit_costs` gives it, minor units.
    """
    found = dict(tables)
    if "order_line" in tables:
        lines = tables["order_line"]
        joined = _priced(lines, lines.ordered_at, costs)
        found["order_line"] = joined.mutate(cost=ibis.coalesce(joined.cost, joined.of_units)).select(*lines.columns)
    if "opportunity" in tables and "opportunity_line" in tables:
        found["opportunity"] = _of_lines(tables["opportunity"], tables["opportunity_line"], costs)
    return found


def with_line_amounts(tables: Mapping[str, ir.Table]) -> dict[str, ir.Table]:
    """The same tables; an opportunity without an amount is worth what its lines add up to, where each of them tells it.

    Parameters
    ----------
    tables : mapping
        Customer tables known by the date, ``opportunity`` and ``opportunity_line`` among them.
    """
    opportunity = tables["opportunity"]
    whole = tables["opportunity_line"].group_by(of=_.opportunity_id).agg(
        of_lines=_.amount.sum().cast("int64"), open=_.amount.isnull().any())
    joined = opportunity.left_join(whole.filter(~_.open), [("opportunity_id", "of")])
    summed = joined.mutate(amount=ibis.coalesce(joined.amount, joined.of_lines)).select(*opportunity.columns)
    return {**tables, "opportunity": summed}


def _of_lines(opportunity: ir.Table, lines: ir.Table, costs: ir.Table) -> ir.Table:
    moments = opportunity.select(of=_.opportunity_id, sold_at=ibis.coalesce(_.closed_at, _.opened_at))
    said = ("opportunity_id", "product_id", "quantity", "amount")
    dated = lines.select(*said).inner_join(moments, [("opportunity_id", "of")])
    priced = _priced(dated.select(*said, "sold_at"), _.sold_at, costs)
    whole = priced.group_by(of=_.opportunity_id).agg(of_units=_.of_units.sum(), open=_.of_units.isnull().any())
    joined = opportunity.left_join(whole.filter(~_.open), [("opportunity_id", "of")])
    return joined.mutate(cost=ibis.coalesce(joined.cost, joined.of_units)).select(*opportunity.columns)


def _priced(rows: ir.Table, moment: ibis.Value | ibis.Deferred, costs: ir.Table) -> ir.Table:
    """Rows with ``of_units``: what their units cost on the day (the last, without a day); null: not known."""
    dated = on_day(rows, moment)
    joined = dated.left_join(costs, [dated.product_id == costs.priced_id, dated.held_on >= costs.since,
                                     dated.held_on < costs.until])
    return joined.mutate(of_units=(_of_units(joined) * _HALVES).round().cast("int64"))


def _of_units(rows: ir.Table) -> ibis.Value:
    moved = rows.quantity * rows.unit_cost.cast("float64")
    taken_back = (rows.amount < 0) & (rows.quantity > 0)
    worth_it = -rows.amount.cast("float64") >= moved
    rebate = (rows.amount < 0) & rows.product_id.isnull() & (rows.quantity.fill_null(1.0) > 0)
    return ibis.cases((taken_back & worth_it, -moved), ((taken_back & moved.notnull()) | rebate, 0.0), else_=moved)

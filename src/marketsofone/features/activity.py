"""What happened with each buyer, counted: touches, opportunities, orders, their last days, and contribution."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.features.adding import added_lines
from marketsofone.features.buyers import with_buyer
from marketsofone.features.sales import bought, margin, sold_in

COUNTED = {
    "touches": "int64", "approaches": "int64", "answered": "int64", "last_touch_on": "date",
    "opportunities": "int64", "open_opportunities": "int64", "won": "int64", "lost": "int64",
    "last_opportunity_on": "date", "last_decided_on": "date",
    "orders": "int64", "last_order_on": "date", "contribution": "float64",
}
"""What is counted of each buyer, and as what: contribution is in major units."""

TOLD = {"form": "string", "role": "string", "rep": "string"}
"""What the account, the contact and the rep add: the form of the account in its tree, the contact's part
in buying, and the source's key of who serves the buyer."""

_FROM = {"touch": ("touches", "approaches", "answered"),
         "opportunity": ("opportunities", "open_opportunities", "won", "lost"),
         "order_line": ("orders",)}
"""What is zero where nothing happened, by the table that would tell."""

_BY_OUTCOME = ("open_opportunities", "won", "lost")


def activity(
    buyers: ir.Table, tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], margin_rate: float | None,
    minor: int, served: ir.Table | None, step: str | None = None,
) -> ir.Table:
    """One row a buyer: ``buyer_id``, ``TOLD`` and ``COUNTED``. Builds a query, runs nothing.

    A buyer with whom nothing happened has zero touches, opportunities and orders where the data have
    such a table at all; where they have none, nothing is known of them. A last day of what never
    happened is not known; nor is how many opportunities are open, won and lost where a buyer has some
    and none of them tells. Contribution is amount less cost over all order lines, or over won opportunities
    (`sold_in`); not known where a buyer has rows and none of them tells its margin, or its outcome.

    Parameters
    ----------
    buyers : Ibis table
        With ``buyer_id``, ``kind`` and ``account_id``.
    tables, owner : mapping
        Customer tables known by the date, and what `owners` gave back.
    margin_rate : float or None
        Share of an amount that is contribution, where a row has no cost.
    minor : int
        Minor units in one major unit.
    served : Ibis table or None
        What `reps_of_buyers` gave back.
    step : str or None
        What attractiveness counts.
    """
    sold = sold_in(tables, step)
    parts = _parts(tables, owner, margin_rate, minor, sold)
    rows = buyers.select("buyer_id", "kind", "account_id")
    for part in parts:
        rows = rows.left_join(part, "buyer_id").drop("buyer_id_right")
    counted = {name for table, names in _FROM.items() if table in tables for name in names}
    rows = _with_told(rows, tables, served)
    return rows.select("buyer_id", *TOLD, **{
        name: _column(rows, name, kind, name in counted, sold) for name, kind in COUNTED.items()})


def _column(rows: ir.Table, name: str, kind: str, counted: bool, sold: str | None) -> ibis.Value:
    if name not in rows.columns:
        return ibis.null(kind)
    if name == "contribution":
        unknown = rows.unpriced > 0 if sold == "order_line" else (rows.unpriced > 0) | (rows.untold > 0)
        return ibis.cases((unknown, ibis.null(kind)), else_=rows[name].fill_null(0.0))
    if not counted:
        return rows[name]
    many = rows[name].fill_null(0).cast(kind)
    return ibis.cases((rows.untold > 0, ibis.null(kind)), else_=many) if name in _BY_OUTCOME else many


def _parts(
    tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], margin_rate: float | None, minor: int,
    sold: str | None,
) -> list[ir.Table]:
    parts = []
    if "touch" in tables:
        parts.append(_touches(with_buyer(tables["touch"], owner)))
    if "opportunity" in tables:
        parts.append(_opportunities(with_buyer(tables["opportunity"], owner)))
    if "order_line" in tables:
        lines = with_buyer(tables["order_line"], owner)
        earned = _earned(lines, margin_rate, minor) if sold == "order_line" else {}
        out = bought(lines)
        parts.append(lines.group_by("buyer_id").agg(
            orders=_.order_id.nunique(where=out),
            last_order_on=_.ordered_at.cast("timestamp").max(where=out).cast("date"), **earned))
    if sold == "opportunity":
        won = with_buyer(tables["opportunity"].filter(_.outcome == "won"), owner)
        parts.append(won.group_by("buyer_id").agg(**_earned(won, margin_rate, minor)))
    return parts


def _touches(rows: ir.Table) -> ir.Table:
    ours = (_.direction.fill_null("out") == "out") & (_.team.fill_null("sales") == "sales")
    return rows.group_by("buyer_id").agg(
        touches=_.count(), approaches=_.count(where=ours), answered=_.count(where=ours & _.answered),
        last_touch_on=_.happened_at.cast("timestamp").max().cast("date"))


def _opportunities(rows: ir.Table) -> ir.Table:
    return rows.group_by("buyer_id").agg(
        opportunities=_.count(), untold=(_.outcome.count() == 0).cast("int64"),
        open_opportunities=_.count(where=_.outcome == "open"),
        won=_.count(where=_.outcome == "won"), lost=_.count(where=_.outcome == "lost"),
        last_opportunity_on=_.opened_at.cast("timestamp").max().cast("date"),
        last_decided_on=_.closed_at.cast("timestamp").max(where=_.outcome.isin(["won", "lost"])).cast("date"))


def _earned(rows: ir.Table, margin_rate: float | None, minor: int) -> dict[str, ibis.Value]:
    """Contribution, and whether there are rows of which none tells it."""
    earned = margin(rows, margin_rate) / float(minor)
    return {"contribution": added_lines(earned), "unpriced": (earned.count() == 0).cast("int64")}


def _with_told(rows: ir.Table, tables: Mapping[str, ir.Table], served: ir.Table | None) -> ir.Table:
    nothing = ibis.null("string")
    if "account" in tables:
        form = tables["account"].select(of=_.account_id, form=_.form)
        rows = rows.left_join(form, rows.account_id == form.of).drop("of")
    if "contact" in tables:
        role = tables["contact"].select(of=_.contact_id, role=_.role)
        rows = rows.mutate(person=ibis.cases((rows.kind == "contact", rows.buyer_id)))
        rows = rows.left_join(role, rows.person == role.of).drop("of", "person")
    if served is not None:
        link = tables["entity_link"].filter(_.entity == "rep").group_by(rep_id=_.entity_id).agg(rep=_.source_id.min())
        rep = served.inner_join(link, "rep_id").select("buyer_id", "rep")
        rows = rows.left_join(rep, "buyer_id").drop("buyer_id_right")
    return rows.mutate(**{name: nothing for name in TOLD if name not in rows.columns})

"""Who serves each buyer: the rep of its account, else of its latest opportunity."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _


def reps_of_buyers(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]) -> ir.Table | None:
    """The rep of each buyer that has one, or None where the data name no reps of buyers.

    The account says it first. Where several accounts of one buyer name different reps, the one who looks
    after most of them serves it (of equals the one with the smallest id), and ``reps`` tells how many
    were named. Where no account says it, the rep of the latest opportunity serves.

    Parameters
    ----------
    tables : mapping
        Customer tables known by the date.
    owner : mapping
        What `owners` gave back.

    Returns
    -------
    Ibis table or None
        ``buyer_id``, ``rep_id``, ``reps``; one row a buyer.
    """
    of_account = _by_account(tables, owner)
    of_opportunity = _by_opportunity(tables, owner, of_account)
    said = [rows for rows in (of_account, of_opportunity) if rows is not None]
    if not said:
        return None
    every = said[0] if len(said) == 1 else ibis.union(*said)
    first = ibis.window(group_by="buyer_id", order_by=[_.place, _.weight.desc(), _.rep_id])
    chosen = every.mutate(turn=ibis.row_number().over(first)).filter(_.turn == 0)
    return chosen.select("buyer_id", "rep_id", "reps")


def _by_account(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]) -> ir.Table | None:
    if "account" not in owner or "account" not in tables:
        return None
    named = tables["account"].filter(_.rep_id.notnull()).select("account_id", "rep_id")
    rows = named.inner_join(owner["account"].select("account_id", "buyer_id"), "account_id")
    accounts = rows.group_by("buyer_id", "rep_id").agg(weight=_.count().cast("float64"))
    reps = accounts.group_by("buyer_id").agg(reps=_.count())
    return accounts.inner_join(reps, "buyer_id").select(
        "buyer_id", "rep_id", "reps", "weight", place=ibis.literal(1))


def _by_opportunity(
    tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], served: ir.Table | None
) -> ir.Table | None:
    """Of buyers who are not served already."""
    if "opportunity" not in owner or "opportunity" not in tables:
        return None
    named = tables["opportunity"].filter(_.rep_id.notnull())
    rows = named.select("opportunity_id", "rep_id", at=_.opened_at.cast("timestamp")).inner_join(
        owner["opportunity"].select("opportunity_id", "buyer_id"), "opportunity_id")
    rows = rows if served is None else rows.anti_join(served, "buyer_id")
    latest = rows.group_by("buyer_id", "rep_id").agg(at=_.at.max())
    recent = ibis.window(group_by="buyer_id", order_by=[_.at.desc(nulls_first=False), _.rep_id])
    ordered = latest.mutate(turn=ibis.row_number().over(recent))
    return ordered.select("buyer_id", "rep_id", reps=ibis.literal(1).cast("int64"),
                          weight=-ordered.turn.cast("float64"), place=ibis.literal(2))

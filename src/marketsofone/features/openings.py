"""How many answers to approaches lead to an opportunity, of buyers not yet won."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.features.buyers import with_buyer
from marketsofone.features.sales import won_at


def openings(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], everyone: ir.Table,
             answered: ibis.Deferred) -> ir.Table:
    """Answers and opportunities up to the first win, of buyers who ever answered. Runs nothing.

    An answer that leads to no opportunity, or is one of many within one, costs an hour all the same: a plan that
    takes each for an opportunity promises too much. What comes after the first win is service, and not counted.

    Parameters
    ----------
    tables, owner : mapping
        Customer tables known by the date, ``touch`` and ``opportunity`` among them, and what `owners` gave back.
    everyone : Ibis table
        ``buyer_id`` of those counted.
    answered : Deferred
        Which touches are answers to an approach.

    Returns
    -------
    Ibis table
        One row: ``answers``, ``opened``.
    """
    opportunities = with_buyer(tables["opportunity"], owner).semi_join(everyone, "buyer_id")
    won = opportunities.filter(_.outcome == "won")
    won = won.group_by("buyer_id").agg(first=won_at(won).min())
    answers = _until(with_buyer(tables["touch"].filter(answered), owner).semi_join(everyone, "buyer_id"),
                     "happened_at", won)
    opened = _until(opportunities.filter(_.entered.fill_null(True)).semi_join(answers, "buyer_id"), "opened_at", won)
    return answers.agg(answers=_.count()).cross_join(opened.agg(opened=_.count()))


def _until(rows: ir.Table, moment: str, won: ir.Table) -> ir.Table:
    """Rows up to the first win of their buyer; those without a date count."""
    beside = rows.select("buyer_id", at=rows[moment].cast("timestamp")).left_join(won, "buyer_id")
    return beside.filter(_.at.isnull() | _.first.isnull() | (_.at <= _.first)).select("buyer_id")

"""The rows behind each number: every row that is a trial of a score, where it stands and what it counts for.

What a buyer's rows add up to is its tally. A row is known by the customer table it fills, its source and its
number there; it counts for so many ``trials`` and for a ``total`` of successes or of money.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.features.statements import told_of_buyers

ROW = ("buyer_id", "table_name", "source", "source_row", "happened_on", "trials", "total")
"""Columns of the rows behind a number."""

_SURE = 2.0


def counted_rows(rows: ir.Table, table: str) -> ir.Table:
    """Rows that each are a trial, as `Measure.rows` or `contributions` of amounts give them."""
    return rows.mutate(table_name=ibis.literal(table)).select(*ROW)


def followed_rows(wins: ir.Table, lines: ir.Table) -> ir.Table:
    """Wins, and the order lines that followed them: a win counts for its trials, a line for its money.

    Parameters
    ----------
    wins : Ibis table
        What `contributions` gives.
    lines : Ibis table
        What `followed_lines` gives.
    """
    counted = lines.semi_join(wins, "row_id").mutate(
        table_name=ibis.literal("order_line"), trials=ibis.literal(0.0), total=_.money)
    return counted_rows(wins.mutate(total=ibis.literal(0.0)), "opportunity").union(counted.select(*ROW))


def purchased_rows(lines: ir.Table, histories: ir.Table) -> ir.Table:
    """The lines of a ledger: a purchase day is one trial, which the lines bought on it share alike.

    Parameters
    ----------
    lines : Ibis table
        What `purchase_lines` gives.
    histories : Ibis table
        The buyers who are counted, by ``buyer_id``.
    """
    kept = lines.semi_join(histories, "buyer_id")
    days = kept.filter(_.bought).group_by("buyer_id", "day").agg(sharing=_.count())
    joined = kept.left_join(days, ["buyer_id", "day"])
    trials = ibis.cases((joined.bought, 1.0 / joined.sharing.cast("float64")), else_=0.0)
    return counted_rows(joined.mutate(trials=trials, total=joined.money, happened_on=joined.day), "order_line")


def judged_rows(tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table], score: str) -> ir.Table | None:
    """What people hold of each buyer: a judgement counts as so many trials at the value it states.

    Returns
    -------
    Ibis table or None
        `ROW`; None where the data hold no judgement.
    """
    if "judgement" not in tables:
        return None
    said = tables["judgement"].filter(_.score == score).select(
        "about", "about_id", "source", "source_row", "value", sure=_.sure.fill_null(_SURE),
        happened_on=_.stated_at.cast("timestamp").cast("date"))
    stated = told_of_buyers(said, tables, owner)
    return counted_rows(stated.mutate(trials=_.sure, total=_.sure * _.value), "judgement")

"""Lines of opportunities: what they are worth, in the currency and on the day of their opportunity.

A line says no day, and often no currency: both are its opportunity's. As sources are read one by one, what a line said
stands aside until all are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from marketsofone.sources.findings import Finding
from marketsofone.sources.rows.said import Market
from marketsofone.sources.sql import literal, quoted
from marketsofone.sources.values.readings import money

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ASIDE = {"opportunity": {"m1_currency": "varchar", "m1_unrated": "boolean"},
         "opportunity_line": {"m1_currency": "varchar", "m1_told": "double"}}
"""By table, what its rows say that stands aside: their own currency, the amount in it, and that no rate converts it."""

KEPT_UNRATED = frozenset({"opportunity"})
"""Tables whose rows stay where no rate converts their amounts: they tell an outcome, whatever it was worth."""


def settle_lines(con: DuckDBPyConnection, tables: Sequence[str], market: Market) -> list[Finding]:
    """Convert the lines of opportunities, and tell how many opportunities are worth what theirs add up to.

    An amount that the rates do not reach is not known.
    """
    both = set(ASIDE) <= set(tables)
    if both:
        con.execute(_converted(market))
    for name in ASIDE.keys() & set(tables):
        for column in ASIDE[name]:
            con.execute(f"alter table {quoted(name)} drop column {column}")
    return _summed(con) if both else []


def _converted(market: Market) -> str:
    """Lines whose currency, or that of their opportunity, is not the market's, by the rate of the opportunity's day."""
    last, zone = f"date '{market.last_day}'", literal(market.time_zone)
    days = ", ".join(f"cast(timezone({zone}, timezone('UTC', {at})) as date)" for at in ("closed_at", "opened_at"))
    return f"""
        update opportunity_line t set amount = c.worth from (
            select l.source, l.source_row,
                   {money("l.m1_told", "DOUBLE", market.exponent, rate="r.rate")} as worth
            from (select t.source, t.source_row, t.m1_told, coalesce(t.m1_currency, o.m1_currency) as money,
                         least(coalesce({days}, {last}), {last}) as day
                  from opportunity_line t join opportunity o using (opportunity_id)
                  where money <> {literal(market.currency)}) l
            asof left join rate r on l.money = r.currency and l.day >= r.rate_on) c
        where t.source = c.source and t.source_row = c.source_row"""


def _summed(con: DuckDBPyConnection) -> list[Finding]:
    rows = con.execute(
        "select count(*) from opportunity where amount is null and opportunity_id in (select opportunity_id "
        "from opportunity_line group by all having count(*) = count(amount))").fetchall()[0][0]
    if not rows:
        return []
    return [Finding("amounts_of_lines", "info", "opportunity.amount",
                    f"{rows:,} rows of opportunity tell no amount, and each of their lines does: their sum counts.")]

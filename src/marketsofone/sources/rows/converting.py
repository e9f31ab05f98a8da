"""Amounts of other currencies: what one unit of each was worth in that of the market, on the day of the row."""

from __future__ import annotations

from collections.abc import Sequence

from marketsofone.sources.rows.said import Market, Said
from marketsofone.sources.sql import literal, quoted

_DATED = ("closed_at", "ordered_at", "happened_at", "opened_at", "stated_at", "valid_from", "known_at")


def rated(query: str, said: Sequence[Said], market: Market) -> str:
    """The rows with ``m1_rate``: what one unit of the row's currency was worth on its day.

    The day is the first of those in ``_DATED`` that the row says; a row that says none, or one beyond the day of the
    run, is converted by the last rate known by that.
    """
    last = f"date '{market.last_day}'"
    dated = [_day_of(one, market) for name in _DATED for one in said if one.name == name]
    on = f"least(coalesce({', '.join([*dated, last])}), {last})"
    own = f'coalesce(m1_left."read:currency", {literal(market.currency)}) = {literal(market.currency)}'
    return (
        f"(select m1_left.*, case when {own} then 1.0 else rate.rate end as m1_rate "
        f"from (select *, {on} as m1_on from {query}) m1_left asof left join rate "
        f'on m1_left."read:currency" = rate.currency and m1_left.m1_on >= rate.rate_on)'
    )


def _day_of(one: Said, market: Market) -> str:
    read = quoted(f"read:{one.name}")
    if one.field.kind == "instant":
        return f"cast(timezone({literal(market.time_zone)}, timezone('UTC', {read})) as date)"
    return read

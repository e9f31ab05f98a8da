"""What of rows and amounts only a person can tell: sentences for what a proposal counts as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from marketsofone.sources.profiling.columns import FileProfile, named
from marketsofone.sources.profiling.field_words import FIELDS
from marketsofone.sources.profiling.kinds_of_rows import GIVEN_BACK
from marketsofone.sources.profiling.net_of_tax import tax_of
from marketsofone.sources.proposing.called import MONEY
from marketsofone.sources.proposing.drafts import Guess, reads
from marketsofone.sources.proposing.ledgers import whole_of
from marketsofone.sources.spelling import quoted_as_toml, snake
from marketsofone.sources.sql import literal, quoted

_TAKEN_OFF = re.compile("discount|rabatt|remise|nachlass|skonto|rebate|descuento|sconto|korting|returned|retour")


def not_converted(one: FileProfile, fields: Mapping[str, Guess]) -> Iterable[str]:
    """What of converted amounts a proposal does not use."""
    into, currency = one.converted.into, fields.get("currency", Guess("", ""))
    if one.converted.doubt and "amount" in fields:
        yield one.converted.doubt
    costs = [column.name for column in one.columns if named(column, FIELDS["order_line"]["cost"])]
    if into and currency.sql == literal(into) and "cost" not in fields and costs:
        yield (f"{costs[0]} may be in the currency of the row, while amounts are in {into}: it is not "
               f"used. If it is in {into} too, write cost = {quoted_as_toml(costs[0])}.")


def not_taken_off(one: FileProfile, fields: Mapping[str, Guess]) -> Iterable[str]:
    """What stands beside an amount and may have to be taken off it: a tax, a discount, what came back; or a sign."""
    amount = fields.get("amount")
    if amount is None:
        return
    if amount.sql in one.kinds.negative:
        yield (f"{amount.sql} is below zero in nearly all rows, so they count as returns. If sales are written so, "
               f"write amount = {quoted_as_toml(f'-1 * {quoted(amount.sql)}')}.")
    tax = tax_of(one)
    if tax and amount.sql not in one.net.values() and quoted(tax.name) not in amount.sql:
        told = quoted(amount.sql) if any(column.name == amount.sql for column in one.columns) else amount.sql
        yield (f"{tax.name} is not taken off {amount.sql}: if that holds the tax, write "
               f"amount = {quoted_as_toml(f'{told} - {quoted(tax.name)}')}.")
    back = [column for column in one.columns if column.kind == "number" and GIVEN_BACK.search(snake(column.name))]
    if not any(quoted(column.name) in amount.sql for column in back):
        for column in back:
            yield (f"{column.name} is not taken off {amount.sql}: if it was given back, write amount as an expression "
                   "that takes it off, or sales count too high.")
    if "*" in amount.sql:
        for column in one.columns:
            if quoted(column.name) not in amount.sql and _TAKEN_OFF.search(snake(column.name)):
                yield (f"{column.name} is not taken off quantity times price: if the price is before it, write amount "
                       "as an expression that takes it off, or sales count too high.")


def elsewhere(one: FileProfile, fields: Mapping[str, Guess]) -> Iterable[str]:
    """That rows which leave the amount empty may have theirs in another column: one for each currency, it may be."""
    told = fields["amount"].sql if "amount" in fields else ""
    amount = next((column for column in one.columns if column.name == told), None)
    for column in one.columns:
        if amount and column is not amount and named(column, FIELDS["order_line"]["amount"]) and (
                column.holds_numbers and 0 < column.filled <= one.rows - amount.filled):
            yield (f"{one.rows - amount.filled:,} of {one.rows:,} rows leave {amount.name} empty and count without an "
                   f"amount, while {column.name} is filled in {column.filled:,} rows and not used: if that is theirs, "
                   "write amount as an expression of both, or make a file for each currency.")


def written_in_words(one: FileProfile, fields: Mapping[str, Guess]) -> Iterable[str]:
    """That some amounts are only about what they say, or say it in thousands."""
    for column in one.columns:
        if column.worded and any(reads(fields[name].sql, column.name) for name in MONEY if name in fields):
            yield (f"{column.worded:,} of {column.filled:,} values of {column.name} are written in words in part, such "
                   "as ca. 500, 1.2k or 5 Tsd.: each counts as what it says.")


def repeated_totals(one: FileProfile, fields: Mapping[str, Guess]) -> Iterable[str]:
    """That an amount, or a cost, may be that of the whole order and count once for each of its rows."""
    whole = whole_of(one, fields, "order_id")
    for name in ("amount", "cost"):
        if whole and name in fields and fields[name].sql in whole.alike:
            yield (f"{fields[name].sql} is the same in all rows of each {whole.key} ({whole.several:,} have several): "
                   f"if it is the {name} of them all, it counts too often. Leave out all rows but one of each (where), "
                   f"or write {name} with the column that holds a row's own.")


def repeated_touches(one: FileProfile, fields: Mapping[str, Guess]) -> Iterable[str]:
    """That a contact stands in several rows, once for each who took part perhaps, and each row counts as one."""
    whole = whole_of(one, fields, "touch_id")
    if whole and "happened_at" in fields and fields["happened_at"].sql in whole.alike:
        minutes = ", and its minutes with it" if "minutes" in fields else ""
        yield (f"{whole.several:,} values of {whole.key} stand in several rows of the same time: each row counts as a "
               f"contact of its own{minutes}. If rows are of those who took part, keep one of each in the file.")

"""Rows that are no sales, as their own columns say: cancelled, only offered, deleted, paid, a tax; and returns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from marketsofone.errors import shortened
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_values import YES
from marketsofone.sources.profiling.kinds_of_rows import KINDS, MOST, credits_where
from marketsofone.sources.proposing.drafts import Guess, reads
from marketsofone.sources.sql import literal, quoted

DELETED = ("is deleted", "deleted", "is archived", "archived", "is test", "gelöscht")
CANCELLED = ("cancelled", "canceled", "is cancelled", "is canceled", "void", "voided", "is void", "storniert", "storno",
             "annulé", "annulée", "cancelled at", "canceled at", "storniert am", "voided at")
_MARKS = (*YES, "x", "✓", "✔")
_NO_SALE = re.compile(
    r"\b(cancel\w*|void\w*|draft|quote|quotation|estimate|storn\w*|angebot|entwurf|abgebrochen|proforma|failed)\b|"
    r"^((customer |received? )?payments?|pmt|pymt|zahlung(en|seingang)?|paiements?|r[eè]glements?|pagos?|mahnung)$")


_DOUBTFUL = re.compile("refund|pending|hold|unpaid|not.?paid|erstattet|ausstehend|zurück|rembours|en attente")
"""Words of how an order stands that leave open whether it brought anything."""


def left_out(one: FileProfile, table: str) -> tuple[str, list[str]]:
    """The rows of a file to keep, as SQL, empty for all; and what is said of it, a sentence each."""
    conditions, said = [], []
    returned = {value for _, value, _ in one.kinds.returned}
    for column in one.columns:
        if table == "order_line" and column.kind == "date" and named(column, CANCELLED) and column.filled < one.rows:
            conditions.append(f"{quoted(column.name)} is null")
            said.append(f"rows that have a day in {column.name} are left out (where)")
            continue
        words = list(_to_leave_out(one, column, table))
        others = [value for value in column.values if value not in returned and value not in words]
        if words:
            listed = ", ".join(map(literal, words))
            text = f"lower(cast({quoted(column.name)} as varchar))"
            conditions.append(f"coalesce({text}, '') not in ({listed})")
            said.append(f"rows whose {column.name} is {shortened(map(repr, words))} are left out (where)")
            if any(name == column.name for name, _ in one.kinds.paid):
                said.append(f"of the sides of {column.name} one is taken for sales, the other for what was paid, for "
                            "neither is rare: credit notes among the rows left out are not taken off")
            doubtful = [value for value in others if table == "order_line" and _DOUBTFUL.search(value)]
            if doubtful:
                said.append(f"rows whose {column.name} is {shortened(map(repr, doubtful))} count as sales: where these "
                            "brought nothing, name them in where too")
        elif table == "order_line" and 1 < len(column.values) <= MOST and len(others) > 1 and named(column, KINDS):
            kinds = shortened(map(repr, others))
            line = f"where = '''lower({quoted(column.name)}) <> {literal(others[-1])}'''"
            said.append(f"every {column.name} counts as a sale: {kinds}. Where some are offers or cancelled, leave "
                        f"them out, for instance with {line}")
    return " and ".join(conditions), said


def _to_leave_out(one: FileProfile, column: ColumnProfile, table: str) -> Iterator[str]:
    if named(column, DELETED):
        yield from (value for value in column.values if value in YES)
    elif table == "order_line" and named(column, CANCELLED) and 0 < len(column.values) <= 2:
        yield from (value for value in column.values if value in _MARKS)
    elif table == "order_line" and named(column, KINDS) and 1 < len(column.values) <= MOST:
        returned = {value for name, value, _ in one.kinds.returned if name == column.name}
        yield from (value for value in column.values if _NO_SALE.search(value) and value not in returned)
    if table == "order_line":
        yield from (value for name, value in (*one.kinds.taxes, *one.kinds.paid) if name == column.name)


def returns_turned(one: FileProfile, fields: Mapping[str, Guess]) -> tuple[dict[str, Guess], list[str]]:
    """The amount of a ledger, below zero where only a word says that something came back; and what is said of it.

    Rows that write what came back with a sign of their own, on the amount or the quantity, are left as they are.
    """
    amount, quantity = fields.get("amount"), fields.get("quantity")
    if amount is None:
        return {}, []
    read = {column.name for column in one.columns for guess in (amount, quantity) if guess and reads(
        guess.sql, column.name)}
    unsigned = [(column, value) for column, value, below in one.kinds.returned if not below & read]
    notes = [(column, letters) for column, letters, below in one.kinds.credited if not below & read]
    for name in dict.fromkeys(column for column, _ in unsigned):
        words = [value for column, value in unsigned if column == name]
        where = f"lower({quoted(name)}) in ({', '.join(map(literal, words))})"
        return _below(one, amount, where, f"rows whose {name} is {shortened(map(repr, words))} are taken for returns")
    for name in dict.fromkeys(column for column, _ in notes):
        letters = [begun for column, begun in notes if column == name]
        return _below(one, amount, credits_where(quoted(name), letters),
                      f"rows whose {name} begins with {shortened(map(repr, letters))} are taken for credit notes")
    return {}, []


def _below(one: FileProfile, amount: Guess, where: str, said: str) -> tuple[dict[str, Guess], list[str]]:
    """The amount below zero in some rows, and what is said of it."""
    turned = replace(amount, sql=_turned(one, amount.sql, where), why=f"{amount.why}; below zero where something came "
                     "back")
    return {"amount": turned}, [f"{said}: their amounts, none of them below zero, count below it"]


def _turned(one: FileProfile, amount: str, where: str) -> str:
    """SQL of an amount, below zero in some rows; one that is read beside a code is a text until it is loaded."""
    if any(column.codes and quoted(column.name) in amount for column in one.columns):
        return f"case when {where} then '-' || trim({amount}) else {amount} end"
    plain = any(column.name == amount for column in one.columns)
    return f"{quoted(amount) if plain else f'({amount})'} * case when {where} then -1 else 1 end"

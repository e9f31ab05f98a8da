"""Amounts in the currency of each row, and beside them the same converted into one: told by their values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile
from marketsofone.sources.profiling.rows_told import Converted
from marketsofone.sources.spelling import bare
from marketsofone.sources.sql import literal
from marketsofone.sources.values.currencies import EXPONENTS, SIGNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CONVERTED = re.compile(
    r"(?i)\(? ?(converted|umgerechnet|converti) ?\)?|[( ]*\(?(base|bw|hw)\)$|_base$|"
    r"(in |en )?(company|base|corporate|home|local|reporting|functional|default|account)[ _](currency|curr\.?)|"
    r"(in )?(haus|firmen|basis|unternehmens|landes)[ -]?währung|(en )?devise (de la société|locale|de base)")
"""What headings of converted amounts say of that."""

_CODE = re.compile(r"(?i)(?<![a-z])([a-z]{3})(?![a-z])")
_CALLED = {"euro": "EUR", "euros": "EUR", "us dollar": "USD", "us-dollar": "USD", "pound sterling": "GBP",
           "british pound": "GBP", "swiss franc": "CHF", "schweizer franken": "CHF", **SIGNS}
"""Currencies by other words than their code."""

_NEARLY_ALL, _LEAST, _CENT, _SMALL, _WIDEST = 0.98, 5, 0.011, 10, 2.0


def converted_in(con: DuckDBPyConnection, one: FileProfile) -> Converted:
    """Which columns of a file are others converted into one currency.

    Where rows name that currency, the two amounts are the same in them; in each other currency they differ by a rate,
    and that by less than twofold.
    """
    codes = {column.name: known for column in one.columns if (known := _codes(column))}
    pairs = list(_pairs(one, several=any(len(known) > 1 for known in codes.values())))
    found = Converted()
    for amount, converted in pairs:
        for name, known in codes.items():
            if len(known) < 2:
                continue
            into, why = _into(con, one, (amount, converted), one.column(name), known, _said(converted, codes))
            if into and found.into in ("", into):
                found = Converted(into, {**found.columns, amount.name: converted.name}, found.why or why)
                break
    if not found.into and pairs and any(len(known) > 1 for known in codes.values()):
        amount, converted = pairs[0]
        return Converted(columns={amount.name: converted.name}, doubt=(
            f"{converted.name} is called as {amount.name} in one currency is, but its rows do not show that: they are "
            "not the same in one currency, at a rate in each other; so it is not used. If it is, write "
            f"amount with it and currency = \"'EUR'\" with its code."))
    return found


def _codes(column: ColumnProfile) -> dict[str, str]:
    """What a column of currencies holds, each with its code; none for any other column."""
    known = {value: _CALLED.get(value, value.upper()) for value in column.values}
    return known if all(code in EXPONENTS for code in known.values()) else {}


def _pairs(one: FileProfile, several: bool) -> Iterator[tuple[ColumnProfile, ColumnProfile]]:
    """Columns of numbers of which one is called as the other is, converted."""
    numbers = [column for column in one.columns if column.holds_numbers] if several else []
    for converted in numbers:
        plain = bare(_without_words(converted.label))
        if plain == bare(converted.label):
            continue
        same = [column for column in numbers if column is not converted and bare(column.label) == plain]
        yield from ((column, converted) for column in same[:1])


def _without_words(heading: str) -> str:
    said = _CONVERTED.sub(" ", heading)
    if said != heading:
        return said
    return _CODE.sub(lambda found: " " if found[1].upper() in EXPONENTS else found[0], heading)


def _said(converted: ColumnProfile, codes: Mapping[str, Mapping[str, str]]) -> str:
    """The currency that a heading names, or that a column says of all rows."""
    named = [code.upper() for code in _CODE.findall(converted.label) if code.upper() in EXPONENTS]
    always = {code for name, known in codes.items() if len(known) == 1 and _CONVERTED.search(name)
              for code in known.values()}
    return named[0] if named else always.pop() if len(always) == 1 else ""


def _into(con: DuckDBPyConnection, one: FileProfile, pair: Sequence[ColumnProfile], currency: ColumnProfile,
          known: Mapping[str, str], said: str) -> tuple[str, str]:
    """The code that amounts are converted into, and what shows it; empty where the rows do not."""
    amount, converted = map(one.number, pair)
    rows = con.execute(
        f"select k, count(a), count(c), count(*) filter (abs(a - c) <= {_CENT}), "
        f"quantile_cont(c / a, 0.01) filter (a >= {_SMALL}), quantile_cont(c / a, 0.99) filter (a >= {_SMALL}) "
        f"from (select lower({currency.text}) as k, {amount} as a, {converted} as c from {one.relation}) "
        f"where k in ({', '.join(map(literal, known))}) group by k order by k").fetchall()
    filled, both = sum(row[1] for row in rows), sum(row[2] for row in rows)
    same = [key for key, given, _, equal, _, _ in rows if given and equal >= _NEARLY_ALL * given]
    others = [row for row in rows if row[0] not in same and row[1]]
    rated = all(low is not None and low > 0 and high <= _WIDEST * low for *_, low, high in others)
    into = known[same[0]] if len(same) == 1 else said if not same else ""
    if not others or not rated or both < _NEARLY_ALL * filled or filled < _LEAST or said not in ("", into) or (
            not into or sum(row[1] for row in others) < _LEAST):
        return "", ""
    names = ", ".join(known[row[0]] for row in others[:4])
    alike = (f"the same as {pair[0].name} where {currency.name} is {into}, and " if same else "")
    return into, f"{alike}{pair[0].name} at a rate in rows of {names}"

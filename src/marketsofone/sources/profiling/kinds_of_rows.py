"""What rows of a ledger are besides sales, as a word in them says: what came back, what was paid, what a tax adds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_values import UNIT_PRICES
from marketsofone.sources.profiling.crm_words import KEYS
from marketsofone.sources.profiling.field_words import FIELDS
from marketsofone.sources.profiling.rows_told import Kinds
from marketsofone.sources.spelling import snake
from marketsofone.sources.sql import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

GIVEN_BACK = re.compile("refund|erstatt|rembours")
"""In names of columns that hold what was given back."""

KINDS = ("status", "state", "type", "order status", "order type", "order state", "document type", "document status",
         "invoice status", "sales document type", "financial status", "belegart", "verkaufsbelegart", "auftragsart",
         "auftragsstatus", "vorgangsart", "art", "doc type", "transaction type", "txn type", "trans type",
         "invoice type", "voucher type", "entry type", "belegtyp", "dokumentart", "dokumenttyp", "buchungsart",
         "type de pièce", "type de document", "type document", "nature", "type pièce", "typ", "tipo", "documenttype")
"""Names of columns that say what a row of a ledger is."""

MOST = 20
"""A column of more values says something else."""

_RETURNED = re.compile(
    r"\b(credit[ -]?(notes?|memos?|invoices?)|(customer |sales )?returns?|refunds?|rma|gutschrift\w*|retoure\w*|"
    r"rechnungskorrektur\w*|avoirs?|nota de cr[eé]dito|nota di credito|creditnota|creditfactuur|"
    r"acc(rec|pay)credit|storno(rechnung|beleg)?|rechnungsstorno|cancellation( invoice)?|reversal)\b|"
    r"^(cn|crn|cm|gs|av)$")
_CREDITED, _INVOICED = (re.compile(f"^({letters})$") for letters in (
    "cn|crn|cm|cr|cred|credit|gs|gu|gut|sr|av|avoir|nc|ncr", "|inv|invoice|re|rg|rn|rech|fa|fac|fact|ft|fv|bill"))
"""Letters that numbers of credit notes begin with, and those of invoices, which may have none."""

_SIDES = ("s/h", "soll/haben", "soll/haben kennzeichen", "soll/haben kz", "s/h kennzeichen", "sh kz", "debit/credit",
          "d/c", "dr/cr", "debit credit indicator", "d/c indicator", "débit/crédit")
_DEBITS = {"s": "h", "soll": "haben", "d": "c", "dr": "cr", "debit": "credit", "débit": "crédit"}
"""Names of columns that say on which side of an account a row is booked, and words for the two sides."""

_LETTERS = "^([a-z]+)[^a-z]*[0-9]"
_TAX = (r"^(?:plus |zzgl\.? ?|zuzügl\.? ?|\+ ?)?(?:[0-9.,]+ ?% ?)?(?:(?:output |sales )?(?:vat|v\.a\.t\.|gst|hst)|"
        r"mwst\.?|mehrwertsteuer|ust\.?|umsatzsteuer|t\.?v\.?a\.?|iva|btw|sales tax)(?:[^a-z].{0,20})?$|"
        r"^tax[^a-z]{0,3}[0-9][0-9.,]* ?%\)?$")
_STANDING = re.compile("stat(us|e|ut)")
"""In the name of a column of how an order stands: one that is refunded is no return beside a sale."""

_DESCRIBED = ("description", "line description", "item description", "product description", "bezeichnung", "text",
              "artikelbezeichnung", "positionstext", "désignation", "libellé", "product service", *KEYS["product"])
_MOST_TAXES = 12
_NEARLY_ALL, _LEAST, _THIRD = 0.95, 5, 3
_BELOW = r"^[^0-9A-Za-z]*[-(−]|^[A-Z]{3} ?[-(−]|[^.,-]-\s*([€$£¥]|[A-Z]{3})?\s*$"
"""How numbers below zero are written: with a sign before or behind, or in brackets."""


def kinds_of_rows(con: DuckDBPyConnection, one: FileProfile) -> Kinds:
    """What a file's own words say of its rows."""
    kinds = [column for column in one.columns if 1 < len(column.values) <= MOST and named(column, KINDS)
             and not _STANDING.search(column.label.lower())]
    returned = [(column.name, value, _below_zero(con, one, f"lower({column.text}) = {literal(value)}"))
                for column in kinds for value in column.values if _RETURNED.search(value)]
    numbered = [column for column in one.columns if column.coded == column.filled > 0 and named(column, KEYS["order"])]
    credited = [(column.name, letters, _below_zero(con, one, credits_where(column.text, [letters])))
                for column in numbered for letters in _credit_notes(con, one, column)]
    back, paid = _booked(con, one)
    sold = [column for column in one.columns if column.kind == "text" and named(column, _DESCRIBED)]
    taxes = [(column.name, value) for column in sold for value in _taxes(con, one, column)]
    return Kinds((*returned, *back), tuple(credited), tuple(taxes), _negative(con, one), _below_prices(con, one),
                 _given_back(con, one), paid)


def side_of(one: FileProfile) -> ColumnProfile | None:
    """The column that says on which side of an account a row is booked."""
    return next((each for each in one.columns if named(each, _SIDES) and any(
        {*each.values} == {debit, credit} for debit, credit in _DEBITS.items())), None)


def _booked(con: DuckDBPyConnection, one: FileProfile
            ) -> tuple[list[tuple[str, str, frozenset[str]]], tuple[tuple[str, str], ...]]:
    """Of a column that says on which side rows are booked, the side that takes sales back, or the one that pays them.

    The side of a third of the rows or fewer takes back; where both are of more, what is credited may be paid.
    """
    column = side_of(one)
    if column is None:
        return [], ()
    seldom, credited = column.values[1], next(side for side in column.values if side in _DEBITS.values())
    below = {side: _below_zero(con, one, f"lower({column.text}) = {literal(side)}") for side in column.values}
    if any(below.values()):
        return [(column.name, side, below[side]) for side in column.values if below[side]], ()
    rows = con.execute(f"select count(*) from {one.relation} where lower({column.text}) = {literal(seldom)}")
    if _THIRD * rows.fetchall()[0][0] <= column.filled:
        return [(column.name, seldom, below[seldom])], ()
    return [], ((column.name, credited),)


def credits_where(number: str, letters: Sequence[str]) -> str:
    """SQL of whether a document's number begins with letters, and no others."""
    return f"regexp_extract(lower({number}), {literal(_LETTERS)}, 1) in ({', '.join(map(literal, letters))})"


def _credit_notes(con: DuckDBPyConnection, one: FileProfile, column: ColumnProfile) -> list[str]:
    """The letters that numbers of credit notes begin with, where more rows begin as those of invoices do."""
    found = con.execute(
        f"select regexp_extract(lower({column.text}), {literal(_LETTERS)}, 1) as letters, count(*) from {one.relation} "
        f"group by 1 order by 2 desc, 1 limit {MOST + 1}").fetchall()
    invoices = sum(rows for letters, rows in found if _INVOICED.match(letters or ""))
    credits = [(letters, rows) for letters, rows in found if _CREDITED.match(letters or "")]
    return [letters for letters, _ in credits] if sum(rows for _, rows in credits) < invoices else []


def _below_zero(con: DuckDBPyConnection, one: FileProfile, where: str) -> frozenset[str]:
    """The columns of numbers that go below zero in some rows."""
    shares = _shares_below(con, one, _numbers(one), where)
    return frozenset(name for name, share in shares.items() if share > 0)


def _negative(con: DuckDBPyConnection, one: FileProfile) -> frozenset[str]:
    amounts = [column for column in _numbers(one) if named(column, FIELDS["order_line"]["amount"])]
    shares = _shares_below(con, one, amounts)
    return frozenset(name for name, share in shares.items() if share >= _NEARLY_ALL)


def _below_prices(con: DuckDBPyConnection, one: FileProfile) -> frozenset[tuple[str, str]]:
    """Costs that are below the price of a unit where several were sold: those of a whole line would mostly be above."""
    lines = FIELDS["order_line"]
    costs, prices, units = ([column for column in _numbers(one) if named(column, words)]
                            for words in (lines["cost"], UNIT_PRICES, lines["quantity"]))
    if not (costs and prices and units):
        return frozenset()
    cost, price, unit = map(one.number, (costs[0], prices[0], units[0]))
    several, below = con.execute(f"select count(*), count(*) filter ({cost} < {price}) from {one.relation} "
                                 f"where {unit} >= 2").fetchall()[0]
    is_below = several >= _LEAST and below >= _NEARLY_ALL * several
    return frozenset({(costs[0].name, prices[0].name)} if is_below else ())


def _given_back(con: DuckDBPyConnection, one: FileProfile) -> frozenset[tuple[str, str]]:
    """Amounts, each with what was given back of them, which they still hold: never less than that, at times just that.

    An amount that no longer held it would be nothing where all was given back.
    """
    back = [column for column in _numbers(one) if GIVEN_BACK.search(snake(column.name))]
    amounts = [column for column in _numbers(one) if named(column, FIELDS["order_line"]["amount"])]
    found = set()
    for amount in amounts:
        own = [column for column in back if snake(amount.name) in snake(column.name)] if len(back) > 1 else back
        if amount in back or not own:
            continue
        given = min(own, key=lambda column: len(column.name))
        rows, more, all_of_it = con.execute(
            f"select count(*), count(*) filter (r > a), count(*) filter (r = a) from (select "
            f"{one.number(amount)} as a, {one.number(given)} as r from {one.relation}) where r > 0").fetchall()[0]
        if rows >= _LEAST and not more and all_of_it >= 2:
            found.add((amount.name, given.name))
    return frozenset(found)


def _numbers(one: FileProfile) -> list[ColumnProfile]:
    return [column for column in one.columns if column.holds_numbers]


def _shares_below(con: DuckDBPyConnection, one: FileProfile, numbers: Sequence[ColumnProfile],
                  where: str = "true") -> dict[str, float]:
    """Of each column of numbers, which share of them is written as below zero, in some rows."""
    if not numbers:
        return {}
    read = ", ".join(f"coalesce(avg(cast(regexp_matches(cast({quoted(column.name)} as varchar), {literal(_BELOW)}) "
                     "as integer)), 0)" for column in numbers)
    found = con.execute(f"select {read} from {one.relation} where {where}").fetchall()[0]
    return {column.name: share for column, share in zip(numbers, found, strict=True)}


def _taxes(con: DuckDBPyConnection, one: FileProfile, column: ColumnProfile) -> list[str]:
    """The values of a column that are taxes; none where half of the rows or more say so."""
    said = f"lower({column.text})"
    found = con.execute(f"select {said} as v, count(*) from {one.relation} where regexp_matches({said}, "
                        f"{literal(_TAX)}) group by 1 order by 2 desc, 1 limit {_MOST_TAXES}").fetchall()
    return [value for value, _ in found] if 2 * sum(rows for _, rows in found) < one.rows else []

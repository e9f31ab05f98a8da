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
    r"acc(rec|pay)credit)\b|^(cn|crn|cm|gs|av)$")
_TAX = (r"^(?:plus |zzgl\.? ?|zuzügl\.? ?|\+ ?)?(?:[0-9.,]+ ?% ?)?(?:(?:output |sales )?(?:vat|v\.a\.t\.|gst|hst)|"
        r"mwst\.?|mehrwertsteuer|ust\.?|umsatzsteuer|t\.?v\.?a\.?|iva|btw|sales tax)(?:[^a-z].{0,20})?$|"
        r"^tax[^a-z]{0,3}[0-9][0-9.,]* ?%\)?$")
_STANDING = re.compile("stat(us|e|ut)")
"""In the name of a column of how an order stands: one that is refunded is no return beside a sale."""

_DESCRIBED = ("description", "line description", "item description", "product description", "bezeichnung", "text",
              "artikelbezeichnung", "positionstext", "désignation", "libellé", "product service", *KEYS["product"])
_MOST_TAXES = 12
_NEARLY_ALL, _LEAST = 0.95, 5
_BELOW = r"^[^0-9A-Za-z]*[-(−]|^[A-Z]{3} ?[-(−]|-\s*([€$£¥]|[A-Z]{3})?\s*$"
"""How numbers below zero are written: with a sign before or behind, or in brackets."""


def kinds_of_rows(con: DuckDBPyConnection, one: FileProfile) -> Kinds:
    """What a file's own words say of its rows."""
    kinds = [column for column in one.columns if 1 < len(column.values) <= MOST and named(column, KINDS)
             and not _STANDING.search(column.label.lower())]
    returned = [(column.name, value, _below_zero(con, one, column, value)) for column in kinds
                for value in column.values if _RETURNED.search(value)]
    sold = [column for column in one.columns if column.kind == "text" and named(column, _DESCRIBED)]
    taxes = [(column.name, value) for column in sold for value in _taxes(con, one, column)]
    return Kinds(tuple(returned), tuple(taxes), _negative(con, one), _below_prices(con, one),
                 _given_back(con, one))


def _below_zero(con: DuckDBPyConnection, one: FileProfile, kind: ColumnProfile, value: str) -> frozenset[str]:
    """The columns of numbers that go below zero in the rows of a kind."""
    shares = _shares_below(con, one, _numbers(one), f"lower({kind.text}) = {literal(value)}")
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
    for amount in amounts if len(back) == 1 else ():
        if amount is back[0]:
            continue
        rows, more, all_of_it = con.execute(
            f"select count(*), count(*) filter (r > a), count(*) filter (r = a) from (select "
            f"{one.number(amount)} as a, {one.number(back[0])} as r from {one.relation}) where r > 0").fetchall()[0]
        if rows >= _LEAST and not more and all_of_it >= 2:
            found.add((amount.name, back[0].name))
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

"""Amounts with a tax and without it, side by side in a file: told by their sums."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TAXES = ("vat", "tax", "taxes", "vat amount", "tax amount", "total tax", "total vat", "sales tax", "gst", "gst amount",
         "mwst", "mwst betrag", "mehrwertsteuer", "ust", "ust betrag", "umsatzsteuer", "steuer", "steuerbetrag", "tva",
         "montant tva", "total tva", "iva", "btw")
"""Names of columns that hold what a tax adds."""

_NEARLY_ALL, _LEAST, _CENT = 0.95, 3, 0.011


def tax_of(one: FileProfile) -> ColumnProfile | None:
    """The column that holds what a tax adds."""
    return next((column for column in one.columns if column.kind == "number" and named(column, TAXES)), None)


def net_of_tax(con: DuckDBPyConnection, one: FileProfile) -> Mapping[str, str]:
    """Columns of amounts with a tax, each with the one that holds the same without it."""
    tax = tax_of(one)
    numbers = [column for column in one.columns if column is not tax and column.kind == "number"]
    if tax is None or len(numbers) < 2:
        return {}
    read = ", ".join(f"{one.number(column)} as v{n}" for n, column in enumerate(numbers))
    pairs = [(a, b) for a, gross in enumerate(numbers) for b, net in enumerate(numbers)
             if a != b and net.filled >= _NEARLY_ALL * gross.filled]
    if not pairs:
        return {}
    held = ", ".join(f"count(*) filter (abs(v{a} - v{b} - tax) <= {_CENT})" for a, b in pairs)
    rows, *counts = con.execute(
        f"select count(*), {held} from (select {one.number(tax)} as tax, {read} from {one.relation}) "
        "where tax <> 0").fetchall()[0]
    return {numbers[a].name: numbers[b].name for (a, b), count in zip(pairs, counts, strict=True)
            if rows >= _LEAST and count >= _NEARLY_ALL * rows}

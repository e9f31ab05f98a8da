"""Signs of currencies in amounts: of two in one column, neither may be taken for the other."""

from __future__ import annotations

from collections.abc import Sequence

from marketsofone.errors import ValuesInvalid
from marketsofone.sources.mapping.source import TableMapping
from marketsofone.sources.rows.expressions import Rows
from marketsofone.sources.rows.said import Said
from marketsofone.sources.sql import literal, quoted
from marketsofone.sources.values.currencies import SIGNS


def require_one_sign(rows: Rows, mapping: TableMapping, said: Sequence[Said]) -> None:
    """Raise where amounts of a column are written with two signs and nothing says which currency a row is in.

    Raises
    ------
    ValuesInvalid
        Euros and dollars, say, would be added up as one.
    """
    if "currency" in mapping.fields:
        return
    for one in said:
        column = one.expression.column
        if one.field.kind == "money" and column and rows.staged.columns.get(column) == "VARCHAR":
            _require_one(rows, column, f"{mapping.table}.{one.name}", mapping.table)


def _require_one(rows: Rows, column: str, field: str, table: str) -> None:
    said = quoted(f"text:{column}" if rows.staged.is_text else column)
    parts = ", ".join(f"count_if(contains({said}, {literal(sign)}))" for sign in SIGNS)
    counts = rows.con.execute(f"select {parts} from {rows.kept}").fetchall()[0]
    found = {sign: count for sign, count in zip(SIGNS, counts, strict=True) if count}
    if len(found) < 2:
        return
    raise ValuesInvalid(
        f"Source {rows.source.name!r}: the amounts of {field} in {column!r} are in one currency.",
        " and ".join(f"{count:,} with {sign}" for sign, count in found.items()) + ".",
        "Put the currency of each row in a column of its own (EUR, USD), and map it:\n"
        f"[sources.{rows.source.name}.{table}]\ncurrency = \"<that column>\"")

"""Signs of amounts and costs: a return lowers what was sold and gives its cost back, however the file writes it.

Files write what comes back with a negative quantity, a negative amount or both, and costs as they fall or as money that
goes out. Once loaded, the amount of what comes back is below zero and so is its cost; what is sold costs above zero.
A source that gives costs back with a sign of their own means what it says where a return costs something: handling it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketsofone.sources.findings import Finding
from marketsofone.sources.sql import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PRICED = ("opportunity", "order_line")


@dataclass(frozen=True, slots=True)
class _Turned:
    """A column whose sign is turned in some rows: which, and what is said of it."""

    column: str
    rows: str
    said: str


_UNSIGNED = "quantity < 0 and amount > 0"
_AMOUNTS = _Turned("amount", _UNSIGNED,
                   "have a negative quantity beside a positive amount; they are returns, and their amount counts "
                   "below zero")
_GIVEN_BACK = "have a negative amount beside a positive cost; what comes back gives its cost back"
_OUTGOING = "cost < 0 and coalesce(amount, 1) > 0"


def settle_signs(con: DuckDBPyConnection, tables: Sequence[str]) -> list[Finding]:
    """Turn amounts and costs whose sign another column of their row belies, and tell how many."""
    findings = []
    for name in _PRICED:
        if name in tables:
            findings += [*_outgoing(con, name), *_left_below(con, name)]
    if "order_line" in tables:
        costs = _costs_given_back(con)
        findings += [*_turn(con, "order_line", _AMOUNTS), *costs]
    return findings


def _costs_given_back(con: DuckDBPyConnection) -> list[Finding]:
    """Costs of returns: turned in a row that writes its amount above zero too, and where a source gives none back."""
    giving = con.execute(
        "select source::varchar from order_line where amount < 0 and cost <> 0 group by source "
        "having count_if(cost < 0) > count_if(cost > 0) order by source").fetchall()
    signed = ", ".join(literal(source) for (source,) in giving) or "''"
    handling = f"amount < 0 and cost > 0 and source::varchar in ({signed})"
    rows = con.execute(f"select count(*) from order_line where {handling}").fetchall()[0][0]
    turned = f"cost > 0 and ({_UNSIGNED} or amount < 0 and source::varchar not in ({signed}))"
    told = _turn(con, "order_line", _Turned("cost", turned, _GIVEN_BACK))
    if rows:
        told.append(Finding(
            "cost_of_return", "info", "order_line.cost",
            f"{rows:,} rows of order_line have a negative amount beside a positive cost, where most returns there give "
            "their cost back: it counts as what taking back cost.",
            "If such a cost is that of what came back, write cost as an expression that says it."))
    return told


def _outgoing(con: DuckDBPyConnection, name: str) -> list[Finding]:
    """Costs of a source that writes most costs of sales as money that goes out."""
    sources = con.execute(
        f"select source::varchar from {quoted(name)} where coalesce(amount, 1) > 0 and cost <> 0 group by source "
        f"having count_if(cost < 0) > count_if(cost > 0) order by source").fetchall()
    found = []
    for (source,) in sources:
        said = f"of {source} have a cost below zero beside a sale; costs there are written as money that goes out"
        found += _turn(con, name, _Turned("cost", f"source = {literal(source)} and cost <> 0", said), _OUTGOING)
    return found


def _left_below(con: DuckDBPyConnection, name: str) -> list[Finding]:
    """Sales with a cost below zero in a source that writes most costs above it: they stay, and add to what was sold."""
    rows = con.execute(f"select count(*) from {quoted(name)} where {_OUTGOING}").fetchall()[0][0]
    if not rows:
        return []
    return [Finding(
        "cost_below_zero", "warning", f"{name}.cost",
        f"{rows:,} rows of {name} have a cost below zero beside a sale, where most costs stand above it: it adds to "
        "what the sale contributes.", "Check what such a cost means; abs(...) counts it as a cost.")]


def _turn(con: DuckDBPyConnection, name: str, turned: _Turned, told: str = "") -> list[Finding]:
    column = quoted(turned.column)
    where = f"{told} and {turned.rows}" if told else turned.rows
    rows = con.execute(f"select count(*) from {quoted(name)} where {where}").fetchall()[0][0]
    if not rows:
        return []
    con.execute(f"update {quoted(name)} set {column} = -{column} where {turned.rows}")
    return [Finding(
        "signs_turned", "info", f"{name}.{turned.column}", f"{rows:,} rows of {name} {turned.said}.",
        f"If they mean something else, write {turned.column} as an expression that says it, or leave such rows out.")]

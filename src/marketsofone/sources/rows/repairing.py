"""The line of ``market.toml`` that would read a column of which every row was refused."""

from __future__ import annotations

from collections.abc import Sequence

from marketsofone.sources.rows.expressions import Place, Rows
from marketsofone.sources.rows.said import Said
from marketsofone.sources.sql import literal, quoted
from marketsofone.sources.values.dates import counted
from marketsofone.sources.values.readings import REASONS, WITH_CODE, cleaned, number

_MONTH = "^[0-9]{4}-[0-9]{2}$"


def repair_of(rows: Rows, table: str, said: Sequence[Said], field: str) -> str:
    """The line that repairs a field, as far as its column tells; else where that line stands."""
    one = next((each for each in said if each.name == field), None)
    sql = _reading(rows, one) if one is not None else ""
    if one is None or not sql:
        return f"Change the line of that field under [sources.{rows.source.name}.{table}]."
    return f"If that is what it says, write in market.toml:\n{Place(rows.source.name, table, one.name).line(sql)}"


def _reading(rows: Rows, one: Said) -> str:
    """SQL that reads the column of a field; empty where it does not tell how."""
    name = one.expression.column
    if not name:
        return ""
    kind, value = rows.staged.columns[name], cleaned(quoted(name), rows.staged.columns[name])
    if one.field.one_of:
        words = " ".join(f"when '...' then {literal(meant)}" for meant in one.field.one_of[1:])
        return f"case {quoted(name)} {words} else {literal(one.field.one_of[0])} end"
    if one.field.kind == "flag":
        return f"{quoted(name)} in ('...')"
    if one.field.kind in ("instant", "date"):
        months = f"coalesce(count_if(regexp_matches({value}, {literal(_MONTH)})) = count({value}), false)"
        if kind == "VARCHAR" and rows.con.execute(f"select {months} from {rows.relation}").fetchall()[0][0]:
            return f"{quoted(name)} || '-01'"
        numbers = number(value, kind, rows.source.decimal)
        least, most = rows.con.execute(f"select min({numbers}), max({numbers}) from {rows.relation}").fetchall()[0]
        found = counted(quoted(name), least, most) if least is not None else None
        return found[0] if found else ""
    if REASONS[one.field.kind] == REASONS["money"] and kind == "VARCHAR":
        coded = f"coalesce(count_if(regexp_matches({value}, {literal(WITH_CODE)})) > 0, false)"
        if rows.con.execute(f"select {coded} from {rows.relation}").fetchall()[0][0]:
            return f"regexp_replace({quoted(name)}, '[A-Z]{{3}}', '')"
    return ""

"""What holds always beside what holds for a time: a source that tells no period fills what dated rows leave open.

A dated fact beats an undated one for the time it covers; outside that time the undated row speaks by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from marketsofone.customer.tables import TABLES
from marketsofone.sources.findings import Finding
from marketsofone.sources.sql import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TIMES = ("known_at", "valid_from", "valid_to")
_UNTOLD = ("source", "source_row", "m1_refused")


def fill_dated(con: DuckDBPyConnection, tables: Sequence[str]) -> list[Finding]:
    """Fill what dated rows leave open with what another source tells of the same thing without a period.

    Of things of which two sources tell periods that overlap, the one that began last is still taken for the whole
    truth: that is told, for what either knows alone is then known for part of the time only.
    """
    findings = []
    for name in tables:
        if not TABLES[name].has("valid_from") or not TABLES[name].has(f"{name}_id"):
            continue
        if con.execute(f"select count(distinct source) from {quoted(name)}").fetchall()[0][0] > 1:
            findings += [*_filled(con, name), *_overlapping(con, name)]
    return findings


def _undated(row: str, name: str) -> str:
    return " and ".join(f"{row}.{quoted(one)} is null" for one in _TIMES if TABLES[name].has(one))


def _filled(con: DuckDBPyConnection, name: str) -> list[Finding]:
    table, key = quoted(name), quoted(f"{name}_id")
    columns = [row[0] for row in con.execute(f"describe {table}").fetchall()]
    told = [quoted(one) for one in columns if one not in (f"{name}_id", *_TIMES, *_UNTOLD)]
    dated = "(t.valid_from is not null or t.valid_to is not null)"
    pair = f"t.{key} = u.{key} and t.source <> u.source and {dated} and {_undated('u', name)}"
    differ = " or ".join(f"t.{one} <> u.{one}" for one in told) or "false"
    counted = con.execute(f"select count(*), count_if({differ}) from {table} t, {table} u where {pair}")
    rows, many = counted.fetchall()[0]
    if not rows:
        return []
    if told:
        fills = ", ".join(f"{one} = coalesce(t.{one}, u.{one})" for one in told)
        con.execute(f"update {table} t set {fills} from {table} u where {pair}")
    beside = (f"; in {many:,} of them something differs, and what is dated stands for the time it covers." if many
              else ".")
    return [Finding(
        "told_by_several", "info", f"{name}.valid_from",
        f"{rows:,} dated rows of {name} are filled, where they leave something open, by another source that tells of "
        f"the same without a period{beside}")]


def _overlapping(con: DuckDBPyConnection, name: str) -> list[Finding]:
    key = quoted(f"{name}_id")
    things = con.execute(
        f"select count(distinct a.{key}) from {quoted(name)} a, {quoted(name)} b where a.{key} = b.{key} "
        "and a.source < b.source and a.valid_from is not null and b.valid_from is not null "
        "and a.valid_from < coalesce(b.valid_to, date '9999-12-31') "
        "and b.valid_from < coalesce(a.valid_to, date '9999-12-31')").fetchall()[0][0]
    if not things:
        return []
    return [Finding(
        "periods_of_several", "warning", f"{name}.valid_from",
        f"Two sources tell periods of {things:,} of {name} that overlap: on each day the row that began last stands "
        "alone, and what only the other tells is not known.",
        "Join the two files into one source, or leave valid_from out of the one that tells the present only.")]

"""What holds always beside what holds for a time: a source that tells no period fills what dated rows leave open.

A dated fact beats an undated one for the time it covers; outside that time the undated row speaks by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from marketsofone.customer.tables import TABLES
from marketsofone.sources.doubtful.overlapping import fill_overlapping
from marketsofone.sources.findings import Finding
from marketsofone.sources.sql import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TIMES = ("known_at", "valid_from", "valid_to")
_UNTOLD = ("source", "source_row", "m1_refused")


def fill_dated(con: DuckDBPyConnection, tables: Sequence[str]) -> list[Finding]:
    """Fill what dated rows leave open with what another source tells of the same thing.

    What it tells of the same days comes first (`fill_overlapping`), then what it tells without a period.
    """
    findings = []
    for name in tables:
        if not TABLES[name].has("valid_from") or not TABLES[name].has(f"{name}_id"):
            continue
        if con.execute(f"select count(distinct source) from {quoted(name)}").fetchall()[0][0] > 1:
            told = _told(con, name)
            findings += [*fill_overlapping(con, name, told), *_filled(con, name, told)]
    return findings


def _undated(row: str, name: str) -> str:
    return " and ".join(f"{row}.{quoted(one)} is null" for one in _TIMES if TABLES[name].has(one))


def _told(con: DuckDBPyConnection, name: str) -> list[str]:
    """Columns that say something of a thing, but since when and until when."""
    columns = [row[0] for row in con.execute(f"describe {quoted(name)}").fetchall()]
    return [quoted(one) for one in columns if one not in (f"{name}_id", *_TIMES, *_UNTOLD)]


def _filled(con: DuckDBPyConnection, name: str, told: Sequence[str]) -> list[Finding]:
    table, key = quoted(name), quoted(f"{name}_id")
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

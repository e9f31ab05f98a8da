"""Rows that were refused: which, where from, which field, and why. Nothing disappears."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from marketsofone.customer.tables import WHICH_STANDS
from marketsofone.sources.sql import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def by_reason(relation: str = "quarantine") -> str:
    """SQL of refused rows by source, table, field and reason, most first; which row was kept is no reason of its own.

    Columns ``source``, ``table_name``, ``field``, ``reason``, ``rows``, ``first_row``.
    """
    return (f"select source, table_name, field, regexp_replace(reason, {literal(WHICH_STANDS)}, '') as reason, "
            f"count(*) as rows, min(source_row) as first_row from {relation} "
            "group by all order by rows desc, source, table_name, field, reason")


def begin_quarantine(con: DuckDBPyConnection) -> None:
    """Create the empty table ``quarantine``."""
    con.execute(
        "create or replace table quarantine "
        "(source varchar, table_name varchar, source_row bigint, field varchar, reason varchar)"
    )


def refuse_broken(con: DuckDBPyConnection, source: str, table: str, broken: Sequence[tuple[int, str]]) -> None:
    """Quarantine rows that could not be read as rows."""
    if broken:
        rows = [(source, table, row, "", reason) for row, reason in broken]
        con.executemany("insert into quarantine values (?, ?, ?, ?, ?)", rows)


def refuse_marked(con: DuckDBPyConnection, source: str, table: str, reasons: Sequence[tuple[str, str]]) -> int:
    """Move the rows that are marked with the number of a reason into quarantine; how many."""
    marked = f"from {quoted(table)} where m1_refused is not null and source = {literal(source)}"
    count = int(con.execute(f"select count(*) {marked}").fetchall()[0][0])
    if not count:
        return 0
    fields, whys = ("[" + ", ".join(literal(reason[part]) for reason in reasons) + "]" for part in (0, 1))
    con.execute(
        f"insert into quarantine select source::varchar, {literal(table)}, source_row, {fields}[m1_refused], "
        f"{whys}[m1_refused] {marked}"
    )
    con.execute(f"delete {marked}")
    return count


def count_refused(con: DuckDBPyConnection) -> dict[tuple[str, str], int]:
    """Refused rows by source and table."""
    rows = con.execute("select source, table_name, count(*) from quarantine group by all").fetchall()
    return {(source, table): int(count) for source, table, count in rows}

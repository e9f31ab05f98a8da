"""Rows that share the key of an earlier row: the first one stands, the later ones are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from marketsofone.customer.tables import TABLES
from marketsofone.sources.findings import Finding
from marketsofone.sources.sql import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def refuse_duplicates(con: DuckDBPyConnection, tables: Sequence[str]) -> list[Finding]:
    """Quarantine later rows of the same key, the sources taken in their order; say how many.

    A row whose every loaded value equals the first one's is called an exact duplicate.
    """
    return [finding for name in tables if TABLES[name].key for finding in _of_table(con, name)]


def _of_table(con: DuckDBPyConnection, name: str) -> list[Finding]:
    keys = ", ".join(map(quoted, TABLES[name].key))
    table = quoted(name)
    counts = con.execute(f"select count(*), (select count(*) from (select distinct {keys} from {table})) from {table}")
    rows, different = counts.fetchall()[0]
    if rows == different:
        return []
    con.execute(
        f"create or replace temp table m1_later as select * from (select {keys}, source, source_row, "
        f"row_number() over w as m1_nth, first_value(source) over w as m1_source, first_value(source_row) over w "
        f"as m1_row from {table} window w as (partition by {keys} order by source, source_row)) where m1_nth > 1"
    )
    con.execute(_quarantining(con, name))
    con.execute(f"delete from {table} t using m1_later l where t.source = l.source and t.source_row = l.source_row")
    con.execute("drop table m1_later")
    return [_finding(name, rows - different)]


def _quarantining(con: DuckDBPyConnection, name: str) -> str:
    columns = [row[0] for row in con.execute(f"describe {quoted(name)}").fetchall()]
    values = [column for column in columns if column not in ("source", "source_row", "m1_refused")]
    same = " and ".join(f"t.{quoted(one)} is not distinct from f.{quoted(one)}" for one in values)
    table, key = quoted(name), literal(", ".join(TABLES[name].key))
    return (
        f"insert into quarantine select t.source::varchar, {literal(name)}, t.source_row, {key}, "
        f"case when {same} then 'exact duplicate' else 'duplicate key' end || ': row ' || l.m1_row || ' of ' || "
        f"l.m1_source::varchar || ' stands' from m1_later l "
        f"join {table} t on t.source = l.source and t.source_row = l.source_row "
        f"join {table} f on f.source = l.m1_source and f.source_row = l.m1_row"
    )


def _finding(name: str, rows: int) -> Finding:
    return Finding(
        "duplicate_keys",
        "warning",
        name,
        f"{rows:,} rows of {name} share the key of an earlier row; the first row of each key stands, "
        "the others are in quarantine.",
        f"If several rows of one {name} are meant, put their columns on the table of the events "
        'with on_many = "latest".',
    )

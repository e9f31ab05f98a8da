"""Small pieces of SQL text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def quoted(name: str) -> str:
    """A column or table name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def described(con: DuckDBPyConnection, query: str) -> dict[str, str]:
    """Column -> type of what a query would give."""
    return {row[0]: row[1] for row in con.execute(f"describe {query}").fetchall()}


def copied(con: DuckDBPyConnection, query: str, target: Path) -> int:
    """Write what a query gives into a Parquet file; the number of rows written."""
    rows = con.execute(f"copy ({query}) to {literal(str(target))} (format parquet)").fetchall()
    return int(rows[0][0])

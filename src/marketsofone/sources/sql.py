"""Small pieces of SQL text."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


_MANY = {"unnest", "unlist"}


def quoted(name: str) -> str:
    """A column or table name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def file_literal(path: Path) -> str:
    """The file of that very name as SQL writes it: the engine takes ``*``, ``?`` and ``[`` for others' names.

    Examples
    --------
    >>> file_literal(Path("a[1].csv"))
    "'a[[]1].csv'"
    """
    return literal(glob.escape(str(path)))


def described(con: DuckDBPyConnection, query: str) -> dict[str, str]:
    """Column -> type of what a query would give."""
    return {row[0]: row[1] for row in con.execute(f"describe {query}").fetchall()}


def copied(con: DuckDBPyConnection, query: str, target: Path) -> int:
    """Write what a query gives into a Parquet file; the number of rows written."""
    rows = con.execute(f"copy ({query}) to {literal(str(target))} (format parquet)").fetchall()
    return int(rows[0][0])


def is_of_one_row(con: DuckDBPyConnection, expression: str) -> bool:
    """Whether SQL is one expression over the columns of its row, as the engine itself parses it.

    A query inside it could read any file of this machine; ``unnest`` makes several rows of one.

    Raises
    ------
    duckdb.Error
        It is no SQL.

    Examples
    --------
    >>> import duckdb
    >>> con = duckdb.connect()
    >>> is_of_one_row(con, "lower(a) = 'x'"), is_of_one_row(con, "(select content from read_text('a'))")
    (True, False)
    >>> is_of_one_row(con, "1) from read_text('a') where (true"), is_of_one_row(con, "1 + unnest([a])")
    (False, False)
    """
    alone = f"select ({expression}\n)"
    con.extract_statements(alone)
    origins, columns, classes, functions = con.execute(
        "select json_extract_string(tree, '$.statements[*].node.from_table.type'), "
        "json_array_length(tree, '$.statements[0].node.select_list'), json_extract_string(tree, '$..class'), "
        "json_extract_string(tree, '$..function_name') "
        "from (select json_serialize_sql(?) as tree)", [alone]).fetchall()[0]
    return origins == ["EMPTY"] and columns == 1 and "SUBQUERY" not in classes and not _MANY & {*functions}

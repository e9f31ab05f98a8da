"""Lines of a file that stand inside a value of another row: a quotation mark was opened and not closed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.sources.findings import Finding
from marketsofone.sources.sql import file_literal, quoted
from marketsofone.sources.staging.text_files import Layout, blank_lines, count_lines

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

QUOTE = "a quote inside a value that is not doubled"
"""Why a row is refused whose quotation mark goes astray."""

_FEW = 20
_NOTE = 50
"""So many lines may be a note that a person wrote into one cell; more are rows."""


def swallowed_lines(
    con: DuckDBPyConnection, name: str, path: Path, layout: Layout, staged: Path, rows: int,
    broken: Sequence[tuple[int, str]],
) -> tuple[Finding, ...]:
    """A warning for each way in which lines of the file are not read as rows of their own.

    Parameters
    ----------
    name : str
        Of the source.
    staged : Path
        The rows that could be read, as Parquet.
    rows : int
        How many they are.
    broken : sequence of (int, str)
        Number and reason of those that could not.
    """
    beyond = count_lines(path, layout) - layout.skip - 1 - rows - len(broken)
    if beyond <= _FEW:
        return ()
    inside, longest, row = _spans(con, layout, staged)
    found = []
    if longest > _NOTE:
        found.append(_told(name, longest, row))
    lost = beyond - inside - len(blank_lines(path, layout, rows + len(broken)))
    astray = [number for number, why in broken if why == QUOTE]
    if lost > 0 and astray:
        found.append(_told(name, lost, astray[0]))
    return tuple(found)


def _spans(con: DuckDBPyConnection, layout: Layout, staged: Path) -> tuple[int, int, int]:
    """Line ends inside values: all of them, the most in one row, and which row that is."""
    ends = " + ".join(f"coalesce(length({quoted(name)}) - length(replace({quoted(name)}, chr(10), '')), 0)"
                      for name in layout.columns)
    rows = f"read_parquet({file_literal(staged)}, file_row_number = true)"
    inside, longest, row = con.execute(
        "select coalesce(sum(n), 0), coalesce(max(n), 0), coalesce(arg_max(place, n), 0) "
        f"from (select {ends} as n, file_row_number + 1 as place from {rows})").fetchall()[0]
    return int(inside), int(longest), int(row)


def _told(name: str, lines: int, row: int) -> Finding:
    return Finding(
        "lines_swallowed", "warning", name,
        f"{lines:,} lines of the file stand inside one value near row {row:,}, where a quotation mark is opened and "
        "not closed: they are not read as rows.",
        "Close the mark in that row, or double it (\"\" for one within a text), and export again.")

"""Rows of a text that are none: empty, or the headings once more; and headings that change the layout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import ValuesInvalid, shortened
from marketsofone.sources.findings import Finding
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.sql import literal, quoted
from marketsofone.sources.staging.grouped_headers import VALUE
from marketsofone.sources.staging.staged_rows import Staged, without_rows
from marketsofone.sources.values.readings import cleaned

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EMPTY, AGAIN = "nothing stands in it", "the headings once more, not a row"
ANOTHER = "another_table"
_FIRST, _LEAST, _MOST = 2, 3, 100
_DIGIT = re.compile("[0-9]")


def without_headings(con: DuckDBPyConnection, source: Source, staged: Staged, target: Path) -> Staged:
    """The rows of a text without those that are empty or say the headings again; these are counted as broken.

    Only the first two columns are looked at in every row, which costs next to nothing.

    Raises
    ------
    ValuesInvalid
        A row says the headings in another order: from there on values stand under headings that are not theirs.
    """
    if not staged.is_text or len(staged.columns) < _FIRST:
        return staged
    names = [name.strip().casefold() for name in staged.columns]
    known = ", ".join(map(literal, names))
    first = [cleaned(quoted(name), "VARCHAR") for name in [*staged.columns][:_FIRST]]
    empty = " and ".join(f"coalesce(trim({quoted(name)}), '') = ''" for name in [*staged.columns][:_FIRST])
    said = " or ".join(f"lower({value}) in ({known})" for value in first)
    among, headed = con.execute(f"select count(*) filter ({empty}), count(*) filter ({said}) "
                                f"from {staged.relation}").fetchall()[0]
    why: dict[int, str] = {}
    if among:
        nothing = " and ".join(f"{cleaned(quoted(name), 'VARCHAR')} is null" for name in staged.columns)
        why |= {int(place): EMPTY for place, in con.execute(
            f"select file_row_number from {staged.relation} where {empty} and {nothing}").fetchall()}
    if headed:
        rows = con.execute(f"select file_row_number, {staged.row_number}, {', '.join(map(quoted, staged.columns))} "
                           f"from {staged.relation} where {said} order by 1 limit 100").fetchall()
        for place, number, *cells in rows:
            low = [(cell or "").strip().casefold() for cell in cells]
            if _are_headings(low, names):
                _require_same(source, staged, low, names, int(number))
                why[int(place)] = AGAIN
    if not why:
        return staged
    blanks = [place for place, reason in why.items() if reason == EMPTY]
    told = another_table(con, source, staged, blanks)
    return without_rows(con, replace(staged, findings=(*staged.findings, *told)), why, target)


def another_table(con: DuckDBPyConnection, source: Source, staged: Staged, empty: Sequence[int]) -> list[Finding]:
    """That below an empty row another table seems to begin: words alone, one of them where all above are values."""
    rows = {place: cells for place, *cells in con.execute(
        f"select file_row_number, {', '.join(map(quoted, staged.columns))} from {staged.relation} "
        f"where file_row_number - 1 in ({', '.join(map(str, empty[:_MOST]))})").fetchall()} if empty else {}
    found = []
    for place, cells in sorted(rows.items()):
        said = [name for name, cell in zip(staged.columns, cells, strict=True) if (cell or "").strip()]
        if len(said) < _FIRST or any(map(_DIGIT.search, filter(None, cells))):
            continue
        look = literal(VALUE.pattern)
        values = ", ".join(f"count({text}) > 2 and count({text}) = count_if(regexp_matches({text}, {look}))"
                           for text in (cleaned(quoted(name), "VARCHAR") for name in said))
        if any(con.execute(f"select {values} from {staged.relation} where file_row_number < {place}").fetchall()[0]):
            found.append(Finding(
                ANOTHER, "warning", source.name,
                f"Below the empty row {place:,} another table seems to begin, with headings of its own: its rows are "
                "read under the headings of the first.", "Put it into a file of its own."))
    return found


def _are_headings(cells: Sequence[str], names: Sequence[str]) -> bool:
    """Whether most of what a row says are headings, three of them or more, each once."""
    filled = [cell for cell in cells if cell]
    found = [cell for cell in filled if cell in names]
    return len(found) >= _LEAST and 2 * len(found) >= len(filled) and len({*found}) == len(found)


def _require_same(source: Source, staged: Staged, cells: Sequence[str], names: Sequence[str], number: int) -> None:
    moved = [name for name, own in zip(staged.columns, names, strict=True) if own in cells and cells[
        names.index(own)] != own]
    if moved:
        raise ValuesInvalid(
            f"{source.place} has one layout from its first row to its last.",
            f"row {number:,} holds headings again, in another order: {shortened(map(repr, moved))} stand elsewhere "
            "from there on.", "Make two files of it, each with its headings above its rows, and name both as sources.")

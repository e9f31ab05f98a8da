"""Cells left empty because they say the same as the row above: the head of an order stands in its first line alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import ColumnMissing, shortened
from marketsofone.sources.findings import Finding
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.spelling import listed_as_toml, nearest
from marketsofone.sources.sql import copied, quoted
from marketsofone.sources.staging.staged_rows import Staged
from marketsofone.sources.values.readings import cleaned

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def filled_down(con: DuckDBPyConnection, source: Source, staged: Staged, target: Path) -> Staged:
    """The rows of a source, of which those that leave all columns of ``fill_down`` empty take them from the row above.

    A row that fills one of them is a head: what it leaves empty itself stays empty, and so for the rows below it.

    Raises
    ------
    ColumnMissing
        A column that is to be filled is not there.
    """
    if not source.fill_down:
        return staged
    names = [_column(source, staged, said) for said in source.fill_down]
    values = {name: cleaned(quoted(name), staged.columns[name], source.missing) for name in names}
    is_head = " or ".join(f"{value} is not null" for value in values.values())
    held = (f"select *, {is_head} as m1_head, count_if({is_head}) over (order by file_row_number) as m1_block "
            f"from {staged.relation}")
    columns = ", ".join(f"first_value({quoted(name)}) over (partition by m1_block order by file_row_number) "
                        f"as {quoted(name)}" if name in values else quoted(name) for name in staged.columns)
    rows = copied(con, f"select {columns} from ({held}) order by file_row_number", target)
    filled = int(con.execute(f"select count(*) from ({held}) where not m1_head and m1_block > 0").fetchall()[0][0])
    told = Finding("filled_down", "info", source.name,
                   f"{filled:,} of {rows:,} rows leave {shortened(names)} empty and take them from the row above.")
    return replace(staged, path=target, rows=rows, findings=(*staged.findings, told))


def _column(source: Source, staged: Staged, said: str) -> str:
    name = staged.column(said)
    if name:
        return name
    close = nearest(said, staged.columns)
    others = [each for each in source.fill_down if each != said]
    raise ColumnMissing(
        f"{source.place} has no column {said!r} for fill_down.", f"{shortened(staged.columns, 20)}.",
        f"If {close!r} is that column, write:\n[sources.{source.name}]\nfill_down = {listed_as_toml([*others, close])}"
        if close else "")

"""Every source becomes one Parquet file of its rows before it is read: typed if it has types, else text.

Parquet files stay where they are. Text files stream through DuckDB's own reader and are never held
whole; workbooks and server queries are written batch by batch.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import SourceMissing, SourceUnreadable, shortened
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.spelling import nearest, quoted_as_toml
from marketsofone.sources.staging.across import a_row_each
from marketsofone.sources.staging.databases import stage_query
from marketsofone.sources.staging.delimited import stage_text
from marketsofone.sources.staging.filled_down import filled_down
from marketsofone.sources.staging.groups_above import under_groups_above
from marketsofone.sources.staging.headings_again import without_headings
from marketsofone.sources.staging.joining import put_beside, source_of_join
from marketsofone.sources.staging.months_begun import a_row_each_month
from marketsofone.sources.staging.staged_rows import NUMBER, Staged
from marketsofone.sources.staging.totals import without_totals
from marketsofone.sources.staging.typed_files import stage_json, stage_parquet
from marketsofone.sources.staging.workbooks import stage_workbook

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def stage(con: DuckDBPyConnection, source: Source, folder: Path) -> Staged:
    """Read a source, and the files joined to it, as far as a Parquet file under ``folder``.

    Raises
    ------
    SourceMissing
        The file, the database or the table is not there.
    SourceUnreadable
        It is empty, or not what its format says.
    ColumnMissing
        A column that is to be filled down is not there.
    ValuesInvalid
        Headings stand again in another order, or a column is called as groups are to be.
    MarketError
        A join cannot be made; see `staging.joining.put_beside`. Or its columns are no months; see
        `staging.across.a_row_each`. Or it names no days; see `staging.months_begun.a_row_each_month`.

    """
    staged = _stage_alone(con, source, folder)
    for join in source.joins:
        beside = _stage_alone(con, source_of_join(source, join), folder)
        staged = put_beside(con, source, join, staged, beside, folder / f"{source.name}.with.{join.name}.parquet")
    staged = a_row_each(con, source, staged, folder / f"{source.name}.across.parquet")
    return a_row_each_month(con, source, staged, folder / f"{source.name}.months.parquet")


def _stage_alone(con: DuckDBPyConnection, source: Source, folder: Path) -> Staged:
    target = folder / f"{source.name}.parquet"
    if source.path is None:
        staged = stage_query(source, target)
    else:
        _require_file(source, source.path)
        reader = {"csv": stage_text, "parquet": stage_parquet, "xlsx": stage_workbook, "jsonl": stage_json}
        staged = reader[source.format](con, source, source.path, target)
    if not staged.rows and not staged.broken and not source.may_be_empty:
        raise SourceUnreadable(
            f"{source.place} has rows.",
            f"a header and no row in {source.shown}.",
            "Export it again, with its rows.",
        )
    _require_free(source, staged)
    staged = without_headings(con, source, staged, folder / f"{source.name}.headed.parquet")
    staged = without_totals(con, staged, source.decimal, folder / f"{source.name}.rows.parquet")
    staged = under_groups_above(con, source, staged, folder / f"{source.name}.grouped.parquet")
    return filled_down(con, source, staged, folder / f"{source.name}.filled.parquet")


def _require_free(source: Source, staged: Staged) -> None:
    taken = [name for name in staged.columns if name.lower() == NUMBER]
    if taken:
        raise SourceUnreadable(f"No column of {source.place} is called {NUMBER}: the engine numbers rows by that name.",
                               f"one in {source.shown}.", "Give the column another name in the file.")


def _require_file(source: Source, path: Path) -> None:
    if path.is_file():
        return
    folder = path.parent
    if not folder.is_dir():
        raise SourceMissing(
            f"{source.place} reads {source.file}.",
            "no such folder.",
            "Paths are relative to the project folder.",
        )
    there = sorted(one.name for one in folder.iterdir() if one.is_file())
    close = nearest(path.name, there)
    raise SourceMissing(
        f"{source.place} reads {source.file}.",
        f"no such file; the folder holds {shortened(there) or 'no file'}.",
        f"If {close!r} is meant, add to market.toml:\n[sources.{source.name}]\nfile = "
        + quoted_as_toml(source.file[: len(source.file) - len(path.name)] + close)
        if close
        else f"Put it there, or say in market.toml where it is:\n[sources.{source.name}]\nfile = \"<its path>\"",
    )

"""Parquet and JSON Lines: files whose values have types."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import SourceUnreadable
from marketsofone.sources.mapping import Source
from marketsofone.sources.sql import copied, described, literal, quoted
from marketsofone.sources.staged import Staged, fingerprint
from marketsofone.sources.text_files import is_zipped

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def stage_parquet(con: DuckDBPyConnection, source: Source, path: Path, target: Path) -> Staged:
    """Take a Parquet file as it is: it has types and is read where it lies.

    Raises
    ------
    SourceUnreadable
        It is no Parquet file.
    """
    import duckdb

    reader = f"read_parquet({literal(str(path))})"
    try:
        columns = described(con, f"select * from {reader}")
        rows = con.execute(f"select count(*) from {reader}").fetchall()[0][0]
    except duckdb.Error as error:
        raise SourceUnreadable(
            f"{source.place} is a Parquet file.",
            f"{source.file} is not one.",
            'Say what it is: format = "csv"',
        ) from error
    return Staged(path, columns, rows, (), is_text=False, fingerprint=fingerprint(path))


def stage_json(con: DuckDBPyConnection, source: Source, path: Path, target: Path) -> Staged:
    """Stream JSON Lines into a Parquet file; texts stay texts, dates are read with the fields.

    A line that is no JSON object becomes a row without any value, which the tables refuse.

    Raises
    ------
    SourceUnreadable
        Nothing in it is JSON Lines.
    """
    import duckdb

    zipped = "gzip" if is_zipped(path) else "uncompressed"
    reader = (
        f"read_json({literal(str(path))}, format='newline_delimited', sample_size=-1, ignore_errors=true, "
        f"dateformat='@', timestampformat='@', compression='{zipped}')"
    )
    try:
        columns = described(con, f"select * from {reader}")
        chosen = ", ".join(
            f"{quoted(name)} ->> '$' as {quoted(name)}" if kind == "JSON" else quoted(name)
            for name, kind in columns.items()
        )
        rows = copied(con, f"select {chosen} from {reader}", target)
    except duckdb.Error as error:
        raise SourceUnreadable(
            f"{source.place} is JSON Lines.",
            f"{source.file} is not one JSON object a line.",
            'Export it as JSON Lines, or say what it is: format = "csv"',
        ) from error
    types = {name: "VARCHAR" if kind == "JSON" else kind for name, kind in columns.items()}
    return Staged(target, types, rows, (), is_text=False, fingerprint=fingerprint(path))

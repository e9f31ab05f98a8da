"""Parquet and JSON Lines: files whose values have types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import SourceUnreadable
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.sql import copied, described, file_literal, quoted
from marketsofone.sources.staging.staged_rows import Staged, check_width, fingerprint
from marketsofone.sources.staging.text_files import is_zipped
from marketsofone.sources.staging.unpacking import check_gzip

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

    reader = f"read_parquet({file_literal(path)})"
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


@contextmanager
def damage_told(source: Source) -> Iterator[None]:
    """Names the Parquet file whose content is damaged: it is read where it lies, so that shows late.

    Of such content the engine says that it failed to read the file, or something without a class of its own.
    """
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        if source.format != "parquet" or not ("Failed to read file" in str(error) or type(error) is duckdb.Error):
            raise
        raise SourceUnreadable(f"{source.place} is a Parquet file.", f"{source.file}, whose content is damaged.",
                               "It may have broken on its way: copy it, or export it, again.") from None


def stage_json(con: DuckDBPyConnection, source: Source, path: Path, target: Path) -> Staged:
    """Stream JSON Lines into a Parquet file; texts stay texts, dates are read with the fields.

    A line that is no JSON becomes a row without any value, which the tables refuse. A field of an
    object inside an object is the column ``outer.inner``; a list stays the text it is.

    Raises
    ------
    SourceUnreadable
        Nothing in it is JSON Lines, or a line is JSON and no object: a list, a text, a number.
    """
    import duckdb

    zipped = "gzip" if is_zipped(path) else "uncompressed"
    if zipped == "gzip":
        check_gzip(path)
    reader = (
        f"read_json({file_literal(path)}, format='newline_delimited', sample_size=-1, ignore_errors=true, "
        f"dateformat='@', timestampformat='@', compression='{zipped}')"
    )
    try:
        columns = described(con, f"select * from {reader}")
        check_width(source.place, list(columns))
        if list(columns) == ["json"]:
            _require_objects(con, source, reader)
        chosen = ", ".join(_flat(con, reader, columns))
        rows = copied(con, f"select {chosen} from {reader}", target)
        types = described(con, f"select * from read_parquet({file_literal(target)})")
    except duckdb.Error as error:
        raise SourceUnreadable(
            f"{source.place} is JSON Lines.",
            f"{source.file} is not one JSON object a line.",
            'Export it as JSON Lines, or say what it is: format = "csv"',
        ) from error
    return Staged(target, types, rows, (), is_text=False, fingerprint=fingerprint(path))


def _require_objects(con: DuckDBPyConnection, source: Source, reader: str) -> None:
    """Raises where lines are JSON and no objects: the engine then takes every line for one value."""
    kinds = f"select json_type(json) as kind, row_number() over () as line from {reader}"
    count, first = con.execute(f"select count(*), min(line) from ({kinds}) where kind <> 'OBJECT'").fetchall()[0]
    if count:
        raise SourceUnreadable(
            f"{source.place} has one JSON object a line.",
            f"{count:,} lines that are a list, a text or a number; the first is line {first:,} of {source.file}, empty "
            "ones not counted.",
            "Take them out, or export it again as JSON Lines.",
        )


def _flat(con: DuckDBPyConnection, reader: str, columns: Mapping[str, str], within: str = "",
          name: str = "") -> Iterator[str]:
    """SQL of every column, those of objects one by one."""
    for column, kind in columns.items():
        sql, flat = f"{within}{quoted(column)}", f"{name}{column}"
        if kind.startswith("STRUCT(") and not kind.endswith("[]"):
            inner = described(con, f"select unnest({sql}) from {reader}")
            yield from _flat(con, reader, inner, f"{sql}.", f"{flat}.")
        elif kind == "JSON":
            yield f"{sql} ->> '$' as {quoted(flat)}"
        elif kind.endswith("[]") or kind.startswith("MAP("):
            yield f"cast(to_json({sql}) as varchar) as {quoted(flat)}"
        else:
            yield f"{sql} as {quoted(flat)}"

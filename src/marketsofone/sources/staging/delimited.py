"""Delimited text of any size, streamed through DuckDB into a Parquet file of texts."""

from __future__ import annotations

from bisect import bisect
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import SourceUnreadable
from marketsofone.sources.findings import Finding, titles_passed
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.spelling import quoted_as_toml
from marketsofone.sources.sql import copied, file_literal, literal
from marketsofone.sources.staging.staged_rows import Staged, check_width, fingerprint
from marketsofone.sources.staging.swallowed import QUOTE, swallowed_lines
from marketsofone.sources.staging.text_files import (
    BLANKS,
    Layout,
    blank_lines,
    delimiter_seen,
    layout_of,
    mixes_line_ends,
    write_plain,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


FEWER = "fewer values than the header has columns"
"""Why a row is refused that ends too early; where rows name groups, the values it lacks are empty."""

_PADDED = "null_padding=true, parallel=false, "


def stage_text(con: DuckDBPyConnection, source: Source, path: Path, target: Path) -> Staged:
    """Stream a delimited text file into a Parquet file of texts; rows that are not as wide as the header are named.

    Raises
    ------
    SourceUnreadable
        The file is empty, is cut by another delimiter than the one given, or is no table in text.
    """
    import duckdb

    layout = layout_of(path, source.place, encoding=source.encoding, delimiter=source.delimiter)
    check_width(source.place, layout.columns)
    _require_columns(source, path, layout)
    readable, delimiter = path, layout.delimiter
    if not layout.plain or mixes_line_ends(path, layout.zipped):
        readable = target.with_suffix(".txt")
        write_plain(path, layout, readable, source.place)
        delimiter = "\t" if delimiter == BLANKS else delimiter
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in layout.columns)
    zipped = "gzip" if layout.zipped and readable == path else "none"
    reader = (
        f"read_csv({file_literal(readable)}, auto_detect=false, header=true, skip={layout.skip}, "
        f"delim={literal(delimiter)}, quote='\"', escape='\"', columns={{{columns}}}, compression='{zipped}', "
        f"{_PADDED if source.groups else ''}store_rejects=true, "
        f"rejects_table='m1_rejects', rejects_scan='m1_scans', rejects_limit=0)"
    )
    try:
        rows = copied(con, f"select * from {reader}", target)
    except duckdb.Error:  # its message quotes the file
        raise SourceUnreadable(
            f"{source.place} is a table in text, a row a line.", f"{source.file}, which no reader of such follows.",
            "Open it in an editor and look at its first lines; export it again.") from None
    broken = _broken(con, path, layout)
    for table in ("m1_rejects", "m1_scans"):
        con.execute(f"drop table if exists {table}")
    return Staged(
        target,
        dict.fromkeys(layout.columns, "VARCHAR"),
        rows,
        broken,
        is_text=True,
        fingerprint=fingerprint(path),
        findings=(*_about_text(source, layout),
                  *swallowed_lines(con, source.name, path, layout, target, rows, broken)),
        delimiter=layout.delimiter,
        above=layout.above,
    )


def _broken(con: DuckDBPyConnection, path: Path, layout: Layout) -> tuple[tuple[int, str], ...]:
    """Rows that are none, by their number among rows: empty lines, which the reader passes over, do not count."""
    reasons = {
        "MISSING COLUMNS": FEWER,
        "TOO MANY COLUMNS": "more values than the header has columns",
        "UNQUOTED VALUE": QUOTE,
        "INVALID ENCODING": "bytes that are not text in the file's encoding",
        "LINE SIZE OVER MAXIMUM": "a line longer than two million bytes",
    }
    rows = con.execute("select line, min(error_type::varchar) from m1_rejects group by line order by line").fetchall()
    blanks = blank_lines(path, layout, int(rows[-1][0])) if rows else []
    before = [layout.skip + 1 + bisect(blanks, int(line)) for line, _ in rows]
    return tuple((int(line) - passed, reasons.get(kind, "not a readable row"))
                 for (line, kind), passed in zip(rows, before, strict=True))


def _require_columns(source: Source, path: Path, layout: Layout) -> None:
    if len(layout.columns) > 1 or len(_said(source)) < 2:
        return
    head = layout.columns[0]
    seen = delimiter_seen(head)
    if not seen:
        return
    shown = {"\t": "a tab", BLANKS: "blanks"}.get(seen, repr(seen))
    raise SourceUnreadable(
        f"{source.place} has several columns cut by {layout.delimiter!r}.",
        f"one column in {source.file}; it seems to be cut by {shown}.",
        f"Add to market.toml:\n[sources.{source.name}]\ndelimiter = {quoted_as_toml(seen)}",
    )


def _said(source: Source) -> set[str]:
    return {sql for table in source.tables for sql in (*table.fields.values(), *(one.sql for one in table.columns))}


def _about_text(source: Source, layout: Layout) -> tuple[Finding, ...]:
    found = [titles_passed(source.name, layout.titles)] if layout.titles else []
    if layout.guessed:
        found.append(Finding(
            "encoding_guessed",
            "warning",
            f"{source.name}",
            "The file is not UTF-8 and names no encoding; it was read as Windows-1252.",
            f'Add to market.toml:\n[sources.{source.name}]\nencoding = "cp1252"',
        ))
    return tuple(found)

"""What a sheet does not show, or shows and does not hold: rows that are hidden, formulas without their results."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from marketsofone.sources.findings import Finding
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.staging.merged_cells import part_of

UNSAVED, HIDDEN = "formulas_unsaved", "hidden_rows"
_ROW = re.compile(rb'<row\s[^<>]*hidden="(?:1|true)"')
_CELL = re.compile(rb"<c\s([^<>]*)>(?:<f(?:\s[^<>]*)?>[^<]*</f>|<f(?:\s[^<>]*)?/>)(?:<v\s*/>|<v></v>)?</c>")
_TEXT = b't="str"'
"""Of a formula that gives a text: an empty one is its result."""

_CHUNK = 1 << 20


def sheet_marks(source: Source, path: Path, sheet: str) -> tuple[Finding, ...]:
    """What is to be told of a sheet: how many of its formulas have no result, and how many rows are hidden."""
    unsaved = hidden = 0
    with zipfile.ZipFile(path) as book:
        part = part_of(book, sheet)
        for text in _pieces(book, part) if part else ():
            hidden += len(_ROW.findall(text))
            unsaved += sum(_TEXT not in said for said in _CELL.findall(text))
    found = []
    if unsaved:
        found.append(Finding(
            UNSAVED, "warning", source.name,
            f"{unsaved:,} cells of the sheet hold a formula whose result is not in the file: they are read as empty.",
            "Open it in a spreadsheet program, save it, and use that file."))
    if hidden:
        found.append(Finding(
            HIDDEN, "info", source.name,
            f"{hidden:,} rows of the sheet are hidden, by a filter perhaps: they count like all others."))
    return tuple(found)


def _pieces(book: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The XML of a sheet, each piece cut where a row ends, so that no mark is in two."""
    with book.open(part) as file:
        rest = b""
        while chunk := file.read(_CHUNK):
            whole, end, rest = (rest + chunk).rpartition(b"</row>")
            yield whole + end
            rest = rest[-16 * _CHUNK:]
        yield rest

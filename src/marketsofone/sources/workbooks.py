"""Excel workbooks."""

from __future__ import annotations

import warnings
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from marketsofone.errors import SourceMissing, SourceUnreadable, shortened
from marketsofone.sources.findings import Finding, titles_passed
from marketsofone.sources.grouped_headers import is_grouped, under_groups
from marketsofone.sources.mapping import Source
from marketsofone.sources.merged_cells import merged_down, spread
from marketsofone.sources.spelling import nearest, quoted_as_toml
from marketsofone.sources.staged import Staged, fingerprint, text_of, write_texts
from marketsofone.sources.text_files import first_header, header_names

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TOP = 20


def stage_workbook(con: DuckDBPyConnection, source: Source, path: Path, target: Path) -> Staged:
    """Write a sheet of a workbook into a Parquet file of texts; rows without any value are passed over.

    Raises
    ------
    SourceMissing
        The workbook has no sheet of that name.
    SourceUnreadable
        It is no workbook, or its sheet is empty.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, OSError, ValueError) as error:
        raise SourceUnreadable(
            f"{source.place} is an Excel workbook.",
            f"{source.file} is not one.",
            'Say what it is: format = "csv"',
        ) from error
    try:
        sheet = _sheet(source, book)
        merged = merged_down(path, sheet.title)
        every = spread(sheet.iter_rows(values_only=True), merged)
        filled = (row for row in every if any(value is not None for value in row))
        top = list(islice(filled, _TOP))
        if not top:
            raise SourceUnreadable(
                f"{source.place} has a header and rows.",
                "an empty sheet.",
                _another(source, book),
            )
        titles = first_header([sum(value is not None for value in row) for row in top])
        heads = [[text_of(value) or "" for value in row] for row in top[titles:]]
        if is_grouped(heads):
            titles += 1
            heads = [under_groups(heads[0], heads[1]), *heads[2:]]
        names = header_names(heads[0])
        data = (_as_wide(row, len(names)) for row in chain(top[titles + 1:], filled))
        rows = write_texts(target, names, data, source.decimal)
        others = [] if source.sheet else book.sheetnames[1:]
        if not rows and others:
            raise SourceUnreadable(f"{source.place} has rows.", f"a header and no row in the first of "
                                   f"{len(others) + 1} sheets of {source.file}.", _another(source, book))
        aside = [_first_taken(source, book)] if others else []
    finally:
        book.close()
    aside += [_merged_told(source, len(merged))] if merged else []
    findings = (*((titles_passed(source.name, titles),) if titles else ()), *aside)
    return Staged(target, dict.fromkeys(names, "VARCHAR"), rows, (), is_text=True, fingerprint=fingerprint(path),
                  findings=findings)


def sheets_of(path: Path) -> list[str]:
    """The names of a workbook's sheets that are shown; none where it does not open."""
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(path, read_only=True, data_only=True)
    except Exception:  # whatever is wrong with the file is told when it is read
        return []
    try:
        return [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    finally:
        book.close()


def _merged_told(source: Source, cells: int) -> Finding:
    return Finding(
        "merged_cells", "info", source.name,
        f"{cells:,} cells of the sheet are merged over several rows: their texts and dates hold for each of those "
        "rows, their numbers for the first alone, so that no amount counts twice.")


def _another(source: Source, book: Any) -> str:
    """The lines that read another sheet than the first."""
    other = quoted_as_toml(book.sheetnames[1]) if len(book.sheetnames) > 1 else '"..."'
    return f"Name the sheet that has them:\n[sources.{source.name}]\nsheet = {other}"


def _first_taken(source: Source, book: Any) -> Finding:
    return Finding(
        "first_sheet", "info", source.name,
        f"The workbook has {len(book.sheetnames)} sheets; {book.sheetnames[0]!r}, the first, is read.",
        f"If another is meant:\n[sources.{source.name}]\nsheet = {quoted_as_toml(book.sheetnames[1])}")


def _as_wide(row: tuple[object, ...], width: int) -> tuple[object, ...]:
    return (*row[:width], *(None,) * (width - len(row)))


def _sheet(source: Source, book: Any) -> Any:
    names: list[str] = book.sheetnames
    if source.sheet and source.sheet not in names:
        raise SourceMissing(
            f"{source.place} reads the sheet {source.sheet!r}.",
            f"the sheets {shortened(names)}.",
            f"[sources.{source.name}]\nsheet = {quoted_as_toml(nearest(source.sheet, names) or names[0])}",
        )
    return book[source.sheet or names[0]]

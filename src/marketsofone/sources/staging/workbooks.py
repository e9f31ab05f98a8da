"""Excel workbooks."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketsofone.errors import SourceMissing, SourceUnreadable, shortened
from marketsofone.sources.findings import Finding, titles_passed
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.spelling import nearest, quoted_as_toml
from marketsofone.sources.staging.grouped_headers import is_grouped, under_groups
from marketsofone.sources.staging.merged_cells import merged_down, spread
from marketsofone.sources.staging.sheet_marks import sheet_marks
from marketsofone.sources.staging.staged_rows import Staged, check_width, fingerprint, text_of, write_texts
from marketsofone.sources.staging.text_files import cells_above, first_header, header_names
from marketsofone.sources.staging.unpacking import check_workbook

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""Of a sheet, in any workbook."""

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
    book = _opened(source, path)
    try:
        sheet = _sheet(source, book)
        merged = merged_down(path, sheet.title)
        every = spread(_rows(source, sheet), merged)
        filled = (row for row in every if any(value is not None for value in row))
        top = list(islice(filled, _TOP))
        if not top:
            raise SourceUnreadable(
                f"{source.place} has a header and rows.",
                "an empty sheet.",
                _another(source, book),
            )
        width = max(map(_width, top))
        top = [_as_wide(row, width) for row in top]
        titles = first_header([sum(value is not None for value in row) for row in top])
        above = cells_above([[text_of(value) or "" for value in row] for row in top[:titles]])
        heads = [[text_of(value) or "" for value in row] for row in top[titles:]]
        if is_grouped(heads):
            titles += 1
            heads = [under_groups(heads[0], heads[1]), *heads[2:]]
        names = header_names(heads[0])
        check_width(source.place, names)
        data = (_as_wide(row, len(names)) for row in chain(top[titles + 1:], filled))
        rows = write_texts(target, names, data, source.decimal)
        others = [] if source.sheet else book.sheetnames[1:]
        if not rows and others:
            raise SourceUnreadable(f"{source.place} has rows.", f"a header and no row in the first of "
                                   f"{len(others) + 1} sheets of {source.file}.", _another(source, book))
        aside = [_first_taken(source, book)] if others else []
    finally:
        book.close()
    aside += sheet_marks(source, path, sheet.title)
    aside += [_merged_told(source, len(merged))] if merged else []
    findings = (*((titles_passed(source.name, titles),) if titles else ()), *aside)
    return Staged(target, dict.fromkeys(names, "VARCHAR"), rows, (), is_text=True, fingerprint=fingerprint(path),
                  findings=findings, above=above)


def _opened(source: Source, path: Path) -> Any:
    check_workbook(path)
    try:
        return _book(path)
    except Exception as error:  # the library raises whatever it stumbles over
        raise SourceUnreadable(
            f"{source.place} is an Excel workbook.",
            f"{source.file} is not one.",
            'Say what it is: format = "csv"',
        ) from error


def _book(path: Path) -> Any:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load_workbook(path, read_only=True, data_only=True)


def _rows(source: Source, sheet: Any) -> Iterator[tuple[object, ...]]:
    """Every row of a sheet, however many it says it has: some exporters write a size that is none.

    Raises
    ------
    SourceUnreadable
        It is damaged, or goes on beyond what a sheet can hold.
    """
    try:
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(values_only=True)):
            if number >= MOST_ROWS or len(row) > MOST_COLUMNS:
                break
            yield row
        else:
            return
    except Exception as error:
        raise SourceUnreadable(f"{source.place} is an Excel workbook.", f"a sheet of {source.file} that is damaged.",
                               "Open it in Excel, save it again, or save the sheet as CSV.") from error
    raise SourceUnreadable(f"A sheet has at most {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns.",
                           f"more in {source.file}.", "Save it as CSV, or open it in Excel and save it again.")


def sheets_of(path: Path) -> list[str]:
    """The names of a workbook's sheets that are shown; none where it does not open."""
    try:
        check_workbook(path)
        book = _book(path)
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


def _width(row: tuple[object, ...]) -> int:
    """Its cells up to the last that says something: a row may be coloured to the end of the sheet."""
    return next(place for place in range(len(row), 0, -1) if row[place - 1] is not None)


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

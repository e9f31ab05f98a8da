"""The rows of one source as a Parquet file, and how values without a type are written into one."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import SourceUnreadable
from marketsofone.sources.findings import Finding, Input
from marketsofone.sources.sql import copied, file_literal, quoted

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

BATCH = 20_000
"""Rows held at a time."""

MOST_COLUMNS = 5_000
"""A table of more is a matrix, or a file made to keep a machine busy."""

NUMBER = "file_row_number"
"""What the engine calls the number of a row in a file, from 0."""


@dataclass(frozen=True, slots=True)
class Staged:
    """The rows of one source as a Parquet file.

    Parameters
    ----------
    path : Path
        The Parquet file; the order of its rows is the order of the source.
    columns : mapping
        Column -> DuckDB type, in the order of the source.
    rows : int
        Rows in the Parquet file.
    broken : tuple of (int, str)
        Rows that could not be read as rows at all: their number in the source, and the reason.
    is_text : bool
        Whether every value came as text, so that numbers and dates are still to be read.
    fingerprint : Input
        Of the original.
    findings : tuple of Finding
    delimiter : str
        That cuts a text file; empty for anything else.
    beside : mapping
        Files whose columns were put beside these rows, as the settings write them -> fingerprint.
    above : tuple of tuple of str
        What each line above the headings says, empty cells aside.
    line : str
        A column of the Parquet file that holds the number of each row's line, where a line became several rows.

    """

    path: Path
    columns: Mapping[str, str]
    rows: int
    broken: tuple[tuple[int, str], ...]
    is_text: bool
    fingerprint: Input
    findings: tuple[Finding, ...] = ()
    delimiter: str = ""
    beside: Mapping[str, Input] = field(default_factory=dict)
    line: str = ""
    above: tuple[tuple[str, ...], ...] = ()

    @property
    def relation(self) -> str:
        """SQL of its rows, with ``file_row_number`` from 0."""
        return f"read_parquet({file_literal(self.path)}, file_row_number=true)"

    @property
    def row_number(self) -> str:
        """SQL of a row's number in the source, the first row of data being 1, inside ``relation``."""
        if self.line:
            return quoted(self.line)
        if not self.broken:
            return "file_row_number + 1"
        before = ", ".join(str(row - place) for place, (row, _) in enumerate(self.broken, start=1))
        return f"file_row_number + 1 + len(list_filter([{before}], lambda m1_b: m1_b <= file_row_number))"

    def with_column(self, name: str, path: Path, told: Finding) -> Staged:
        """The same rows as they stand in another file, with a column of texts more; and what is told of it."""
        return replace(self, path=path, columns={**self.columns, name: "VARCHAR"}, findings=(*self.findings, told))

    def column(self, text: str) -> str:
        """The column that ``text`` is the name of, exactly or but for case and outer blanks; else empty."""
        if text in self.columns:
            return text
        alike = {name.casefold(): name for name in self.columns}
        return alike.get(text.strip().strip('"').casefold(), "")


def check_width(place: str, columns: Sequence[str]) -> None:
    """Raise ``SourceUnreadable`` where a table has more columns than anyone would name."""
    if len(columns) > MOST_COLUMNS:
        raise SourceUnreadable(f"{place} has at most {MOST_COLUMNS:,} columns.", f"{len(columns):,}.",
                               "Leave out the columns that nobody needs, and export it again.")


def fingerprint(path: Path) -> Input:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        return Input(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def text_of(value: object, decimal: str = ".") -> str | None:
    """A value of a workbook or a database as text: whole numbers without a decimal sign, instants in ISO form.

    Parameters
    ----------
    decimal : str
        The sign with which the source's texts write numbers, and so its numbers too: once they are text,
        nothing tells them apart.

    Examples
    --------
    >>> text_of(17850.0), text_of(True), text_of(2.5), text_of(1.234, ","), text_of(None), text_of(float("nan"))
    ('17850', 'true', '2.5', '1,234', None, None)

    """
    if value is None or isinstance(value, str):
        return value
    if value != value:   # not a number: nothing is known, as in a file of numbers
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, (bytes, memoryview)):
        return None
    if isinstance(value, (float, Decimal)):
        return str(value).replace(".", decimal or ".")
    return value.isoformat(" ") if isinstance(value, dt.datetime) else str(value)


def without_rows(con: DuckDBPyConnection, staged: Staged, why: Mapping[int, str], target: Path) -> Staged:
    """The rows without some, by their place from 0, each counted as broken with the reason that stands beside it."""
    among = ", ".join(map(str, why))
    numbers = con.execute(f"select {NUMBER}, {staged.row_number} from {staged.relation} "
                          f"where {NUMBER} in ({among})").fetchall()
    broken = [*staged.broken, *((int(row), why[int(place)]) for place, row in numbers)]
    rows = copied(con, f"select {', '.join(map(quoted, staged.columns))} from {staged.relation} "
                       f"where {NUMBER} not in ({among}) order by {NUMBER}", target)
    return replace(staged, path=target, rows=rows, broken=tuple(sorted(broken)))


def write_texts(target: Path, columns: Sequence[str], rows: Iterable[Sequence[object]], decimal: str = ".") -> int:
    """Write rows as a Parquet file of texts, batch by batch; the number of rows written."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in columns])
    written, batch = 0, []
    with pq.ParquetWriter(target, schema) as writer:
        for row in rows:
            batch.append([text_of(value, decimal) for value in row])
            if len(batch) == BATCH:
                writer.write_batch(_texts(batch, schema))
                written, batch = written + len(batch), []
        if batch:
            writer.write_batch(_texts(batch, schema))
    return written + len(batch)


def _texts(batch: list[list[str | None]], schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    arrays = [pa.array(column, pa.string()) for column in zip(*batch, strict=True)]
    return pa.record_batch(arrays, schema=schema)

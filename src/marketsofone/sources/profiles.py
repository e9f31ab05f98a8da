"""What the columns of a file look like: kind, how many different values, whether they are a key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from marketsofone.errors import MarketError
from marketsofone.sources.dates import written
from marketsofone.sources.decimals import signs_of
from marketsofone.sources.mapping import Source
from marketsofone.sources.readings import cleaned, is_number, number, text
from marketsofone.sources.sql import literal, quoted
from marketsofone.sources.staged import Staged
from marketsofone.sources.staging import stage
from marketsofone.sources.strictly import FORMATS, format_of
from marketsofone.sources.text_files import BLANKS, delimiter_seen

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CATEGORIES = 12


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column of a file.

    Parameters
    ----------
    name : str
    kind : str
        ``number``, ``date`` or ``text``.
    filled, distinct : int
        Rows with a value; different values.
    length : float
        Mean length of its texts.
    values : tuple of str
        Its values in lower case where there are at most twelve, the most frequent first; else empty.
    unclear : bool
        A date that fits both day first and month first.
    numbers : int
        Rows whose value is a number.
    """

    name: str
    kind: Literal["number", "date", "text"]
    filled: int
    distinct: int
    length: float
    values: tuple[str, ...]
    unclear: bool = False
    numbers: int = 0

    @property
    def almost_number(self) -> bool:
        """A text that holds numbers but for one in twenty: those will be refused, and told."""
        return self.kind == "text" and self.numbers >= 0.95 * self.filled > 0


@dataclass(frozen=True, slots=True)
class FileProfile:
    """One file: its rows and its columns, and the names of columns that other files of the folder have too."""

    source: Source
    rows: int
    columns: tuple[ColumnProfile, ...]
    shared: frozenset[str] = frozenset()

    def is_key(self, column: ColumnProfile) -> bool:
        """Whether every row has a value of its own, but for one in a hundred."""
        return column.filled == self.rows and column.distinct >= 0.99 * self.rows

    def column(self, name: str) -> ColumnProfile:
        """The column of that name."""
        return next(one for one in self.columns if one.name == name)


def files_of(folder: Path) -> Iterator[Path]:
    """Files of a folder that may be sources, by name."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith(".") and format_of(path) in FORMATS:
            yield path


def source_of(path: Path, name: str, shown: str) -> Source:
    """A source of a file that fills no table yet."""
    return Source(
        name=name,
        file=shown,
        path=path,
        url="",
        query="",
        table="",
        where="",
        missing=(),
        after_outcome=(),
        format=format_of(path),
        delimiter="",
        encoding="",
        decimal="",
        sheet="",
        date_format="",
        one_zone="",
        tables=(),
    )


def profile(con: DuckDBPyConnection, source: Source, folder: Path) -> FileProfile:
    """Look at every column of a file.

    Raises
    ------
    MarketError
        The file cannot be read.
    """
    staged = stage(con, source, folder)
    if len(staged.columns) == 1 and delimiter_seen(next(iter(staged.columns))) == BLANKS:
        source = replace(source, delimiter=BLANKS)
        staged = stage(con, source, folder)
    if all(re.fullmatch(r"[\d.,:/ -]+(_\d+)?", name) for name in staged.columns):
        raise MarketError("A file has a header.", "numbers only in its first line.", "Add a header line.")
    source = replace(source, decimal=_decimal(con, staged))
    return FileProfile(source, staged.rows, tuple(_columns(con, staged, source.decimal)))


def _decimal(con: DuckDBPyConnection, staged: Staged) -> str:
    """A comma where numbers have decimal commas, or may have in a file that is not cut by commas; else empty."""
    texts = [name for name, kind in staged.columns.items() if kind == "VARCHAR"]
    signs = [signs_of(con, staged, name) for name in texts]
    if any(one.point for one in signs):
        return ""
    may = staged.delimiter not in ("", ",")
    return "," if any(one.says_comma or (may and one.open) for one in signs) else ""


def _columns(con: DuckDBPyConnection, staged: Staged, decimal: str) -> Iterator[ColumnProfile]:
    file = f"read_parquet({literal(str(staged.path))})"
    for name, kind in staged.columns.items():
        value = cleaned(quoted(name), kind)
        as_text = text(value, kind)
        filled, distinct, length = con.execute(
            f"select count(v), count(distinct v), coalesce(avg(length(v)), 0) from (select {as_text} as v from {file})"
        ).fetchall()[0]
        found, unclear, numbers = _kind(con, file, name, kind, filled, distinct, decimal)
        values: Mapping[str, int] = {}
        if 0 < distinct <= _CATEGORIES:
            values = dict(
                con.execute(
                    f"select lower({as_text}) as v, count(*) from {file} where {value} is not null "
                    "group by v order by 2 desc, 1"
                ).fetchall()
            )
        yield ColumnProfile(name, found, filled, distinct, length, tuple(values), unclear, numbers)


def _kind(
    con: DuckDBPyConnection, file: str, name: str, kind: str, filled: int, distinct: int, decimal: str
) -> tuple[Literal["number", "date", "text"], bool, int]:
    """The kind of a column, whether its dates are unclear, and how many of its values are numbers."""
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return "date", False, 0
    value = cleaned(quoted(name), kind)
    dated = re.search(r"date|time|_at$|_on$|day$|datum|opened|closed|since", name.lower()) is not None
    if not dated and kind == "VARCHAR":
        like = f"select coalesce(count_if(regexp_matches({value}, {literal(_DATE)})), 0) from {file}"
        dated = con.execute(like).fetchall()[0][0] >= 0.95 * filled
    if dated and filled and distinct > _CATEGORIES:
        way = written(con, file, text(value, kind))
        if way.rows >= 0.95 * filled:
            return "date", way.is_ambiguous, 0
    if is_number(kind):
        return "number", False, filled
    if kind != "VARCHAR" or not filled:
        return "text", False, 0
    numbers = con.execute(f"select count({number(value, kind, decimal)}) from {file}").fetchall()[0][0]
    coded = con.execute(f"select count_if(regexp_matches({value}, '^0[0-9]')) from {file}").fetchall()[0][0]
    return ("number" if numbers == filled and not coded else "text"), False, 0 if coded else numbers


_DATE = "^[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{2,4}([ T]|$)"

"""What the columns of a file look like: kind, how many different values, whether they are a key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from marketsofone.errors import MarketError
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.mapping.strictly import FORMATS, format_of
from marketsofone.sources.profiling.commas import decimal_of
from marketsofone.sources.profiling.crm_words import DURATIONS, is_called
from marketsofone.sources.profiling.field_words import MONTHS
from marketsofone.sources.profiling.headed import groups_of_rows, rows_alone, said_above_totals, stands_above
from marketsofone.sources.profiling.headings import labels_of, prefix_of, said_in, subject_of, without_remarks
from marketsofone.sources.profiling.rows_told import Converted, Kinds, Whole
from marketsofone.sources.profiling.yearless import in_year, without_year, years_above
from marketsofone.sources.spelling import snake
from marketsofone.sources.sql import file_literal, literal, quoted
from marketsofone.sources.staging.every_source import stage
from marketsofone.sources.staging.headings_again import ANOTHER
from marketsofone.sources.staging.sheet_marks import HIDDEN, UNSAVED
from marketsofone.sources.staging.staged_rows import Staged
from marketsofone.sources.staging.text_files import BLANKS, delimiter_seen
from marketsofone.sources.staging.totals import TOTAL
from marketsofone.sources.values.currencies import EXPONENTS
from marketsofone.sources.values.dates import counted, month_written, written
from marketsofone.sources.values.readings import WITH_CODE, cleaned, in_words, is_number, key, number, text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CATEGORIES, _VALUES = 12, 40


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
        Its values in lower case where there are at most forty, the most frequent first; else empty.
    unclear : bool
        A date that fits both day first and month first.
    numbers : int
        Rows whose value is a number.
    label : str
        Its heading without words that all headings of the file begin with.
    text : str
        SQL of its value as text.
    coded : int
        Rows whose value holds a digit.
    gaps : int
        The same for columns that are empty in the same rows, the first of the file not among them; 0 for any other.
    codes : tuple of str
        Currency codes beside its numbers, the most frequent first, where nearly all values are a number with one.
    sign : str
        The sign of a currency that all its numbers are written with; empty for none.
    clock : str
        Which parts its values give, cut by colons, where it is called a duration: ``h:m:s``, ``h:m``, ``m:s``, or
        ``unclear`` where two parts may be either; empty for any other column.
    moment : (str, str) or None
        SQL of the moments that its values lead to, and in which unit, where it is called as dates or months are.
    least, most : str
        Between these lie its values as text, the first of a list too, in the order of their bytes.
    repair : (str, str) or None
        SQL of its keys as other files have them, and what it does to them, where it writes them in a form of its own.
    worded : int
        Numbers that are written in words in part: ``ca. 500``, ``1.2k``.
    yearless : str
        SQL of its days, with ``{}`` for the column and for a year, where it holds days and months of no year that is
        known; empty for any other.
    """

    name: str
    kind: Literal["number", "date", "text"]
    filled: int
    distinct: int
    length: float
    values: tuple[str, ...]
    unclear: bool = False
    numbers: int = 0
    label: str = ""
    text: str = ""
    coded: int = 0
    gaps: int = 0
    codes: tuple[str, ...] = ()
    sign: str = ""
    clock: str = ""
    moment: tuple[str, str] | None = None
    least: str = ""
    most: str = ""
    repair: tuple[str, str] | None = None
    worded: int = 0
    yearless: str = ""

    @property
    def read(self) -> tuple[str, str]:
        """SQL of its values, of the moments they lead to where they are such; and what is said of that, if anything."""
        sql, unit = self.moment or (self.name, "")
        return sql, f"; its values are {unit}" if unit else ""

    @property
    def said(self) -> tuple[str, ...]:
        """Its heading as it may be known: whole, without remarks in brackets, and the parts between strokes."""
        return said_in(self.label or self.name)

    @property
    def almost_number(self) -> bool:
        """A text that holds numbers but for one in twenty: those will be refused, and told."""
        return self.kind == "text" and self.numbers >= 0.95 * self.filled > 0

    @property
    def holds_numbers(self) -> bool:
        """Numbers, or a text that almost is one."""
        return self.kind == "number" or self.almost_number


@dataclass(frozen=True, slots=True)
class FileProfile:
    """One file: its rows and its columns, and the names of columns that other files of the folder have too.

    Parameters
    ----------
    relation : str
        SQL of its rows, good as long as the folder it was staged in.
    about : str
        The customer table that its name speaks of; empty for none.
    totals : int
        Rows that are totals of others.
    alone : int
        Rows, the first among them, that fill nothing but the first column.
    told : tuple of str
        What of its reading a person should know at once.
    digest : str
        The same for files, and sheets, of the same content.
    inside : frozenset of (str, str)
        A column called as what stands above a thing is, and another of the file of which its values are keys.
    wholes : tuple of Whole
        What rows of one order, or of one deal, say alike.
    kinds : Kinds
        What words of a ledger say of its rows.
    net : mapping
        Columns of amounts with a tax, each with the one that holds the same without it.
    converted : Converted
        Columns of amounts in the currency of each row, each with the one that holds the same in one currency.
    """

    source: Source
    rows: int
    columns: tuple[ColumnProfile, ...]
    shared: frozenset[str] = frozenset()
    relation: str = ""
    about: str = ""
    totals: int = 0
    alone: int = 0
    told: tuple[str, ...] = ()
    digest: str = ""
    inside: frozenset[tuple[str, str]] = frozenset()
    wholes: tuple[Whole, ...] = ()
    kinds: Kinds = field(default_factory=Kinds)
    net: Mapping[str, str] = field(default_factory=dict)
    converted: Converted = field(default_factory=Converted)

    def is_key(self, column: ColumnProfile) -> bool:
        """Whether every row has a value of its own, but for one in a hundred."""
        return column.filled == self.rows and column.distinct >= 0.99 * self.rows

    def is_nearly_key(self, column: ColumnProfile) -> bool:
        """Whether but for a few rows, exported twice or left empty, every row has a value of its own."""
        without, again = self.rows - column.filled, column.filled - column.distinct
        few = without <= max(2, 0.01 * self.rows) and again <= max(2, 0.05 * self.rows)
        return few and column.distinct >= 0.9 * self.rows > 0

    def whole(self, key: str) -> Whole | None:
        """What rows say alike that belong together by a column of keys; None where no key stands in several."""
        return next((one for one in self.wholes if one.key == key), None)

    def number(self, column: ColumnProfile) -> str:
        """SQL of a column's texts as numbers, by the file's decimal sign."""
        return number(column.text, "VARCHAR", self.source.decimal or ".")

    def column(self, name: str) -> ColumnProfile:
        """The column of that name."""
        return next(one for one in self.columns if one.name == name)


def named(column: ColumnProfile, words: tuple[str, ...]) -> bool:
    """Whether a column is called by one of the words."""
    return any(is_called(said, words) for said in column.said)


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
    above = "" if source.fill_down else stands_above(con, staged) or said_above_totals(con, staged)
    alone, begins = rows_alone(con, staged)
    groups = "" if above or source.groups else groups_of_rows(con, source, staged, folder, alone)
    if above or groups:
        source = replace(source, fill_down=(above,) if above else source.fill_down, groups=groups or source.groups)
        staged = stage(con, source, folder)
    source = replace(source, decimal=decimal_of(con, staged), date_format=_date_format(con, staged))
    about = subject_of(prefix_of(list(staged.columns)), source.sheet, source.table, source.name)
    return FileProfile(source, staged.rows, tuple(_columns(con, staged, source.decimal, source.date_format)),
                       relation=staged.relation, about=about, totals=sum(why == TOTAL for _, why in staged.broken),
                       told=tuple(one.message for one in staged.findings if one.code in (UNSAVED, HIDDEN, ANOTHER)),
                       alone=alone if begins and alone > 1 and not (above or groups) else 0,
                       digest=f"{staged.fingerprint.sha256} {source.sheet} {source.table or source.query}")


def _date_format(con: DuckDBPyConnection, staged: Staged) -> str:
    """The format of a file's dates, where some column would leave open which of two is the day; else empty.

    All dates of the file are to be cut alike. Nobody writes the month first before a point; before a stroke another
    column of the file may tell. Where every column tells itself, nothing need be said.
    """
    texts = [cleaned(quoted(name), kind) for name, kind in staged.columns.items() if kind == "VARCHAR"]
    if len(texts) < len(staged.columns) or not texts:
        return ""
    looks = [_DATE, *_CUTS]
    parts = [f"count({value}), " + ", ".join(
        f"coalesce(count_if(regexp_matches({value}, {literal(look)})), 0)" for look in looks) for value in texts]
    counts = con.execute(f"select {', '.join(parts)} from {staged.relation}").fetchall()[0]
    each = [counts[at:at + len(looks) + 1] for at in range(0, len(counts), len(looks) + 1)]
    found = [value for value, (filled, like, *_) in zip(texts, each, strict=True) if filled and like >= 0.95 * filled]
    cuts = [cut for place, cut in enumerate(_CUTS.values()) if all(like <= rest[place] for _, like, *rest in each)]
    if not found or not cuts:
        return ""
    ways = [written(con, staged.relation, value) for value in found]
    sure = {way.way for way in ways if not way.is_ambiguous and way.way in ("day first", "month first")}
    if not any(way.is_ambiguous for way in ways) or (cuts[0][0] != "." and len(sure) != 1):
        return ""
    sign, year = cuts[0]
    first, second = ("m", "d") if sign != "." and sure == {"month first"} else ("d", "m")
    return f"%{first}{sign}%{second}{sign}%{year}"


def _columns(con: DuckDBPyConnection, staged: Staged, decimal: str, date_format: str) -> Iterator[ColumnProfile]:
    file = f"read_parquet({file_literal(staged.path)})"
    labels, years = labels_of(list(staged.columns)), years_above(staged)
    for label, (name, kind) in zip(labels, staged.columns.items(), strict=True):
        value = cleaned(quoted(name), kind)
        as_text = text(value, kind)
        as_key = key(value, kind)
        filled, distinct, length, coded, gaps, least, most = con.execute(
            "select count(v), count(distinct v), coalesce(avg(length(v)), 0), count_if(regexp_matches(v, '[0-9]')), "
            "case when min(n) filter (where v is not null) = 0 then bit_xor(hash(n)) filter (where v is null) end, "
            "coalesce(min(trim(split_part(k, ';', 1))), ''), coalesce(max(k), '') from "
            f"(select {as_text} as v, {as_key} as k, file_row_number as n from {staged.relation})").fetchall()[0]
        found, unclear, numbers = _kind(con, file, name, kind, filled, distinct, decimal, date_format)
        moment = _moment(con, file, name, kind, decimal) if found == "number" and distinct > _CATEGORIES else None
        if moment is None and found != "date" and filled and is_called(label, MONTHS):
            moment = month_written(con, file, name, as_text, filled)
        days = without_year(con, staged, label, as_text, filled) if moment is None and found != "date" else ""
        if days and len(years) == 1:
            moment = in_year(name, days, *years)
        values: Mapping[str, int] = {}
        if 0 < distinct <= _VALUES:
            values = dict(
                con.execute(
                    f"select lower(t) as v, count(*) from (select {as_text} as t from {staged.relation}) "
                    "where t is not null group by v order by 2 desc, 1"
                ).fetchall()
            )
        codes = _codes(con, staged, as_text, filled) if kind == "VARCHAR" and coded == filled else ()
        sign = _sign(con, staged, as_text, filled) if found == "number" else ""
        worded = _worded(con, staged, as_text) if kind == "VARCHAR" and numbers else 0
        yield ColumnProfile(name, "date" if moment else found, filled, distinct, length, tuple(values), unclear,
                            numbers, label, as_key, coded, gaps or 0, codes, sign,
                            _clock(con, staged, label, as_text, filled), moment, least, most,
                            worded=worded, yearless="" if moment else days)


def _moment(con: DuckDBPyConnection, file: str, name: str, kind: str, decimal: str) -> tuple[str, str] | None:
    """What the numbers of a column count to, where its name says that they are dates."""
    if not re.search(_CALLED_DATES, snake(name)):
        return None
    value = number(cleaned(quoted(name), kind), kind, decimal)
    least, most = con.execute(f"select min({value}), max({value}) from {file}").fetchall()[0]
    return counted(quoted(name), least, most)


def _worded(con: DuckDBPyConnection, staged: Staged, value: str) -> int:
    """How many of a column's numbers are written in words in part."""
    found = con.execute(f"select count_if({in_words('v')}) from (select {value} as v from {staged.relation})")
    return int(found.fetchall()[0][0])


def _sign(con: DuckDBPyConnection, staged: Staged, value: str, filled: int) -> str:
    """The sign of a currency in every value of a column."""
    found = con.execute(
        f"select regexp_extract(v, '[€$£¥]') as s, count(*) from (select {value} as v from {staged.relation}) "
        "where v is not null group by s").fetchall()
    return str(found[0][0]) if len(found) == 1 and found[0][1] == filled else ""


def _clock(con: DuckDBPyConnection, staged: Staged, label: str, value: str, filled: int) -> str:
    """Which parts the values of a column that is called a duration give, cut by colons."""
    if not filled or not is_called(without_remarks(label), DURATIONS):
        return ""
    three, two, most = con.execute(
        f"select count_if(regexp_matches(v, '{_THREE}')), count_if(regexp_matches(v, '{_TWO}')), "
        f"max(try_cast(split_part(v, ':', 1) as double)) from (select {value} as v from {staged.relation})"
    ).fetchall()[0]
    if three >= 0.95 * filled:
        return "h:m:s"
    if two < 0.95 * filled:
        return ""
    said = re.sub("[^hms]", "", label.lower().rpartition("(")[2]) if "(" in label else ""
    return {"hhmm": "h:m", "hmm": "h:m", "mmss": "m:s", "mss": "m:s"}.get(said, "m:s" if most > _DAY else "unclear")


def _codes(con: DuckDBPyConnection, staged: Staged, value: str, filled: int) -> tuple[str, ...]:
    """Codes of currencies in a column of amounts that are written with one, the most frequent first."""
    found = con.execute(
        f"select regexp_extract(v, '[A-Z]{{3}}') as c, count(*) from (select {value} as v from {staged.relation}) "
        f"where regexp_matches(v, {literal(WITH_CODE)}) group by c order by 2 desc, 1").fetchall()
    rows = sum(count for _, count in found)
    codes = tuple(code for code, _ in found)
    return codes if rows >= 0.95 * filled > 0 and all(code in EXPONENTS for code in codes) else ()


def _kind(
    con: DuckDBPyConnection, file: str, name: str, kind: str, filled: int, distinct: int, decimal: str, date_format: str
) -> tuple[Literal["number", "date", "text"], bool, int]:
    """The kind of a column, whether its dates are unclear, and how many of its values are numbers."""
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return "date", False, 0
    value = cleaned(quoted(name), kind)
    dated = re.search(r"date|time|_at$|_on$|day$|datum|opened|closed|since", name.lower()) is not None
    dated = dated and distinct > _CATEGORIES
    if not dated and kind == "VARCHAR":
        like = f"select coalesce(count_if(regexp_matches({value}, {literal(_DATE)})), 0) from {file}"
        dated = con.execute(like).fetchall()[0][0] >= 0.95 * filled
    if dated and filled:
        way = written(con, file, text(value, kind), date_format)
        if way.rows >= 0.95 * filled:
            return "date", way.is_ambiguous, 0
    if is_number(kind):
        return "number", False, filled
    if kind != "VARCHAR" or not filled:
        return "text", False, 0
    numbers = con.execute(f"select count({number(value, kind, decimal)}) from {file}").fetchall()[0][0]
    coded = con.execute(f"select count_if(regexp_matches({value}, '^0[0-9]')) from {file}").fetchall()[0][0]
    return ("number" if numbers == filled and not coded else "text"), False, 0 if coded else numbers


_THREE, _TWO, _DAY = "^[0-9]{1,3}(:[0-5][0-9]){2}([.][0-9]+)?$", "^[0-9]{1,3}:[0-5][0-9]$", 23
_CALLED_DATES = "(^|_)(date|datum|day|at|on|am|timestamp|created|opened|closed|since|modified|updated)$"
_CUTS = {f"^[0-9]{{1,2}}[{sign}][0-9]{{1,2}}[{sign}][0-9]{{{digits}}}( |$)": (sign, year)
         for sign in "./-" for digits, year in ((4, "Y"), (2, "y"))}
_DATE = "^[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{2,4}([ T]|$)"

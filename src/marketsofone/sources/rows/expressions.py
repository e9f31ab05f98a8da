"""What a mapping says about a column, made into SQL over the rows of its source.

A text that is exactly a column's name is that column, blanks and all; anything else is SQL. In
expressions, a column of a text file that holds numbers only is a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from marketsofone.errors import ColumnMissing, MarketError, SettingsInvalid, ValuesInvalid, shortened
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.spelling import nearest, quoted_as_toml
from marketsofone.sources.sql import described, file_literal, is_of_one_row, quoted
from marketsofone.sources.staging.across import DAY, HEADING
from marketsofone.sources.staging.months_begun import MONTH
from marketsofone.sources.staging.staged_rows import Staged
from marketsofone.sources.values.readings import cleaned, is_untidy, number

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOSTLY = 0.9


@dataclass(frozen=True, slots=True)
class Expression:
    """SQL over the rows of a source.

    Parameters
    ----------
    sql : str
        Valid inside ``select ... from <Rows.relation>``.
    type : str
        Its DuckDB type.
    column : str
        The source's column, where it is one and nothing else; else empty.

    """

    sql: str
    type: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in ``market.toml`` an expression stands: for messages."""

    source: str
    part: str
    key: str

    @property
    def shown(self) -> str:
        """The place in words: ``opportunity.closed_at``."""
        return f"{self.part.split('.')[0]}.{self.key}" if self.part else self.key

    def line(self, value: str) -> str:
        """The lines that would set it to ``value``."""
        part = f".{self.part}" if self.part else ""
        return f"[sources.{self.source}{part}]\n{self.key} = {quoted_as_toml(value)}"


@dataclass(frozen=True)
class Rows:
    """The rows of one source, ready to be selected from.

    Parameters
    ----------
    con : DuckDBPyConnection
    source : Source
    staged : Staged
    as_numbers : frozenset of str
        Columns of mostly numbers that are taken as numbers although some rows hold other text.

    """

    con: DuckDBPyConnection
    source: Source
    staged: Staged
    as_numbers: frozenset[str] = frozenset()

    @cached_property
    def relation(self) -> str:
        """A select of ``m1_row``, every column under its own name and, for text, as it stands."""
        parts = [f"{self.staged.row_number} as m1_row"]
        if not self.column("source_row"):
            parts.append(f"{self.staged.row_number} as source_row")
        for name in self._used:
            kind = self.staged.columns[name]
            parts.append(f"{self._valued(name, kind)} as {quoted(name)}")
            if self.staged.is_text:
                parts.append(f"{self._as_it_stands(name)} as {quoted('text:' + name)}")
        return f"(select {', '.join(parts)} from {self.staged.relation})"

    @cached_property
    def kept(self) -> str:
        """``relation`` without the rows that ``where`` leaves out.

        Raises
        ------
        MarketError
            ``where`` is no condition on a row, or fails on some row.
        """
        if not self.source.where:
            return self.relation
        place = Place(self.source.name, "", "where")
        condition = self.expression(self.source.where, place).sql
        kept = (f"(select * exclude (m1_kept) from (select *, {condition} as m1_kept from {self.relation}) "
                "where coalesce(m1_kept, false))")
        with self.running(self.source.where, place):
            self.con.execute(f"select count(*) from {kept}").fetchall()
        return kept

    @cached_property
    def numbers(self) -> Mapping[str, str]:
        """Columns of a text file that hold nothing but numbers, codes with leading zeros excepted -> type."""
        return {name: kind for name, (kind, share) in self._profile.items() if share == 1.0}

    @cached_property
    def mostly_numbers(self) -> frozenset[str]:
        """Columns of a text file of which nine in ten values are numbers, but not all."""
        return frozenset(name for name, (_, share) in self._profile.items() if _MOSTLY <= share < 1.0)

    def taking_as_numbers(self, names: Iterable[str]) -> Rows:
        """The same rows with more columns taken as numbers; rows with other text there are refused."""
        return replace(self, as_numbers=self.as_numbers | set(names))

    def column(self, text: str) -> str:
        """The column that ``text`` is the name of, exactly or but for case and outer blanks; else empty."""
        return self.staged.column(text)

    def expression(self, text: str, place: Place) -> Expression:
        """The SQL of what a mapping says.

        Raises
        ------
        ColumnMissing
            It names a column the source does not have.
        SettingsInvalid
            It is not SQL that runs on one row of the source: a query inside it could read any file of this machine.

        """
        column = self.column(text)
        if column:
            kind = self.staged.columns[column]
            name = f"text:{column}" if self.staged.is_text else column
            return Expression(quoted(name), kind, column)
        sql = f"({text}\n)"
        return Expression(sql, self._type(sql, text, place))

    @contextmanager
    def running(self, text: str, place: Place) -> Iterator[None]:
        """Tells where what a mapping says fails on some row, and nothing of what is in the row.

        A file that is damaged is another matter: the engine then says which it failed to read.
        """
        import duckdb

        try:
            yield
        except duckdb.BinderException as error:
            raise self._unbound(str(error), text, place) from None
        except (duckdb.DataError, duckdb.ProgrammingError, duckdb.NotSupportedError) as error:
            if "Failed to read file" in str(error):
                raise
            mild = re.sub(r"(?i)\bcast\b", "try_cast", text)
            raise ValuesInvalid(
                f"Source {place.source!r}: the SQL of {place.shown} runs on every row.",
                f"a {type(error).__name__} on some row.",
                "Where a value may not convert, write try_cast(<the column> as <the type>) in its place."
                + (f"\nFor instance:\n{place.line(mild)}" if mild != text else ""),
            ) from None

    def uses(self, text: str) -> frozenset[str]:
        """The columns that an expression reads."""
        column = self.column(text)
        if column:
            return frozenset([column])
        return frozenset(filter(None, map(self.column, _names_in(text, self.staged.columns))))

    def _type(self, sql: str, text: str, place: Place) -> str:
        import duckdb

        try:
            if not is_of_one_row(self.con, text):
                raise SettingsInvalid(f"{place.shown} in source {place.source!r} speaks of the columns of its own row.",
                                      "a query inside it, which could read any file of this machine, or unnest, which "
                                      "makes several rows of one.",
                                      "Name such a file as a source, or join it:  docs/architecture.md  says how.")
            return described(self.con, f"select m1_row, {sql} as said from {self.relation}")["said"]
        except duckdb.Error as error:
            raise self._unbound(str(error), text, place) from error

    def _unbound(self, message: str, text: str, place: Place) -> MarketError:
        absent = re.search(r'Referenced column "([^"]+)" not found', message)
        wordy = re.fullmatch(r"[\w .&%#?!/-]+", text) and "Parser Error" in message
        if absent or wordy:
            return self.missing(absent.group(1) if absent else text, place, whole=text)
        reason = message.splitlines()[0].partition(": ")[2] or message.splitlines()[0]
        if '"m1_row" must appear' in reason:
            return SettingsInvalid(
                f"{place.shown} in source {place.source!r} says one thing of each row.",
                f"{text!r}, which is counted or summed over many rows.",
                "Say over which:  over (partition by <the column that they share>)  behind the function.")
        return SettingsInvalid(
            f"{place.shown} in source {place.source!r} is a column or SQL.",
            f"{text!r}, to which the engine says: {reason}",
            "Columns with blanks or points in their names stand in double quotes inside SQL.",
        )

    def missing(self, name: str, place: Place, whole: str = "") -> ColumnMissing:
        """The error for a column that is not there, with the nearest that is."""
        close = nearest(name, self.staged.columns) or nearest(place.key, self.staged.columns)
        repair = f"Name the column that holds it, or take the line out:\n{place.line('<column>')}"
        if close:
            right = whole.replace(name, close) if whole and whole != name else close
            repair = f"If {close!r} is that column, add to market.toml:\n{place.line(right)}"
        return ColumnMissing(
            f"{self.source.place} has no column for {place.shown}: {name!r} is not there.",
            f"{shortened(self.staged.columns, 20)}.",
            repair,
        )

    def _valued(self, name: str, kind: str) -> str:
        if name in self.as_numbers:
            return number(self._as_it_stands(name), "VARCHAR", self.source.decimal)
        if self.staged.is_text and name in self._in_expressions and name in self.numbers:
            as_number = number(self._as_it_stands(name), "VARCHAR", self.source.decimal)
            return f"cast({as_number} as {self.numbers[name]})"
        return self._as_it_stands(name)

    def _as_it_stands(self, name: str) -> str:
        return cleaned(quoted(name), self.staged.columns[name], self.source.missing, trim=name in self._untidy)

    @cached_property
    def _untidy(self) -> frozenset[str]:
        """Text columns in which some value is empty or has outer blanks: trimming all would be slow."""
        texts = [name for name in self._used if self.staged.columns[name] == "VARCHAR"]
        if not texts:
            return frozenset()
        parts = ", ".join(f"count_if({is_untidy(quoted(name))})" for name in texts)
        counts = self.con.execute(f"select {parts} from read_parquet({file_literal(self.staged.path)})").fetchall()[0]
        return frozenset(name for name, count in zip(texts, counts, strict=True) if count)

    @cached_property
    def _used(self) -> tuple[str, ...]:
        """Columns that some text of the mapping names, or may name; and those that tell which month."""
        cells = (DAY, HEADING) if self.source.across else (MONTH,) if self.source.months else ()
        texts = [text.casefold() for text in (self.source.where, *self._said(), *cells)]
        return tuple(name for name in self.staged.columns if any(name.casefold() in text for text in texts))

    def _said(self) -> Iterator[str]:
        for table in self.source.tables:
            yield from table.fields.values()
            yield from (one.sql for one in table.columns)

    @cached_property
    def _in_expressions(self) -> frozenset[str]:
        written = [text.casefold() for text in (self.source.where, *self._said()) if text and not self.column(text)]
        return frozenset(name for name in self._used if any(name.casefold() in text for text in written))

    @cached_property
    def _profile(self) -> Mapping[str, tuple[str, float]]:
        unsettled = {self.column(one.sql) for table in self.source.tables for one in table.columns if not one.kind}
        names = [name for name in self._used if name in self._in_expressions | unsettled
                 and self.staged.columns[name] == "VARCHAR"]
        if not names or not self.staged.is_text:
            return {}
        parts = []
        for name in names:
            text = self._as_it_stands(name)
            value = number(text, "VARCHAR", self.source.decimal)
            parts += [
                f"count({text})",
                f"count({value})",
                f"count_if({value} = trunc({value}) and abs({value}) < 9e15)",
                f"count_if(regexp_matches({text}, '^[+-]?0[0-9]'))",
            ]
        file = f"read_parquet({file_literal(self.staged.path)})"
        counts = self.con.execute(f"select {', '.join(parts)} from {file}").fetchall()[0]
        return {name: _number_type(*counts[4 * place : 4 * place + 4]) for place, name in enumerate(names)}


def _number_type(filled: int, numbers: int, whole: int, coded: int) -> tuple[str, float]:
    if not filled or coded:
        return "VARCHAR", 0.0
    return ("BIGINT" if whole == numbers else "DOUBLE"), numbers / filled


def _names_in(text: str, columns: Iterable[str]) -> set[str]:
    import sqlglot
    from sqlglot import exp

    try:
        return {column.name for column in sqlglot.parse_one(text, read="duckdb").find_all(exp.Column)}
    except sqlglot.errors.SqlglotError:
        return {name for name in columns if name.casefold() in text.casefold()}

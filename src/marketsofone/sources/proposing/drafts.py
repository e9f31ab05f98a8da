"""What is proposed for a file: its tables and their fields, each with its reason, as ``market.toml`` writes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from marketsofone.sources.mapping.across import worded
from marketsofone.sources.mapping.months import Months
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.spelling import listed_as_toml, quoted_as_toml
from marketsofone.sources.sql import quoted


@dataclass(frozen=True, slots=True)
class Guess:
    """SQL of a field or of a column of the user's own, and why it is that."""

    sql: str
    why: str
    number: bool = False
    on_many: str = ""


def reads(sql: str, column: str) -> bool:
    """Whether a field's SQL, or name alone, reads a column."""
    return column == sql or quoted(column) in sql


def beside(sql: str, join: str, columns: Iterable[str]) -> str:
    """A field's SQL, or name alone, over columns of a file as they are called once it is joined under a name."""
    names = tuple(columns)
    if sql in names:
        return f"{join}.{sql}"
    for name in names:
        sql = sql.replace(quoted(name), quoted(f"{join}.{name}"))
    return sql


@dataclass(frozen=True, slots=True)
class JoinDraft:
    """A file whose columns stand beside those of a source, and why that is safe.

    Parameters
    ----------
    name : str
        Columns of the file are called ``<name>.<column>``.
    on : (str, str)
        The column of the source, that of the file.
    latest : str
        The column of dates by which one of several rows of a key stands; empty where each stands once.
    """

    name: str
    beside: Source
    on: tuple[str, str]
    why: str
    latest: str = ""

    def lines(self, source: str) -> Iterator[str]:
        """Its part of ``market.toml``."""
        left, right = map(quoted_as_toml, self.on)
        yield from ("", f"[sources.{source}.join.{self.name}]  # {self.why}",
                    f"file = {quoted_as_toml(self.beside.file)}")
        if self.beside.sheet:
            yield f"sheet = {quoted_as_toml(self.beside.sheet)}"
        if self.beside.delimiter:
            yield from ('format = "csv"', f"delimiter = {quoted_as_toml(self.beside.delimiter)}")
        yield f"on = {left}" if left == right else f"on = {{ {left} = {right} }}"
        if self.latest:
            yield f"latest = {quoted_as_toml(self.latest)}"


@dataclass(frozen=True, slots=True)
class TableDraft:
    """How one file may fill one customer table."""

    table: str
    fields: Mapping[str, Guess]
    dimensions: Mapping[str, Guess] = field(default_factory=dict)
    traits: Mapping[str, Guess] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is proposed for one source."""

    source: Source
    columns: tuple[str, ...]
    tables: tuple[TableDraft, ...]
    after_outcome: Mapping[str, str] = field(default_factory=dict)
    joins: tuple[JoinDraft, ...] = ()

    def without(self, leaks: Mapping[str, str]) -> Draft:
        """The draft with suspected columns (``table.dim_x`` -> reason) declared as filled in after the outcome."""
        after, tables = dict(self.after_outcome), []
        for one in self.tables:
            parts: dict[str, dict[str, Guess]] = {}
            for role, short in (("dimensions", "dim"), ("traits", "trait")):
                mine: Mapping[str, Guess] = getattr(one, role)
                bad = {name for name in mine if f"{one.table}.{short}_{name}" in leaks}
                after |= {mine[name].sql: leaks[f"{one.table}.{short}_{name}"] for name in sorted(bad)}
                parts[role] = {name: guess for name, guess in mine.items() if name not in bad}
            tables.append(replace(one, dimensions=parts["dimensions"], traits=parts["traits"]))
        return replace(self, tables=tuple(tables), after_outcome=after)

    @property
    def _first(self) -> str:
        """Which of day and month its dates begin with, and how that is known."""
        form = self.source.date_format
        told = "its dates are cut by points" if "." in form else "another column of dates tells"
        return f"{'day' if form.startswith('%d') else 'month'} first: {told}"

    def said(self) -> list[str]:
        """The SQL of all that it uses."""
        return [guess.sql for one in self.tables for part in (one.fields, one.dimensions, one.traits)
                for guess in part.values()]

    def sentences(self) -> Iterator[str]:
        """What was guessed, a sentence each."""
        for join in self.joins:
            yield f"{self.source.name} is joined with {join.beside.name}: {join.why}."
        for one in self.tables:
            yield f"{self.source.name} fills {one.table}."
            if self.source.decimal:
                yield f"{self.source.name} writes decimals with a comma: 1.234 is one thousand and more."
            if self.source.date_format:
                yield f"{self.source.name} writes the {self._first}."
            for name, guess in one.fields.items():
                yield f"{one.table}.{name} = {guess.sql}: {guess.why}."
        for column in self.after_outcome:
            yield f"{column!r} looks filled in after the outcome and is not used."

    def lines(self) -> Iterator[str]:
        """Its part of ``market.toml``."""
        name = self.source.name
        yield f"[sources.{name}]"
        if self.source.table:
            yield f"url = {quoted_as_toml(self.source.file)}"
            yield f"table = {quoted_as_toml(self.source.table)}"
        elif self.source.query:
            yield f"url = {quoted_as_toml(self.source.file)}"
            yield f"query = {quoted_as_toml(self.source.query)}"
        else:
            yield f"file = {quoted_as_toml(self.source.file)}"
        if self.source.sheet:
            yield f"sheet = {quoted_as_toml(self.source.sheet)}"
        if self.source.delimiter:
            yield 'format = "csv"'
            yield f"delimiter = {quoted_as_toml(self.source.delimiter)}  # its columns stand apart by blanks"
        if self.source.decimal:
            yield f"decimal = {quoted_as_toml(self.source.decimal)}  # guessed: is 1.234 one thousand and more?"
        if self.source.date_format:
            yield f"date_format = {quoted_as_toml(self.source.date_format)}  # guessed: the {self._first}"
        if self.source.fill_down:
            yield f"fill_down = {listed_as_toml(self.source.fill_down)}  # guessed: said in an order's first row alone"
        if self.source.groups:
            yield f"groups = {quoted_as_toml(self.source.groups)}  # guessed: rows of one cell name those below them"
        if self.source.across:
            yield f"across = {across_as_toml(self.source.across)}  # guessed: each cell of these columns is a sale"
        if self.source.months:
            yield f"months = {months_as_toml(self.source.months)}  # guessed: each month that has begun is a sale"
        if self.source.where:
            yield f"where = {quoted_as_toml(self.source.where)}  # guessed: what these columns say is no sale"
        if self.after_outcome:
            yield "after_outcome = [  # suspected to be filled in after the outcome: declared, never used"
            for column, why in self.after_outcome.items():
                yield f"  {quoted_as_toml(column)},  # {why}"
            yield "]"
        for join in self.joins:
            yield from join.lines(name)
        for one in self.tables:
            yield from ("", f"[sources.{name}.{one.table}]")
            yield from (f"{key} = {quoted_as_toml(guess.sql)}  # {guess.why}" for key, guess in one.fields.items())
            for role in ("dimensions", "traits"):
                mine: Mapping[str, Guess] = getattr(one, role)
                if mine:
                    yield from ("", f"[sources.{name}.{one.table}.{role}]")
                    yield from (_column_line(key, guess) for key, guess in mine.items())


def across_as_toml(across: Sequence[str]) -> str:
    """What ``across`` says, as the settings write it."""
    return quoted_as_toml(across[0]) if worded(across) else listed_as_toml(across)


def months_as_toml(months: Months) -> str:
    """What ``months`` says, as the settings write it."""
    until = f', until = "{months.until}"' if months.until else ""
    return f"{{ from = {quoted_as_toml(months.start)}, to = {quoted_as_toml(months.end)}{until} }}"


def _column_line(key: str, guess: Guess) -> str:
    extra = [', kind = "number"'] if guess.number else [', kind = "text"']
    if guess.on_many:
        extra.append(f', on_many = "{guess.on_many}"')
    return f"{key} = {{ from = {quoted_as_toml(guess.sql)}{''.join(extra)} }}  # {guess.why}"

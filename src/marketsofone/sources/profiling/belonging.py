"""Which file lists which things, and by which column other files name them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_values import NO, YES
from marketsofone.sources.profiling.crm_words import KEYS, describes, is_personal
from marketsofone.sources.profiling.links import GENERIC, Link
from marketsofone.sources.spelling import snake

_ENTITIES = ("account", "contact", "product", "rep")
_NUMBERED = ("id", "no", "nr", "number", "nummer", "key", "guid", "code")
_CALLED_NUMBER = re.compile("((^|_)(id|no|key)|nr|number|nummer|guid|code)$")
_NO_HEADING = re.compile(r"column_[0-9]+$")
_COUNTED = ("mitarbeiter", "employee")
_OFTEN, _FEW_ROWS = 0.9, 20
BOOKED, FEWER = ("account", "account code", "account number", "account name"), 3
"""Names of columns that may hold accounts of the books; these have a third of the values of customers, or fewer."""


def first_called(one: FileProfile, words: Iterable[str], fits: Callable[[ColumnProfile], bool]) -> ColumnProfile | None:
    """The first column that fits and is called by the first of the words that calls any."""
    return next((column for word in words for column in one.columns if fits(column) and named(column, (word,))), None)


def names_things(column: ColumnProfile, entity: str) -> bool:
    """Whether a column is called by the key of things of a kind, and not by what describes them."""
    return named(column, KEYS[entity]) and not describes(column.label)


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that names things of a kind: SQL of their key, and why it is that."""

    column: str
    sql: str
    why: str


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of a folder and what of one is a key of another.

    Parameters
    ----------
    main : FileProfile or None
        The file that lists the opportunities.
    """

    files: tuple[FileProfile, ...]
    links: tuple[Link, ...]
    main: FileProfile | None = None

    def key(self, one: FileProfile, entity: str) -> ColumnProfile | None:
        """The column that tells the rows of a file apart, where they are things of a kind.

        Of several, the one by which most other files name them; then one that others have too; then the usual name.
        """
        found = [column for word in KEYS[entity] for column in one.columns
                 if named(column, (word,)) and _may_be_key(one, column, entity)]
        if one.about == entity:
            found += [column for column in one.columns if one.is_nearly_key(column) and column.kind != "date" and (
                named(column, GENERIC) or (named(column, ("name",)) and self._asked_by(one, column)))]
        found += [column for column in one.columns if column not in found and one.is_nearly_key(column)
                  and self._asked_as(one, column, entity)]
        return max(found, key=lambda column: self._rank(one, column), default=None)

    def home(self, entity: str) -> tuple[FileProfile, ColumnProfile] | None:
        """The file that lists the things of a kind, and their key there; None where none does."""
        having = [(one, key) for one in self.files if (key := self.key(one, entity)) and self._lists(one, entity)]
        return max(having, key=lambda pair: pair[0].rows, default=None)

    def reference(self, one: FileProfile, entity: str, used: Iterable[str] = ()) -> Reference | None:
        """The column by which a file names things of a kind: by its values where a file lists them, else by name."""
        used = set(used)
        called = [column for word in KEYS[entity] for column in one.columns
                  if column.name not in used and column.kind != "date" and _may_name(one, column, entity)
                  and named(column, (word,)) and not describes(column.label)]
        if entity == "account":
            called = _without_few(called)
        home = self.home(entity)
        if home and home[0].source is not one.source:
            linked = [link for link in self._from(one) if (link.home, link.key) == (home[0].source.name, home[1].name)
                      and link.nearly_all and link.column not in used]
            if linked:
                names = {column.name for column in called}
                best = max(linked, key=lambda link: (link.column in names, link.met))
                plain = best.column in names and not best.several and best.met == best.filled
                return Reference(best.column, best.sql, "its name" if plain else best.why)
        shared = [column for column in called if column.name in one.shared]
        first = next(iter([*shared, *called]), None)
        if first:
            return Reference(first.name, first.name, "its name" + self._unmet(one, first, home))
        above = _without_heading(one) if entity == (one.about if one.about in _ENTITIES else "account") else ""
        return Reference(above, above, "it has no heading: what stands in rows of its own above the others is taken "
                         "for whom, or what, they are of") if above and above not in used else None

    def home_of(self, link: Link) -> FileProfile:
        """The file whose keys a link's values are."""
        return next(one for one in self.files if one.source.name == link.home)

    def names(self, one: FileProfile, column: ColumnProfile, home: FileProfile) -> bool:
        """Whether nearly all values of a column are keys of a file."""
        return any(link.column == column.name and link.home == home.source.name and link.nearly_all
                   for link in self._from(one))

    def _unmet(self, one: FileProfile, column: ColumnProfile, home: tuple[FileProfile, ColumnProfile] | None) -> str:
        """That few of a column's values are keys of the file that lists such things."""
        if home is None or home[0].source is one.source:
            return ""
        met = [link for link in self._from(one) if (link.column, link.home, link.key) == (
            column.name, home[0].source.name, home[1].name)]
        found = f"{met[0].met:,} of {met[0].filled:,}" if met else "fewer than half"
        return f"; {found} of its values are keys of {home[0].source.name} ({home[1].name})"

    def _from(self, one: FileProfile) -> list[Link]:
        return [link for link in self.links if link.file == one.source.name]

    def _asked_by(self, one: FileProfile, column: ColumnProfile) -> int:
        """How many other files name the rows of this one by a column."""
        return len({link.file for link in self.links if link.nearly_all and (link.home, link.key) == (
            one.source.name, column.name)})

    def _asked_as(self, one: FileProfile, column: ColumnProfile, entity: str) -> bool:
        """Whether another file names the rows of this one by a column that is called as such things are."""
        asking = {(link.file, link.column) for link in self.links if link.nearly_all and (link.home, link.key) == (
            one.source.name, column.name)}
        return entity in _ENTITIES and any(
            (other.source.name, each.name) in asking and names_things(each, entity)
            for other in self.files for each in other.columns)

    def _rank(self, one: FileProfile, column: ColumnProfile) -> tuple[int, bool, bool, bool]:
        numbered = column.label.lower().endswith(_NUMBERED)
        asked = self._asked_by(one, column)
        return asked, one.is_key(column), asked > 0 and numbered, column.name in one.shared

    def _lists(self, one: FileProfile, entity: str) -> bool:
        if self.main is not None and one.source is self.main.source:
            return entity == "opportunity"
        return entity not in _ENTITIES or one.about in ("", entity)


def _may_be_key(one: FileProfile, column: ColumnProfile, entity: str) -> bool:
    """Whether a column that is called a key may be one; rows exported twice do not hide that of a file's subject."""
    if column.kind == "date" or one.is_key(column):
        return column.kind != "date" and (
            entity != "opportunity" or column.distinct == column.filled or not _is_name(column))
    if entity == "opportunity" and _is_name(column):
        return False
    if entity == "opportunity" or one.about == entity:
        return column.filled >= 0.99 * one.rows and column.distinct >= _OFTEN * one.rows
    return one.is_nearly_key(column) and entity in _ENTITIES and not any(
        one.is_key(other) and named(other, words) for kind, words in KEYS.items() if kind != entity
        for other in one.columns)


def _without_few(called: Sequence[ColumnProfile]) -> list[ColumnProfile]:
    """Columns called as accounts are, without an account that is booked: it has few values beside many customers."""
    most = max((column.distinct for column in called if not is_personal(column.name)), default=0)
    return [column for column in called if not (
        named(column, BOOKED) and column.values and FEWER * column.distinct <= most)]


def _without_heading(one: FileProfile) -> str:
    """A column without a heading that stands in rows of its own above those that are of it; empty for none."""
    return next((name for name in one.source.fill_down if _NO_HEADING.match(name)), "")


def is_counted(column: ColumnProfile) -> bool:
    """Whether a number is how many people a company employs, and names nobody: ``Mitarbeiter``."""
    return column.kind == "number" and named(column, _COUNTED)


def _is_name(column: ColumnProfile) -> bool:
    """Whether a column holds names, words without a digit among them: two opportunities of one name are two."""
    return column.kind == "text" and column.coded < column.filled


def _may_name(one: FileProfile, column: ColumnProfile, entity: str) -> bool:
    """Whether a column that is called as things are may name them: few values do where few rows can have more."""
    if is_counted(column):
        return False
    if column.distinct > 2 or (entity == "rep" and column.distinct == 2 and column.kind == "text"):
        return not set(column.values) or not set(column.values) <= {*YES, *NO}
    return column.filled > 0 and not set(column.values) <= {*YES, *NO} and (
        one.rows <= _FEW_ROWS or _CALLED_NUMBER.search(snake(column.label)) is not None)


def numbered(one: FileProfile) -> ColumnProfile | None:
    """A column that is called a number, tells the rows of a file apart, and is the key of nothing that is known.

    The telephone number of a buyer is no number of a deal, and what was paid is none.
    """
    return next((column for column in one.columns if one.is_key(column) and column.distinct == column.filled
                 and column.kind != "date" and _CALLED_NUMBER.search(snake(column.label))
                 and not is_personal(column.label) and not any(named(column, words) for words in KEYS.values())), None)


def repeated(one: FileProfile, column: ColumnProfile) -> str:
    """That some rows say the key of an earlier row; empty where none does."""
    again = column.filled - column.distinct
    return f"; {again:,} rows repeat the key of an earlier one and will be refused" if again else ""


def doubtful_rows(one: FileProfile, column: ColumnProfile) -> Iterator[str]:
    """What a person should know of the rows of a file whose key is not that of one row each."""
    again, without = column.filled - column.distinct, one.rows - column.filled
    if again:
        yield (f"{again:,} of {one.rows:,} rows repeat the {column.name} of an earlier one: the first of each stands, "
               "the others will be in quarantine.")
    if without:
        yield f"{without:,} of {one.rows:,} rows have no {column.name} and will be in quarantine."

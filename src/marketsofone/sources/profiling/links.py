"""Which columns of one file hold the keys of another: told by their values, whatever they are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_words import KEYS, SITES, describes
from marketsofone.sources.profiling.field_words import FIELDS
from marketsofone.sources.spelling import bare
from marketsofone.sources.sql import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

GENERIC = ("id", "record id", "guid", "key", "uuid")
"""What a file's own key is called where it does not say of what."""

_SAMPLE, _LONG, _TELLING = 200, 80, 5


@dataclass(frozen=True, slots=True)
class Link:
    """A column whose values are keys of another file.

    Parameters
    ----------
    file, column : str
        The source that refers, and its column.
    home, key : str
        The source it refers to, and the key there.
    met, filled : int
        Rows whose value is a key there; rows with a value.
    several : int
        Rows that hold a list of keys cut by semicolons: of these the first is meant.
    """

    file: str
    column: str
    home: str
    key: str
    met: int
    filled: int
    several: int

    @property
    def nearly_all(self) -> bool:
        """Whether nine in ten rows with a value find theirs."""
        return self.met >= 0.9 * self.filled > 0

    @property
    def sql(self) -> str:
        """The column, or the first key of its lists."""
        return f"trim(split_part({quoted(self.column)}, ';', 1))" if self.several else self.column

    @property
    def why(self) -> str:
        """Why it is that, in words."""
        lists = f", the first of several in {self.several:,}" if self.several else ""
        return f"its values are keys of {self.home}: {self.met:,} of {self.filled:,} are found there{lists}"


def links_between(con: DuckDBPyConnection, profiles: Sequence[FileProfile]) -> tuple[Link, ...]:
    """Every column of which at least half the values are keys of another file.

    Short numbers are keys only where the headings say so: a quantity of 3 is no reference to customer 3. Numbers of
    two kinds of things, as their headings say, are no keys of each other: customer 10045 is not order 10045.
    """
    return tuple(link for one in profiles for column in one.columns if may_refer(column)
                 for other in profiles if other.source is not one.source
                 for link in _links(con, one, column, other))


def inside(con: DuckDBPyConnection, one: FileProfile) -> frozenset[tuple[str, str]]:
    """The columns called as what stands above a thing is, each with a key of the same file that its values are."""
    above = [column for column in one.columns if column.filled and named(
        column, FIELDS["account"]["parent_id"])]
    return frozenset(
        (column.name, key.name) for column in above for key in one.columns
        if key is not column and key.kind != "date" and one.is_key(key) and con.execute(
            f"select count(k) >= 0.9 * count(*) from (select {column.text} as v from {one.relation}) "
            f"left join (select distinct {key.text} as k from {one.relation}) on v = k where v is not null"
        ).fetchall()[0][0])


def _links(con: DuckDBPyConnection, one: FileProfile, column: ColumnProfile, other: FileProfile) -> Iterator[Link]:
    for key in other.columns:
        if column.least > key.most or key.least > column.most:
            continue
        if not (may_refer(key) and other.is_nearly_key(key)) or not _tells(one, column, key):
            continue
        first = f"trim(split_part({column.text}, ';', 1))"
        keys = f"(select distinct {key.text} as k from {other.relation})"
        said = f"(select {first} as v from {one.relation})"
        sample = f"(select distinct v from {said} where v is not null limit {_SAMPLE})"
        hit, asked = con.execute(f"select count(k), count(*) from {sample} left join {keys} on v = k").fetchall()[0]
        if 2 * hit < asked or not asked:
            continue
        whole, firsts, filled, lists = con.execute(
            f"select count(a.k), count(b.k), count(v), count_if(contains(w, ';')) from (select {first} as v, "
            f"{column.text} as w from {one.relation}) left join {keys} a on w = a.k left join {keys} b on v = b.k"
        ).fetchall()[0]
        met, several = (firsts, lists) if firsts > whole else (whole, 0)
        if 2 * met >= filled > 0:
            yield Link(one.source.name, column.name, other.source.name, key.name, met, filled, several)


def may_refer(column: ColumnProfile) -> bool:
    """Whether values may be keys: two or three different ones only where the heading says of what."""
    return column.kind != "date" and column.length <= _LONG and (column.distinct > 2 or (
        column.filled > 0 and bool(things(column))))


def _tells(one: FileProfile, column: ColumnProfile, key: ColumnProfile) -> bool:
    """Whether equal values of the two would be no chance."""
    if named(column, GENERIC) and one.is_key(column):
        return False
    if key.kind == "number" and things(column) and things(key) and not things(column) & things(key):
        return False
    if key.kind != "number" or key.length >= _TELLING:
        return True
    if describes(column.label) or 5 * column.distinct < key.distinct:
        return False
    alike = bare(column.label) == bare(key.label)
    numbered = re.search(r"(id|no|nr|number|nummer|key)$", column.label.lower()) is not None
    return bool(things(column)) or alike or numbered


def things(column: ColumnProfile) -> set[str]:
    """What a column's heading calls its values: the kinds of things, people of one's own and of others as one."""
    called = {entity for entity, words in KEYS.items() if named(column, words)}
    called |= {"account"} if named(column, SITES) else set()
    return {"person" if entity in ("contact", "rep") else entity for entity in called}

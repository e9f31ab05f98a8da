"""Keys of one thing that two files write differently: with zeros in front, in groups of digits, or as a CRM's short id.

They are one key where the values show it: in that form keys of two files meet, and in no column do two fall together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_words import describes
from marketsofone.sources.profiling.links import GENERIC, may_refer, things
from marketsofone.sources.sql import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_KINDS = frozenset({"account", "person", "product", "opportunity"})
_LEAST, _SHARED = 3, 0.5
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHORT, _WHOLE = 15, 18


@dataclass(frozen=True, slots=True)
class Form:
    """A way in which keys are alike.

    Parameters
    ----------
    same : callable
        From SQL of a key, and the sign that parts its thousands, to SQL of what all ways to write it have in common.
    fits : str
        SQL of whether a key, ``v``, may be one of those.
    said : str
        What the form does to a key.
    """

    same: Callable[[str, str], str]
    fits: str
    said: str


def without_zeros(sql: str, group: str = "") -> str:
    """A number as it is without zeros in front; any other key as it stands."""
    return f"regexp_replace({sql}, '^0+([0-9]+)([.,]0+)?$', '\\1')"


def without_groups(sql: str, group: str) -> str:
    """A number as it is without signs between its thousands; any other key as it stands."""
    return f"regexp_replace({sql}, '^([0-9]{{1,3}}){group}([0-9]{{3}})({group}([0-9]{{3}}))?([.,]0+)?$', '\\1\\2\\4')"


def numbered(sql: str, group: str) -> str:
    """A number as it is without both; any other key as it stands."""
    return without_zeros(without_groups(sql, group))


def shortened_id(sql: str, group: str = "") -> str:
    """The first 15 signs of an id of 18; any other key as it stands."""
    return f"case when length({sql}) = {_WHOLE} then left({sql}, {_SHORT}) else {sql} end"


def _first_signs(sql: str, group: str = "") -> str:
    return f"left({sql}, {_SHORT})"


def is_checked(sql: str) -> str:
    """Whether the last three signs of an id of 18 say which of the fifteen before are capitals, five each.

    Salesforce writes ids so where capitals may get lost; the first of five counts 1, the last 16.
    """
    return " and ".join(
        f"substr({sql}, {_SHORT + 1 + part}, 1) = substr('{_LETTERS}', 1 + " + " + ".join(
            f"{1 << place} * cast(substr({sql}, {5 * part + place + 1}, 1) between 'A' and 'Z' as int)"
            for place in range(5)) + ", 1)" for part in range(3))


_NUMBERS = Form(numbered, "regexp_matches(v, '^[0-9]')", "without zeros in front and signs between thousands")
_IDS = Form(shortened_id, f"regexp_matches(v, '^[0-9a-zA-Z]{{{_SHORT}}}([A-Z0-5]{{3}})?$')",
            f"its first {_SHORT} signs, which the three behind them only check")


@dataclass(frozen=True, slots=True)
class _Keys:
    """A column of keys in one form: what they are of, how many there are, and how many of them it writes anew."""

    file: FileProfile
    column: ColumnProfile
    of: frozenset[str]
    same: str
    keys: int
    alike: int
    anew: int
    wrong: int

    @property
    def name(self) -> tuple[str, str]:
        return self.file.source.name, self.column.name

    @property
    def shown(self) -> str:
        return f"{self.column.name} of {self.file.source.name}"


def with_alike_keys(con: DuckDBPyConnection, profiles: Sequence[FileProfile]
                    ) -> tuple[list[FileProfile], list[str]]:
    """The files, keys that differ by their form alone written alike; and what is said where that is unsure.

    Columns that are written anew say so in `ColumnProfile.repair`, and their `text` is what is compared from here on.
    """
    files, said = list(profiles), []
    for form in (_NUMBERS, _IDS):
        found = list(_candidates(con, files, form))
        for kind in sorted(_met(con, found)):
            group = [one for one in found if kind in one.of]
            group += _named_otherwise(con, files, form, group)
            doubt = _doubt(group)
            said += [doubt] if doubt else []
            anew = {} if doubt else {one.name: one for one in group if one.anew}
            files = [_written_anew(con, one, anew, form) for one in files]
    return files, said


def _candidates(con: DuckDBPyConnection, files: Sequence[FileProfile], form: Form) -> Iterator[_Keys]:
    """Columns that are called as keys are, of kinds that two files name, one of them in a form of its own perhaps."""
    called = [(one, column, frozenset(_of(one, column))) for one in files for column in one.columns
              if _may_be(column, form)]
    twice = [(one, column, frozenset(kind for kind in of if any(
        kind in more and other is not one for other, _, more in called))) for one, column, of in called]
    odd = {kind for one, column, of in twice if of and _may_be_odd(con, one, column, form) for kind in of}
    for one, column, of in twice:
        shared = of & odd
        keys = _keys(con, one, column, shared, form) if shared else None
        if keys:
            yield keys


def _may_be(column: ColumnProfile, form: Form) -> bool:
    long = _SHORT - 1 <= column.length <= _WHOLE
    return may_refer(column) and not column.repair and 2 * column.coded >= column.filled > 0 and (
        column.distinct >= _LEAST and long == (form is _IDS))


def _may_be_odd(con: DuckDBPyConnection, one: FileProfile, column: ColumnProfile, form: Form) -> bool:
    """Whether a column may write a key anew: a quick look, for most files write all keys as they are."""
    if form is _IDS:
        return column.length > _SHORT
    signs = " or ".join(f"contains(v, {literal(sign)})" for sign in ",.' ")
    begins = "" if column.least >= "1" else " or prefix(v, '0')"
    return bool(con.execute(f"select 1 from (select {column.text} as v from {one.relation}) "
                            f"where {signs}{begins} limit 1").fetchall())


def _of(one: FileProfile, column: ColumnProfile) -> set[str]:
    """What a column's keys are of: as it is called, or, where it is called a key alone, what the file lists."""
    if column.kind == "date" or describes(column.label):
        return set()
    generic = one.about and named(column, GENERIC) and one.is_nearly_key(column)
    about = {"person" if one.about in ("contact", "rep") else one.about} if generic else set()
    return (things(column) or about) & _KINDS


def _keys(con: DuckDBPyConnection, one: FileProfile, column: ColumnProfile, of: frozenset[str], form: Form
          ) -> _Keys | None:
    same = form.same(column.text, _grouping(one))
    checked = f"length(v) = {_WHOLE} and not ({is_checked('v')})" if form is _IDS else "false"
    keys, alike, anew, fit, wrong = con.execute(
        f"select count(*), count(distinct w), count_if(v <> w), count_if({form.fits}), count_if({checked}) from "
        f"(select distinct {column.text} as v, {same} as w from {one.relation}) where v is not null").fetchall()[0]
    return _Keys(one, column, of, same, keys, alike, anew, wrong) if 2 * fit >= keys > 0 else None


def _met(con: DuckDBPyConnection, found: Sequence[_Keys]) -> set[str]:
    """The kinds of things of which two files have keys in common once they are in one form, more than as they stand."""
    return {kind for place, one in enumerate(found) for other in found[place + 1:] if one.anew or other.anew
            if one.file is not other.file for kind in one.of & other.of if _are_alike(con, one, other)}


def _are_alike(con: DuckDBPyConnection, one: _Keys, other: _Keys) -> bool:
    raw = _in_common(con, (one.file, one.column.text), (other.file, other.column.text))
    same = _in_common(con, (one.file, one.same), (other.file, other.same))
    return bool(same > raw and same >= max(_LEAST, _SHARED * min(one.keys, other.keys)))


def _named_otherwise(con: DuckDBPyConnection, files: Sequence[FileProfile], form: Form, group: Sequence[_Keys]
                     ) -> list[_Keys]:
    """Columns of any name that hold keys as a column of the group writes them: they must be written anew with it."""
    taken = {one.name for one in group}
    more = []
    for one in files:
        for column in one.columns:
            keys = _may_be(column, form) and (one.source.name, column.name) not in taken and not things(column) and (
                _keys(con, one, column, frozenset(), form))
            if keys and keys.anew and any(
                    other.anew and 2 * _in_common(con, (one, column.text), (other.file, other.column.text)) >= keys.keys
                    for other in group):
                more.append(keys)
    return more


def _in_common(con: DuckDBPyConnection, one: tuple[FileProfile, str], other: tuple[FileProfile, str]) -> int:
    """How many keys two files share, each with SQL of its keys."""
    (count,), = con.execute(f"select count(*) from (select distinct {one[1]} from {one[0].relation} intersect "
                            f"select distinct {other[1]} from {other[0].relation})").fetchall()
    return int(count)


def _grouping(one: FileProfile) -> str:
    """The signs that may stand between thousands in a file."""
    return "[.'' ]" if one.source.decimal == "," else "[,'' ]"


def _doubt(group: Sequence[_Keys]) -> str:
    """Why keys are left as they stand though they would meet, a sentence; empty where nothing speaks against it."""
    wrong = next((one for one in group if one.wrong), None)
    if wrong:
        return (f"{wrong.shown}: its keys look like ids of {_SHORT} signs with three more that check them, and would "
                f"meet those of other files, but of {wrong.wrong:,} of {wrong.keys:,} the check is wrong: they are "
                "left as they stand. Was the case of their letters lost?")
    double = next((one for one in group if one.alike < one.keys), None)
    if double:
        return (f"{double.shown}: its keys would meet those of other files if zeros in front, and signs between "
                f"thousands, did not count, but then {double.keys - double.alike:,} of {double.keys:,} would fall "
                "together with another: they are left as they stand, each way to write a key a thing of its own.")
    return ""


def _written_anew(con: DuckDBPyConnection, one: FileProfile, anew: Mapping[tuple[str, str], _Keys], form: Form
                  ) -> FileProfile:
    columns = [_repaired(con, keys, form) if (keys := anew.get((one.source.name, column.name))) else column
               for column in one.columns]
    return replace(one, columns=tuple(columns))


def _repaired(con: DuckDBPyConnection, keys: _Keys, form: Form) -> ColumnProfile:
    column = keys.column
    least, most = con.execute(f"select coalesce(min({keys.same}), ''), coalesce(max({keys.same}), '') "
                              f"from {keys.file.relation}").fetchall()[0]
    said = f"cast({quoted(column.name)} as varchar)"
    group = _grouping(keys.file)
    why = f"{form.said}, as another file has it; its {keys.keys:,} keys stay {keys.alike:,}"
    ways = (_first_signs, form.same) if form is _IDS else (without_zeros, without_groups, form.same)
    enough = next(way for way in ways if not con.execute(
        f"select count(*) from {keys.file.relation} where {way(column.text, group)} <> {keys.same}").fetchall()[0][0])
    return replace(column, text=keys.same, least=least, most=most, repair=(enough(said, group), why))

"""Which columns of a file divide buyers: sales dimensions, traits, and what only the end of a deal told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from marketsofone.sources.doubtful.leaks import name_tells
from marketsofone.sources.profiling.belonging import is_counted
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_words import KEYS, is_personal
from marketsofone.sources.proposing.drafts import Guess
from marketsofone.sources.proposing.recurring import recurs
from marketsofone.sources.spelling import snake
from marketsofone.sources.sql import quoted

_FEW = 12
_MOST = 1000
_NAMING = ("account", "contact", "opportunity", "order", "touch")
_PLACES = ("position", "pos", "line", "line no", "line number", "item no", "zeile", "lfd nr")
_WORN = {"opportunity", "account", "contact", "order_line"}


@dataclass(frozen=True, slots=True)
class Divided:
    """Names in the project file -> columns that divide buyers; and columns filled in after the outcome -> why so."""

    dimensions: dict[str, Guess] = field(default_factory=dict)
    traits: dict[str, Guess] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)


def divided_by(one: FileProfile, table: str, fields: Mapping[str, Guess]) -> Divided:
    """What of a file divides buyers beside the fields that it fills."""
    if table not in _WORN:
        return Divided()
    return _placed(one, table, (column for column in one.columns
                                if not _is_read(column, fields) and column.kind != "date"))


def words_beside(one: FileProfile, fields: Mapping[str, Guess]) -> dict[str, Guess]:
    """Dimensions of a ledger of which only words divide buyers: its numbers are periods, fees or lengths."""
    used = {guess.sql for guess in fields.values()}
    return _placed(one, "order_line", (column for column in one.columns
                                       if column.kind == "text" and column.name not in used)).dimensions


def _is_read(column: ColumnProfile, fields: Mapping[str, Guess]) -> bool:
    return any(column.name == guess.sql or quoted(column.name) in guess.sql for guess in fields.values())


def _placed(one: FileProfile, table: str, columns: Iterable[ColumnProfile]) -> Divided:
    found = Divided()
    for column in columns:
        if not _is_category(one, column):
            continue
        name = snake(column.label or column.name)
        if table == "opportunity" and name_tells(name):
            found.after[column.name] = "its name tells of time spent, of the end or of a judgement made underway"
            continue
        while name in found.dimensions or name in found.traits:
            name += "_2"
        if column.kind != "number" or column.distinct <= _FEW:
            found.dimensions[name] = Guess(
                column.name, f"{column.distinct:,} different values in {one.rows:,} rows",
                on_many="dominant" if table == "order_line" else "")
        elif table != "order_line":
            found.traits[name] = Guess(column.name, f"a number, {column.distinct:,} different", number=True)
    return found


def several(one: FileProfile, dimensions: Sequence[str]) -> Iterator[str]:
    """Dimensions of which some values are lists: a buyer is of one value only."""
    for column in one.columns:
        lists = [value for value in column.values if ";" in value]
        if column.name in dimensions and 1 < len(lists) < len(column.values):
            rivals = named(column, KEYS["competitor"])
            yield (f"{column.name} holds several at once, cut by semicolons ({len(lists)} of its {len(column.values)} "
                   "values): each combination counts as a value of its own." + (
                       " To count each rival, give a file with a row for each opportunity and rival and map it as "
                       "rival_met." if rivals else ""))


def _is_category(one: FileProfile, column: ColumnProfile) -> bool:
    """Whether a column may divide buyers: not constant, not all different, not free text, not a key or a person."""
    if column.distinct < 2 or is_personal(column.name) or named(column, _PLACES) or recurs(column):
        return False
    if column.kind == "number" and column.distinct > _FEW:
        return (
            not _is_any_key(column)
            and re.search(r"(^|_)(id|no|number|code|zip|prefix|year|week)$", snake(column.name)) is None
        )
    if column.distinct > _FEW and any(named(column, KEYS[entity]) for entity in _NAMING):
        return False
    return not one.is_key(column) and column.length <= 60 and column.distinct <= min(_MOST, max(_FEW, one.rows / 5))


def _is_any_key(column: ColumnProfile) -> bool:
    return any(named(column, names) for names in KEYS.values()) and not is_counted(column)

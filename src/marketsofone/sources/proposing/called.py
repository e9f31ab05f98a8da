"""Which column of a file is called as a field of a customer table is, and fits it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from marketsofone.sources.profiling.belonging import Folder, first_called
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile
from marketsofone.sources.profiling.crm_values import NO, YES
from marketsofone.sources.profiling.crm_words import is_personal
from marketsofone.sources.profiling.field_words import FIELDS
from marketsofone.sources.profiling.headings import scale_of
from marketsofone.sources.proposing.drafts import Guess
from marketsofone.sources.spelling import snake
from marketsofone.sources.sql import quoted

MONEY = ("amount", "cost", "list_price", "unit_cost", "hour_cost")
"""Fields that are amounts of money."""

_FLAGS = ("answered", "decides")
_CALLED_SINCE = re.compile("since|seit|depuis|birth|geb|naiss|found|gruend|valid|gueltig|last|letzt|dernier|next|naech")
_DAYS = ("ordered_at", "happened_at")
_KINDS = {
    "opened_at": "date",
    "closed_at": "date",
    "ordered_at": "date",
    "rate_on": "date",
    "rate": "number",
    "happened_at": "date",
    "stated_at": "date",
    "strength": "number",
    "valid_from": "date",
    "valid_to": "date",
    "amount": "number",
    "cost": "number",
    "quantity": "number",
    "list_price": "number",
    "unit_cost": "number",
    "week_hours": "number",
    "hour_cost": "number",
    "minutes": "number",
}


def plain_fields(one: FileProfile, table: str, taken: Mapping[str, Guess]) -> dict[str, Guess]:
    """Fields of a table that a column is called by the name of."""
    used = {guess.sql for guess in taken.values()}
    found: dict[str, Guess] = {}
    for name in FIELDS.get(table, {}):
        if name in taken:
            continue
        column, why = field_of(one, table, name, used), "its name"
        if column is None and name in _DAYS:
            column, why = only_date(one), "the only column of dates"
        if column is None:
            continue
        sql, told = column.read
        found[name] = Guess(sql, f"{why}{told}")
        if name == "amount" and column.name in one.net:
            column = one.column(one.net[column.name])
            found[name] = Guess(column.name, f"with the tax beside it, it is {sql}")
        scale = scale_of(column.name) if name in MONEY else ""
        if scale:
            found[name] = Guess(f"{quoted(column.name)} {scale}", f"its name says in what it counts: {scale}")
        if name in _FLAGS and column.filled < one.rows and len(column.values) == 1:
            found[name] = Guess(f"{quoted(column.name)} is not null", f"its name; {column.values[0]!r} is the only "
                                "value: what is empty is taken for no")
        used.add(column.name)
        if column.codes:
            sql, codes = quoted(column.name), ", ".join(column.codes)
            found[name] = Guess(f"regexp_replace({sql}, '[A-Z]{{3}}', '')", "its name; a currency's code aside")
            found.setdefault("currency", Guess(f"regexp_extract({sql}, '[A-Z]{{3}}')",
                                               f"the codes beside its amounts: {codes}"))
    return found


def only_date(one: FileProfile) -> ColumnProfile | None:
    """The one column of dates of a file, whatever it is called; none that tells since when something holds."""
    dates = [column for column in one.columns if column.kind == "date" and column.filled]
    sure = len(dates) == 1 and not dates[0].unclear and not _CALLED_SINCE.search(snake(dates[0].label))
    return dates[0] if sure else None


def day_of(one: FileProfile, table: str, name: str) -> ColumnProfile | None:
    """The column of the day of a row: by its name, else the only one of dates."""
    return field_of(one, table, name, ()) or only_date(one)


def dated(one: FileProfile) -> ColumnProfile | None:
    """The column of dates that most rows fill."""
    dates = [column for column in one.columns if column.kind == "date" and not column.unclear]
    return max(dates, key=lambda column: column.filled, default=None)


def field_of(one: FileProfile, table: str, name: str, used: Iterable[str]) -> ColumnProfile | None:
    """The column that is called as a field of a table is, and fits it."""
    return first_called(one, FIELDS[table][name], lambda column: _fits(_KINDS.get(name, column.kind), column)
                        and not column.unclear and column.filled > 0 and column.name not in used
                        and (name not in _FLAGS or _is_flag(column)))


def references(folder: Folder, one: FileProfile, entities: Sequence[str], taken: Mapping[str, Guess]
               ) -> dict[str, Guess]:
    """The columns by which a file names things of other tables."""
    used = {guess.sql for guess in taken.values()}
    found = {}
    for entity in entities:
        reference = folder.reference(one, entity, used)
        if reference:
            shown = f"; lists will show it, md5({quoted(reference.column)}) would hide it" if entity == "account" and (
                is_personal(reference.column)) else ""
            found[f"{entity}_id"] = Guess(reference.sql, reference.why + shown)
            used.add(reference.column)
    return found


def _is_flag(column: ColumnProfile) -> bool:
    """Whether a column holds yes and no, or one word beside blanks: what was answered in words is no flag."""
    return bool(column.values) and (len(column.values) == 1 or set(column.values) <= {*YES, *NO})


def _fits(kind: str, column: ColumnProfile) -> bool:
    return column.kind == kind or (kind == "number" and (column.holds_numbers or bool(column.codes)))

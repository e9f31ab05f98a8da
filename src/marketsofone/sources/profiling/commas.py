"""Whether the numbers of a file are written with a decimal comma: told by its columns of numbers alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketsofone.sources.profiling.crm_words import is_called
from marketsofone.sources.profiling.field_words import MONTHS, NUMBERS
from marketsofone.sources.rows.decimals import Signs, signs_of
from marketsofone.sources.sql import quoted
from marketsofone.sources.staging.staged_rows import Staged
from marketsofone.sources.values.readings import cleaned

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NEARLY_ALL = 0.95
_NUMBER = r"^[€$£¥\s\x{a0}\x{202f}(+-]*([A-Z]{3})?\s*[0-9][0-9., ''’]*[€$£¥–—\s\x{a0}\x{202f})-]*([A-Z]{3})?$"
_AS_KEY = "^[0-9]+[.]0$"


@dataclass(frozen=True, slots=True)
class _Told:
    """What one column says: its signs, which share of its values are numbers, whether a point is more than ``9.0``."""

    name: str
    signs: Signs
    numbers: float
    pointed: bool


def decimal_of(con: DuckDBPyConnection, staged: Staged) -> str:
    """A comma where numbers have decimal commas, or may have in a file that is not cut by commas; else empty.

    Keys and versions such as ``9.0`` do not hide that amounts are written with a comma: columns of which nearly all
    values are numbers are asked first, then those that are called as amounts, quantities and prices are, which also
    settle it where columns differ. Keys that a program took for numbers are not asked where another says a comma, and
    columns that are called months never: ``01.2024`` is no number with a point.
    """
    texts = [name for name, kind in staged.columns.items() if kind == "VARCHAR" and not is_called(name, MONTHS)]
    told = [_told(con, staged, name) for name in texts]
    amounts = [one for one in told if is_called(one.name, NUMBERS)]
    may = staged.delimiter not in ("", ",")
    opens = may and any(one.signs.open for one in amounts)
    for asked in ([one for one in told if one.numbers >= _NEARLY_ALL], amounts):
        commas = [one for one in asked if one.signs.says_comma]
        points = [one for one in asked if one.signs.point and (
            one.pointed or one in amounts or not (commas or opens))]
        if commas and points:
            commas, points = ([one for one in side if one in amounts] for side in (commas, points))
            return "," if commas and not points else ""
        if commas or points:
            return "," if commas else ""
    says = not any(one.signs.point for one in told)
    return "," if any((says and one.signs.says_comma) or (may and one.signs.open) for one in told) else ""


def _told(con: DuckDBPyConnection, staged: Staged, name: str) -> _Told:
    signs = signs_of(con, staged, name)
    if not (signs.point or signs.comma):
        return _Told(name, signs, numbers=0.0, pointed=False)
    value = cleaned(quoted(name), "VARCHAR")
    filled, numbers, pointed, keys = con.execute(
        f"select count(v), count_if(regexp_matches(v, '{_NUMBER}')), count_if(contains(v, '.')), "
        f"count_if(regexp_matches(v, '{_AS_KEY}')) from (select {value} as v from {staged.relation})").fetchall()[0]
    return _Told(name, signs, numbers / filled, pointed > keys)

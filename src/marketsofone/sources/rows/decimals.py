"""Which sign parts whole from decimals in numbers written as text: told by the numbers, or asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketsofone.errors import ValuesInvalid
from marketsofone.sources.sql import quoted
from marketsofone.sources.values.readings import AROUND, DIGIT, cleaned

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from marketsofone.sources.mapping.source import Source
    from marketsofone.sources.staging.staged_rows import Staged

_FIRST = 50_000
_BARE = r"[€$£¥\s\x{a0}\x{202f}\x{2009}+()–—-]|^[A-Z]{3}|[A-Z]{3}$"
_GROUPED = "^[1-9][0-9]{{0,2}}({sign}[0-9]{{3}}){{{times}}}$"
_SURE = ("^([0-9]*{sign}([0-9]{{1,2}}|[0-9]{{4,}})|0?{sign}[0-9]+|[0-9]{{4,}}{sign}[0-9]+|"
         "[0-9]{{1,3}}({other}[0-9]{{3}})+{sign}[0-9]*)$")


@dataclass(frozen=True, slots=True)
class Signs:
    """What the numbers of a column say of its signs.

    Parameters
    ----------
    filled : int
        Rows that say anything.
    point, comma : int
        Numbers that can be read only with a decimal point, only with a decimal comma.
    point_or_group, comma_or_group : int
        Numbers such as ``1.234`` and ``1,234``: a thousandth part of each other as one reads the sign.
    """

    filled: int
    point: int
    comma: int
    point_or_group: int
    comma_or_group: int

    @property
    def says_comma(self) -> bool:
        """Whether decimal commas alone can be told, and are no slip or stand beside what they make doubtful."""
        return self.comma > 0 and not self.point and (self.point_or_group > 0 or 20 * self.comma >= self.filled)

    @property
    def open(self) -> bool:
        """Whether every number with a sign can be read both ways."""
        return not self.point and not self.comma and self.point_or_group + self.comma_or_group > 0


def signs_of(con: DuckDBPyConnection, staged: Staged, column: str) -> Signs:
    """The signs in a column of texts; where its first rows settle it, the others are not asked."""
    value = cleaned(quoted(column), "VARCHAR")
    first = _counted(con, f"(select {value} as v from {staged.relation} limit {_FIRST})")
    if first.point or staged.rows <= _FIRST:
        return first
    return _counted(con, f"(select {value} as v from {staged.relation})")


def require_settled(con: DuckDBPyConnection, source: Source, staged: Staged, column: str, field: str) -> None:
    """Raise where numbers of a column would be read a thousand times too large or too small in silence.

    Nothing is asked where ``decimal`` is set. Numbers that can be read both ways are taken as in English in
    files cut by commas: such files write no bare decimal comma.

    Raises
    ------
    ValuesInvalid
        The numbers have decimal commas, or may have either.
    """
    if source.decimal or staged.columns.get(column) != "VARCHAR":
        return
    signs = signs_of(con, staged, column)
    if signs.says_comma:
        raise ValuesInvalid(
            f"Source {source.name!r}: the numbers of {field} in {column!r} have a decimal point.",
            f"{signs.comma:,} with a decimal comma, and {signs.point_or_group:,} whose point would be read as decimal.",
            f'If the comma is the decimal sign, add to market.toml (else ".", and they are refused):\n'
            f'[sources.{source.name}]\ndecimal = ","',
        )
    if signs.open and staged.delimiter not in ("", ","):
        both = signs.point_or_group + signs.comma_or_group
        raise ValuesInvalid(
            f"Source {source.name!r}: the numbers of {field} in {column!r} can be read in one way.",
            f"{both:,} such as 1.234 or 1,234, and none that tells whether that is one or a thousand.",
            f"Add to market.toml the decimal sign that is meant:\n[sources.{source.name}]\n"
            'decimal = ","   # or "."',
        )


def _counted(con: DuckDBPyConnection, rows: str) -> Signs:
    bare = f"regexp_replace(regexp_replace(v, '(?i){AROUND}', '{DIGIT}', 'g'), '{_BARE}', '', 'g')"
    point, comma = "[.]", ","
    patterns = (_SURE.format(sign=point, other=comma), _SURE.format(sign=comma, other=point),
                _GROUPED.format(sign=point, times=1), _GROUPED.format(sign=comma, times=1),
                _GROUPED.format(sign=point, times="2,"), _GROUPED.format(sign=comma, times="2,"))
    signed = "contains(v, '.') or contains(v, ',')"
    held = f"(select v, case when {signed} then {bare} end as b from {rows})"
    parts = ", ".join(f"count(case when regexp_matches(b, '{pattern}') then 1 end)" for pattern in patterns)
    filled, sure_point, sure_comma, point_or, comma_or, points, commas = con.execute(
        f"select count(v), {parts} from {held}").fetchall()[0]
    return Signs(filled, sure_point + commas, sure_comma + points, point_or, comma_or)

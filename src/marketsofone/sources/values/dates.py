"""Dates and times as people write them: which way, and what instant or day that is.

A column is read in one way. Which one is told in the settings or settled by counting: rows that do
not fit are refused, and day-before-month or month-before-day is never guessed where both would do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketsofone.sources.sql import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
_NAMED = ("%d %b ", "%d %B ", "%b %d ", "%B %d ")
_SHORT = "'^([0-9]{1,2} [^0-9 ]+|[^0-9 ]+ [0-9]{1,2}) [0-9]{2}( |$)'"
"""A day with a named month and two digits of its year, which the engine else takes for a year of the first century."""

_COUNTS = (
    ("days since 1899, as a spreadsheet counts", 29_221, 73_050, "timestamp '1899-12-30' + {} * interval 1 day"),
    ("seconds since 1970", 315_532_800, 4_102_444_800, "to_timestamp({})"),
    ("milliseconds since 1970", 315_532_800_000, 4_102_444_800_000, "to_timestamp({} / 1000)"),
)
_MONTHS = ("%Y-%m", "%Y/%m", "%Y.%m", "%m/%Y", "%m.%Y", "%m-%Y", "%Y%m", "%YM%m", "%Y-M%m", "%b %Y", "%B %Y", "%b-%Y",
           "%Y %b", "%b-%y", "%b %y")
_ZONED = "':[0-9]{2}(\\.[0-9]+)? ?(Z|z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$'"


@dataclass(frozen=True, slots=True)
class Written:
    """One way in which the dates of a column are written.

    Parameters
    ----------
    way : str
        ``year first``, ``day first``, ``month first``, ``named month`` or ``declared``.
    rows, other_rows, either : int
        Rows written that way; rows that are not; rows that day first and month first both fit.
    zoned, clocked : int
        Rows that name their zone; rows with a time of day.

    """

    way: str
    rows: int
    other_rows: int = 0
    either: int = 0
    zoned: int = 0
    clocked: int = 0
    format: str = ""

    @property
    def is_ambiguous(self) -> bool:
        """Whether every row could be read both day first and month first, and they would differ."""
        return self.way in ("day first", "month first") and self.either == self.rows > 0


def parsed(sql: str, way: str, declared: str = "") -> str:
    """A text as a timestamp without zone; null where it is not written that way."""
    if way == "declared":
        clocks = _CLOCKS if "%H" not in declared and "%I" not in declared else ("",)
        return _of_four_digits(f"try_strptime({sql}, {_list(declared + clock for clock in clocks)})")
    if way == "year first":
        return (
            f"case when regexp_matches({sql}, '^[0-9]{{8}}$') then try_strptime({sql}, '%Y%m%d') "
            f"when regexp_matches({sql}, '^[0-9]{{4}}[-/.][0-9]') then {_iso(sql, 'timestamp')} end"
        )
    if way == "named month":
        plain = f"regexp_replace(replace({sql}, ',', ' '), '[ -]+', ' ', 'g')"
        long, short = (_list(day + year + clock for day in _NAMED for clock in _CLOCKS) for year in ("%Y", "%y"))
        return (f"case when regexp_matches({plain}, {_SHORT}) then try_strptime({plain}, {short}) "
                f"else {_of_four_digits(f'try_strptime({plain}, {long})')} end")
    day = "%d/%m/" if way == "day first" else "%m/%d/"
    same = f"regexp_replace({sql}, '^([0-9]{{1,2}})[./-]([0-9]{{1,2}})[./-]([0-9]+),?[ T]*', '\\1/\\2/\\3 ')"
    same = f"trim({same})"
    long, short = (_list(day + year + clock for clock in _CLOCKS) for year in ("%Y", "%y"))
    return (
        f"case when regexp_matches({same}, '^[0-9]+/[0-9]+/[0-9]{{4}}( |$)') then try_strptime({same}, {long}) "
        f"when regexp_matches({same}, '^[0-9]+/[0-9]+/[0-9]{{2}}( |$)') then try_strptime({same}, {short}) end"
    )


def _of_four_digits(moment: str) -> str:
    """A moment, or nothing where the engine took two digits for a year of the first century."""
    return f"case when year({moment}) > 99 then {moment} end"


def counted(sql: str, least: float, most: float) -> tuple[str, str] | None:
    """SQL of the moments that numbers count to, and in which unit; None where no count leads into 1980 to 2099.

    Parameters
    ----------
    sql : str
        SQL of the numbers.
    least, most : float
        The least and the greatest of them.

    Examples
    --------
    >>> counted('"sent"', 1_700_000_000_000, 1_760_000_000_000)
    ('to_timestamp("sent" / 1000)', 'milliseconds since 1970')
    """
    return next(((moment.format(sql), unit) for unit, first, last, moment in _COUNTS if first <= least <= most <= last),
                None)


def month_written(con: DuckDBPyConnection, relation: str, name: str, sql: str, filled: int) -> tuple[str, str] | None:
    """SQL of the first day of the months that a column writes without a day, and what that is; None where it does not.

    Parameters
    ----------
    sql : str
        SQL of the column's value as text.
    filled : int
        Rows with a value, of which nineteen in twenty are to be a month.
    """
    months = (_of_four_digits(f"try_strptime({sql}, {literal(way)})") for way in _MONTHS)
    counts = _counts(con, relation, *(f"count({month})" for month in months))
    rows, way = max(zip(counts, _MONTHS, strict=True), key=lambda pair: pair[0])
    if rows < 0.95 * filled:
        return None
    value = f"try_cast({quoted(name)} as bigint)" if way == "%Y%m" else quoted(name)
    moment = f"try_strptime(cast({value} as varchar), {literal(way)})"
    first = f"cast({_of_four_digits(moment) if way.endswith('%Y') else moment} as date)"
    return first, "months, each taken as its first day"


def _iso(sql: str, kind: str) -> str:
    """A year-first text as ``kind``; the engine alone wants seconds before a zone and no blank."""
    plain = f"regexp_replace({sql}, '^(....)[/.](..?)[/.]', '\\1-\\2-')"
    close = f"regexp_replace({plain}, ' (Z|z|UTC|[+-][0-9:]+)$', '\\1')"
    whole = f"regexp_replace({close}, '([ T][0-9]{{2}}:[0-9]{{2}})(Z|z|UTC|[+-][0-9:]+)$', '\\1:00\\2')"
    return f"coalesce(try_cast({sql} as {kind}), try_cast({whole} as {kind}))"


def _list(formats: Iterable[str]) -> str:
    return f"[{', '.join(map(literal, formats))}]"


def zoned(sql: str) -> str:
    """Whether a text of a year-first instant ends with its zone."""
    return f"regexp_matches({sql}, {_ZONED})"


def written(con: DuckDBPyConnection, relation: str, sql: str, declared: str = "") -> Written:
    """Count how the texts of a column are written, and settle on one way.

    One pass where all are year first, as machines write them; two otherwise.
    """
    if declared:
        fits = parsed(sql, "declared", declared)
        filled, rows, clocked = _counts(con, relation, f"count({sql})", f"count({fits})", _with_clock(fits))
        return Written("declared", rows, filled - rows, clocked=clocked, format=declared)
    first = parsed(sql, "year first")
    filled, rows, zones, clocked = _counts(
        con, relation, f"count({sql})", f"count({first})", f"count_if({zoned(sql)})", _with_clock(first)
    )
    if rows == filled:
        return Written("year first", rows, zoned=zones, clocked=clocked)
    return _settled(con, relation, sql, filled, Written("year first", rows, filled - rows, 0, zones, clocked))


def _settled(con: DuckDBPyConnection, relation: str, sql: str, filled: int, year_first: Written) -> Written:
    day, month, named = (parsed(sql, way) for way in ("day first", "month first", "named month"))
    days, months, names, both, differing, day_clocks, named_clocks = _counts(
        con,
        relation,
        f"count({day})",
        f"count({month})",
        f"count({named})",
        f"count_if({day} is not null and {month} is not null)",
        f"count_if({day} <> {month})",
        f"count_if(contains({sql}, ':') and coalesce({day}, {month}) is not null)",
        f"count_if(contains({sql}, ':') and {named} is not null)",
    )
    either = both if differing else 0
    ways = [
        Written("day first", days, filled - days, either, clocked=day_clocks),
        year_first,
        Written("month first", months, filled - months, either, clocked=day_clocks),
        Written("named month", names, filled - names, clocked=named_clocks),
    ]
    return max(ways, key=lambda one: one.rows)


def _with_clock(timestamp: str) -> str:
    return f"count_if({timestamp} <> date_trunc('day', {timestamp}))"


def _counts(con: DuckDBPyConnection, relation: str, *parts: str) -> tuple[int, ...]:
    """Counts of a relation; the engine counts no row at all, or nothing but nulls, as null."""
    counts = ", ".join(f"coalesce({part}, 0)" for part in parts)
    return tuple(con.execute(f"select {counts} from {relation}").fetchall()[0])


def instant(sql: str, kind: str, zone: str, way: Written | None) -> str:
    """A value as a UTC timestamp without zone; a value without zone is taken in ``zone``."""
    if kind == "TIMESTAMP WITH TIME ZONE":
        return _without_zone(sql)
    if way is None:
        return _to_utc(f"cast({sql} as timestamp)", zone)
    naive = _to_utc(parsed(sql, way.way, way.format), zone)
    if not way.zoned:
        return naive
    return f"case when {zoned(sql)} then timezone('UTC', {_iso(sql, 'timestamptz')}) else {naive} end"


def day(sql: str, kind: str, zone: str, way: Written | None) -> str:
    """A value as a day of the market's own zone."""
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"cast(timezone({literal(zone)}, {sql}) as date)"
    if way is None:
        return f"cast({sql} as date)"
    naive = f"cast({parsed(sql, way.way, way.format)} as date)"
    if not way.zoned:
        return naive
    there = f"timezone({literal(zone)}, {_iso(sql, 'timestamptz')})"
    return f"case when {zoned(sql)} then cast({there} as date) else {naive} end"


def _without_zone(zoned: str) -> str:
    """An instant as a UTC timestamp; the engine's own way asks a calendar row by row, so only infinities go there."""
    return f"case when isfinite({zoned}) then make_timestamp(epoch_us({zoned})) else timezone('UTC', {zoned}) end"


def _to_utc(naive: str, zone: str) -> str:
    return naive if zone == "UTC" else f"timezone('UTC', timezone({literal(zone)}, {naive}))"

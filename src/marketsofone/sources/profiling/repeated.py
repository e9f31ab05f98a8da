"""What all rows of one order, or of one deal, say alike: a total in each line, a deal once for each of its contacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_words import KEYS
from marketsofone.sources.profiling.field_words import FIELDS
from marketsofone.sources.profiling.rows_told import Whole
from marketsofone.sources.sql import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CALLED = (*KEYS["order"], *KEYS["opportunity"], *KEYS["touch"])
_MONEY = (*FIELDS["order_line"]["amount"], *FIELDS["order_line"]["cost"], *FIELDS["opportunity"]["amount"])
_LEAST = 3
_ALIKE, _SUMMED = 0.99, 0.95
_HALF_A_CENT = 0.005


def wholes(con: DuckDBPyConnection, one: FileProfile) -> tuple[Whole, ...]:
    """For every column called as keys of orders or deals are, of which some stand in several rows: what these share."""
    keys = [column for column in one.columns if column.kind != "date" and 0.9 * one.rows <= column.filled
            and _LEAST <= column.distinct <= column.filled - _LEAST and named(column, _CALLED)]
    return tuple(whole for key in keys if (whole := _whole(con, one, key)).several >= _LEAST)


def _whole(con: DuckDBPyConnection, one: FileProfile, key: ColumnProfile) -> Whole:
    others = [column for column in one.columns if column is not key and column.filled]
    several, *counts = _keys(con, one, key, [quoted(column.name) for column in others], [
        f"min(v{n}) is not distinct from max(v{n}) and count(v{n}) in (0, count(*))" for n in range(len(others))])
    alike = [column for column, count in zip(others, counts, strict=True) if count >= _ALIKE * several]
    parts = _parts(con, one, key, alike, [column for column in others if column.holds_numbers])
    return Whole(key.name, several, frozenset(column.name for column in alike), parts)


def _parts(con: DuckDBPyConnection, one: FileProfile, key: ColumnProfile, alike: Sequence[ColumnProfile],
           numbers: Sequence[ColumnProfile]) -> dict[str, str]:
    """Of each column of money that is alike, the first other one of numbers that add up to it."""
    pairs = [(whole, part) for whole, column in enumerate(numbers) if column in alike and named(column, _MONEY)
             for part in range(len(numbers)) if part != whole]
    if not pairs:
        return {}
    read = [_plainly(column.name, one.source.decimal or ".") for column in numbers]
    several, *counts = _keys(con, one, key, read, [
        f"abs(sum(v{part}) - min(v{whole})) <= {_HALF_A_CENT} * (count(*) + 1)" for whole, part in pairs])
    found: dict[str, str] = {}
    for (whole, part), count in zip(pairs, counts, strict=True):
        if count >= _SUMMED * several:
            found.setdefault(numbers[whole].name, numbers[part].name)
    return found


def _plainly(name: str, decimal: str) -> str:
    """A number by its digits alone, which is read sooner; one in brackets or with its sign behind proves nothing."""
    digits = f"regexp_replace(cast({quoted(name)} as varchar), '[^0-9{decimal}-]', '', 'g')"
    return f"try_cast(replace({digits}, ',', '.') as double)"


def _keys(con: DuckDBPyConnection, one: FileProfile, key: ColumnProfile, values: Sequence[str],
          conditions: Sequence[str]) -> list[int]:
    """How many keys stand in several rows, and for how many of these each condition on values v0, v1, ... holds."""
    said = "".join(f", {value} as v{n}" for n, value in enumerate(values))
    held = "".join(f", {condition} as c{n}" for n, condition in enumerate(conditions))
    counted = "".join(f", count(*) filter (c{n})" for n in range(len(conditions)))
    return [*con.execute(
        f"select count(*){counted} from (select k{held} from (select {key.text} as k{said} from {one.relation}) "
        "where k is not null group by k having count(*) > 1)").fetchall()[0]]

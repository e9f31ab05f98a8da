"""Rows that sum up other rows of a file, as reports and spreadsheets end with: they are no rows of their own.

A word alone never tells: a company may be called Total. A row is taken for a total where all that it says
besides numbers is one text with a word for a total (or no text at all) and it leaves columns empty that other
rows fill; and where it ends the file so, or one of its numbers is the sum of the rows above.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.sources.readings import cleaned, number
from marketsofone.sources.sql import copied, literal, quoted
from marketsofone.sources.staged import Staged

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TOTAL = "a total of other rows, not a row of its own"
"""Why such a row is refused."""

_WORD = (r"(?i)(^|[^\p{L}\p{N}])((grand|sub)[ -]?total|total|totals|totaal|totale|totalt|sum|sums|summe|summen|"
         r"(gesamt|zwischen|end)[ -]?summe|gesamt|gesamtergebnis|ergebnis|suma|somme|insgesamt|"
         r"anzahl|count|average|durchschnitt|mittelwert)([^\p{L}\p{N}]|$)")
_NUMERIC = re.compile(r"^[\s€$£¥%+()'-]*[0-9][0-9.,'\s\u00a0]*[\s€$£¥%()-]*([A-Z]{3})?$")
_DAY = re.compile(r"^[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}")
_OFTEN, _USUAL = 0.75, 0.95
_LAST = 3
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that may be a total: its place from 0, and what it says."""

    place: int
    cells: Mapping[str, str]

    @property
    def texts(self) -> list[str]:
        return [name for name, value in self.cells.items() if not _is_number(value)]

    @property
    def numbers(self) -> list[str]:
        return [name for name, value in self.cells.items() if _is_number(value)]

    @property
    def may_be(self) -> bool:
        """Whether it says numbers and, before them, one text at most: a row with a key of its own begins with it."""
        return bool(self.numbers) and self.texts in ([], [next(iter(self.cells))])


def _is_number(value: str) -> bool:
    return bool(_NUMERIC.match(value)) and not _DAY.match(value)


def without_totals(con: DuckDBPyConnection, staged: Staged, decimal: str, target: Path) -> Staged:
    """The rows of a file of texts without those that are totals of others; these are counted as broken.

    Where no usual column is empty in any row nothing but the last rows is looked at, which costs next to nothing.
    """
    if not staged.is_text or staged.rows < _LAST:
        return staged
    totals = sorted(row.place for row in _totals(con, staged, decimal))
    if not totals:
        return staged
    among = ", ".join(map(str, totals))
    numbers = con.execute(f"select {staged.row_number} from {staged.relation} where file_row_number in ({among})")
    broken = [*staged.broken, *((int(row), TOTAL) for (row,) in numbers.fetchall())]
    columns = ", ".join(map(quoted, staged.columns))
    rows = copied(con, f"select {columns} from {staged.relation} where file_row_number not in ({among}) "
                       "order by file_row_number", target)
    return replace(staged, path=target, rows=rows, broken=tuple(sorted(broken)))


def _totals(con: DuckDBPyConnection, staged: Staged, decimal: str) -> Iterator[_Row]:
    values = {name: cleaned(quoted(name), "VARCHAR") for name in staged.columns}
    filled = con.execute(f"select {', '.join(f'count({quoted(name)})' for name in values)} "
                         f"from {staged.relation}").fetchall()[0]
    gaps = [name for name, count in zip(values, filled, strict=True) if _OFTEN * staged.rows <= count < staged.rows]
    rows = [row for row in _candidates(con, staged, values, gaps) if row.may_be]
    usual = _usual(values, filled, rows, staged.rows)
    ending = _at_the_end(rows, staged.rows)
    above = 0
    for row in rows:
        empty = sum(name not in row.cells for name in usual)
        ends = bool(row.texts) and row.place in ending and empty > 1
        if ends or ((row.texts or empty > 1) and _sums_up(con, staged, values, rows, row, above, decimal)):
            yield row
        above = row.place + 1


def _usual(names: Iterable[str], filled: Iterable[int], rows: Sequence[_Row], count: int) -> list[str]:
    """The columns that nearly all other rows fill."""
    others = count - len(rows)
    by_others = {name: said - sum(name in row.cells for row in rows) for name, said in zip(names, filled, strict=True)}
    return [name for name, said in by_others.items() if said >= _USUAL * others]


def _candidates(con: DuckDBPyConnection, staged: Staged, values: Mapping[str, str], gaps: Sequence[str]) -> list[_Row]:
    """Rows with a gap where others have none, and the last ones, that say a word for a total or nothing but numbers."""
    last = f"file_row_number >= {staged.rows - _LAST}"
    gap = " or ".join([last, *(f"{values[name]} is null" for name in gaps)])
    said = f"concat_ws(chr(31), {', '.join(values.values())})"
    worded = f"regexp_matches({said}, {literal(_WORD)}) or not regexp_matches({said}, '\\p{{L}}')"
    found = con.execute(
        f"select file_row_number, {', '.join(values.values())} from {staged.relation} where ({gap}) and ({worded}) "
        f"order by 1 limit {_MOST}").fetchall()
    return [_Row(int(place), {name: cell for name, cell in zip(values, cells, strict=True) if cell is not None})
            for place, *cells in found]


def _at_the_end(rows: Sequence[_Row], count: int) -> set[int]:
    """Places of the rows that nothing but such rows follows."""
    ending, place = set(), count - 1
    for row in reversed(rows):
        if row.place != place:
            break
        ending.add(place)
        place -= 1
    return ending


def _sums_up(con: DuckDBPyConnection, staged: Staged, values: Mapping[str, str], rows: Sequence[_Row], row: _Row,
             above: int, decimal: str) -> bool:
    """Whether a number of the row is the sum of all rows above it, or of those since the last that may be a total."""
    others = ", ".join(str(one.place) for one in rows)
    before = f"from {staged.relation} where file_row_number < {row.place} and file_row_number not in ({others})"
    for name in row.numbers:
        for sign in [decimal] if decimal else [".", ","]:
            summed = number("v", "VARCHAR", sign)
            own, all_above, since, filled = con.execute(
                f"select (select {summed} from (select {literal(row.cells[name])} as v)), sum({summed}), "
                f"sum({summed}) filter (where file_row_number >= {above}), "
                f"count({summed}) from (select file_row_number, {values[name]} as v {before})").fetchall()[0]
            if own and filled > 1 and any(one is not None and abs(own - one) <= 0.01 + 1e-9 * abs(own)
                                          for one in (all_above, since)):
                return True
    return False

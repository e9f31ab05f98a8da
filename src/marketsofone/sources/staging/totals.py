"""Rows that sum up other rows of a file, as reports and spreadsheets end with: they are no rows of their own.

A word alone never tells: a company may be called Total. A row is taken for a total where all that it says besides
numbers is one text with a word for a total (or no text at all) and it leaves columns empty that other rows fill; and
where it ends the file so, where it holds what a row says alone (``Total for Ash`` beside ``Ash``), or where one of its
numbers is the sum of the rows above. Where there is no such row, one whose every number is the sum of all others is
taken, whatever it says and wherever it stands. Totals that stand among products are told in `totals_of_parts`, sums of
a pivot table without a word for them in `sums_of_blocks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.sources.sql import literal, quoted
from marketsofone.sources.staging.groups_above import names_group
from marketsofone.sources.staging.staged_rows import Staged, without_rows
from marketsofone.sources.staging.sum_of_all import numbers_of, sum_of_all
from marketsofone.sources.staging.sums_of_blocks import sums_of_blocks
from marketsofone.sources.staging.totals_of_parts import SUM, totals_of_parts
from marketsofone.sources.values.readings import cleaned, number

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TOTAL = "a total of other rows, not a row of its own"
"""Why such a row is refused."""

_WORD = rf"(?i)(^|[^\p{{L}}\p{{N}}])({SUM}|anzahl|count|average|durchschnitt|mittelwert)([^\p{{L}}\p{{N}}]|$)"
NOTE = "a note below the table, not a row of it"
"""Why the line of a report that says who made it is refused."""

_BELOW = (r"(?i)(confidential|do not distribute|copyright|generated (by|on|at)|exported (by|on|at|from)|"
          r"printed (by|on)|report (run|created)|as of |vertraulich|erstellt (am|von)|^(page|seite) [0-9])")
_NUMERIC = re.compile(r"^[\s€$£¥%+()'-]*[0-9][0-9.,'\s\u00a0]*[\s€$£¥%()-]*([A-Z]{3})?$")
_RANGE = re.compile(r"^[0-9./-]{6,10} ?(?:to|bis|-|–|—) ?[0-9./-]{6,10}$")
"""From the first to the last day of the rows above."""

_DAY = re.compile(r"^[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}")
_OFTEN, _USUAL = 0.4, 0.95
_LAST = 3
_MOST = 10_000


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
        return self.is_note or (bool(self.numbers) and self.texts in ([], [next(iter(self.cells))]))

    @property
    def is_note(self) -> bool:
        """Whether all that it says is a line of a report on itself."""
        return len(self.cells) == 1 and re.search(_BELOW, next(iter(self.cells.values()))) is not None


def _is_number(value: str) -> bool:
    return bool(_RANGE.match(value) or (_NUMERIC.match(value) and not _DAY.match(value)))


def without_totals(con: DuckDBPyConnection, staged: Staged, decimal: str, target: Path) -> Staged:
    """The rows of a file of texts without totals of others and notes below the table; these are counted as broken.

    Where no usual column is empty in any row nothing but the last rows is looked at, which costs next to nothing; in
    tables of a million cells at most also whether a row sums up all others.
    """
    if not staged.is_text or staged.rows < _LAST:
        return staged
    why = {row.place: NOTE if row.is_note else TOTAL for row in _totals(con, staged, decimal)}
    cells = [] if why else numbers_of(con, staged, decimal)
    if cells and (place := sum_of_all(con, staged, cells)) is not None:
        why = {place: TOTAL}
    why |= dict.fromkeys(totals_of_parts(con, staged, decimal), TOTAL)
    if not why:
        why = dict.fromkeys(sums_of_blocks(cells), TOTAL)
    return without_rows(con, staged, why, target) if why else staged


def _totals(con: DuckDBPyConnection, staged: Staged, decimal: str) -> Iterator[_Row]:
    values = {name: cleaned(quoted(name), "VARCHAR") for name in staged.columns}
    filled = con.execute(f"select {', '.join(f'count({quoted(name)})' for name in values)} "
                         f"from {staged.relation}").fetchall()[0]
    gaps = [name for name, count in zip(values, filled, strict=True) if _OFTEN * staged.rows <= count < staged.rows]
    rows = [row for row in _candidates(con, staged, values, gaps) if row.may_be]
    if not rows:
        return
    first = next(iter(values))
    heads = [name for name, in con.execute(
        f"select {values[first]} from {staged.relation} where {names_group(staged)} limit {_MOST}").fetchall()]
    usual = _usual(values, filled, rows, staged.rows - len(heads))
    ending = _at_the_end(rows, staged.rows)
    empty = {row.place: sum(name not in row.cells for name in usual) for row in rows}
    asked = [row for row in rows if row.texts or (empty[row.place] > 1 and 2 * empty[row.place] >= len(usual))]
    sums = _that_sum_up(con, staged, values, rows, asked, decimal)
    for row in asked:
        named = row.texts == [first] and any(name in row.cells[first] for name in heads)
        if row.place in sums or named or (row.texts and row.place in ending and empty[row.place] > 1):
            yield row


def _usual(names: Iterable[str], filled: Iterable[int], rows: Sequence[_Row], count: int) -> list[str]:
    """The columns that nearly all other rows fill, those of one cell, which may name the rows below, not counted."""
    others = count - len(rows)
    by_others = {name: said - sum(name in row.cells for row in rows) for name, said in zip(names, filled, strict=True)}
    return [name for name, said in by_others.items() if said >= _USUAL * others]


def _candidates(con: DuckDBPyConnection, staged: Staged, values: Mapping[str, str], gaps: Sequence[str]) -> list[_Row]:
    """Rows with a gap where others have none, and the last ones, that say a word for a total or nothing but numbers."""
    last = f"file_row_number >= {staged.rows - _LAST}"
    gap = " or ".join([last, *(f"{values[name]} is null" for name in gaps)])
    said = f"concat_ws(chr(31), {', '.join(values.values())})"
    words = " or ".join(f"regexp_matches({said}, {literal(one)})" for one in (_WORD, _BELOW))
    worded = f"{words} or not regexp_matches(replace(replace({said}, ' to ', ''), ' bis ', ''), '\\p{{L}}')"
    found = con.execute(
        f"select file_row_number, {', '.join(values.values())} from {staged.relation} where ({gap}) and ({worded}) "
        f"order by {last} desc, 1 limit {_MOST}").fetchall()
    return [_Row(int(place), {name: cell for name, cell in zip(values, cells, strict=True) if cell is not None})
            for place, *cells in sorted(found, key=lambda row: row[0])]


def _at_the_end(rows: Sequence[_Row], count: int) -> set[int]:
    """Places of the rows that nothing but such rows follows."""
    ending, place = set(), count - 1
    for row in reversed(rows):
        if row.place != place:
            break
        ending.add(place)
        place -= 1
    return ending


def _that_sum_up(con: DuckDBPyConnection, staged: Staged, values: Mapping[str, str], rows: Sequence[_Row],
                 asked: Sequence[_Row], decimal: str) -> set[int]:
    """Places of rows of which a number is the sum of all above, or of those since the last that may be a total."""
    names = sorted({name for row in asked for name in row.numbers})
    if not names:
        return set()
    found = set()
    places = ", ".join(str(row.place) for row in rows)
    others = (f"(select file_row_number, {', '.join(values[name] + ' as ' + quoted(name) for name in names)} "
              f"from {staged.relation} where file_row_number not in ({places}))")
    for sign in [decimal] if decimal else [".", ","]:
        read = {name: number(quoted(name), "VARCHAR", sign) for name in names}
        parts = ", ".join(f"sum({one}), count({one})" for one in read.values())
        blocks = con.execute(
            f"select coalesce(place, -1) as after, {parts} from {others} r asof left join "
            f"(select unnest([{places}]) as place) c on r.file_row_number > c.place group by after order by after"
        ).fetchall()
        own = ", ".join(f"{number(values[name], 'VARCHAR', sign)}" for name in names)
        said = con.execute(f"select file_row_number, {own} from {staged.relation} where file_row_number in ({places})")
        for place, *numbers in said.fetchall():
            above = [block for block in blocks if block[0] < place]
            if any(_is_sum(one, [(block[1 + 2 * n], block[2 + 2 * n]) for block in above])
                   for n, one in enumerate(numbers)):
                found.add(int(place))
    return found & {row.place for row in asked}


def _is_sum(own: float | None, blocks: Sequence[tuple[float | None, int]]) -> bool:
    """Whether a number is the sum of several others: of all blocks of rows above it, or of the last."""
    if not own or not blocks:
        return False
    sums = (sum(each or 0 for each, _ in taken) for taken in (blocks, blocks[-1:]))
    several = sum(count for _, count in blocks) > 1
    return several and any(abs(own - each) <= 0.01 + 1e-9 * abs(own) for each in sums)

"""Rows ``Total`` or ``Subtotal`` among the lines of each order or customer, where a product would stand.

A word never tells that alone, for a product may be called Total: of every row with the word a number is the sum of the
other rows of its order, of its customer, or above it since the last such row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketsofone.sources.sql import literal, quoted
from marketsofone.sources.staging.staged_rows import Staged
from marketsofone.sources.values.readings import cleaned, number

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SUM = (r"(?:(?:grand|sub|sous|order|invoice|net)[ -]?)?totals?|(?:sub)?total[et]|(?:sub)?totaal|sums?|"
       r"(?:(?:gesamt|zwischen|end|rechnungs)[ -]?)?summen?|gesamt|insgesamt|(?:gesamt)?ergebnis|somme|suma")
"""Words for a sum of rows, without regard to case."""

_ALONE, _BEGUN = rf"(?i)^({SUM})\s*:?$", rf"(?i)^({SUM})\b.*"
_MOST_CELLS = 5_000_000
"""A larger table is an export of a system, which holds no such rows."""

_NEARLY_ALL = 0.9
_LEAST = 2
_ABOVE = "count(m1_word) over (order by m1_place rows between unbounded preceding and 1 preceding)"


def totals_of_parts(con: DuckDBPyConnection, staged: Staged, decimal: str) -> set[int]:
    """Places, from 0, of rows of which a column says a word for a total, where a number of each proves it."""
    if staged.rows * len(staged.columns) > _MOST_CELLS:
        return set()
    said = ", ".join(f"count(*) filter (regexp_matches({_text(name)}, {literal(_BEGUN)}))" for name in staged.columns)
    counts = con.execute(f"select {said} from {staged.relation}").fetchall()[0]
    worded = [name for name, rows in zip(staged.columns, counts, strict=True) if rows >= _LEAST]
    return next((places for pattern in (_ALONE, _BEGUN) for name in worded
                 if (places := _proven(con, staged, name, pattern, decimal))), set())


def _text(name: str) -> str:
    return cleaned(quoted(name), "VARCHAR")


def _proven(con: DuckDBPyConnection, staged: Staged, column: str, pattern: str, decimal: str) -> set[int]:
    """Of the rows of which a column says words for totals, those whose word is proven to be one."""
    others = [name for name in staged.columns if name != column]
    word = f"nullif(lower(regexp_extract({_text(column)}, {literal(pattern)}, 1)), '')"
    texts = "".join(f", {_text(name)} as g{place}" for place, name in enumerate(others))
    for sign in [decimal] if decimal else [".", ","]:
        numbers = [f"{number(_text(name), 'VARCHAR', sign)} as n{place}" for place, name in enumerate(others)]
        con.execute(f"create or replace temp table m1_totals as select file_row_number as m1_place, {word} as m1_word"
                    f"{texts}, {', '.join(numbers)} from {staged.relation}")
        said = con.execute("select m1_word from m1_totals where m1_word is not null group by 1 having count(*) >= "
                           f"{_LEAST}").fetchall()
        words = [each for each, in said if _sums_up(con, each, len(others))]
        found = con.execute(f"select m1_place from m1_totals where m1_word in ({', '.join(map(literal, words))})"
                            ).fetchall() if words else []
        con.execute("drop table m1_totals")
        if found:
            return {int(place) for place, in found}
    return set()


def _sums_up(con: DuckDBPyConnection, word: str, columns: int) -> bool:
    """Whether by some column, or by what stands above since the last, a number of every row with a word is a sum."""
    filled = ", ".join(f"count(g{place}), count(n{place})" for place in range(columns))
    counts = con.execute(f"select {filled} from m1_totals where m1_word = {literal(word)}").fetchall()[0]
    all_rows = con.execute(f"select {filled} from m1_totals where m1_word is null").fetchall()[0]
    rows = con.execute(f"select count(*) from m1_totals where m1_word = {literal(word)}").fetchall()[0][0]
    numbers = [place for place in range(columns) if counts[2 * place + 1] == rows
               and all_rows[2 * place + 1] >= _NEARLY_ALL * all_rows[2 * place] > 0]
    groups = [_ABOVE, *(f"g{place}" for place in range(columns) if counts[2 * place] == rows)]
    return bool(numbers) and any(_is_sum(con, word, group, numbers) for group in groups)


def _is_sum(con: DuckDBPyConnection, word: str, group: str, numbers: list[int]) -> bool:
    """Whether each group has one row with a word at most, of which some number is the sum of its other rows."""
    own = f"filter (m1_word = {literal(word)})"
    sums = ", ".join(f"abs(max(n{place}) {own} - sum(n{place}) filter (m1_word is null)) <= 0.01 as s{place}"
                     for place in numbers)
    told = ", ".join(f"coalesce(bool_and(s{place}), false)" for place in numbers)
    most, least, several, *proven = con.execute(
        f"select max(own), min(parts), count(*) filter (parts > 1), {told} from (select count(*) {own} as own, "
        f"count(*) filter (m1_word is null) as parts, {sums} from (select *, {group} as m1_group from m1_totals) "
        "group by m1_group having own > 0)").fetchall()[0]
    return most == 1 and least > 0 and several >= _LEAST and any(proven)

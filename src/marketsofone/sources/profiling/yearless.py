"""Days that are written without a year, as bookkeeping software does: the lines above the headings may name it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from marketsofone.sources.profiling.crm_words import is_called
from marketsofone.sources.profiling.field_words import FIELDS
from marketsofone.sources.sql import literal, quoted
from marketsofone.sources.staging.staged_rows import Staged

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))?(?!\d)")
"""A year, alone or in a day that begins or ends with it; not in a longer number."""

_WAYS = {"^[0-9]{3,4}$": "cast(try_strptime(lpad(cast({} as varchar), 4, '0') || '{}', '%d%m%Y') as date)",
         "^[0-9]{1,2}[.][0-9]{1,2}[.]$": "cast(try_strptime({} || '{}', '%d.%m.%Y') as date)"}
"""``3112`` or ``101``, and ``31.12.``; without its last point that may be a number, which loses zeros at its end."""


def years_above(staged: Staged) -> set[str]:
    """The years that the lines above the headings name."""
    return {found for cells in staged.above for cell in cells for found in _YEAR.findall(cell)}


def without_year(con: DuckDBPyConnection, staged: Staged, label: str, value: str, filled: int) -> str:
    """SQL of the moments of a column that is called as days are and holds day and month alone; empty for any other.

    Parameters
    ----------
    value : str
        SQL of its values as text.

    Returns
    -------
    str
        With ``{}`` for the column, then for the year.
    """
    if not filled or not is_called(label, (*FIELDS["order_line"]["ordered_at"], *FIELDS["touch"]["happened_at"])):
        return ""
    for look, moment in _WAYS.items():
        rows = con.execute(
            f"select count_if(regexp_matches(v, {literal(look)}) and {moment.format('v', 2000)} is not null) "
            f"from (select {value} as v from {staged.relation})").fetchall()[0][0]
        if rows == filled:
            return moment
    return ""


def in_year(name: str, moment: str, year: str) -> tuple[str, str]:
    """SQL of the moments of a column of days in one year; and what that is."""
    return moment.format(quoted(name), year), f"days without a year, of {year} as the lines above the headings say"

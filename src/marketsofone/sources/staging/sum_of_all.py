"""A row of a sheet that is the sum of all others, whatever it says: at the top, at the end, under any word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsofone.sources.sql import quoted
from marketsofone.sources.staging.staged_rows import Staged

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PLAIN = {".": "replace({}, ',', '')", ",": "replace(replace({}, '.', ''), ',', '.')"}
"""A number by its decimal sign, groups of thousands taken out; one beside other signs is not looked at."""

_NEARLY_ALL = 0.9
_MOST_CELLS = 1_000_000
"""A larger table is an export of a system, which holds no such rows, and would take long to look through."""

_TOLD = ((2, 4), (3, 2))
"""So many numbers that are sums, of so many other rows at least, are no chance."""


def numbers_of(con: DuckDBPyConnection, staged: Staged, decimal: str) -> list[NDArray[np.float64]]:
    """The cells of a file as numbers, those that are none not a number; by each decimal sign where none is known.

    None of a large table.
    """
    if staged.rows * len(staged.columns) > _MOST_CELLS:
        return []
    found = []
    for sign in [decimal] if decimal else _PLAIN:
        read = ", ".join(f"coalesce(try_cast({_PLAIN[sign].format(quoted(name))} as double), 'nan') as c{place}"
                         for place, name in enumerate(staged.columns))
        columns = con.execute(f"select {read} from {staged.relation} order by file_row_number").fetchnumpy()
        cells = np.column_stack([*columns.values()])
        found.append(np.where(np.isfinite(cells), cells, np.nan))
    return found


def sum_of_all(con: DuckDBPyConnection, staged: Staged, numbers: Sequence[NDArray[np.float64]]) -> int | None:
    """The place, from 0, of the one row whose numbers are each the sum of all others in their columns; None for none.

    A single number may be that by chance; two beside four other rows or more, or three, are not.

    Parameters
    ----------
    numbers : sequence of array, shape (rows, columns)
        The cells as `numbers_of` reads them.
    """
    if not numbers:
        return None
    names = ", ".join(f"count({quoted(name)})" for name in staged.columns)
    filled = np.array(con.execute(f"select {names} from {staged.relation}").fetchall()[0])
    places = (_half_of_all(cells, filled) for cells in numbers)
    return next((place for place in places if place is not None), None)


def _half_of_all(cells: NDArray[np.float64], filled: NDArray[np.int64]) -> int | None:
    """The place of the one row of which every number but 0 is half of what its column sums to."""
    numbers = np.isfinite(cells).sum(axis=0)
    own = cells[:, (numbers >= _NEARLY_ALL * filled) & (numbers > 2)]
    whole = np.nansum(own, axis=0)
    said = np.isfinite(own) & (own != 0)
    half = said & (np.abs(2 * own - whole) <= 0.01 + 1e-9 * np.abs(whole))
    hits, others = half.sum(axis=1), len(cells) - 1
    enough = np.any([(hits >= sums) & (others >= least) for sums, least in _TOLD], axis=0)
    places = np.flatnonzero(enough & (hits == said.sum(axis=1)))
    return int(places[0]) if len(places) == 1 else None

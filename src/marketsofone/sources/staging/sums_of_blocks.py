"""Pivot tables written in one column: a region with what its customers below it add up to, and no word for a total.

Numbers that happen to add up are no proof, so all rows must fit: from the first to the last each is such a sum or one
of its parts, the sum of all at the top or the end aside.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_MOST_CELLS = 200_000
_LEAST_ROWS, _LEAST_BLOCKS, _LEAST_NUMBERS, _TOLD = 6, 2, 2, 5
_PLACES = 1e6


def sums_of_blocks(numbers: Sequence[NDArray[np.float64]]) -> set[int]:
    """Places, from 0, of rows that are what the rows below them, or above them, add up to, and of the sum of these.

    Parameters
    ----------
    numbers : sequence of array, shape (rows, columns)
        The cells as `sum_of_all.numbers_of` reads them.
    """
    for cells in numbers:
        if len(cells) < _LEAST_ROWS or cells.size > _MOST_CELLS:
            continue
        for part in (cells, cells[::-1]):
            heads = _heads(part)
            if heads:
                return heads if part is cells else {len(cells) - 1 - place for place in heads}
    return set()


def _heads(cells: NDArray[np.float64]) -> set[int]:
    """Places of rows that are what those below them add up to, and of the sum of all, where all rows fit; else none."""
    count = len(cells)
    for first, last in ((0, count), (1, count), (0, count - 1)):
        own = cells[:, np.isfinite(cells[first])]
        if own.shape[1] < _LEAST_NUMBERS:
            continue
        whole = np.round(np.nan_to_num(own) * _PLACES)
        heads = [first + place for place in _chain(whole[first:last])]
        apart = [place for place in (0, count - 1) if not first <= place < last]
        is_sum = all((whole[place] == whole[heads].sum(axis=0)).all() for place in apart)
        enough = len(heads) >= _LEAST_BLOCKS and len(heads) + own.shape[1] >= _TOLD and 2 * len(heads) < last - first
        if enough and is_sum:
            return {*heads, *apart}
    return set()


def _chain(rows: NDArray[np.float64]) -> list[int]:
    """Places of sums that, each with its parts, make up all rows, the first of them the first; none if they do not.

    A sum ends where the running total of all rows above is that before its parts and itself once more.
    """
    above = np.vstack([np.zeros(rows.shape[1]), np.cumsum(rows, axis=0)])
    if not (above[2:] == above[1] + rows[0]).all(axis=1).any():
        return []
    ends: dict[bytes, list[int]] = {}
    for place, total in enumerate(above):
        ends.setdefault(total.tobytes(), []).append(place)
    after = {len(rows): len(rows)}
    for place in range(len(rows) - 2, -1, -1):
        fitting = ends.get((above[place + 1] + rows[place]).tobytes(), []) if rows[place].any() else []
        end = next((each for each in fitting if each > place + 1 and each in after), None)
        if end is not None:
            after[place] = end
    found, place = [], 0
    while place in after and place < len(rows):
        found.append(place)
        place = after[place]
    return found if place == len(rows) else []

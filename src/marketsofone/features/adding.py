"""Sums that are the same in whatever order an engine adds its rows up."""

from __future__ import annotations

from typing import Any

SQUARES, MONEY, SHARES = 4, 6, 10
"""Decimals to which each value is taken: the larger values may grow, the fewer."""
_DIGITS, _SPARE = 38, 6


def added(values: Any, places: int = MONEY, where: Any = None) -> Any:
    """The sum of numbers that are no counts, such as money, its squares or shares; null where there is none.

    Each value is taken to so many decimals and added up without loss: a run of the same files gives the same digits,
    whichever thread was first.

    Parameters
    ----------
    values : Ibis column, or deferred
    places : int
        Decimals. A value beyond 10 to the power of 32 less these counts as that: a million of them still add up.
    where : Ibis column of booleans, or deferred, optional
        Which rows count.

    Examples
    --------
    >>> import ibis
    >>> rows = ibis.memtable({"money": [0.1, 0.2, 0.3]})
    >>> rows.agg(money=added(rows.money)).to_pyarrow().to_pylist()
    [{'money': 0.6}]
    """
    most = 10.0 ** (_DIGITS - _SPARE - places)
    return values.clip(-most, most).cast(f"decimal({_DIGITS}, {places})").sum(where=where).cast("float64")


def averaged(values: Any, places: int = MONEY, where: Any = None) -> Any:
    """The mean of numbers, whatever their order: `added` over how many are known; null where none is."""
    return added(values, places, where) / values.count(where=where).nullif(0)

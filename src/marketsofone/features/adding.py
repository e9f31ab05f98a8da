"""Sums that are the same in whatever order an engine adds its rows up."""

from __future__ import annotations

from typing import Any

SQUARES, MONEY, SHARES = 4, 6, 10
"""Decimals to which each value is taken: the larger values may grow, the fewer."""
_DIGITS, _SPARE = 38, 6
_OF_ONE = 1000.0
_BITS = 52
"""Of a double behind its first one."""


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


def added_lines(money: Any) -> Any:
    """The same of rows by the million, as fast as they can be added at all: order lines and touches.

    Each value is taken to a thousandth and ten bits beyond, which three decimals are exactly. In any order a sum is the
    same up to nine billion; beyond, its last digits hang on it.

    Examples
    --------
    >>> import ibis
    >>> rows = ibis.memtable({"money": [0.1, 0.2, 0.3]})
    >>> rows.agg(money=added_lines(rows.money)).to_pyarrow().to_pylist()
    [{'money': 0.6}]
    """
    return _stepped(money * _OF_ONE, 10).sum() / _OF_ONE


def added_shares(shares: Any) -> Any:
    """The same of shares and log odds, of rows by the million: to 32 bits behind the point, exact up to two million."""
    return _stepped(shares, 32).sum()


def averaged(values: Any, places: int = MONEY, where: Any = None) -> Any:
    """The mean of numbers, whatever their order: `added` over how many are known; null where none is."""
    return added(values, places, where) / values.count(where=where).nullif(0)


def _stepped(values: Any, bits: int) -> Any:
    """Values to so many bits behind the point: added to a number so large that it has no more, which is taken off."""
    large = 1.5 * 2.0 ** (_BITS - bits)
    return (values + large) - large

"""Which way round exchange rates are, as far as their size tells: nobody pays 160 euros for a yen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import log
from typing import TYPE_CHECKING

from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_EUROS = {
    "EUR": 1.0, "USD": 0.9, "GBP": 1.2, "CHF": 1.0, "CAD": 0.65, "AUD": 0.6, "NZD": 0.55, "SGD": 0.65, "KWD": 3.0,
    "DKK": 0.13, "SEK": 0.1, "NOK": 0.1, "PLN": 0.23, "RON": 0.2, "CZK": 0.04, "HUF": 0.003, "ISK": 0.007,
    "CNY": 0.13, "HKD": 0.12, "TWD": 0.03, "THB": 0.027, "PHP": 0.017, "INR": 0.012, "JPY": 0.007, "KRW": 0.0007,
    "IDR": 0.00006, "VND": 0.00004, "AED": 0.25, "SAR": 0.25, "ILS": 0.25, "ZAR": 0.055, "MXN": 0.05, "BRL": 0.18,
    "CLP": 0.001, "COP": 0.00024,
}
"""Roughly what one unit is worth: of currencies that kept that within a factor of two or three for decades."""

_APART = log(6)


def sizes_of(con: DuckDBPyConnection, one: FileProfile, rate: ColumnProfile, code: str) -> Mapping[str, float]:
    """The median rate of each currency.

    Parameters
    ----------
    code : str
        SQL of the currency's code.
    """
    value = one.number(rate)
    found = con.execute(f"select c, median(v) from (select upper({code}) as c, {value} as v from {one.relation}) "
                        "where v > 0 group by c").fetchall()
    return dict(found)


def is_turned_by_size(sizes: Iterable[tuple[str, float]], currency: str) -> bool | None:
    """Whether rates are units of the others for one of the market's own; None where their size does not tell.

    Examples
    --------
    >>> is_turned_by_size([("JPY", 160.0), ("USD", 1.1)], "EUR"), is_turned_by_size([("USD", 1.1)], "EUR")
    (True, None)
    """
    said = set()
    for code, size in sizes:
        worth = log(_EUROS[code] / _EUROS[currency]) if {code, currency} <= _EUROS.keys() else 0.0
        straight, turned = abs(log(size) - worth), abs(log(size) + worth)
        if abs(straight - turned) >= _APART:
            said.add(turned < straight)
    return said.pop() if len(said) == 1 else None

"""Amounts of money as people read them: one way in every sentence, page and table."""

from __future__ import annotations

import math

WHOLE_FROM = 100
"""Amounts from here on are written without decimals, smaller ones with two."""


def amount_written(value: float) -> str:
    """A known amount without its currency: thousands apart, a minus sign that is none of a hyphen.

    Examples
    --------
    >>> print(amount_written(1234567.8), amount_written(-3.5), amount_written(-0.001), sep=" | ")
    1,234,568 | −3.50 | 0.00
    """
    written = f"{value:,.0f}" if abs(value) >= WHOLE_FROM else f"{value:,.2f}"
    return "0.00" if written == "-0.00" else written.replace("-", "−")


def money_written(value: float, currency: str) -> str:
    """A known amount in major units with its currency.

    Raises
    ------
    ValueError
        The amount is not a number: what is not known is said in words.

    Examples
    --------
    >>> money_written(1234567.8, "EUR")
    'EUR 1,234,568'
    """
    if not math.isfinite(value):
        raise ValueError("An amount that is not known is said in words.")
    return f"{currency} {amount_written(value)}"

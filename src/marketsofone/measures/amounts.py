"""Amounts: money per trial."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AmountMeasure:
    """Money per trial, on rows that ``features`` has made: ``buyer_id``, ``row_id``, trials, total.

    Parameters
    ----------
    name : str
    table : str
        Customer table whose rows are the trials.
    unit : str
        One trial, in words.
    """

    name: str
    table: str
    unit: str


CONTRIBUTION = AmountMeasure("contribution", "opportunity", unit="won sale")
"""What each won opportunity contributed over the horizon that followed."""

SPEND = AmountMeasure("spend", "order_line", unit="purchase day")
"""What each day of buying contributed, where there is a ledger and no opportunities."""

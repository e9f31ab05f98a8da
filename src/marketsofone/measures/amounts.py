"""Amounts: money per trial."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AmountMeasure:
    """Money per trial, on rows that ``features`` has made: ``buyer_id``, ``row_id``, trials, total.

    Parameters
    ----------
    name : str
    unit : str
        One trial, in words.
    """

    name: str
    unit: str


CONTRIBUTION = AmountMeasure("contribution", unit="won sale")

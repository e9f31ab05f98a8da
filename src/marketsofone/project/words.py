"""Numbers in words, as every page and screen prints them (`marketsofone.report.words`)."""

from marketsofone.report.words import (
    NO_EVIDENCE,
    count,
    counted,
    interval,
    listed,
    money,
    number,
    plain,
    share,
)

__all__ = ["NO_EVIDENCE", "count", "counted", "interval", "listed", "money", "number", "plain", "share"]

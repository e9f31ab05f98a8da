"""What a file lacks that is nearly a ledger: said, so that a person knows what to write."""

from __future__ import annotations

from marketsofone.errors import shortened
from marketsofone.sources.profiling.belonging import Folder
from marketsofone.sources.profiling.columns import FileProfile, named
from marketsofone.sources.profiling.field_words import FIELDS
from marketsofone.sources.proposing.called import day_of
from marketsofone.sources.proposing.ledgers import order_number, paid
from marketsofone.sources.spelling import quoted_as_toml
from marketsofone.sources.sql import quoted

_DEBIT, _CREDIT = ("debit", "soll", "débit", "debet"), ("credit", "haben", "crédit")


def lacking(folder: Folder, one: FileProfile) -> str:
    """What a file that fills nothing lacks to be one of sales, a sentence; empty where it lacks more than one thing."""
    account, day, amount = folder.reference(one, "account"), day_of(one, "order_line", "ordered_at"), paid(one)
    whose = account or order_number(folder, one)
    if one.about in ("touch", "objection") or [whose, day, amount].count(None) != 1:
        return ""
    if day is None:
        unclear = [column.name for column in one.columns if column.unclear]
        if unclear:
            return (f" It would be sales, but the dates of {shortened(unclear)} can be read day first or month first: "
                    "write its mapping with date_format.")
        yearless = next((column for column in one.columns if column.yearless), None)
        if yearless:
            written = quoted_as_toml(yearless.yearless.format(quoted(yearless.name), "2025"))
            return (f" It would be sales, but {yearless.name} holds days without a year, and no one year stands above "
                    f"the headings: write ordered_at with the year that is meant, for instance {written}.")
        texts = [column.name for column in one.columns if named(column, FIELDS["order_line"]["ordered_at"])]
        return f" It would be sales, but no column was read as their day{_among(texts)}: are dates written in one way?"
    if amount is None:
        numbers = [column.name for column in one.columns if column.holds_numbers]
        return f" It would be sales, but no column is called as what was paid{_among(numbers)}.{_booked(one)}"
    texts = [column.name for column in one.columns if column.kind == "text"]
    return f" It would be sales, but no column is called as who bought{_among(texts)}."


def _among(names: list[str]) -> str:
    return f" (is it among {shortened(names)}?)" if names else ""


def _booked(one: FileProfile) -> str:
    """How the two sides of an account make an amount: what was paid stands there too, so nothing is guessed."""
    debit, credit = (next((column.name for column in one.columns if column.label.strip().lower() in words), "")
                     for words in (_DEBIT, _CREDIT))
    if not debit or not credit:
        return ""
    sql = f"coalesce({quoted(debit)}, 0) - coalesce({quoted(credit)}, 0)"
    return f" Leave out payments (where), then amount = {quoted_as_toml(sql)}."

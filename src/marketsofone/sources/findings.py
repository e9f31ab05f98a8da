"""What loading gives back: table names, counts, and what a person should know about the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from marketsofone.sources.mapping.source import UserColumn


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the data that a person should know, with what to do about it.

    Parameters
    ----------
    code : str
        A short name that stays the same from run to run.
    severity : str
        ``info`` for a stated treatment, ``warning`` where a result may mislead.
    place : str
        Source, table and column it is about.
    message : str
        One or two sentences with counts; never a value that could be a person's name.
    repair : str
        The line or step that settles it; empty where nothing needs doing.

    """

    code: str
    severity: Literal["info", "warning"]
    place: str
    message: str
    repair: str = ""


def titles_passed(source: str, rows: int) -> Finding:
    """That rows above the header of a source were taken as titles."""
    return Finding("rows_above_header", "info", source,
                   f"{rows:,} rows above the header fill few cells of a wider table; they were taken as titles, or as "
                   "names of groups of columns, and passed over.")


@dataclass(frozen=True, slots=True)
class Health:
    """How the rows of one source fared on their way into one customer table.

    ``read = accepted + refused``, always. ``left_out`` counts apart the rows that the filter took out
    and those that said again what an earlier row had said: every line of a ledger names its account.
    """

    source: str
    table_name: str
    left_out: int
    read: int
    accepted: int
    refused: int


@dataclass(frozen=True, slots=True)
class Input:
    """Fingerprint of one input: its size in bytes and the SHA-256 of its content.

    For a query to a server, of the rows it gave, as they were kept for loading.
    """

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the engine holds now, and how it got there.

    Parameters
    ----------
    tables : tuple of str
        Customer tables with rows, in the order of the model; each is a table of the engine. Beside
        them the engine holds ``entity_link`` and ``quarantine``.
    columns : tuple of UserColumn
        Every ``dim_*`` and ``trait_*`` column, once per table, its kind settled.
    health : tuple of Health
        One per source and table.
    findings : tuple of Finding
        In the order they were come upon.
    inputs : mapping
        The file as the settings write it -> its fingerprint.
    record_read_at : datetime or None
        When the written record was read; None where there was none to read.
    stated_later : mapping
        Kind of judgement -> how many of the record stand that were stated after what counts by the date.
    """

    tables: tuple[str, ...]
    columns: tuple[UserColumn, ...]
    health: tuple[Health, ...]
    findings: tuple[Finding, ...]
    inputs: Mapping[str, Input]
    record_read_at: datetime | None = None
    stated_later: Mapping[str, int] = field(default_factory=dict)


UNRATED = "no exchange rate on that day"
"""Why an amount in another currency is refused."""


def mixed_currencies(health: Health, currency: str, foreign: int, unrated: int, kept: bool = False) -> Finding:
    """That rows name another currency than the market's, and how many of them no rate converts.

    Parameters
    ----------
    kept : bool
        Whether those stay, their amounts not known.
    """
    without = "have none: they count, and their amounts are not known." if kept else "have none and were refused."
    lost = f"; {unrated:,} {without}" if unrated else "."
    return Finding(
        "mixed_currencies", "warning" if unrated else "info", f"{health.source}: {health.table_name}.currency",
        f"{foreign:,} rows of {health.table_name} name another currency than {currency}; their amounts are converted "
        f"by the rate that held on their day{lost}",
        f"Map a file of rates, in {currency} for one unit of the other currency, from a day on:\n"
        '[sources.rates]\nfile = "rates.csv"\n[sources.rates.rate]\ncurrency = "currency"\nrate_on = "from_day"\n'
        'rate = "rate"' if unrated else "")

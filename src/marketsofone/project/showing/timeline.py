"""What happened with a buyer, the latest first: touches, opportunities, orders, and contacts people wrote down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from marketsofone.customer.tables import RECORD
from marketsofone.project.reading.buyer_known import touches_with
from marketsofone.project.reading.rows import RowRead
from marketsofone.project.showing.figures import currency_of, money
from marketsofone.project.snapshots.shelf import Row, Shelf
from marketsofone.project.statements.subjects import subjects_of

if TYPE_CHECKING:
    from marketsofone.project.statements.entering import Entry, Notebook

_CAME = {True: "answered", False: "no answer", None: "not known yet"}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: the day, what kind of thing, and what came of it."""

    day: date | None
    kind: str
    words: str


def timeline(shelf: Shelf, notebook: Notebook, row: Row, rows: Iterable[RowRead]) -> tuple[Event, ...]:
    """What happened with a buyer, the latest first.

    Parameters
    ----------
    row : mapping
        The buyer.
    rows : iterable of RowRead
        The rows its numbers were counted from: decided opportunities and order lines, and approaches that are no
        touches. Touches are all told, answered or not, by either team and either way.
    """
    counted = list(rows)
    told = [*map(_touch, touches_with(shelf, row["buyer_id"])), *_approaches(shelf, counted), *_decisions(counted),
            *_orders(counted, currency_of(shelf)), *_written_down(shelf, notebook, row)]
    return tuple(sorted(told, key=lambda event: (event.day or date.min, event.kind, event.words), reverse=True))


def _touch(row: Row) -> Event:
    """One touch in words: the way, whose it was, what came of it, how long it took."""
    way = str(row["channel"] or "touch")
    if row["direction"] == "in":
        words = f"{way}: they came to us"
    else:
        team = f" by {row['team']}" if row["team"] else ""
        words = f"{way}{team}: {_CAME[row['answered']]}"
    minutes = f", {row['minutes']:g} minutes" if row["minutes"] else ""
    return Event(row["happened_on"], "touch", words + minutes)


def _approaches(shelf: Shelf, rows: Iterable[RowRead]) -> Iterator[Event]:
    """Approaches that were counted, those aside that are told as touches or as people wrote them down."""
    told = {"judgement", "touch"} if "touches" in shelf.snapshot.tables else {"judgement"}
    for row in rows:
        if row.score == "pull" and row.table_name not in told and row.source != RECORD:
            yield Event(row.happened_on, "approach", "let us in" if row.total > 0 else "no answer")


def _decisions(rows: Iterable[RowRead]) -> Iterator[Event]:
    for row in rows:
        if row.score == "competitiveness" and row.table_name != "judgement":
            yield Event(row.happened_on, "opportunity", "won" if row.total > 0 else "lost")


def _orders(rows: Iterable[RowRead], currency: str) -> Iterator[Event]:
    """What was bought, day by day."""
    lines = sorted((row for row in rows if row.table_name == "order_line"), key=lambda row: row.happened_on or date.min)
    for day, same in groupby(lines, key=lambda row: row.happened_on):
        bought = list(same)
        total = sum(row.total for row in bought)
        yield Event(day, "order", f"{money(total, currency)} of contribution, {len(bought)} "
                                  f"line{'s' if len(bought) > 1 else ''}")


def _written_down(shelf: Shelf, notebook: Notebook, row: Row) -> Iterator[Event]:
    entries: list[Entry] = [entry for about, key in subjects_of(shelf, row)
                            for entry in notebook.of_kind("contact", None, about, key)]
    for entry in entries:
        says: Any = entry.says
        minutes = f", {says.minutes:g} minutes" if says.minutes else ""
        yield Event(says.happened_at.date(), "contact", f"{says.channel}: {_CAME[says.answered]}{minutes}, written "
                                                        f"down by {entry.stated_by}")

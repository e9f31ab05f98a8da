"""Rows on the screen for people, or as CSV or JSON for programs."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from rich.console import Console, ConsoleOptions
    from rich.measure import Measurement
    from rich.text import Text

    from marketsofone.project.snapshots.snapshot import Snapshot

Format = Literal["table", "csv", "json"]
Row = Mapping[str, Any]


_DRAWN = " │├└"
PIPED_WIDTH = 120
"""Characters in a line of a table that does not go to a terminal."""


NOT_TO_BE_APPROACHED = "Not to be approached: no basis for contact holds."


def note_objected(snapshot: Snapshot, format: Format = "table", gone: Collection[int] | None = None) -> None:
    """Says, for people, that totals of a run still count who objected after it, where somebody did.

    Parameters
    ----------
    gone : collection of int, optional
        Who that is, where it was asked already; absent: the record is asked.
    """
    from marketsofone.project.reading.between_runs import objection_note

    said = objection_note(snapshot, gone) if format == "table" else ""
    if said:
        print(f"Note: {said}")


def assumed(snapshot: Snapshot) -> list[str]:
    """What of the scores of a run is assumed, not counted: a stated margin."""
    return [str(label) for label in snapshot.manifest["labels"] if "assumed" in label]


@dataclass(frozen=True, slots=True)
class Column:
    """A column for people.

    Parameters
    ----------
    heading : str
        What stands above it.
    words : callable
        The text of a cell, from its row.
    right : bool
        Whether it is set to the right, as numbers are.
    """

    heading: str
    words: Callable[[Row], str]
    right: bool = False


def show(rows: Sequence[Row], columns: Sequence[Column], format: Format, title: str = "",
         names: Sequence[str] = (), nothing: str = "") -> None:
    """Prints rows: the given columns as a table for people, or everything in them for programs.

    Parameters
    ----------
    rows : sequence of mapping
        All with the same keys.
    columns : sequence of Column
        What people see of them.
    format : {"table", "csv", "json"}
        For people, or for programs: numbers in full, empty or null where not known.
    title : str
        Stands above the table.
    names : sequence of str
        Keys of the rows, for the first line of csv where there is no row.
    nothing : str
        What people are told where there is no row, and what to do next; absent: that there is none of the title.
    """
    if format == "json":
        told = [_told(dict(row)) for row in rows]
        print(json.dumps(told, indent=2, ensure_ascii=False, default=str, allow_nan=False))
    elif format == "csv":
        _write_csv(rows, names)
    elif rows:
        _print_table(rows, columns, title)
    elif nothing or title:
        print(nothing or f"{title}: none.")


def as_rows(items: Iterable[DataclassInstance]) -> list[Row]:
    """Values as rows, a column for each of their fields."""
    return [asdict(item) for item in items]


def _write_csv(rows: Sequence[Row], names: Sequence[str]) -> None:
    writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else list(names), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)


def _told(value: object) -> object:
    """A value as JSON can hold it: where a number has no end, or is none, nothing is told, as in the API."""
    if isinstance(value, dict):
        return {name: _told(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [_told(held) for held in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _cell(value: object) -> object:
    from marketsofone.project.snapshots.export import harmless

    text = " | ".join(value) if isinstance(value, tuple) else value
    return harmless(text) if isinstance(text, str) else text


def _print_table(rows: Sequence[Row], columns: Sequence[Column], title: str) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    width = None if sys.stdout.isatty() else max(Console().width, PIPED_WIDTH)
    console = Console(markup=False, highlight=False, emoji=False, width=width)
    table = Table(title=title or None, box=SIMPLE_HEAD, title_justify="left", pad_edge=False,
                  padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column.heading, justify="right" if column.right else "left",
                         overflow="fold", no_wrap=column.right)
    for row in rows:
        table.add_row(*(hanging(plain_lines(column.words(row))) for column in columns))
    console.print(table)


def hanging(text: str) -> str | Hanging:
    """A text as it is, or one that hangs where it stands indented or in a drawn tree."""
    name = text.lstrip(_DRAWN)
    return text if name == text or "\n" in text else Hanging(text[: len(text) - len(name)], name)


@dataclass(frozen=True, slots=True)
class Hanging:
    """A name in a tree: what does not fit in its line goes on beneath it, within its branch.

    Parameters
    ----------
    lead : str
        Spaces, and the lines of the tree before the name.
    name : str
    """

    lead: str
    name: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        from rich.text import Text

        lines = Text(self.name).wrap(console, max(options.max_width - len(self.lead), 1), overflow="fold")
        below = self.lead.replace("├", "│").replace("└", " ")
        yield from (Text(f"{below if number else self.lead}{line.plain}") for number, line in enumerate(lines))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        from rich.measure import Measurement
        from rich.text import Text

        inside = Measurement.get(console, options, Text(self.name))
        return Measurement(len(self.lead) + inside.minimum, len(self.lead) + inside.maximum)


def plain_lines(text: str) -> str:
    """A text without the characters that steer a terminal; its own line ends and indents stay."""
    from marketsofone.project.words import plain

    return "\n".join(f"{' ' * (len(line) - len(line.lstrip(' ')))}{plain(line)}" for line in text.split("\n"))

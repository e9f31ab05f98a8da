"""What ``across`` says of a source: which of its columns are months or quarters, each a sale of its line."""

from __future__ import annotations

from collections.abc import Iterable

from marketsofone.errors import SettingsInvalid, shortened
from marketsofone.sources.mapping.strictly import texts_said
from marketsofone.sources.spelling import nearest, quoted_as_toml, snake

SPANS = {"month": 1, "quarter": 3}
"""What ``across`` may say in a word, and how many months long that is."""

FILLED = "order_line"
"""What cells fill: rows of things are told apart by their source and number, and cells of a line share theirs."""


def across_said(raw: object, tables: Iterable[str], place: str) -> tuple[str, ...]:
    """The word of `SPANS`, alone, or the headings of the columns; empty where nothing is said.

    Raises
    ------
    SettingsInvalid
        It is neither, or the source fills another table than that of order lines.
    """
    if isinstance(raw, str) and raw and raw not in SPANS:
        raise SettingsInvalid(
            f'{place}.across is "month", "quarter" or the list of the columns that are one.', repr(raw),
            f"[{place}]\nacross = {quoted_as_toml(nearest(raw, SPANS) or 'month')}")
    said = (raw,) if isinstance(raw, str) and raw else texts_said(raw or (), f"{place}.across")
    others = sorted({*tables} - {FILLED})
    if said and others:
        name = snake(f"{place.removeprefix('sources.')}_{others[0]}")
        raise SettingsInvalid(
            f"[{place}] has across, so each cell of it is a sale, and it fills {FILLED} alone.", shortened(others),
            f"Name the file once more, as a source without across, for the others:\n[sources.{name}.{others[0]}]")
    return said

"""What ``across`` says of a source: which of its columns are months or quarters, each a sale of its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from marketsofone.errors import SettingsInvalid, shortened
from marketsofone.sources.mapping.strictly import texts_said
from marketsofone.sources.spelling import nearest, quoted_as_toml, snake

SPANS = {"month": 1, "quarter": 3}
"""What ``across`` may say in a word, and how many months long that is."""

_SAID = re.compile(rf"({'|'.join(SPANS)})(?: ((?:19|20)\d\d))?")

FILLED = "order_line"
"""What cells fill: rows of things are told apart by their source and number, and cells of a line share theirs."""


@dataclass(frozen=True, slots=True)
class Worded:
    """All columns of one length: how many months they are long, and the year of headings that name none, or 0."""

    word: str
    months: int
    year: int


def worded(across: Sequence[str]) -> Worded | None:
    """What ``across`` says in a word, such as ``month`` or ``month 2025``; None for a list of headings.

    Examples
    --------
    >>> worded(["month 2025"]), worded(["Jan 2025", "Feb 2025"])
    (Worded(word='month', months=1, year=2025), None)
    """
    found = _SAID.fullmatch(across[0]) if len(across) == 1 else None
    return Worded(found[1], SPANS[found[1]], int(found[2] or 0)) if found else None


def across_said(raw: object, tables: Iterable[str], place: str) -> tuple[str, ...]:
    """A word of `SPANS`, alone or with a year, or the headings of the columns; empty where nothing is said.

    Raises
    ------
    SettingsInvalid
        It is neither, or the source fills another table than that of order lines.
    """
    if isinstance(raw, str) and raw and not worded([raw]):
        raise SettingsInvalid(
            f'{place}.across is "month" or "quarter", with the year where headings name none ("month 2025"), or a '
            "list of such columns.", repr(raw),
            f"[{place}]\nacross = {quoted_as_toml(nearest(raw, SPANS) or 'month')}")
    said = (raw,) if isinstance(raw, str) and raw else texts_said(raw or (), f"{place}.across")
    others = sorted({*tables} - {FILLED})
    if said and others:
        name = snake(f"{place.removeprefix('sources.')}_{others[0]}")
        raise SettingsInvalid(
            f"[{place}] has across, so each cell of it is a sale, and it fills {FILLED} alone.", shortened(others),
            f"Name the file once more, as a source without across, for the others:\n[sources.{name}.{others[0]}]")
    return said

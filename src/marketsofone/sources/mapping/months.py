"""What ``months`` says of a source: each row holds for a time, and each month of it that has begun is a sale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from marketsofone.errors import SettingsInvalid, shortened
from marketsofone.sources.mapping.across import FILLED
from marketsofone.sources.mapping.strictly import known_only, table_of, text_said
from marketsofone.sources.spelling import quoted_as_toml

_KEYS = ("from", "to", "until")


@dataclass(frozen=True, slots=True)
class Months:
    """The time that a row holds for.

    Parameters
    ----------
    start, end : str
        Columns of days: the first, and the last or the day after it; empty where it goes on.
    until : date or None
        The last day that the file knows of; None: the last day on which a row of it begins.
    """

    start: str
    end: str
    until: date | None = None


def months_said(raw: object, tables: Iterable[str], across: bool, place: str) -> Months | None:
    """What stands under ``months``; None for nothing.

    Raises
    ------
    SettingsInvalid
        It names no columns, its day is none, or the source fills another table than that of order lines.
    """
    if raw is None:
        return None
    said = table_of(raw, f"{place}.months")
    known_only(said, _KEYS, f"{place}.months", ())
    texts = {key: text_said(str(said[key]) if isinstance(said.get(key), date) else said.get(key, ""),
                            f"{place}.months.{key}") for key in _KEYS}
    line = f'[{place}]\nmonths = {{ from = "<first day>", to = "<last day>" }}'
    if not texts["from"] or not texts["to"]:
        raise SettingsInvalid(f"{place}.months names the columns of the first and of the last day.",
                              "none for one of them.", line)
    others = sorted({*tables} - {FILLED})
    if others or across:
        raise SettingsInvalid(
            f"[{place}] has months, so each month of a row is a sale, and it fills {FILLED} alone, without across.",
            shortened(others) if others else "across.", "Name the file once more, as a source without months.")
    try:
        until = date.fromisoformat(texts["until"]) if texts["until"] else None
    except ValueError:
        raise SettingsInvalid(f"{place}.months.until is a day, such as 2025-12-31.", "something else.",
                              f"[{place}]\nmonths = {{ from = {quoted_as_toml(texts['from'])}, "
                              f'to = {quoted_as_toml(texts["to"])}, until = "2025-12-31" }}') from None
    return Months(texts["from"], texts["to"], until)

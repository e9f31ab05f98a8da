"""Numbers and texts as the page prints them: one place, so that no number is rounded in two ways."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from marketsofone.customer.money import amount_written, money_written
from marketsofone.report.glossary import Kind

NO_EVIDENCE = "no evidence"
_MONTHS = ("January", "February", "March", "April", "May", "June", "July",
           "August", "September", "October", "November", "December")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
_PASSWORD = re.compile(r"(://[^:/@\s]+:)[^@\s]+@")


def is_known(value: float | None) -> bool:
    """Whether there is a number to show: neither absent nor infinite nor not a number."""
    return value is not None and math.isfinite(value)


def share(value: float | None) -> str:
    """A share in percent with one decimal; what rounds to none or all of something says so.

    Examples
    --------
    >>> share(0.22614), share(0.0002), share(0.99999), share(None)
    ('22.6%', '<0.1%', '>99.9%', 'no evidence')

    """
    if value is None or not is_known(value):
        return NO_EVIDENCE
    if 0 < value < 0.0005:
        return "<0.1%"
    if 0.9995 <= value < 1:
        return ">99.9%"
    return f"{value:.1%}"


def money(value: float | None, currency: str) -> str:
    """An amount in major units, whole from 100 on and with two decimals below.

    Examples
    --------
    >>> print(money(1234567.8, "EUR"), money(-3.5, "EUR"), money(None, "EUR"), sep=" | ")
    EUR 1,234,568 | EUR −3.50 | no evidence

    """
    if value is None or not is_known(value):
        return NO_EVIDENCE
    return money_written(value, currency)


def number(value: float | None, kind: Kind, currency: str) -> str:
    """A share or an amount, by its kind."""
    return share(value) if kind == "share" else money(value, currency)


def interval(low: float | None, high: float | None, kind: Kind, currency: str) -> str:
    """Two ends joined by 'to', the currency said once.

    Examples
    --------
    >>> interval(0.2, 0.25, "share", "EUR")
    '20.0% to 25.0%'
    >>> print(interval(80, 1200, "money", "EUR"))
    EUR 80.00 to 1,200

    """
    if low is None or high is None or not (is_known(low) and is_known(high)):
        return NO_EVIDENCE
    end = share(high) if kind == "share" else amount_written(high)
    return f"{number(low, kind, currency)} to {end}"


def measured(value: float) -> str:
    """A number of the user's own, such as employees: whole from 1,000 on, with four digits below.

    Examples
    --------
    >>> measured(12345.6), measured(12.3456), measured(-0.5)
    ('12,346', '12.35', '−0.5')

    """
    return (f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:,.4g}").replace("-", "−")


def apart_by(value: float | None, unit: str, currency: str) -> str:
    """How far two groups are apart in one criterion, with its unit; empty where that cannot be told.

    Examples
    --------
    >>> apart_by(0.348, "share", "EUR"), apart_by(0.2, "profile", "EUR"), apart_by(None, "share", "EUR")
    ('34.8 points', '20.0% of buyers', '')
    """
    if value is None or not is_known(value):
        return ""
    if unit == "share":
        return f"{100 * value:.1f} points".replace("-", "−")
    if unit == "profile":
        return f"{share(value)} of buyers"
    return money(value, currency) if unit == "money" else measured(value)


def apart_between(row: Mapping[str, Any], currency: str) -> str:
    """The interval of how far two groups are apart.

    Parameters
    ----------
    row : mapping
        ``effect``, ``low``, ``high`` and ``unit`` of a verdict.

    Examples
    --------
    >>> apart_between({"effect": 123.0, "low": 12.5, "high": 1234.5, "unit": "money"}, "EUR")
    'EUR 12.50 to 1,234'
    """
    low, high = row["low"], row["high"]
    if low is None or high is None or not (is_known(low) and is_known(high)):
        return "may be anything" if row["effect"] is not None else ""
    if row["unit"] == "share":
        return f"{100 * low:.1f} to {100 * high:.1f} points".replace("-", "−")
    if row["unit"] == "number":
        return f"{measured(low)} to {measured(high)}"
    return interval(low, high, "money" if row["unit"] == "money" else "share", currency)


def axis(value: float, kind: Kind) -> str:
    """A number beside a tick mark, short; the axis itself says the currency.

    Examples
    --------
    >>> axis(0.2, "share"), axis(0.025, "share"), axis(1500, "money"), axis(2e6, "money")
    ('20%', '2.5%', '1.5k', '2M')

    """
    if kind == "share":
        return f"{round(100 * value, 2):g}%"
    for letter, step in (("M", 1e6), ("k", 1e3)):
        if abs(value) >= step:
            return f"{round(value / step, 2):g}{letter}".replace("-", "−")
    return f"{round(value, 2):g}".replace("-", "−")


def count(value: float | None) -> str:
    """A count with thousands separators; one decimal where buyers are counted in proportions.

    Examples
    --------
    >>> count(1204), count(3.26), count(89.98), count(None)
    ('1,204', '3.3', '90', 'not known')

    """
    if value is None or not is_known(value):
        return "not known"
    return f"{value:,.1f}".removesuffix(".0")


def hours(value: float | None) -> str:
    """Hours with one decimal, many or few.

    Examples
    --------
    >>> hours(0.04), hours(1029.44), hours(None)
    ('0.0', '1,029.4', 'not known')

    """
    return f"{value:,.1f}" if value is not None and is_known(value) else "not known"


def percent(value: float | None) -> str:
    """A share in whole percent: of hours, and of the draws of a plan, of which there are some hundred.

    Examples
    --------
    >>> percent(0.97), percent(0.0), percent(None)
    ('97%', '0%', '')

    """
    return "" if value is None else f"{value:.0%}"


def counted(value: float | None, noun: str) -> str:
    """A count with its noun.

    Examples
    --------
    >>> counted(1, "opportunity"), counted(1204, "opportunity"), counted(0, "approach"), counted(11, "stratum")
    ('1 opportunity', '1,204 opportunities', '0 approaches', '11 strata')

    """
    written = count(value)
    return f"1 {noun}" if written == "1" else f"{written} {_plural(noun)}"


def _plural(noun: str) -> str:
    for ending, many in (("day", "days"), ("um", "a"), ("y", "ies"), ("ch", "ches")):
        if noun.endswith(ending):
            return noun.removesuffix(ending) + many
    return f"{noun}s"


def overlap(value: float, limit: float = 0.6) -> str:
    """How alike two drawings of a segment are, from 0 to 1: on the side of the limit on which it is.

    Examples
    --------
    >>> overlap(0.75), overlap(0.6), overlap(0.597), overlap(0.59996)
    ('0.75', '0.60', '0.597', '0.59996')

    """
    written = (f"{value:.{digits}f}" for digits in range(2, 9))
    return next((text for text in written if (float(text) < limit) == (value < limit)), f"{value}")


def overlap_ends(low: float | None, high: float | None) -> str:
    """Between what most drawings lie; empty where that is not known.

    Examples
    --------
    >>> overlap_ends(0.18, 1.0), overlap_ends(None, None)
    ('0.18 to 1.00', '')

    """
    return "" if low is None or high is None else f"{low:.2f} to {high:.2f}"


def listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')

    """
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def apart(labels: Sequence[str], evidence: Sequence[Mapping[str, object]]) -> list[str]:
    """What a run takes for granted, but for what stands beside the score it belongs to.

    Examples
    --------
    >>> apart(["pull: judged", "pull: no evidence"], [{"score": "pull", "note": "no evidence"}])
    ['pull: judged']

    """
    told = {f"{row['score']}: {row['note']}" for row in evidence}
    return [label for label in labels if label not in told]


def day(value: object) -> str:
    """A date, in words; a text that is none is printed as it stands, and no date is said to be unknown.

    Examples
    --------
    >>> day("2026-06-30"), day("today"), day(None)
    ('30 June 2026', 'today', 'an unknown day')

    """
    if value is None:
        return "an unknown day"
    try:
        date = dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return str(value)
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def size(count_of_bytes: float) -> str:
    """The size of a file.

    Examples
    --------
    >>> size(812), size(1_234_567)
    ('812 bytes', '1.2 MB')

    """
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count_of_bytes >= step:
            return f"{count_of_bytes / step:,.1f} {unit}"
    return f"{count_of_bytes:,.0f} bytes"


def plain(value: object) -> str:
    """A text of the data without the characters that steer a terminal or turn a line around."""
    return _CONTROLS.sub(" ", "" if value is None else str(value)).strip()


def cut(value: object, most: int = 60) -> str:
    """A text of the data, shortened so that it stays readable.

    Examples
    --------
    >>> cut("a" * 10, most=5)
    'aaaa…'

    """
    text = plain(value)
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def cut_path(path: str, most: int = 80) -> str:
    """A path shortened in its middle: what tells a stratum from its neighbours stands at its end.

    Examples
    --------
    >>> cut_path("sector: care / region: north, south / version: plus / site: local", most=46)
    'sector: care / … / version: plus / site: local'

    """
    text = plain(path)
    first, *rest = text.split(" / ")
    kept: list[str] = []
    while len(text) > most and rest and len(" / ".join([first, "…", rest[-1], *kept])) <= most:
        kept.insert(0, rest.pop())
    return " / ".join([first, "…", *kept]) if kept else cut(text, most)


def masked(value: object) -> str:
    """A setting without the password of an address in it.

    Examples
    --------
    >>> masked("postgresql://m1:secret@db/sales")
    'postgresql://m1:***@db/sales'

    """
    return _PASSWORD.sub(r"\1***@", plain(value))

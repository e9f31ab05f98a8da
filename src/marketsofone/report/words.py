"""Numbers and texts as the page prints them: one place, so that no number is rounded in two ways."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from marketsofone.customer.money import amount_written, money_written
from marketsofone.report.glossary import Kind

NO_EVIDENCE = "no evidence"
TYPICAL = ("Amounts are compared by what is typical of a buyer, close to the median, and money by one trial: not the "
           "score of a segment, which is a mean over the horizon, and which a few large buyers move.")
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


def hours_back(hours_: float, many: int, kind: str) -> str:
    """The hours that all lines of one kind which drain would give back.

    Examples
    --------
    >>> hours_back(639.07, 3, "segment")
    '639.1 hours would come back from 3 segments.'

    """
    return f"{hours(hours_)} hours would come back from {counted(many, kind)}."


SAME_HOURS = "These are ways to look at the same hours, not to be added up."
"""What is told where hours of segments, reps and buyers that drain stand together."""


def most_missed(gap: float) -> str:
    """How much of the best plan is missed at most, in percent and rounded up, for less than that is not promised.

    Examples
    --------
    >>> most_missed(0.0), most_missed(3e-9), most_missed(0.0123401)
    ('0.00%', '0.01%', '1.24%')

    """
    return f"{math.ceil(max(gap, 0.0) * 1e4) / 1e4:.2%}"


_CHOSEN = {"pursue": "pursued", "hold": "held", "leave": "left"}


def firm(share: float | None, runner_up: str | None) -> str:
    """How often a choice is the same when the plan is drawn from what is not known, and what else where seldom.

    Where it is the same in less than a third, what is chosen next most often is chosen more often.

    Examples
    --------
    >>> firm(0.94, "hold"), firm(0.0, "pursue"), firm(None, None)
    ('94%', '0%, more often pursued', '')

    """
    seldom = share is not None and share < 1 / 3 and runner_up in _CHOSEN
    return f"{percent(share)}, more often {_CHOSEN[str(runner_up)]}" if seldom else percent(share)


def counted(value: float | None, noun: str) -> str:
    """A count with its noun.

    Examples
    --------
    >>> counted(1, "opportunity"), counted(1204, "opportunity"), counted(0, "approach"), counted(11, "stratum")
    ('1 opportunity', '1,204 opportunities', '0 approaches', '11 strata')

    """
    written = count(value)
    return f"1 {noun}" if written == "1" else f"{written} {_plural(noun)}"


def unplaced_told(strata: Iterable[Mapping[str, Any]]) -> str:
    """Why parts add up to fewer buyers than the stratum they are parts of; empty where they do not.

    Parameters
    ----------
    strata : iterable of mapping
        ``stratum_id``, ``parent_id`` and ``buyers``; strata below one that is not among them are left aside.

    Examples
    --------
    >>> unplaced_told([{"stratum_id": "market", "parent_id": None, "buyers": 9},
    ...                {"stratum_id": "food", "parent_id": "market", "buyers": 9}])
    ''
    """
    rows = list(strata)
    split, parted = {row["stratum_id"]: row["buyers"] for row in rows}, dict[str, int]()
    for row in rows:
        if row["parent_id"] in split:
            parted[row["parent_id"]] = parted.get(row["parent_id"], 0) + row["buyers"]
    many = sum(split[parent] - found for parent, found in parted.items())
    return "" if many <= 0 else (
        f"Parts add up to fewer than their stratum: of {counted(many, 'buyer')} it is not known to which they belong.")


def typical_told(units: Iterable[str]) -> str:
    """What the amounts of a comparison are, where it holds any: near what a score says of the same groups, and not it.

    Examples
    --------
    >>> typical_told(["share", "profile"])
    ''
    """
    return TYPICAL if {"money", "number"} & set(units) else ""


def strata_told(parents: Collection[object]) -> str:
    """How many strata a tree has: all of them, and those at the ends of its branches.

    Parameters
    ----------
    parents : collection
        What each stratum lies in; None for the whole market.

    Examples
    --------
    >>> strata_told([None, "market", "market", "food", "food"]), strata_told([None])
    ('5 strata, 3 of them not split further', 'one stratum, the whole market')

    """
    if len(parents) <= 1:
        return "one stratum, the whole market"
    split = len(set(parents) - {None})
    return f"{counted(len(parents), 'stratum')}, {count(len(parents) - split)} of them not split further"


IN_PROPORTION = "A buyer whose place in the tree is not known counts in proportion in each segment it may stand in."
"""What is told where buyers of segments are counted so, for whole buyers alone are counted elsewhere."""

_WORKED = {"plan": "Sales works a segment if the plan gives hours to it or to a part of it.",
           "value": "Sales works a segment where an hour is expected to earn something."}


def worked_told(marketing: Mapping[str, object]) -> str:
    """Which sales segments are worked, and so which spend of marketing reaches one that is.

    Parameters
    ----------
    marketing : mapping
        What the manifest says of marketing segments; runs before it said by what they count as worked went by value.

    Examples
    --------
    >>> worked_told({"worked_by": "plan"})
    'Sales works a segment if the plan gives hours to it or to a part of it.'
    """
    return _WORKED[str(marketing.get("worked_by", "value"))]


def wasted_told(marketing: Mapping[str, Any]) -> str:
    """How much of all that marketing spent went past the segments that sales works; empty where nothing was spent.

    Parameters
    ----------
    marketing : mapping
        What the manifest says of marketing segments.

    Examples
    --------
    >>> wasted_told({"spend_unit": "EUR", "audiences": [{"spend": 300.0, "outside": 75.0}]})[-61:]
    'EUR 300; 25.0% of it went past the segments that sales works.'
    """
    nobody = marketing.get("spend_on_nobody", 0.0)
    spend, outside = (sum(each[name] for each in marketing.get("audiences", ())) + nobody
                      for name in ("spend", "outside"))
    if spend <= 0:
        return ""
    amount, lost = (_spent(value, marketing.get("spend_unit", "")) for value in (spend, nobody))
    past = f", {lost} of it on nobody who is a buyer here" if nobody > 0 else ""
    return (f"In all the time that the files tell of marketing spent {amount}; {share(outside / spend)} of it went "
            f"past the segments that sales works{past}.{_unpriced(marketing)}")


def _spent(value: float, unit: str) -> str:
    return counted(round(value), "touch") if unit in ("", "touches") else money(value, unit)


def _unpriced(marketing: Mapping[str, Any]) -> str:
    """That some touches of marketing tell no cost; empty where all do, or none."""
    missing = marketing.get("touches_without_cost", 0)
    if not missing:
        return ""
    return (f" Of its {counted(marketing['touches'], 'touch')} {missing:,} tell no cost and count as nothing: what was "
            "spent is more.")


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


def reported_in(manifest: Mapping[str, Any]) -> str:
    """The days over which the ledger of hours looks.

    Examples
    --------
    >>> reported_in({"market": {"market": {"horizon_days": 365}}, "as_of": "2026-06-30"})
    'in the 365 days to 30 June 2026'
    >>> reported_in({"market": {"market": {"horizon_days": 90}}, "as_of": None})
    'in the last 90 days'
    """
    days = counted(manifest["market"]["market"]["horizon_days"], "day")
    return f"in the {days} to {day(manifest['as_of'])}" if manifest["as_of"] else f"in the last {days}"


def nothing_drains(focus: Mapping[str, Any]) -> str:
    """Why no line of the ledger drains."""
    if focus.get("share_in_pursued") is None:
        return "No hours lead to a buyer who is planned for: where they drain is not known."
    return "Nothing drains: what hours cost came back, or was to be expected."


def minutes_said(focus: Mapping[str, Any]) -> str:
    """How many touches have no minutes, what is taken for them, and hours of which it is not known what came.

    Examples
    --------
    >>> minutes_said({"touches": 1576, "minutes_missing": 0})
    'The minutes of all 1,576 touches were written down.'
    >>> minutes_said({"touches": 1576, "minutes_missing": 1})
    'Of 1 of 1,576 touches the minutes were not written down; approach_hours is taken for it.'
    """
    touches, missing, nobody = focus["touches"], focus["minutes_missing"], focus.get("hours_on_nobody") or 0.0
    lost = (f" {hours(nobody)} of the hours lead to nobody who is planned for: what came of them is not known."
            if nobody > 0 else "")
    return _minutes(touches, missing) + lost


def _minutes(touches: int, missing: int) -> str:
    if not touches:
        return "No touch of sales is on record there."
    if not missing:
        return f"The minutes of all {touches:,} touches were written down."
    return (f"Of {missing:,} of {touches:,} touches the minutes were not written down; approach_hours is taken for "
            f"{'it' if missing == 1 else 'them'}.")


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

"""What is said of strata and of marketing segments: one place, so that page and screens say it alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from marketsofone.report.words import count, counted, money, share

TYPICAL = ("Amounts are compared by what is typical of a buyer, close to the median, and money by one trial: not the "
           "score of a segment, which is a mean over the horizon, and which a few large buyers move.")
IN_PROPORTION = "A buyer whose place in the tree is not known counts in proportion in each segment it may stand in."
"""What is told where buyers of segments are counted so, for whole buyers alone are counted elsewhere."""

_WORKED = {"plan": "Sales works a segment if the plan gives hours to it or to a part of it.",
           "value": "Sales works a segment where an hour is expected to earn something."}


def title(row: Mapping[str, Any]) -> str:
    """A stratum by the name that people use, else by what tells it from its siblings.

    Examples
    --------
    >>> title({"name": "retail", "called": "High street"}), title({"name": "retail"})
    ('High street', 'retail')

    """
    return str(row.get("called") or row["name"])


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

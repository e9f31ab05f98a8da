"""What is said of a plan and of where hours drain: one place, so that page and screens say it alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from marketsofone.report.words import counted, day, hours, percent

_CHOSEN = {"pursue": "pursued", "hold": "held", "leave": "left"}
SIDES = ("segment", "rep", "buyer")
"""The sides of the drain ledger, in the order in which they are told."""
_SAME_HOURS = "These are ways to look at the same hours, not to be added up."


def hours_back(hours_: float, many: int, kind: str) -> str:
    """The hours that all lines of one kind which drain would give back.

    Examples
    --------
    >>> hours_back(639.07, 3, "segment")
    '639.1 hours would come back from 3 segments.'

    """
    return f"{hours(hours_)} hours would come back from {counted(many, kind)}."


def all_hours_back(drains: Iterable[Mapping[str, Any]]) -> list[str]:
    """What lines that drain would give back, a sentence for each side of the ledger that has any.

    Parameters
    ----------
    drains : iterable of mapping
        ``kind`` and ``hours_back``.

    Examples
    --------
    >>> all_hours_back([{"kind": "rep", "hours_back": 2.0}, {"kind": "rep", "hours_back": 1.5}])
    ['3.5 hours would come back from 2 reps.']
    """
    back: dict[str, list[float]] = {kind: [] for kind in SIDES}
    for row in drains:
        back[row["kind"]].append(row["hours_back"])
    told = [hours_back(sum(hours), len(hours), kind) for kind, hours in back.items() if hours]
    return [*told, _SAME_HOURS] if len(told) > 1 else told


def most_missed(gap: float) -> str:
    """How much of the best plan is missed at most, in percent and rounded up, for less than that is not promised.

    Examples
    --------
    >>> most_missed(0.0), most_missed(3e-9), most_missed(0.0123401)
    ('0.00%', '0.01%', '1.24%')

    """
    return f"{math.ceil(max(gap, 0.0) * 1e4) / 1e4:.2%}"


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

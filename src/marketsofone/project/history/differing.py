"""What differs between two runs, in sentences: the same in the terminal and in the browser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from marketsofone.project.history.diff import MONEY
from marketsofone.project.words import count, counted, hours, money, share

if TYPE_CHECKING:
    from marketsofone.project.history.diff import Difference, Moved
    from marketsofone.project.history.grounds import Change
    from marketsofone.project.history.plans import PlanDifference


_SHARES = ("pull", "competitiveness")
_IN = {"path": "stratum", "value_per_hour": "the value of an hour",
       **{f"{score}_trials": f"the trials behind {score}" for score in (*_SHARES, "attractiveness")}}
"""What moved, in words."""
_HARDLY = "less than"
_POINTS, _MINOR, _COUNTED = 0.1, 0.01, 0.1
"""The last digit that is shown of points of a hundred, of amounts, and of what is counted."""


def difference_sentences(found: Difference, currency: str) -> tuple[str, ...]:
    """A difference in a few lines: who stayed, what of the settings and the evidence differs, what moved."""
    told = (
        f"From {found.before} to {found.after}: {counted(found.stayed, 'buyer')} stayed, "
        f"{found.came:,} came{_of_them(found.parted, 'parted from another')}, "
        f"{found.went:,} went{_of_them(found.merged, 'merged with another')}.",
        *_changes("Settings", found.settings), *_changes("Evidence (trials)", found.evidence),
        *(["Amounts are not compared: they are in two currencies."] if "market.currency" in
          [each.name for each in found.settings] else []),
        *_names("Input files that differ", [each.name for each in found.inputs]),
        *_names("Strata that came", found.strata_came), *_names("Strata that went", found.strata_went),
        *(_moved(moved, currency) for moved in found.moved), _plans(found.plan, currency),
        *_changes("What hours do", found.plan.response))
    return tuple(told)


def _of_them(many: int, said: str) -> str:
    return f" ({many:,} of them {said})" if many else ""


def _plans(plan: PlanDifference, currency: str) -> str:
    """Two plans in a line: the hours there are, those placed, what they earn, and who came in and fell out."""
    if plan.missing:
        return f"Plans are not compared, for {plan.missing}"
    before, after = (_placed({each.name: getattr(each, end) for each in plan.totals}, currency)
                     for end in ("before", "after"))
    if before == after and not plan.segments:
        return f"Plan: {before}, as it was."
    return (f"Plan: {after}; it was {before}. {counted(plan.came, 'buyer')} came into it, "
            f"{count(plan.went)} fell out.")


def _placed(totals: Mapping[str, float | None], currency: str) -> str:
    return (f"{hours(totals['hours'])} of {hours(totals['capacity_hours'])} hours in "
            f"{counted(totals['weeks'], 'week')}, {money(totals['value'], currency)} expected beyond what they cost")


def planned_told(choice: str | None, given: float | None) -> str:
    """What a plan does with a segment, or with its buyers where it has no such segment, and the hours they get.

    Examples
    --------
    >>> planned_told("pursue", 40.0), planned_told("hold", 0.0), planned_told(None, 12.0)
    ('pursue, 40.0 hours', 'hold', 'its buyers: 12.0 hours')
    """
    if choice is None:
        return f"its buyers: {hours(given)} hours"
    return f"{choice}, {hours(given)} hours" if given else choice


def moved_less(segments: int) -> str:
    """How many segments moved less than those that are shown; empty for none.

    Examples
    --------
    >>> moved_less(0), moved_less(1), moved_less(7)
    ('', '1 segment more moved less.', '7 segments more moved less.')
    """
    return f"{counted(segments, 'segment')} more moved less." if segments > 0 else ""


def kept_told(segments: int) -> str:
    """How many segments are as they were.

    Examples
    --------
    >>> kept_told(0), kept_told(1), kept_told(7)
    ('No segment is as it was.', '1 segment is as it was.', '7 segments are as they were.')
    """
    if segments == 0:
        return "No segment is as it was."
    return f"{counted(segments, 'segment')} {'is as it was' if segments == 1 else 'are as they were'}."


def measured(name: str, value: float | None, currency: str) -> str:
    """A score, the value of an hour, a rank or a number of trials before or after, as every page writes it.

    Examples
    --------
    >>> measured("pull", 0.226, "EUR"), measured("value_per_hour", 1204.0, "EUR"), measured("rank", None, "EUR")
    ('22.6%', 'EUR 1,204', 'none')
    """
    if value is None:
        return "none"
    return money(value, currency) if name in MONEY else share(value) if name in _SHARES else count(value)


def shown(value: object) -> str:
    """What a setting or a number of trials was or is, short enough to stand beside the other."""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return "none" if value is None else str(value)


def was(change: Change) -> str:
    """A change in words: what it was, what it is."""
    return f"{shown(change.before)} -> {shown(change.after)}"


def _changes(heading: str, changes: Sequence[Change]) -> Iterator[str]:
    if changes:
        yield f"{heading}: " + "; ".join(f"{each.name} {was(each)}" for each in changes)


def _names(heading: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"{heading}: {'; '.join(names)}"


def _moved(moved: Moved, currency: str) -> str:
    said = f"{counted(moved.buyers, 'buyer')} moved in {_IN.get(moved.name, moved.name)}"
    if moved.median is None:
        return f"{said}."
    by = _distance(moved.name, moved.median, currency)
    if moved.buyers == 1:
        return f"{said}, by {by}."
    return f"{said}, half of them by {by}{'' if by.startswith(_HARDLY) else ' or more'}."


def _distance(name: str, by: float, currency: str) -> str:
    """How far something moved: shares in points of a hundred; what rounds to nothing by less than the last digit."""
    if name in _SHARES:
        points = 100.0 * by
        return f"{_HARDLY} {_POINTS} points" if points < _POINTS / 2 else f"{points:.1f} points"
    if name == "rank":
        return counted(by, "place")
    least = _MINOR if name in MONEY else _COUNTED
    return f"{_HARDLY} {measured(name, least, currency)}" if by < least / 2 else measured(name, by, currency)

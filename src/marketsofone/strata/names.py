"""What a stratum is called, and why it was split or left whole, in one sentence each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from marketsofone.customer.money import money_written
from marketsofone.errors import shortened
from marketsofone.estimates.candidates import Dimension

if TYPE_CHECKING:
    from marketsofone.strata.splitting import Candidate, Rules, Split

_NAMED = 3
_SELDOM = 1e-6
_STEP = {
    "pull": "how often its buyers let us in",
    "competitiveness": "how often we win",
    "attractiveness": "what a won buyer contributes",
}


def group_name(dimension: Dimension, values: Sequence[str]) -> str:
    """The values of a stratum in words.

    Examples
    --------
    >>> group_name(Dimension("sector", "dim_sector"), ["retail", "crafts", "care", "food"])
    'sector: care, crafts, food and 1 more'
    >>> group_name(Dimension("size", "dim_size", (10.0, 200.0)), ["0", "1"])
    'size under 200'
    """
    if dimension.cuts:
        return f"{dimension.name} {_range(dimension, values)}"
    ordered = sorted(values)
    more = f" and {len(ordered) - _NAMED:,} more" if len(ordered) > _NAMED else ""
    return f"{dimension.name}: {', '.join(ordered[:_NAMED])}{more}"


def value_name(dimension: Dimension, value: str) -> str:
    """One stored value in words: a step of a number by its limits.

    Examples
    --------
    >>> value_name(Dimension("size", "dim_size", (10.0, 200.0)), "1")
    '10 to 200'
    """
    return _range(dimension, [value]) if dimension.cuts else value


def _range(dimension: Dimension, values: Sequence[str]) -> str:
    return stretch_name(*dimension.stretch(values))


def stretch_name(low: float | None, high: float | None) -> str:
    """From where to where numbers go, in words; None where they are open.

    Examples
    --------
    >>> stretch_name(None, 10.0), stretch_name(10.0, 1200.0), stretch_name(1200.0, None)
    ('under 10', '10 to 1,200', '1,200 or more')
    """
    if low is None:
        return f"under {high:,.10g}"
    return f"{low:,.10g} or more" if high is None else f"{low:,.10g} to {high:,.10g}"


def split_sentence(split: Split, gain: float | None, rules: Rules, currency: str) -> str:
    """Why a stratum is split as it is, what that gains, and what would be lost without it."""
    said = f"Split on {split.dimension.name}: its parts differ in {_STEP[split.by]} {_sure(split)}"
    if gain is not None:
        said += f"; treating them alike would forgo about {money_written(gain, currency)}"
    return f"{said}{_put_together(split, rules)}."


def _put_together(split: Split, rules: Rules) -> str:
    return f"; parts of fewer than the least {rules.least_buyers:,} buyers are put together" if split.joined else ""


def pinned_sentence(split: Split, gain: float | None, rules: Rules, currency: str) -> str:
    """That a person asked for a split, and what the evidence says of it."""
    first = f"Pinned by the project file: split on {split.dimension.name}{_put_together(split, rules)}."
    if not split.by:
        return f"{first} There is no evidence of how its parts differ."
    if split.chance > rules.level:
        return f"{first} The evidence shows no difference between its parts beyond chance."
    shown = f"{first} Its parts differ in {_STEP[split.by]} {_sure(split)}"
    return shown + ("." if gain is None else f"; {_forgone(split, gain, rules, currency)}.")


def _sure(split: Split) -> str:
    """The chance as people read it, to one digit and without powers of ten."""
    told = f"{float(f'{split.chance:.1g}'):.6f}".rstrip("0").rstrip(".")
    return f"(chance of this where nothing differs: {'less than one in a million' if split.chance < _SELDOM else told})"


def _forgone(split: Split, gain: float, rules: Rules, currency: str) -> str:
    cost = rules.handling_cost * (len(split.groups) - 1)
    less = f", less than the {money_written(cost, currency)} that handling them costs" if gain < cost else ""
    return f"treating them alike would forgo about {money_written(gain, currency)}{less}"


def pin_unmade(on: str, known: bool, rules: Rules) -> str:
    """Why a split that a person pinned is not made; the sentence on what is done instead comes after it."""
    why = f"fewer than two of its parts have the least {rules.least_buyers:,} buyers" if known \
        else "no two of its values are known here"
    return f"Pinned by the project file to be split on {on}, which cannot be: {why}. "


def stop_sentence(
    found: Sequence[Candidate], people: float, worth: float, rules: Rules, currency: str, *,
    waiting: Sequence[str] = ()
) -> str:
    """Why a stratum is left whole.

    Parameters
    ----------
    found : sequence of Candidate
        What might have split it.
    waiting : sequence of str
        What else might have, and by the order of the project file splits only below other dimensions.
    """
    if waiting and not found:
        return "Stops here: the project file lets no dimension split here that has two known values among its buyers."
    if not found:
        return "Stops here: no dimension has two known values among its buyers."
    tried = f"{len(found)} dimension{'s' if len(found) != 1 else ''}"
    priced = worth > 0 and rules.handling_cost > 0
    cost = f" or pays its handling cost of {money_written(rules.handling_cost, currency)}" if priced else ""
    parts = f" between parts of at least {rules.least_buyers:,} buyers" if rules.least_buyers > 1 else ""
    later = f" {shortened(waiting)} may split only below others ([strata] order)." if waiting else ""
    return (f"Stops here: among {people:,.0f} buyers none of {tried} shows a difference beyond chance{cost}{parts}."
            f"{later}")

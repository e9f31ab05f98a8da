"""What a stratum is called, and why it was split or left whole, in one sentence each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from marketsofone.estimates.candidates import Dimension

if TYPE_CHECKING:
    from marketsofone.strata.splitting import Candidate, Rules, Split

_NAMED = 3
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
        return f"{dimension.name} {_range(dimension.cuts, values)}"
    ordered = sorted(values)
    more = f" and {len(ordered) - _NAMED} more" if len(ordered) > _NAMED else ""
    return f"{dimension.name}: {', '.join(ordered[:_NAMED])}{more}"


def _range(cuts: Sequence[float], values: Sequence[str]) -> str:
    steps = sorted(int(value) for value in values)
    low = cuts[steps[0] - 1] if steps[0] > 0 else None
    high = cuts[steps[-1]] if steps[-1] < len(cuts) else None
    if low is None:
        return f"under {high:,.10g}"
    return f"{low:,.10g} or more" if high is None else f"{low:,.10g} to {high:,.10g}"


def split_sentence(split: Split, gain: float | None, currency: str) -> str:
    """Why a stratum is split as it is, what that gains, and what would be lost without it."""
    differs = f"Split on {split.dimension.name}: its parts differ in {_STEP[split.by]}"
    sure = f"(chance of this where nothing differs: {split.chance:.1g})"
    if gain is None:
        return f"{differs} {sure}."
    return f"{differs} {sure}; treating them alike would forgo about {gain:,.0f} {currency}."


def stop_sentence(
    found: Sequence[Candidate], people: float, worth: float, rules: Rules, currency: str
) -> str:
    """Why a stratum is left whole."""
    if not found:
        return "Stops here: no dimension has two known values among its buyers."
    tried = f"{len(found)} dimension{'s' if len(found) != 1 else ''}"
    cost = f" or pays its handling cost of {rules.handling_cost:,.0f} {currency}" if worth > 0 else ""
    return f"Stops here: among {people:,.0f} buyers none of {tried} shows a difference beyond chance{cost}."

"""Alarms in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketsofone.project.words import interval, money, share

if TYPE_CHECKING:
    from marketsofone.strata.alarms import Inside

CALLED = {"needs": "needs", "competitiveness": "win rate", "attractiveness": "margin", "money": "money"}
"""Measures of alarms as people call them."""


def mixed_sentence(name: str, measure: str, inside: Inside | None, alarmed: bool, margin: float) -> str:
    """What a mixed sector's alarm says, sounding or not.

    Examples
    --------
    >>> mixed_sentence("sector: retail", "needs", None, False, 0.5)
    'In sector: retail nothing known of buyers tells them apart in needs: whether it is mixed cannot be told yet.'
    """
    called = CALLED[measure]
    if inside is None or inside.low <= 0:
        surely = "" if inside is None else "surely "
        return (f"In {name} nothing known of buyers {surely}tells them apart in {called}: "
                "whether it is mixed cannot be told yet.")
    ends = interval(inside.low, inside.high, "share", "")
    told = (f"{share(inside.value)} of what sets the buyers of {name} apart in {called} lies inside it ({ends}), "
            f"as {inside.by} shows")
    return f"Mixed: {told}." if alarmed else f"Not shown to be mixed by more than {share(margin)}: {told}."


def edge_sentence(name: str, value: float | None, low: float | None, high: float | None, currency: str) -> str:
    """What acting on the parts of a segment is expected to earn, in words."""
    if value is None or low is None or high is None:
        return (f"What acting on the parts of {name} would earn cannot be told yet: "
                "no money is known, or nothing known of its buyers parts them.")
    ends = interval(low, high, "money", currency)
    if low > 0:
        return (f"Acting on the parts of {name} is expected to earn {money(value, currency)} more over the horizon "
                f"than acting on it as one ({ends}).")
    if high < 0:
        return f"Acting on parts of {name} found on half the evidence would lose over the horizon ({ends})."
    return f"Nothing to gain is shown yet from acting on the parts of {name} over the horizon ({ends})."

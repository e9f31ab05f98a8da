"""By which criteria groups can be different sales segments, and which of the user's dimensions speaks of which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

CRITERIA: dict[str, str] = {
    "needs": "needs",
    "competitors": "competitors met",
    "version": "version of the offer",
    "adjustment": "adjustment asked for",
    "payment": "payment format",
    "approach": "sales activity and approach",
    "end_customers": "own end customers",
    "site": "deciding site",
}
"""The criteria that are no scores, with what they are called."""

WORDS: dict[str, tuple[str, ...]] = {
    "needs": ("need",),
    "competitors": ("competitor", "rival"),
    "version": ("version", "edition", "variant"),
    "adjustment": ("adjust", "adapt", "customis", "customiz"),
    "payment": ("pay", "billing", "instal"),
    "approach": ("approach", "activit", "channel"),
    "end_customers": ("end_customer", "end_user"),
    "site": ("site", "decid", "decision"),
}
"""How a word in the name of a dimension begins that speaks of a criterion; the first criterion that fits has it."""


def criterion(dimension: str) -> str:
    """The criterion a dimension speaks of by its name; its own name where none fits.

    Examples
    --------
    >>> criterion("payment_format"), criterion("main_rival"), criterion("website"), criterion("end_customers")
    ('payment', 'competitors', 'website', 'end_customers')
    """
    name = f"_{dimension.lower()}"
    return next((one for one, words in WORDS.items() if any(f"_{word}" in name for word in words)), dimension)


def criteria(dimensions: Sequence[str], stated: Mapping[str, str] | None = None) -> dict[str, str]:
    """The criterion of each dimension, told apart by the dimension's name where several speak of one.

    Parameters
    ----------
    dimensions : sequence of str
    stated : mapping, optional
        Dimension -> criterion, where the user says so.

    Examples
    --------
    >>> criteria(["sector", "rival", "rival_strength"])
    {'sector': 'sector', 'rival': 'competitors: rival', 'rival_strength': 'competitors: rival_strength'}
    """
    said = {name: (stated or {}).get(name) or criterion(name) for name in dimensions}
    found = list(said.values())
    return {name: one if found.count(one) == 1 else f"{one}: {name}" for name, one in said.items()}


def called(name: str) -> str:
    """A criterion in words.

    Examples
    --------
    >>> called("site"), called("competitors: rival"), called("sector")
    ('deciding site', 'competitors met: rival', 'sector')
    """
    first, colon, rest = name.partition(": ")
    return f"{CRITERIA.get(first, first)}{colon}{rest}"

"""Values that may be meant where a person names one that nobody has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from marketsofone.errors import shortened
from marketsofone.sources.spelling import nearest
from marketsofone.strata.steering import Steering

SHARED = 5
"""Buyers that have a value which is named to people: one that fewer have may be the name of a person."""


def instead(field: str, wanted: Iterable[str], buyers: Mapping[str, int]) -> str:
    """The values close to those wanted, else the most frequent ones, in a sentence; none that few buyers share.

    Parameters
    ----------
    buyers : mapping
        Every value of the field -> how many buyers have it.

    Examples
    --------
    >>> instead("sector", ["Retial"], {"retail": 9, "care": 8}), instead("sector", ["x"], {"retail": 9, "care": 8})
    ("If 'retail' is meant, write that.", "Values of sector: 'retail', 'care'.")
    >>> instead("boss", ["Jo"], {"Joe": 1}), instead("boss", ["Jo"], {})
    ('Fewer than 5 buyers have each value of boss, so none is named here.', 'Of no buyer boss is known.')
    """
    ordered = sorted(buyers, key=lambda value: (-buyers[value], value))
    shared = {Steering.place(value): value for value in reversed(ordered) if buyers[value] >= SHARED}
    close = dict.fromkeys(filter(None, (nearest(value, shared.values()) for value in wanted)))
    if close:
        return f"If {' or '.join(map(repr, close))} is meant, write that."
    if shared:
        return f"Values of {field}: {shortened(map(repr, reversed(shared.values())))}."
    return f"Fewer than {SHARED} buyers have each value of {field}, so none is named here." if buyers \
        else f"Of no buyer {field} is known."

"""What may mean one thing under several keys or ids, and which of them stands for all."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Id = TypeVar("Id", bound=Hashable)

MERGED = ("account", "contact", "opportunity")
"""What can be merged: the things that a buyer can be, or be led to by."""


def roots(pairs: Iterable[tuple[Id, Id]], key_of: Mapping[Id, str]) -> dict[Id, Id]:
    """Where each id leads to that is not its own: the one with the least key among all that mean the same.

    Parameters
    ----------
    pairs : iterable of pairs
        Ids that mean the same thing.
    key_of : mapping
        Id -> the source's key of it.

    Examples
    --------
    >>> roots([(1, 2), (3, 2)], {1: "b", 2: "c", 3: "a"})
    {1: 3, 2: 3}
    """
    above: dict[Id, Id] = {}

    def top(each: Id) -> Id:
        while each in above:
            each = above[each]
        return each

    for first, second in pairs:
        ends = sorted({top(first), top(second)}, key=key_of.__getitem__)
        if len(ends) > 1:
            above[ends[1]] = ends[0]
    return {each: top(each) for each in sorted(above, key=key_of.__getitem__)}

"""A path through the tree, as plain values: strata, how they hang together, what they are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

MARKET = "market"
"""The id of the stratum that holds everyone."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """A node of the tree.

    Parameters
    ----------
    number : int
        Its place in the list of strata; parents come first.
    parent : int
        The parent's number; -1 for the whole market.
    name : str
        What tells it from its siblings: "retail, services", "200 to 1,000".
    split_on : str
        The dimension that made it; empty for the market.
    values : tuple of str
        The values of that dimension it holds, as stored.
    depth : int
        0 for the market.
    stratum_id : str
        The same for the same path of values, in every run.
    why : str
        Why it is split as it is, or why it stops.
    gain : float or None
        Contribution its own split adds over the horizon; None where it stops or no money is known.
    """

    number: int
    parent: int
    name: str
    split_on: str
    values: tuple[str, ...]
    depth: int
    stratum_id: str
    why: str = ""
    gain: float | None = None


def stratum_id(parent_id: str, split_on: str, values: Sequence[str]) -> str:
    """A short id made from the path, so that the same stratum is found again in another run.

    Examples
    --------
    >>> stratum_id("market", "sector", ["retail"]) == stratum_id("market", "sector", ["retail"])
    True
    """
    text = "\x1f".join([parent_id, split_on, *sorted(values)])
    return "s" + blake2b(text.encode(), digest_size=5).hexdigest()


def path(strata: Sequence[Stratum], number: int) -> tuple[str, ...]:
    """Names from the whole market down to a stratum."""
    names: list[str] = []
    while number >= 0:
        names.append(strata[number].name)
        number = strata[number].parent
    return tuple(reversed(names))


def children(strata: Sequence[Stratum], number: int) -> list[Stratum]:
    """The strata right below one."""
    return [stratum for stratum in strata if stratum.parent == number]

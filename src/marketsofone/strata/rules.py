"""A segment written by hand: clauses joined by and, or and not.

Three values, as SQL has them (Kleene's strong logic): a clause about a buyer holds, does not hold, or is *not
known* where the buyer's value is not known. ``and`` is false as soon as one part is, ``or`` true as soon as
one part is, and ``not`` of what is not known is not known.

    sector in ('retail', 'food') and (employees >= 200 or not payment_format = 'leasing')
    and pull > 0.3 and in_segment('other') and last_order_on is known
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

COMPARED = ("=", "!=", "<", "<=", ">", ">=")
MEMBERSHIPS = ("in_stratum", "in_segment", "in_frozen")
"""Clauses that ask whether a buyer stands in something, by its name."""

Leaf = TypeVar("Leaf")


@dataclass(frozen=True, slots=True)
class Every(Generic[Leaf]):
    """Holds where all its parts do."""

    parts: tuple[Tree[Leaf], ...]


@dataclass(frozen=True, slots=True)
class Either(Generic[Leaf]):
    """Holds where one of its parts does."""

    parts: tuple[Tree[Leaf], ...]


@dataclass(frozen=True, slots=True)
class Not(Generic[Leaf]):
    """Holds where its part does not."""

    part: Tree[Leaf]


Tree: TypeAlias = Leaf | Every[Leaf] | Either[Leaf] | Not[Leaf]


@dataclass(frozen=True, slots=True)
class Name:
    """A field as a rule names it: ``sector``, or ``dim.sector`` where several are called so."""

    said: str
    at: int = field(default=0, compare=False)


Literal = str | float | bool | Name


@dataclass(frozen=True, slots=True)
class Clause:
    """One question about a buyer, as it was written.

    Parameters
    ----------
    text : str
    at : int
        The character of the rule at which it begins, the first being 1.
    asks : str
        One of ``COMPARED``, ``in``, ``between``, ``known`` or one of ``MEMBERSHIPS``.
    of : Name or None
        The field; None for memberships.
    values : tuple
        What it is held against.
    reverse : bool
        It holds where what it asks does not: ``not in``, ``not between``, ``is not known``.
    """

    text: str
    at: int
    asks: str
    of: Name | None
    values: tuple[Literal, ...]
    reverse: bool = False


Rule: TypeAlias = Tree[Clause]


def leaves(rule: Tree[Leaf]) -> Iterator[Leaf]:
    """The clauses of a rule from left to right."""
    if isinstance(rule, Every | Either):
        for part in rule.parts:
            yield from leaves(part)
    elif isinstance(rule, Not):
        yield from leaves(rule.part)
    else:
        yield rule

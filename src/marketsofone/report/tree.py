"""The tree from the whole market down, as nested nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from marketsofone.report import words
from marketsofone.report.figures import Figure, Row, Ruler
from marketsofone.report.steadiness import WEAK

MOST_NODES = 400
"""Nodes drawn; a larger tree shows its upper levels and its largest strata, and says what is left out."""
UNFOLDED = 120
"""A tree of more nodes than this starts folded below its second level."""


Marks = Mapping[Any, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Node:
    """A stratum in its place in the tree."""

    name: str
    level: int
    buyers: str
    figures: tuple[Figure, ...]
    split_on: str
    why: str
    gain: str
    unfolded: bool
    marks: tuple[str, ...]
    weak: int
    children: tuple[Node, ...]


def grow(rows: list[Row], measured: Ruler, marks: Marks = MappingProxyType({})) -> tuple[Node, ...]:
    """Nest the strata below their parents, those where an hour earns most first.

    Parameters
    ----------
    rows : list of Row
        Strata, parents included.
    measured : Ruler
        Scales for their numbers.
    marks : mapping
        By stratum: what a reader must know of it, in a few words each.

    Returns
    -------
    tuple of Node
        The strata that have no parent among the rows: the market.

    """
    below = by_parent(rows)
    deepest_open = 1 if len(rows) > UNFOLDED else max((row["level"] for row in rows), default=0)
    return tuple(_node(row, below, measured, deepest_open, marks) for row in below.get(None, []))


def by_parent(rows: list[Row]) -> Mapping[object, list[Row]]:
    """Strata by their parent, None for those without one; among siblings the most valuable first."""
    present = {row["stratum_id"] for row in rows}
    below: dict[object, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=_order):
        below[row["parent_id"] if row["parent_id"] in present else None].append(row)
    return below


def title(row: Row) -> str:
    """A stratum by the name people use and what tells it from its siblings.

    Examples
    --------
    >>> title({"name": "sector: retail", "called": "High street"}), title({"name": "sector: retail"})
    ('High street (sector: retail)', 'sector: retail')
    """
    name, called = words.plain(row["name"]), words.plain(row.get("called"))
    return f"{called} ({name})" if called else name


def _order(row: Row) -> tuple[bool, float, float, object]:
    value = row["value_per_hour"]
    return (not words.is_known(value), -(value or 0.0), -row["buyers"], row["stratum_id"])


def _node(row: Row, below: Mapping[object, list[Row]], measured: Ruler, deepest_open: int, marks: Marks) -> Node:
    children = tuple(_node(child, below, measured, deepest_open, marks) for child in below.get(row["stratum_id"], []))
    gain = row["gain"]
    weak = sum(child.weak for child in children)
    own = tuple(marks.get(row["stratum_id"], ()))
    return Node(
        name=title(row), level=row["level"], buyers=words.count(row["buyers"]),
        figures=measured.figures(row),
        split_on=words.cut(row["split_on"], 60), why=words.cut(row["why"], 400),
        gain=words.money(gain, measured.currency) if words.is_known(gain) else "",
        unfolded=row["level"] <= deepest_open, children=children,
        marks=own if not weak else (*own, f"{weak} below {'does' if weak == 1 else 'do'} not hold up"),
        weak=weak + any(mark.startswith(WEAK) for mark in own))

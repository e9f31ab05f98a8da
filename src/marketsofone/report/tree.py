"""The tree from the whole market down, as nested nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from marketsofone.report import words
from marketsofone.report.figures import Figure, Row, Ruler

MOST_NODES = 400
"""Nodes drawn; a larger tree shows its upper levels and its largest strata, and says what is left out."""
UNFOLDED = 120
"""A tree of more nodes than this starts folded below its second level."""


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
    children: tuple[Node, ...]


def grow(rows: list[Row], measured: Ruler) -> tuple[Node, ...]:
    """Nest the strata below their parents, those where an hour earns most first.

    Parameters
    ----------
    rows : list of Row
        Strata, parents included.
    measured : Ruler
        Scales for their numbers.

    Returns
    -------
    tuple of Node
        The strata that have no parent among the rows: the market.

    """
    below = by_parent(rows)
    deepest_open = 1 if len(rows) > UNFOLDED else max((row["level"] for row in rows), default=0)
    return tuple(_node(row, below, measured, deepest_open) for row in below.get(None, []))


def by_parent(rows: list[Row]) -> Mapping[object, list[Row]]:
    """Strata by their parent, None for those without one; among siblings the most valuable first."""
    present = {row["stratum_id"] for row in rows}
    below: dict[object, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=_order):
        below[row["parent_id"] if row["parent_id"] in present else None].append(row)
    return below


def _order(row: Row) -> tuple[bool, float, float, object]:
    value = row["value_per_hour"]
    return (not words.is_known(value), -(value or 0.0), -row["buyers"], row["stratum_id"])


def _node(row: Row, below: Mapping[object, list[Row]], measured: Ruler, deepest_open: int) -> Node:
    children = below.get(row["stratum_id"], [])
    gain = row["gain"]
    return Node(
        name=words.plain(row["name"]), level=row["level"], buyers=words.count(row["buyers"]),
        figures=measured.figures(row),
        split_on=words.cut(row["split_on"], 60), why=words.cut(row["why"], 400),
        gain=words.money(gain, measured.currency) if words.is_known(gain) else "",
        unfolded=row["level"] <= deepest_open,
        children=tuple(_node(child, below, measured, deepest_open) for child in children))

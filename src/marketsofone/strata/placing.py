"""Buyers in their strata: exactly one a level, or known proportions where a dimension is not yet known."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from marketsofone.customer import Stratum, children
from marketsofone.estimates.candidates import Dimension


def place(evidence: ir.Table, strata: Sequence[Stratum], dimensions: Sequence[Dimension]) -> ir.Table:
    """Each buyer's deepest stratum known for certain: ``buyer_id``, ``node``. Runs nothing.

    Parameters
    ----------
    evidence : Ibis table
        ``buyer_id`` and the dimensions as texts (``estimates.gather_evidence``).
    """
    column = {d.name: d.column for d in dimensions}
    splits = {s.parent: column[s.split_on] for s in strata if s.parent >= 0}
    placed = evidence.mutate(node=ibis.literal(0, "int64"))
    for depth in range(1, max(s.depth for s in strata) + 1):
        moves = [s for s in strata if s.depth == depth]
        placed = _stepped(placed, moves, splits)
    return placed.select("buyer_id", "node")


def _stepped(placed: ir.Table, moves: Sequence[Stratum], splits: dict[int, str]) -> ir.Table:
    """One level down, by a join on the value of whichever dimension splits the buyer's stratum."""
    rows = [(s.parent, value, s.number) for s in moves for value in s.values]
    table = ibis.memtable(pd.DataFrame(rows, columns=["from_node", "value", "to_node"]))
    parents = {s.parent for s in moves}
    by_column: dict[str, list[int]] = {}
    for parent in sorted(parents):
        by_column.setdefault(splits[parent], []).append(parent)
    key = ibis.cases(
        *((placed.node.isin(nodes), placed[column]) for column, nodes in by_column.items()),
        else_=ibis.null("string"),
    )
    moved = placed.mutate(split_value=key).left_join(
        table, [("node", "from_node"), ("split_value", "value")]
    )
    moved = moved.mutate(node=ibis.coalesce(moved.to_node, moved.node))
    return moved.drop("from_node", "value", "to_node", "split_value")


def shares(strata: Sequence[Stratum], buyers: Sequence[int]) -> pd.DataFrame:
    """Where the buyers of each stratum stand on each level, in proportions.

    A buyer whose next dimension is not yet known is spread over the parts as the buyers whose value
    is known are; a stratum that is not split stands for itself on every deeper level.

    Parameters
    ----------
    strata : sequence of Stratum
    buyers : sequence of int
        Buyers placed in each stratum or below it.

    Returns
    -------
    DataFrame
        ``node`` (where a buyer is placed), ``level``, ``stratum_id``, ``share``; shares of a node on
        a level sum to one.
    """
    deepest = max(s.depth for s in strata)
    rows = []
    for stratum in strata:
        for level in range(deepest + 1):
            spread = _spread(strata, stratum, level, buyers)
            rows += [(stratum.number, level, strata[n].stratum_id, share) for n, share in spread.items()]
    return pd.DataFrame(rows, columns=["node", "level", "stratum_id", "share"])


def _spread(strata: Sequence[Stratum], stratum: Stratum, level: int, buyers: Sequence[int]) -> dict[int, float]:
    if stratum.depth >= level:
        while stratum.depth > level:
            stratum = strata[stratum.parent]
        return {stratum.number: 1.0}
    parts = children(strata, stratum.number)
    known = sum(buyers[part.number] for part in parts)
    if not parts or known == 0:
        return {stratum.number: 1.0}
    total: dict[int, float] = {}
    for part in parts:
        for number, share in _spread(strata, part, level, buyers).items():
            total[number] = total.get(number, 0.0) + share * buyers[part.number] / known
    return total

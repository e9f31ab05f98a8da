"""Buyers in their strata: exactly one a level, or known proportions where a dimension is not yet known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsofone.customer import Stratum
from marketsofone.estimates.candidates import Dimension
from marketsofone.strata.placing_telling import Parting

Floats = NDArray[np.float64]


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


def with_place(
    evidence: ir.Table, placed: ir.Table, strata: Sequence[Stratum], partings: Mapping[int, Parting],
    dimensions: Sequence[Dimension],
) -> ir.Table:
    """Each buyer's place: buyers of one place are spread over the strata in the same proportions. Runs nothing.

    Parameters
    ----------
    evidence : Ibis table
        ``buyer_id`` and the dimensions as texts.
    placed : Ibis table
        ``buyer_id`` and ``node``, from :func:`place`.
    partings : mapping
        By split stratum (:func:`~marketsofone.strata.placing_telling.fit_partings`).

    Returns
    -------
    Ibis table
        ``buyer_id``, ``node``, ``place`` and the dimensions that say where a buyer stands below its
        node; each null where it says nothing there. A buyer in a stratum that is not split has the
        number of that stratum for its place, all others higher ones.
    """
    column = {d.name: d.column for d in dimensions}
    asked = {number: _asked(strata, partings, number) for number in partings}
    names = sorted(set().union(*asked.values())) if asked else []
    rows = evidence.select("buyer_id", **{name: evidence[column[name]] for name in names})
    rows = placed.inner_join(rows, "buyer_id")
    told = {name: [number for number, of in asked.items() if name in of] for name in names}
    shown = rows.mutate(**{name: ibis.cases((rows.node.isin(nodes), rows[name]), else_=ibis.null("string"))
                           for name, nodes in told.items()})
    order = ibis.window(order_by=[shown["node"], *(shown[name].asc(nulls_first=True) for name in names)])
    rank = ibis.dense_rank().over(order) + len(strata)
    open_nodes = shown.node.isin(list(partings)) if partings else ibis.literal(False)
    return shown.mutate(place=ibis.cases((open_nodes, rank), else_=shown.node).cast("int64"))


def _asked(strata: Sequence[Stratum], partings: Mapping[int, Parting], number: int) -> set[str]:
    """The dimensions that say where a buyer of a stratum stands further down."""
    parting = partings[number]
    own = {strata[parting.parts[0]].split_on, *(telling.dimension for telling in parting.telling)}
    return own.union(*(_asked(strata, partings, part) for part in parting.parts if part in partings))


def shares(strata: Sequence[Stratum], partings: Mapping[int, Parting], places: pd.DataFrame) -> pd.DataFrame:
    """Where the buyers of each place stand on each level, in proportions.

    A buyer whose next dimension is not yet known is spread over the parts as the buyers with the same
    value of the most telling dimension known of it are, thin values leaning on all; where nothing
    telling is known, as all whose part is known are. This takes those who do not say a value to be like
    those who do, as far as what tells goes. A stratum that is not split stands for itself on every
    deeper level.

    Parameters
    ----------
    partings : mapping
        By split stratum.
    places : DataFrame
        ``place``, ``node`` and the dimensions of :func:`with_place`, a row a place.

    Returns
    -------
    DataFrame
        ``place``, ``level``, ``stratum_id``, ``share``; shares of a place on a level sum to one.
    """
    deepest = max(s.depth for s in strata)
    found = []
    for number, rows in places.groupby("node", sort=True):
        for level, (where, share) in _levels(strata, partings, int(number), rows, deepest):
            kept = share > 0
            found.append(pd.DataFrame({"place": rows["place"].to_numpy()[kept], "level": level,
                                       "stratum_id": strata[where].stratum_id, "share": share[kept]}))
    table = pd.concat(found, ignore_index=True)
    return table.sort_values(["place", "level", "stratum_id"], ignore_index=True)


def _levels(
    strata: Sequence[Stratum], partings: Mapping[int, Parting], number: int, rows: pd.DataFrame, deepest: int
) -> Iterator[tuple[int, tuple[int, Floats]]]:
    """Level by level, the strata in which the buyers of a node stand and their shares, shape (places,)."""
    stands = {number: np.ones(len(rows))}
    above = strata[number]
    while above.parent >= 0:
        above = strata[above.parent]
        yield above.depth, (above.number, np.ones(len(rows)))
    for level in range(strata[number].depth, deepest + 1):
        yield from ((level, each) for each in stands.items())
        stands = dict(step for each, share in stands.items() for step in _down(strata, partings, each, share, rows))


def _down(
    strata: Sequence[Stratum], partings: Mapping[int, Parting], number: int, share: Floats, rows: pd.DataFrame
) -> list[tuple[int, Floats]]:
    parting = partings.get(number)
    if parting is None:
        return [(number, share)]
    chance = _chances(strata, parting, rows)
    return [(part, share * chance[:, i]) for i, part in enumerate(parting.parts)]


def _chances(strata: Sequence[Stratum], parting: Parting, rows: pd.DataFrame) -> Floats:
    """Chance of each part for each place, shape (places, parts): known, told by another dimension, or as of all."""
    chance = np.tile(parting.marginal, (len(rows), 1))
    for telling in reversed(parting.telling):  # the most telling has the last word
        at = rows[telling.dimension].map(telling.values)
        seen = at.notna().to_numpy()
        chance[seen] = telling.shares[at[seen].to_numpy(np.int64)]
    sure = {value: i for i, part in enumerate(parting.parts) for value in strata[part].values}
    at = rows[strata[parting.parts[0]].split_on].map(sure)
    seen = at.notna().to_numpy()
    chance[seen] = np.eye(len(parting.parts))[at[seen].to_numpy(np.int64)]
    return chance

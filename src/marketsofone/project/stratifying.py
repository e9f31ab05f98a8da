"""Grows the tree in the engine: which dimensions may split, and who stands where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketsofone.customer import Stratum, UserColumn
from marketsofone.engine import hold
from marketsofone.estimates.candidates import Dimension, fetch_candidates, fetch_cuts, gather_evidence
from marketsofone.strata import Rules, grow_tree, place

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    from ibis.backends.duckdb import Backend

    from marketsofone.project.gathering import Gathered
    from marketsofone.project.settings import Settings

_AFTER_WINNING = ("order_line",)
_AFTER_ENTERING = ("rival_met", "opportunity_line", "step", "competitor")


@dataclass(frozen=True, slots=True)
class Stratified:
    """The tree and every buyer's place in it.

    Parameters
    ----------
    strata : tuple of Stratum
    placed : Ibis table
        ``buyer_id`` and ``node``: the deepest stratum known for certain.
    left_out : tuple of (str, str)
        Dimensions that could not split anything, and why.
    evidence, dimensions, rules
        What the tree was grown from, to grow it anew on some of the buyers.
    """

    strata: tuple[Stratum, ...]
    placed: ir.Table
    left_out: tuple[tuple[str, str], ...]
    evidence: ir.Table
    dimensions: tuple[Dimension, ...]
    rules: Rules


def stratify(engine: Backend, settings: Settings, gathered: Gathered) -> Stratified:
    """The tree of one market, grown level by level, and the buyers in it."""
    dimensions, left_out = usable(gathered.buyers, gathered.columns)
    scores = tuple(gathered.tallies)
    evidence = gather_evidence(engine, gathered.buyers, dimensions, gathered.tallies)

    def fetch(strata: Sequence[Stratum]) -> pd.DataFrame:
        deepest = max(stratum.depth for stratum in strata)
        nodes = [stratum.number for stratum in strata if stratum.depth == deepest]
        placed = place(evidence, strata, dimensions)
        held = hold(engine, "placed_open", placed.filter(placed.node.isin(nodes)))
        return fetch_candidates(evidence, held, dimensions, scores)

    own = settings.strata
    rules = Rules(own.level, own.handling_cost, own.least_buyers, own.most_depth)
    strata = grow_tree(fetch, dimensions, scores, rules, settings.market.currency).strata
    placed = hold(engine, "placed", place(evidence, strata, dimensions))
    return Stratified(strata, placed, left_out, evidence, dimensions, rules)


def usable(
    buyers: ir.Table, columns: Sequence[UserColumn]
) -> tuple[tuple[Dimension, ...], tuple[tuple[str, str], ...]]:
    """The dimensions that may split the market, and those that cannot, each with its reason."""
    asked = [column for column in columns if column.role == "dimension" and column.column in buyers.columns]
    if not asked:
        return (), ()
    sums = {}
    for column in asked:
        sums[f"{column.name}_known"] = buyers[column.column].count()
        sums[f"{column.name}_values"] = buyers[column.column].nunique()
    counts = buyers.agg(**sums).execute().iloc[0]
    kept, left_out = [], []
    for column in asked:
        reason = _unusable(column, int(counts[f"{column.name}_known"]), int(counts[f"{column.name}_values"]))
        if reason:
            left_out.append((column.name, reason))
        else:
            kept.append(_dimension(buyers, column))
    return tuple(kept), tuple(left_out)


def _unusable(column: UserColumn, known: int, values: int) -> str:
    if values == 0:
        return "it is known of no buyer"
    if values == 1:
        return "it has one value only"
    if column.kind == "text" and values == known:
        return f"all its {values:,} values differ: it names buyers, it does not group them"
    return ""


def _dimension(buyers: ir.Table, column: UserColumn) -> Dimension:
    cuts = fetch_cuts(buyers, column.column) if column.kind == "number" else ()
    return Dimension(column.name, column.column, cuts, explains(column.table))


def explains(table: str) -> tuple[str, ...]:
    """The scores that a dimension may explain: not getting in, where it is known only of those who let us in."""
    if table in _AFTER_WINNING:
        return ("attractiveness",)
    if table in _AFTER_ENTERING:
        return ("competitiveness", "attractiveness")
    return ("pull", "competitiveness", "attractiveness")

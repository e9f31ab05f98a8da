"""The buyers of a run as the rules of segments see them: what is known of each, and what rules may call it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ibis

from marketsofone.scores import SCORES
from marketsofone.strata.rules_fields import Field, Kind, Stratum

if TYPE_CHECKING:
    import ibis.expr.datatypes as dt
    import ibis.expr.types as ir

    from marketsofone.project.ground.gathered import Gathered

OF_BUYERS = ("source_id", "kind", "rank", "value_per_hour", "value_per_hour_low", "value_per_hour_high",
              *(f"{score}{end}" for score in SCORES for end in ("", "_low", "_high", "_trials", "_borrowed")))
_SHARES = frozenset(f"{name}{end}" for name, score in SCORES.items() for end in ("", "_low", "_high")
                    if not score.money) | {f"{name}_borrowed" for name in SCORES}
_IDENTITY = ("source_id", "kind")

NOT_KNOWN = "not known"
"""The marketing segment in which those stand of whom marketing's own column says nothing."""


@dataclass(frozen=True, slots=True)
class Population:
    """The tables of a run that rules read; what a rule does not read is not joined.

    Parameters
    ----------
    buyers, facts : Ibis table
        As in the snapshot.
    frozen : mapping
        Column -> ``buyer_id`` of those in a frozen list.
    """

    buyers: ir.Table
    facts: ir.Table
    frozen: Mapping[str, ir.Table] = field(default_factory=dict)

    def joined(self, columns: Iterable[str]) -> ir.Table:
        """One row a buyer with the given columns beside those of ``buyers``; ids of strata are texts."""
        needed = set(columns)
        rows = self.buyers.mutate(stratum_id=self.buyers.stratum_id.cast("string"))
        facts = [name for name in self.facts.columns if name in needed]
        if facts:
            rows = _beside(rows, self.facts.select("buyer_id", *facts), every=True)
        for column, members in self.frozen.items():
            if column in needed:
                rows = _beside(rows, members.select("buyer_id", **{column: ibis.literal(True)}))
                rows = rows.mutate(**{column: rows[column].fill_null(False)})
        return rows


def facts_table(gathered: Gathered, classes: ir.Table | None = None) -> ir.Table:
    """The table ``facts`` of a snapshot: what is known of each buyer, what happened with it, and its class.

    Parameters
    ----------
    classes : Ibis table or None
        ``buyer_id`` and ``class``; without it nobody's class is known, nor is that of those in `NOT_KNOWN`.
    """
    assert gathered.activity is not None
    own = [name for name in gathered.buyers.columns if name.startswith(("dim_", "trait_"))]
    rows = _beside(gathered.buyers.select("buyer_id", *own), gathered.activity, every=True)
    if classes is None:
        return rows.mutate(**{"class": ibis.null("string")})
    return _beside(rows, classes.filter(classes["class"] != NOT_KNOWN).select("buyer_id", "class"))


def fields_of(buyers: Iterable[str], facts: ibis.Schema) -> tuple[Field, ...]:
    """Everything a rule may ask of a buyer.

    Parameters
    ----------
    buyers : iterable of str
        Columns of ``buyers``.
    facts : Schema
        Of ``facts``.
    """
    scores = [_of_buyer(name) for name in OF_BUYERS if name in set(buyers)]
    own = [_of_facts(name, kind) for name, kind in facts.items() if name != "buyer_id"]
    return (*scores, *own)


def strata_known(strata: Iterable[Mapping[str, Any]]) -> tuple[Stratum, ...]:
    """The strata as rules may name them, from the rows of a run's table."""
    return tuple(
        Stratum(str(row["stratum_id"]), None if row["parent_id"] is None else str(row["parent_id"]), str(row["name"]),
                str(row["path"]), (row["split_on"] or "").removeprefix("dim_")) for row in strata)


def _of_buyer(name: str) -> Field:
    if name in _IDENTITY:
        return Field(name, name, "text")
    return Field(name, name, "share" if name in _SHARES else "number", "score")


def _of_facts(column: str, kind: dt.DataType) -> Field:
    family, _line, name = column.partition("_")
    return Field(name, column, _kind(kind), family) if family in ("dim", "trait") \
        else Field(column, column, _kind(kind))


def _kind(kind: dt.DataType) -> Kind:
    if kind.is_boolean():
        return "flag"
    if kind.is_numeric():
        return "number"
    return "date" if kind.is_date() or kind.is_timestamp() else "text"


def _beside(left: ir.Table, right: ir.Table, *, every: bool = False) -> ir.Table:
    """Two tables of buyers side by side; where not every buyer is in the right one, its columns are not known."""
    joined = left.inner_join(right, "buyer_id") if every else left.left_join(right, "buyer_id")
    return joined.drop("buyer_id_right") if "buyer_id_right" in joined.columns else joined

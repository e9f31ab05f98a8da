"""What a rule may ask about: fields of a buyer with their kinds, and names of strata, segments and frozen lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from marketsofone.strata.rules import Clause, Rule, Tree, leaves

Kind = Literal["text", "number", "share", "date", "flag"]
Value = str | float | bool | date


@dataclass(frozen=True, slots=True)
class Field:
    """Something known of a buyer.

    Parameters
    ----------
    name : str
        What rules call it.
    column : str
        Of the table of buyers.
    kind : {"text", "number", "share", "date", "flag"}
    family : str
        What tells it from another of that name: ``dim.sector``, ``trait.sector``, ``score.pull``.
    """

    name: str
    column: str
    kind: Kind
    family: str = "fact"


@dataclass(frozen=True, slots=True)
class Stratum:
    """A stratum as a rule may name it: by its id, path or name."""

    stratum_id: str
    parent_id: str | None
    name: str
    path: str
    split_on: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that rules of one market may name.

    Parameters
    ----------
    fields : tuple of Field
    strata : tuple of Stratum or None
        None where the tree is not grown yet: names of strata are then not looked up.
    segments : mapping
        Name of a segment -> its rule.
    frozen : mapping
        Label of a frozen list -> the column that says who is in it.
    classes : tuple of str or None
        The marketing classes; None where they are not found yet.
    """

    fields: tuple[Field, ...]
    strata: tuple[Stratum, ...] | None = None
    segments: Mapping[str, Rule] = field(default_factory=dict)
    frozen: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A clause whose names are found: what is asked of which column.

    Parameters
    ----------
    clause : Clause
        As it was written.
    column : str
        Empty where another segment's rule is asked.
    values : tuple
        Of the column's kind; for a field on the right, its column in ``other``.
    other : str
    rule : Bound or None
        The rule of the segment that is asked for.
    unsure : tuple of str
        Of a stratum: the strata above it, in which buyers stand of whom too little is known to say.
    """

    clause: Clause
    column: str
    values: tuple[Value, ...] = ()
    other: str = ""
    rule: Bound | None = None
    unsure: tuple[str, ...] = ()


Bound: TypeAlias = Tree[Asked]


def columns_of(rule: Bound) -> frozenset[str]:
    """Every column that a rule reads, those of segments it asks for included."""
    found: set[str] = set()
    for leaf in leaves(rule):
        found |= {name for name in (leaf.column, leaf.other) if name}
        if leaf.rule is not None:
            found |= columns_of(leaf.rule)
    return frozenset(found)

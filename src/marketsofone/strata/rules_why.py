"""Why one buyer is in or out of a segment written by hand: the clauses that its membership rests on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketsofone.strata.rules import Either, Every, Not, leaves
from marketsofone.strata.rules_fields import Asked, Bound
from marketsofone.strata.rules_truth import SIGNS

Truth = bool | None
"""True, false, or None where it is not known."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one clause says of one buyer.

    Parameters
    ----------
    leaf : Asked
    value : object
        The buyer's; None where it is not known, or where the clause asks for another segment.
    holds : bool or None
    decides : bool
        The membership rests on it: see `decided`.
    alone : bool
        Were it alone to come out otherwise, so would the membership.
    """

    leaf: Asked
    value: object
    holds: Truth
    decides: bool
    alone: bool


def decided(rule: Bound, row: Mapping[str, Any]) -> tuple[Truth, tuple[Said, ...]]:
    """Whether a buyer is in, and what each clause has to do with it.

    The clauses that decide are enough by themselves: whatever the others said, the result would be the
    same; and were all of them to come out otherwise, the result would be another. Of an ``and`` that
    fails these are the parts that fail, of one that holds all its parts, of an ``or`` the reverse. Where
    it is not known whether the buyer is in, they are the clauses that are missing: were they known, so
    would it be.

    Parameters
    ----------
    row : mapping
        The buyer's values by column; None or no number where nothing is known.
    """
    asked = tuple(leaves(rule))
    said = tuple(holds(leaf, row) for leaf in asked)
    tree = _read(rule, iter(range(len(asked))), said)
    return tree.holds, tuple(
        Said(leaf, None if leaf.rule is not None else _value(row, leaf.column), truth, place in tree.deciding,
             place in tree.alone)
        for place, (leaf, truth) in enumerate(zip(asked, said, strict=True)))


def truth_of(rule: Bound, row: Mapping[str, Any]) -> Truth:
    """Whether one buyer is in: true, false, or None where it is not known.

    Of columns that the row lacks nothing is known at all, not even whether a buyer has a value.
    """
    if isinstance(rule, Not):
        return negated(truth_of(rule.part, row))
    if isinstance(rule, Every | Either):
        return (all_of if isinstance(rule, Every) else any_of)(truth_of(part, row) for part in rule.parts)
    return holds(rule, row)


def holds(leaf: Asked, row: Mapping[str, Any]) -> Truth:
    """Whether one clause holds of one buyer."""
    found = _asked(leaf, row)
    return negated(found) if leaf.clause.reverse else found


def _asked(leaf: Asked, row: Mapping[str, Any]) -> Truth:
    if leaf.rule is not None:
        return truth_of(leaf.rule, row)
    if leaf.column not in row or (leaf.other and leaf.other not in row):
        return None
    value, asks = _value(row, leaf.column), leaf.clause.asks
    if asks == "known":
        return value is not None
    if value is None:
        return None
    if asks == "in_stratum":
        return None if value in leaf.unsure else value in leaf.values
    if asks == "in":
        return value in leaf.values
    if asks == "between":
        return bool(leaf.values[0] <= value <= leaf.values[1])
    other = _value(row, leaf.other) if leaf.other else leaf.values[0]
    return None if other is None else bool(SIGNS[asks](value, other))


def all_of(parts: Iterable[Truth]) -> Truth:
    """Kleene's ``and``: false as soon as one part is."""
    seen = list(parts)
    return False if False in seen else None if None in seen else True


def any_of(parts: Iterable[Truth]) -> Truth:
    """Kleene's ``or``: true as soon as one part is."""
    return negated(all_of(negated(part) for part in parts))


def negated(part: Truth) -> Truth:
    """Kleene's ``not``: of what is not known, not known."""
    return None if part is None else not part


def _value(row: Mapping[str, Any], column: str) -> Any:
    value = row[column]
    return None if isinstance(value, float) and math.isnan(value) else value


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a rule read for one buyer: the places of the clauses it rests on, and of those that turn it alone."""

    holds: Truth
    deciding: frozenset[int]
    alone: frozenset[int]


def _read(rule: Bound, places: Iterator[int], said: Sequence[Truth]) -> _Part:
    if isinstance(rule, Not):
        part = _read(rule.part, places, said)
        return _Part(negated(part.holds), part.deciding, part.alone)
    if isinstance(rule, Every | Either):
        return _joined(isinstance(rule, Every), [_read(part, places, said) for part in rule.parts])
    place = next(places)
    return _Part(said[place], frozenset([place]), frozenset([place]))


def _joined(every: bool, parts: Sequence[_Part]) -> _Part:
    result = (all_of if every else any_of)(part.holds for part in parts)
    own = [part for part in parts if part.holds is result]
    each_is_enough = result is every or len(own) == 1
    alone = _together(part.alone for part in own) if each_is_enough else frozenset()
    return _Part(result, _together(part.deciding for part in own), alone)


def _together(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset(place for each in sets for place in each)

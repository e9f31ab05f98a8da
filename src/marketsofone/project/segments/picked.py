"""What a rule picks its buyers by: dimensions, traits, and the scores that what it asks is known only after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketsofone.scores import SCORES
from marketsofone.strata.rules import leaves
from marketsofone.strata.rules_fields import columns_of

if TYPE_CHECKING:
    from marketsofone.project.segments.asking import Asker
    from marketsofone.strata.rules_fields import Bound

_LET_IN = ("pull",)
_DECIDED = ("pull", "competitiveness")
_BOUGHT = ("pull", "competitiveness", "attractiveness")

_SETTLED = {
    "answered": _LET_IN, "won": _DECIDED, "lost": _DECIDED,
    "orders": _BOUGHT, "last_order_on": _BOUGHT, "contribution": _BOUGHT, "rank": _BOUGHT,
    "value_per_hour": _BOUGHT, "value_per_hour_low": _BOUGHT, "value_per_hour_high": _BOUGHT,
}
"""What is counted of a buyer, or worked out of its scores -> the scores whose outcomes it tells."""

_AFTER_ANSWER = ("opportunities", "open_opportunities", "last_opportunity_on", "last_decided_on")
"""What is known only of who answered, where answers to touches are what pull is learned from."""


def picked_by(asker: Asker, rule: Bound) -> frozenset[str]:
    """The dimensions, traits and scores that a rule picks by, those of the segments and frozen lists it asks for too.

    Groups picked by how many they won differ in how often we win, as those picked by the score do. Of a frozen list
    the rule of its name says what it was picked by.
    """
    return frozenset(_picked(asker, rule, frozenset()))


def _picked(asker: Asker, rule: Bound, met: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for column in columns_of(rule):
        found |= _of_column(asker, column)
        segment = next((one.segment for one in asker.lists if one.column == column), "")
        if segment in asker.known.segments and segment not in met:
            found |= _picked(asker, asker.asked(segment)[1], met | {segment})
    return found | _split_on(asker, rule)


def _of_column(asker: Asker, column: str) -> set[str]:
    """What one column speaks of; a class of marketing of the column that gives it, or of the traits it is made of."""
    if column.startswith(("dim_", "trait_")):
        return {column.partition("_")[2]}
    if column == "class":
        given = asker.snapshot.manifest["market"]["marketing"]["column"]
        return {given} if given else {each.name for each in asker.known.fields if each.family == "trait"}
    if column in _AFTER_ANSWER:
        step = asker.snapshot.manifest["market"]["steps"]["pull"] or ""
        return {column, *_LET_IN} if step.startswith("touch.") else {column}
    return {column, *_SETTLED.get(column, ()), *(score for score in SCORES if column.startswith(score))}


def _split_on(asker: Asker, rule: Bound) -> set[str]:
    """The dimensions that made the strata a rule asks for."""
    by_id = {one.stratum_id: one for one in asker.known.strata or ()}
    found: set[str] = set()
    for leaf in leaves(rule):
        if leaf.rule is not None:
            found |= _split_on(asker, leaf.rule)
        elif leaf.clause.asks == "in_stratum":
            found |= {by_id[above].split_on for above in leaf.unsure}
    return found

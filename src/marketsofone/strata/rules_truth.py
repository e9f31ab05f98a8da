"""Who is in a segment written by hand: its rule as one expression of the engine."""

from __future__ import annotations

from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_

import ibis
import ibis.expr.types as ir

from marketsofone.strata.rules import Either, Every, Not
from marketsofone.strata.rules_fields import Asked, Bound

SIGNS = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def truth(rule: Bound, buyers: ir.Table) -> ir.BooleanValue:
    """True where a buyer is in, false where it is out, null where that is not known. Runs nothing.

    Parameters
    ----------
    rule : Bound
    buyers : Ibis table
        One row a buyer, with every column the rule reads.

    Examples
    --------
    >>> from marketsofone.strata.rules_binding import bound
    >>> from marketsofone.strata.rules_fields import Field, Vocabulary
    >>> from marketsofone.strata.rules_reading import parse_rule
    >>> known = Vocabulary((Field("size", "dim_size", "number"),))
    >>> rows = ibis.memtable({"dim_size": [1.0, 5.0, None]})
    >>> rows.select(inside=truth(bound(parse_rule("not size < 3"), known), rows)).to_pyarrow()["inside"].to_pylist()
    [False, True, None]
    """
    if isinstance(rule, Not):
        return ~truth(rule.part, buyers)
    if isinstance(rule, Every | Either):
        joined = and_ if isinstance(rule, Every) else or_
        return reduce(joined, (truth(part, buyers) for part in rule.parts))
    asked = _asked(rule, buyers)
    return ~asked if rule.clause.reverse else asked


def _asked(leaf: Asked, buyers: ir.Table) -> ir.BooleanValue:
    if leaf.rule is not None:
        return truth(leaf.rule, buyers)
    value = _known(buyers, leaf.column)
    asks = leaf.clause.asks
    if asks == "known":
        return value.notnull()
    if asks == "in_stratum":
        return ibis.cases((value.isin(leaf.values), True), (value.isin(leaf.unsure), ibis.null("boolean")),
                          else_=False) if leaf.unsure else value.isin(leaf.values)
    if asks == "in":
        return value.isin(leaf.values)
    if asks == "between":
        return (value >= leaf.values[0]) & (value <= leaf.values[1])
    found: ir.BooleanValue = SIGNS[asks](value, _known(buyers, leaf.other) if leaf.other else leaf.values[0])
    return found


def _known(buyers: ir.Table, column: str) -> ir.Value:
    """A column in which what is no number is not known."""
    value = buyers[column]
    if not value.type().is_floating():
        return value
    return ibis.cases((value.isnan(), ibis.null(value.type())), else_=value)

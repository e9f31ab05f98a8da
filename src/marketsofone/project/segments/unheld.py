"""Values that a rule asks for and no buyer has: of which field, and which values there are to be meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketsofone.project.ground.instead import instead
from marketsofone.project.ground.pins import buyers_by_value
from marketsofone.project.segments.freezing import frozen_lists, named_columns
from marketsofone.project.segments.population import OF_BUYERS, facts_table, fields_of
from marketsofone.sources import Finding
from marketsofone.strata.rules import leaves
from marketsofone.strata.rules_binding import bound, parsed_segments
from marketsofone.strata.rules_fields import Vocabulary

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.settings.market_file import Settings
    from marketsofone.strata.rules_fields import Asked, Bound

_ASKS = ("=", "!=", "in")


@dataclass(frozen=True, slots=True)
class Unheld:
    """Values that one clause of a rule asks for and nobody has: that it is so, and what may be meant."""

    said: str
    repair: str


def unheld(rule: Bound, *tables: ir.Table) -> list[Unheld]:
    """What a rule asks of texts and nobody has, clause by clause.

    Parameters
    ----------
    *tables : Ibis table
        Of buyers, each with some of their columns; clauses about columns that none has are passed over.
    """
    held = [(leaf, rows) for leaf in leaves(rule) for rows in tables if leaf.column in rows.columns]
    return [found for leaf, rows in held if (found := _of_clause(leaf, rows)) is not None]


def values_unheld(settings: Settings, gathered: Gathered) -> list[Finding]:
    """Segments written by hand that ask for a value which nobody has: told before there is a tree or a score."""
    rules = parsed_segments({name: said.rule for name, said in settings.segments.items()})
    if not rules:
        return []
    facts = facts_table(gathered)
    known = Vocabulary(fields_of(OF_BUYERS, facts.schema()), None, rules, named_columns(frozen_lists(settings.folder)))
    return [Finding("segment_value_unheld", "warning", f"[segments.{name}] rule", each.said, each.repair)
            for name, rule in rules.items() for each in unheld(bound(rule, known), facts)]


def _of_clause(leaf: Asked, rows: ir.Table) -> Unheld | None:
    wanted = {value for value in leaf.values if isinstance(value, str)}
    of = leaf.clause.of
    if not wanted or of is None or leaf.clause.asks not in _ASKS \
            or not rows[leaf.column].type().is_string():
        return None
    held = rows.filter(rows[leaf.column].isin(sorted(wanted))).select(value=leaf.column).distinct()
    missing = sorted(wanted - set(held.to_pyarrow()["value"].to_pylist()))
    if not missing:
        return None
    what = f"a value of {of.said}" if len(missing) == 1 else f"{len(missing):,} values of {of.said}"
    return Unheld(f"At character {leaf.clause.at:,} it asks for {what} that nobody has.",
                  instead(of.said, missing, buyers_by_value(rows, leaf.column)))

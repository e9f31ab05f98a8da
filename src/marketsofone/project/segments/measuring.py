"""What a rule makes of the buyers of a run: how many are in, what they are worth, and what each clause says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from marketsofone.estimates.segments import group_score, group_sums
from marketsofone.project.segments.sharing import Shared
from marketsofone.project.snapshots.results import ValueRead
from marketsofone.scores import SCORES
from marketsofone.strata.rules import leaves
from marketsofone.strata.rules_truth import truth

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from marketsofone.strata.rules_fields import Bound


@dataclass(frozen=True, slots=True)
class ClauseCount:
    """One clause of a rule by itself: of how many buyers it holds, does not, or is not known."""

    clause: str
    holds: int
    fails: int
    not_known: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A rule's segment among the buyers of a run.

    Parameters
    ----------
    inside, outside, not_known : int
        Buyers; they add up to all of them.
    scores : mapping
        The three scores of those inside, as one group.
    clauses : tuple of ClauseCount
        From left to right.
    """

    inside: int
    outside: int
    not_known: int
    scores: Mapping[str, ValueRead]
    clauses: tuple[ClauseCount, ...] = ()

    @property
    def buyers(self) -> int:
        """All buyers of the market."""
        return self.inside + self.outside + self.not_known

    @property
    def share(self) -> float | None:
        """Of the market that is inside; None where there is nobody at all."""
        return self.inside / self.buyers if self.buyers else None


def measured(engine: Backend, rule: Bound, rows: ir.Table, shared: Shared) -> Measured:
    """Counts and scores of a rule's segment, in one pass over the buyers.

    Parameters
    ----------
    rows : Ibis table
        The buyers with every column that the rule reads and ``shared`` has (`Population.joined`).
    shared : Shared
        What is not known of the strata of the run.
    """
    asked = [leaf.clause.text for leaf in leaves(rule)]
    said = {f"clause_{place}": truth(leaf, rows) for place, leaf in enumerate(leaves(rule))}
    scores = with_evidence(rows)
    inside = truth(rule, rows)
    told = rows.select("stratum_id", *scored(scores), inside=inside, **said, **shared.values(rows, inside))
    tallied = engine.to_pandas(_tallied(told, scores, list(said), shared))
    return Measured(*_counts(tallied, "inside"), scores=_scores(tallied, scores, shared),
                    clauses=tuple(ClauseCount(text, *_counts(tallied, name))
                                  for text, name in zip(asked, said, strict=True)))


def measured_list(engine: Backend, column: str, rows: ir.Table, shared: Shared) -> Measured:
    """The same of a frozen list: those of whom the column is true."""
    scores = with_evidence(rows)
    told = rows.select("stratum_id", *scored(scores), inside=rows[column], **shared.values(rows, rows[column]))
    tallied = engine.to_pandas(_tallied(told, scores, [], shared))
    return Measured(*_counts(tallied, "inside"), scores=_scores(tallied, scores, shared))


def score_columns(found: Mapping[str, ValueRead]) -> dict[str, float | None]:
    """Scores as flat columns."""
    return {f"{score}{end}": value for score, read in found.items()
            for end, value in (("", read.value), ("_low", read.low), ("_high", read.high))}


def scored(scores: Iterable[str]) -> list[str]:
    """The columns of buyers that scores of a group are made of."""
    return [f"{score}{end}" for score in scores for end in ("", "_prior", "_variance", "_borrowed")]


def with_evidence(buyers: ir.Table) -> list[str]:
    """Scores that the run of these buyers has evidence of."""
    return [score for score in SCORES if f"{score}_variance" in buyers.columns]


def _tallied(told: ir.Table, scores: Sequence[str], clauses: Sequence[str], shared: Shared) -> ir.Table:
    """One row a stratum and values kept together there: counts of what is true and not known, sums of those inside."""
    counts = {}
    for name in ("inside", *clauses):
        counts[f"{name}_holds"] = told[name].sum().fill_null(0)
        counts[f"{name}_missing"] = told[name].isnull().sum()
    inside = told.inside.fill_null(False)
    sums = {name: part for score in scores for name, part in group_sums(told, score, inside).items()}
    keys = ["stratum_id", *sorted(shared.columns)]
    return told.group_by(keys).agg(rows=told.count(), **counts, **sums).order_by(keys)


def _counts(tallied: pd.DataFrame, name: str) -> tuple[int, int, int]:
    rows, true, missing = (int(tallied[column].sum()) for column in ("rows", f"{name}_holds", f"{name}_missing"))
    return true, rows - true - missing, missing


def _scores(tallied: pd.DataFrame, scores: Sequence[str], shared: Shared) -> dict[str, ValueRead]:
    found = {score: group_score(score, tallied, *shared.of(score), money=SCORES[score].money) for score in scores}
    read = {score: ValueRead(each.value, each.low, each.high) for score, each in found.items() if each}
    return {score: read.get(score, ValueRead(None, None, None)) for score in SCORES}

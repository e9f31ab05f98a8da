"""What a rule makes of the buyers of a run: how many are in, what they are worth, and what each clause says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from marketsofone.estimates.segments import group_score, group_sums
from marketsofone.project.snapshots.results import ValueRead
from marketsofone.scores import SCORES
from marketsofone.strata.rules import leaves
from marketsofone.strata.rules_truth import truth

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa
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


def measured(engine: Backend, rule: Bound, rows: ir.Table, doubts: pd.DataFrame) -> Measured:
    """Counts and scores of a rule's segment, in one pass over the buyers.

    Parameters
    ----------
    rows : Ibis table
        The buyers with every column the rule reads (`Population.joined`).
    doubts : DataFrame
        From `doubts_frame`.
    """
    asked = [leaf.clause.text for leaf in leaves(rule)]
    said = {f"clause_{place}": truth(leaf, rows) for place, leaf in enumerate(leaves(rule))}
    scores = with_evidence(rows)
    told = rows.select("stratum_id", *scored(scores), inside=truth(rule, rows), **said)
    tallied = engine.to_pandas(_tallied(told, scores, list(said)))
    return Measured(*_counts(tallied, "inside"), scores=_scores(tallied, scores, doubts),
                    clauses=tuple(ClauseCount(text, *_counts(tallied, name))
                                  for text, name in zip(asked, said, strict=True)))


def measured_list(engine: Backend, column: str, rows: ir.Table, doubts: pd.DataFrame) -> Measured:
    """The same of a frozen list: those of whom the column is true."""
    scores = with_evidence(rows)
    told = rows.select("stratum_id", *scored(scores), inside=rows[column])
    tallied = engine.to_pandas(_tallied(told, scores, []))
    return Measured(*_counts(tallied, "inside"), scores=_scores(tallied, scores, doubts))


def doubts_frame(strata: Sequence[Mapping[str, Any]], doubts: pa.Table) -> pd.DataFrame:
    """The tables ``strata`` and ``doubts`` side by side, ids as texts: what `group_score` takes, score by score."""
    above = [row["parent_id"] for row in strata]
    frame = pd.DataFrame({
        "stratum_id": [str(row["stratum_id"]) for row in strata],
        "parent_id": [None if one is None else str(one) for one in above],
        "level": [row["level"] for row in strata], "buyers": [row["buyers"] for row in strata]})
    return doubts.to_pandas().merge(frame, on="stratum_id")


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


def _tallied(told: ir.Table, scores: Sequence[str], clauses: Sequence[str]) -> ir.Table:
    """One row a stratum: counts of what is true and of what is not known, and sums of scores of those inside."""
    counts = {}
    for name in ("inside", *clauses):
        counts[f"{name}_holds"] = told[name].sum().fill_null(0)
        counts[f"{name}_missing"] = told[name].isnull().sum()
    inside = told.inside.fill_null(False)
    sums = {name: part for score in scores for name, part in group_sums(told, score, inside).items()}
    return told.group_by("stratum_id").agg(rows=told.count(), **counts, **sums).order_by("stratum_id")


def _counts(tallied: pd.DataFrame, name: str) -> tuple[int, int, int]:
    rows, true, missing = (int(tallied[column].sum()) for column in ("rows", f"{name}_holds", f"{name}_missing"))
    return true, rows - true - missing, missing


def _scores(tallied: pd.DataFrame, scores: Sequence[str], doubts: pd.DataFrame) -> dict[str, ValueRead]:
    found = {score: group_score(score, tallied, doubts[doubts["score"] == score], money=SCORES[score].money)
             for score in scores}
    read = {score: ValueRead(each.value, each.low, each.high) for score, each in found.items() if each}
    return {score: read.get(score, ValueRead(None, None, None)) for score in SCORES}

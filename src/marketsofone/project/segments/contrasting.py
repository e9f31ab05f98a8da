"""Groups of gathered buyers side by side, criterion by criterion: what differs, by how much, how sure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from marketsofone.project.ground.stratifying import explained
from marketsofone.project.segments.choosing import Chosen
from marketsofone.project.settings.criteria import check_criteria, stated_criteria, stated_margins
from marketsofone.project.settings.market_file import Settings
from marketsofone.scores import SCORES
from marketsofone.strata.distinct import Asked, answered
from marketsofone.strata.distinct_criteria import CRITERIA

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from marketsofone.customer import UserColumn
    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.strata.distinct import Answer, Question

_STATED = {"needs": ("wish", "theme"), "adjustment": ("adjustment", "type")}
_SEEN = ("version", "approach", "competitors")
"""Criteria that buyers' orders, touches and opportunities speak of, where no dimension does."""


@dataclass(frozen=True, slots=True)
class Distinct:
    """The verdict on one criterion of one pair of groups.

    Parameters
    ----------
    a, b : str
        The groups.
    criterion : str
        ``needs``, ``version``, ..., a dimension of the user's own, or a score.
    verdict : {"different", "alike", "cannot tell yet"}
    effect, low, high : float or None
        How far ``a`` is above ``b``, with its interval. Unit ``profile``: the share of the buyers of one
        group who would have to change value for both to be the same, 0 to 1.
    buyers_a, buyers_b, trials_a, trials_b : float
        Behind it; of a dimension each buyer whose value is known is one trial.
    unit : {"share", "money", "number", "profile"}
        Of the effect; a share is a difference of rates, 0.10 being ten points.
    on : str
        Of a profile: the value whose share differs most.
    value_a, value_b : float or None
        What each group shows: its rate, its typical amount, its share of buyers with ``on``.
    chance : float
        Of what is seen where nothing differs, before paying for how much was asked.
    margin : float or None
        Within which the groups would count as alike.
    needed : float or None
        Buyers a side that would decide it if the groups stay as far apart as they are seen to be.
    by_construction : bool
        The groups are strata that were split on this very dimension, or one of them is a rule, or was frozen
        from one, that asks for it; or, of a score, by something that is known only once that score is settled.
    """

    a: str
    b: str
    criterion: str
    verdict: str
    effect: float | None
    low: float | None
    high: float | None
    buyers_a: float
    buyers_b: float
    trials_a: float
    trials_b: float
    unit: str
    on: str
    value_a: float | None
    value_b: float | None
    chance: float
    margin: float | None
    needed: float | None
    by_construction: bool

    def row(self) -> dict[str, Any]:
        """Everything, as a flat row."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Distinguished:
    """Verdicts of all the pairs asked, and what a reader must know beside them."""

    verdicts: tuple[Distinct, ...]
    notes: tuple[str, ...]
    currency: str


def compare(
    engine: Backend, settings: Settings, gathered: Gathered, chosen: Sequence[tuple[Chosen, Chosen, str]],
    asked: Asked | None = None, dealings: Mapping[str, ir.Table] | None = None,
) -> Distinguished:
    """Verdicts on groups that were chosen, of buyers that were gathered; see `distinguishing.distinguish`.

    Parameters
    ----------
    dealings : mapping, optional
        What `main_dealings` gives, where it is known already.
    """
    asked = asked or Asked()
    asked = replace(asked, margins={**stated_margins(settings), **asked.margins})
    check_criteria(settings, gathered.columns)
    stated = stated_criteria(settings)
    dealings = main_dealings(gathered, stated) if dealings is None else dealings
    questions = _questions(engine, gathered, chosen, stated, dealings)
    answers = answered(questions, asked)
    verdicts = tuple(_told(answer, chosen) for answer in answers)
    return Distinguished(verdicts, tuple(_notes(chosen)), settings.market.currency)


def _questions(
    engine: Backend, gathered: Gathered, chosen: Sequence[tuple[Chosen, Chosen, str]], stated: Mapping[str, str],
    dealings: Mapping[str, ir.Table],
) -> list[Question]:
    groups = _held(engine, chosen).semi_join(gathered.buyers, "buyer_id")
    pairs = range(len(chosen))
    late = {column.name: set(SCORES) - set(explained(gathered, column)) for column in gathered.columns}
    made = [by.union(*(late.get(name, ()) for name in by)) for by in map(_made_by, chosen)]
    scores = (replace(question, by_construction=question.criterion in made[question.pair])
              for question in _of_scores(gathered, groups, pairs))
    found = [*_of_dealings(gathered, groups, pairs, dealings), *_of_dimensions(gathered, groups, chosen, stated),
             *scores]
    return sorted([*found, *_unseen(found, pairs)], key=lambda question: question.pair)


def _held(engine: Backend, chosen: Sequence[tuple[Chosen, Chosen, str]]) -> ir.Table:
    """``buyer_id`` and ``group``: of each pair an even group and the odd one after it."""
    import pandas as pd

    from marketsofone.engine import hold

    sides = [group for first, second, _note in chosen for group in (first, second)]
    parts = [pd.DataFrame({"buyer_id": sorted(side.buyers), "group": number}) for number, side in enumerate(sides)]
    return hold(engine, "compared", pd.concat(parts, ignore_index=True).astype("int64"))


def _of_dimensions(
    gathered: Gathered, groups: ir.Table, chosen: Sequence[tuple[Chosen, Chosen, str]], stated: Mapping[str, str]
) -> Iterator[Question]:
    """Questions on the dimensions of buyers."""
    from marketsofone.estimates.candidates import with_companies
    from marketsofone.estimates.groups import fetch_rows, profile
    from marketsofone.strata.distinct_questions import profile_question

    pairs = range(len(chosen))
    asked, named = _asked(gathered, stated)
    for name, column in asked.items():
        made = [name in _made_by(pair) for pair in chosen]
        if column.kind == "number":
            found = _of_number(gathered, named[name], column.column, groups, pairs)
        else:
            rows = fetch_rows(profile(with_companies(gathered.buyers, gathered.companies), column.column, groups))
            found = (profile_question(named[name], rows, pair) for pair in pairs)
        yield from (replace(question, by_construction=made[question.pair]) for question in found)


def _asked(gathered: Gathered, stated: Mapping[str, str]) -> tuple[dict[str, UserColumn], dict[str, str]]:
    """The columns of buyers that may tell sales segments apart, by name, and the criterion that each speaks of."""
    from marketsofone.strata.distinct_criteria import criteria

    asked = {c.name: c for c in gathered.columns if c.role == "dimension" or c.name in stated}
    asked = {name: column for name, column in asked.items() if column.column in gathered.buyers.columns}
    return asked, criteria(list(asked), stated)


def main_dealings(gathered: Gathered, stated: Mapping[str, str]) -> dict[str, ir.Table]:
    """Criterion -> ``buyer_id`` and ``value``, one a buyer, of what was stated of buyers or seen of them.

    Criteria that a dimension speaks of are left to it.

    Parameters
    ----------
    stated : mapping
        From `stated_criteria`.
    """
    from marketsofone.features.statements import main_statement
    from marketsofone.project.ground.identity_facts import main_dealing

    found = {criterion: main_statement(gathered.tables, gathered.owner, table, field)
             for criterion, (table, field) in _STATED.items() if table in gathered.tables}
    if gathered.dealt is not None:
        found |= {criterion: main_dealing(gathered.dealt, criterion) for criterion in _SEEN}
    spoken_of = _asked(gathered, stated)[1].values()
    return {criterion: told.semi_join(gathered.buyers, "buyer_id") for criterion, told in found.items()
            if criterion not in spoken_of}


def _of_dealings(
    gathered: Gathered, groups: ir.Table, pairs: range, dealings: Mapping[str, ir.Table]
) -> Iterator[Question]:
    """Questions on what was stated of buyers or seen of them."""
    from marketsofone.estimates.candidates import with_companies
    from marketsofone.estimates.groups import fetch_rows, profile
    from marketsofone.strata.distinct_questions import profile_question

    for criterion, told in dealings.items():
        rows = fetch_rows(profile(with_companies(told, gathered.companies), "value", groups))
        yield from (profile_question(criterion, rows, pair) for pair in pairs)


def _made_by(pair: tuple[Chosen, Chosen, str]) -> frozenset[str]:
    """The dimensions and scores by which the groups of a pair were picked."""
    first, second, _note = pair
    return first.made_by | second.made_by


def _of_number(
    gathered: Gathered, criterion: str, column: str, groups: ir.Table, pairs: range
) -> Iterator[Question]:
    from marketsofone.estimates.candidates import with_companies
    from marketsofone.estimates.groups import amount_sums, fetch_rows, fetch_unit, known_amounts
    from marketsofone.strata.distinct_questions import amount_question

    amounts = known_amounts(gathered.buyers, column)
    unit = fetch_unit(amounts, gathered.buyers)
    rows = fetch_rows(amount_sums(with_companies(amounts, gathered.companies), groups, unit))
    yield from (amount_question(criterion, rows, unit, pair, "number") for pair in pairs)


def _of_scores(gathered: Gathered, groups: ir.Table, pairs: range) -> Iterator[Question]:
    """Questions on the scores that have evidence."""
    from marketsofone.estimates.candidates import with_companies
    from marketsofone.estimates.groups import (
        amount_sums,
        counted_shares,
        fetch_rows,
        fetch_unit,
        mean_amounts,
        share_sums,
    )
    from marketsofone.strata.distinct_questions import amount_question, share_question

    for score, tallies in gathered.tallies.items():
        if SCORES[score].money:
            amounts = mean_amounts(tallies)
            unit = fetch_unit(amounts, gathered.buyers)
            rows = fetch_rows(amount_sums(with_companies(amounts, gathered.companies), groups, unit))
            yield from (amount_question(score, rows, unit, pair, "money") for pair in pairs)
        else:
            rows = fetch_rows(share_sums(counted_shares(tallies, gathered.companies), groups))
            yield from (share_question(score, rows, pair) for pair in pairs)


def _unseen(found: Sequence[Question], pairs: range) -> Iterator[Question]:
    """The criteria, scores among them, that the data say nothing of."""
    from marketsofone.strata.distinct_questions import unseen_question

    seen = {question.criterion.partition(": ")[0] for question in found}
    for pair in pairs:
        yield from (unseen_question(name, pair, "profile") for name in CRITERIA if name not in seen)
        yield from (unseen_question(name, pair, "money" if score.money else "share")
                    for name, score in SCORES.items() if name not in seen)


def _told(answer: Answer, chosen: Sequence[tuple[Chosen, Chosen, str]]) -> Distinct:
    question = answer.question
    first, second, _note = chosen[question.pair]
    return Distinct(
        first.name, second.name, question.criterion, answer.verdict, answer.effect, answer.low, answer.high,
        question.buyers_a, question.buyers_b, question.trials_a, question.trials_b, question.unit, question.on,
        question.value_a, question.value_b, answer.chance, answer.margin, answer.needed,
        question.by_construction)


def _notes(chosen: Sequence[tuple[Chosen, Chosen, str]]) -> Iterator[str]:
    yield from dict.fromkeys(note for _first, _second, note in chosen if note)
    groups = {group.name: group for first, second, _note in chosen for group in (first, second)
              if group.unsure and not group.of_tree}
    for group in groups.values():
        yield (f"Of {len(group.unsure):,} buyers it is not known whether they are in '{group.name}': they are not in "
               "it.")
    if any(group.of_tree for first, second, _note in chosen for group in (first, second)):
        yield ("The strata of the tree were found by looking at the scores: that two of them differ in a score is "
               "what made them; their other differences are news.")

"""The segments of a run: the tables ``segments`` and ``segment_members`` of its snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
from ibis import _

from marketsofone.engine import hold
from marketsofone.errors import RuleInvalid
from marketsofone.project.segments.freezing import Frozen, found_in_run, frozen_lists, named_columns
from marketsofone.project.segments.measuring import (
    Measured,
    measured,
    measured_list,
    score_columns,
    scored,
    with_evidence,
)
from marketsofone.project.segments.population import (
    NOT_KNOWN,
    OF_BUYERS,
    Population,
    facts_table,
    fields_of,
    strata_known,
)
from marketsofone.project.segments.sharing import Shared
from marketsofone.project.settings.criteria import check_criteria
from marketsofone.project.words import listed
from marketsofone.scores import SCORES
from marketsofone.sources import Finding
from marketsofone.strata.rules_binding import bound, parsed_segments
from marketsofone.strata.rules_fields import Vocabulary, columns_of
from marketsofone.strata.rules_truth import truth

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.settings.market_file import Settings
    from marketsofone.project.settings.segments import SegmentSettings
    from marketsofone.strata.rules_fields import Bound

_SCORED = tuple(f"{score}{end}" for score in SCORES for end in ("", "_low", "_high"))
SEGMENTS = pa.schema([
    ("segment", pa.string()), ("kind", pa.string()), ("name", pa.string()), ("rule", pa.string()),
    ("note", pa.string()), ("buyers", pa.int64()), ("share", pa.float64()), ("not_known", pa.int64()),
    *((name, pa.float64()) for name in _SCORED), ("stated_at", pa.string()), ("stayed", pa.int64()),
    ("joined", pa.int64()), ("left", pa.int64()), ("unsure", pa.int64()), ("gone", pa.int64())])
_MEMBERS = {"segment": "string", "buyer_id": "int64"}


@dataclass(frozen=True, slots=True)
class Segmented:
    """The segments of a run.

    Parameters
    ----------
    facts : Ibis table
        ``facts``.
    table : pyarrow.Table
        ``segments``.
    members : Ibis table
        ``segment_members``.
    findings : tuple of Finding
    """

    facts: ir.Table
    table: pa.Table
    members: ir.Table
    findings: tuple[Finding, ...]


def check_segments(settings: Settings, gathered: Gathered) -> None:
    """That every written rule can be followed, as far as that can be told before the tree is grown.

    Raises
    ------
    RuleInvalid
        A rule cannot be read, names a field that is not there, or asks what cannot be asked of it.
    SettingsInvalid
        ``[criteria]`` names a dimension that is not there.
    """
    check_criteria(settings, gathered.columns)
    if not settings.segments:
        return
    rules = parsed_segments({name: said.rule for name, said in settings.segments.items()})
    fields = fields_of(OF_BUYERS, facts_table(gathered).schema())
    known = Vocabulary(fields, None, rules, named_columns(frozen_lists(settings.folder)))
    for name, rule in rules.items():
        bound(rule, known, f"[segments.{name}] rule")


def segmented(
    engine: Backend, settings: Settings, gathered: Gathered, buyers: ir.Table, strata: Sequence[Mapping[str, Any]],
    shared: Shared, classes: pa.Table | None,
) -> Segmented:
    """Every segment written by hand and every frozen list, among the buyers of this run.

    A rule whose stratum or class is not there in this run is kept without buyers, and a finding says so.

    Parameters
    ----------
    buyers : Ibis table
        As in the snapshot.
    strata : sequence of mapping
        Rows of the table of that name.
    shared : Shared
        What is not known of these strata.
    classes : pyarrow.Table or None
        ``marketing_segments``.
    """
    lists = frozen_lists(settings.folder)
    facts = facts_table(gathered, None if classes is None else hold(engine, "classes", classes.to_pandas()))
    if not settings.segments and not lists:
        return Segmented(facts, SEGMENTS.empty_table(), _no_members(), ())
    found = {one.column: found_in_run(engine, one, gathered) for one in lists}
    whole = Population(buyers, facts, {column: of for column, (of, _gone) in found.items()})
    rules, findings = _rules(settings, whole, strata, lists, () if classes is None else sorted(
        set(classes["class"].to_pylist()) - {NOT_KNOWN}))
    needed = {name for rule in rules.values() for name in columns_of(rule)} | {one.column for one in lists}
    needed |= shared.columns
    kept = dict.fromkeys(("buyer_id", "stratum_id", *scored(with_evidence(buyers)), *sorted(needed)))
    rows = hold(engine, "asked_of", whole.joined(needed).select(*kept))
    made = {name: measured(engine, rule, rows, shared) for name, rule in rules.items()}
    told = [*(_of_rule(name, said, made.get(name)) for name, said in settings.segments.items()),
            *(_of_list(one, found[one.column][1], measured_list(engine, one.column, rows, shared),
                       _drift(engine, rows, one, rules.get(one.segment))) for one in lists)]
    members = [_members(rows, name, truth(rule, rows)) for name, rule in rules.items()]
    members += [_members(rows, one.label, rows[one.column]) for one in lists]
    return Segmented(facts, pa.Table.from_pylist(told, schema=SEGMENTS),
                     ibis.union(*members) if len(members) > 1 else members[0] if members else _no_members(),
                     (*findings, *_of_nobody(made)))


def drift(engine: Backend, rows: ir.Table, column: str, live: ir.BooleanValue) -> dict[str, int]:
    """How a membership moved since it was frozen: ``stayed``, ``joined``, ``left`` and ``unsure`` (not known now)."""
    now = rows.select(then=rows[column], now=live)
    counts = now.agg(stayed=(_.then & _.now).sum(), joined=(~_.then & _.now).sum(), left=(_.then & ~_.now).sum(),
                     unsure=(_.then & _.now.isnull()).sum())
    row = engine.to_pyarrow(counts).to_pylist()[0]
    return {name: int(value or 0) for name, value in row.items()}


def _rules(
    settings: Settings, whole: Population, strata: Sequence[Mapping[str, Any]], lists: Sequence[Frozen],
    classes: Sequence[str],
) -> tuple[dict[str, Bound], list[Finding]]:
    """The rules that can be followed in this run, and a finding for each that cannot."""
    parsed = parsed_segments({name: said.rule for name, said in settings.segments.items()})
    fields = fields_of(whole.buyers.columns, whole.facts.schema())
    known = Vocabulary(fields, strata_known(strata), parsed, named_columns(lists), tuple(classes))
    rules, findings = {}, []
    for name, rule in parsed.items():
        try:
            rules[name] = bound(rule, known, f"[segments.{name}] rule")
        except RuleInvalid as problem:
            findings.append(Finding("segment_unfollowed", "warning", f"[segments.{name}]",
                                    f"The rule could not be followed in this run. {problem.found}", problem.repair))
    return rules, findings


def _of_nobody(made: Mapping[str, Measured]) -> Iterator[Finding]:
    for name, found in made.items():
        if not found.inside:
            empty = [str(place) for place, clause in enumerate(found.clauses, start=1) if not clause.holds]
            said = f"number {listed(empty)} holds" if len(empty) == 1 else f"numbers {listed(empty)} hold"
            told = f" Of its clauses, {said} for nobody." if empty else ""
            yield Finding("segment_empty", "warning", f"[segments.{name}]",
                          f"The rule holds for no buyer; of {found.not_known:,} it is not known.{told}",
                          f"See what each clause says:\n  m1 segment preview {name}")


def _of_rule(name: str, said: SegmentSettings, found: Measured | None) -> dict[str, Any]:
    row = {"segment": name, "kind": "rule", "name": said.name or name, "rule": said.rule, "note": said.note}
    return row if found is None else row | _measured_columns(found)


def _of_list(one: Frozen, gone: int, found: Measured, moved: Mapping[str, int]) -> dict[str, Any]:
    return {"segment": one.label, "kind": "frozen", "name": one.label, "note": one.reason,
            "stated_at": one.stated_at.isoformat(timespec="seconds"), "gone": gone, **_measured_columns(found), **moved}


def _measured_columns(found: Measured) -> dict[str, Any]:
    return {"buyers": found.inside, "share": found.share, "not_known": found.not_known, **score_columns(found.scores)}


def _drift(engine: Backend, rows: ir.Table, one: Frozen, rule: Bound | None) -> dict[str, int]:
    return {} if rule is None else drift(engine, rows, one.column, truth(rule, rows))


def _members(rows: ir.Table, name: str, inside: ir.BooleanValue) -> ir.Table:
    return rows.filter(inside).select("buyer_id").mutate(segment=ibis.literal(name)).select(*_MEMBERS)


def _no_members() -> ir.Table:
    nothing = ibis.range(1).unnest().name("n").as_table()
    return nothing.filter(ibis.literal(False)).select(
        **{name: ibis.null(kind) for name, kind in _MEMBERS.items()})

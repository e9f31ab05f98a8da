"""Keeps a run: its tables, its manifest and its report, written once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
from ibis import _

from marketsofone.customer.tables import RECORD
from marketsofone.engine import release
from marketsofone.features.beside import people, sites
from marketsofone.features.permitted import people_profiled
from marketsofone.project.ground.gathering import HELD_TO_WRITE
from marketsofone.project.ground.serving import reps_table
from marketsofone.project.history.lineage import lineage_before
from marketsofone.project.main_job.alarming import alarms_table
from marketsofone.project.main_job.alarming_pairs import verdicts_table
from marketsofone.project.main_job.assembling import (
    buyers_table,
    evidence_table,
    hold_sheet,
    opportunities_table,
    strata_table,
)
from marketsofone.project.main_job.doubting import doubts_table, fused_table
from marketsofone.project.main_job.evidence_notes import evidence_notes
from marketsofone.project.main_job.identity import identity_table
from marketsofone.project.main_job.marketing import crosswalk_table, marketing_tables
from marketsofone.project.main_job.noticing import noticed
from marketsofone.project.main_job.noticing_values import beyond_the_seen
from marketsofone.project.main_job.trials import trials_writer
from marketsofone.project.main_job.winning import wins
from marketsofone.project.planning.planned import plan_run
from marketsofone.project.planning.worked import worked_strata
from marketsofone.project.reading.between_runs import barred_since
from marketsofone.project.reading.holding_up_marks import accepted_notes, project_folder
from marketsofone.project.segments.contrasting import main_dealings
from marketsofone.project.segments.keeping import segmented
from marketsofone.project.segments.sharing import shared_of
from marketsofone.project.settings.criteria import stated_criteria
from marketsofone.project.settings.market_file import described
from marketsofone.project.snapshots.approach import beside_plan
from marketsofone.project.snapshots.parquet import Streamed, among, scanned
from marketsofone.project.snapshots.writing import SORTED_BY, Writing
from marketsofone.project.statements.naming import said_of_strata_gone, with_names
from marketsofone.scores import SCORES
from marketsofone.scores.hour import Hour
from marketsofone.sources import Finding
from marketsofone.sources.values.currencies import EXPONENTS

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    from ibis.backends.duckdb import Backend

    from marketsofone.estimates import Estimate
    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.ground.stratifying import Stratified
    from marketsofone.project.main_job.marketing import Marketed
    from marketsofone.project.main_job.priors import Priors
    from marketsofone.project.planning.curves import Responses
    from marketsofone.project.settings.market_file import Settings
    from marketsofone.project.snapshots.snapshot import Snapshot
    from marketsofone.sources import Loaded

_TYPES = {name: pa.float64() for name in ("gain", "base", "low", "high")}
_LARGE: Mapping[str, Mapping[str, str]] = {
    "buyers": {"path": "least(rank, place) <= 200", "reasons": "least(rank, place) <= 200"},
    "opportunities": {"": "outcome = 'open'"},
    "plan": {"reason": "hours > 0 or buyer_id in (select buyer_id from {buyers} where rank <= 200)"},
}
"""Tables of a row a buyer or an opportunity, and what of them the report can show: rows, and where which texts."""
_OF_OURS = ("product", "rep", "competitor")
_FINDING = pa.schema([(name, pa.string()) for name in ("code", "severity", "place", "message", "repair")])


def begin(engine: Backend, settings: Settings, gathered: Gathered, writing: Writing) -> None:
    """Has the tables written that are known before the tree is: they go to the disk while it grows."""
    writing.begin("trials", trials_writer(engine, gathered, {*settings.sources, RECORD}))
    known = {"entity_link": _links(gathered), "quarantine": engine.table("quarantine"),
             "touches": gathered.touches, "people": people(gathered.tables, gathered.buyers),
             "sites": sites(gathered.owner, gathered.buyers)}
    known |= {"companies": gathered.companies, "dealings": _dealings(settings, gathered),
              "permissions": gathered.permissions}
    for name, rows in known.items():
        if rows is not None:
            writing.begin(name, _writer(engine, rows, name))


def keep(
    engine: Backend, settings: Settings, loaded: Loaded, findings: Iterable[Finding], gathered: Gathered,
    stratified: Stratified, priors: Priors, estimates: Mapping[str, Estimate], marketed: Marketed,
    responses: Responses, writing: Writing, seconds: Mapping[str, float], now: datetime,
) -> Snapshot:
    """The run as a snapshot, its report beside it; each table is written as soon as it can be."""
    for name, held in HELD_TO_WRITE.items():
        writing.wait(name)
        release(engine, *held)
    market = settings.market
    hour = Hour(market.approach_hours, market.hour_cost, market.serve_cost)
    sheet = hold_sheet(engine, gathered, stratified, estimates, hour, gathered.served)
    buyers, in_order = (buyers_table(rows, gathered, stratified, estimates, market.currency)
                        for rows in (sheet, sheet.order_by("buyer_id")))
    writing.begin("buyers", Streamed(engine.con.cursor(), str(engine.compile(in_order)), ""))
    won = wins(engine, gathered, estimates["competitiveness"], priors.opportunities) \
        if "competitiveness" in estimates and "opportunity" in gathered.tables else None
    opportunities = opportunities_table(gathered, buyers, won)
    writing.begin("opportunities", _empty_opportunities() if opportunities is None
                  else _writer(engine, opportunities, "opportunities"))
    doubting = {"doubts": doubts_table(stratified, estimates), "fused": fused_table(stratified, estimates)}
    counts = _counts(stratified, sheet)
    known = evidence_notes(settings, gathered)
    notes = known | {score: "; ".join(filter(None, (known.get(score), said))) for score, said in priors.notes.items()}
    strata = with_names(settings.folder, strata_table(stratified, estimates, counts, hour))
    beside = marketing_tables(marketed)
    told = typed(strata)
    listed = told.to_pylist()
    written = segmented(engine, settings, gathered, buyers, listed, shared_of(listed, **doubting),
                        beside["marketing_segments"])
    writing.begin("facts", _writer(engine, written.facts, "facts"))
    reps = reps_table(gathered, buyers, EXPONENTS[market.currency]).to_pyarrow()
    planned = plan_run(settings, gathered, responses, buyers, gathered.served, reps, listed,
                       beside["stability"], accepted_notes(settings.folder), written)
    choices = planned.tables.get("segment_choice")
    beside["crosswalk"], said = crosswalk_table(
        marketed, stratified, worked_strata(listed, None if choices is None else choices.to_pylist()))
    made: dict[str, Any] = {
        **planned.tables, **beside, **doubting, "strata": told, "reps": reps,
        "segments": written.table, "segment_members": _writer(engine, written.members, "segment_members"),
    }
    for name, table in made.items():
        writing.begin(name, table)
    last = {
        "alarms": alarms_table(settings, gathered, stratified),
        "verdicts": verdicts_table(engine, settings, gathered, stratified, strata),
        "identity": identity_table(gathered, stratified),
        "health": frame_of(loaded.health),
        "findings": frame_of((*findings, *noticed(engine, gathered, stratified, estimates),
                              *beyond_the_seen(gathered, settings.market.horizon_days), *marketed.findings,
                              *written.findings, *planned.findings,
                              *said_of_strata_gone(settings.folder, strata))),
        "evidence": typed(evidence_table(gathered, estimates, notes, gathered.units, hour)),
    }
    manifest = _manifest(settings, loaded, gathered, sheet, len(stratified.strata), notes, seconds)
    manifest["marketing"], manifest["plan"] = said, dict(planned.said)
    for name, table in last.items():
        writing.begin(name, table)
    return writing.finish(manifest, now, {"report.html": report_of}, beside=engine.disconnect)


def report_of(snapshot: Snapshot) -> str:
    """The report of a run, as one page."""
    from marketsofone.report import Results
    from marketsofone.report.page import render_report

    names = ["strata", "quarantine", "health", "findings", "evidence"]
    beside = ("crosswalk", "stability", "alarms", "identity", "verdicts", "segments", "plan", "segment_choice", "drain")
    names += [name for name in beside if name in snapshot.tables]
    tables = {name: snapshot.table(name) for name in names if name not in _LARGE}
    tables |= {name: _read(snapshot, name, texts) for name, texts in _LARGE.items() if name in snapshot.tables}
    return render_report(Results(**tables, manifest=snapshot.manifest, lineage=lineage_before(snapshot),
                                 accepted=accepted_notes(project_folder(snapshot))))


def _read(snapshot: Snapshot, name: str, told: Mapping[str, str]) -> pa.Table:
    """A large table as the report reads it: its columns only, long texts only where they can be shown."""
    import duckdb

    from marketsofone.report import BESIDE, READS

    held = _listed(snapshot, name) if name in ("buyers", "plan") else f"from {scanned(snapshot.file(name))}"
    rows = duckdb.sql(f"select * from ({held}) where {told.get('', 'true')}")
    asked = {column: where.format(buyers=scanned(snapshot.file("buyers"))) for column, where in told.items()}
    shown = [f"case when {asked[column]} then {column} end as {column}" if column in asked else column
             for column in (*READS[name], *BESIDE.get(name, ())) if column in rows.columns]
    return rows.select(*map(duckdb.SQLExpression, shown)).to_arrow_table()


def _listed(snapshot: Snapshot, name: str) -> str:
    """Buyers beside the plan, or the plan, as a query: whose basis for contact is over by now is on no list."""
    barred = barred_since(snapshot)
    free = f"buyer_id not in {among(barred)}" if barred else "true"
    if name == "plan":
        return f"from {scanned(snapshot.file(name))} where {free}"
    return f"select * replace (case when {free} then rank end as rank) from ({beside_plan(snapshot)})"


def typed(frame: pd.DataFrame) -> pa.Table:
    """A data frame as a table whose columns have a type even where every value is missing."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    fields = [field.with_type(_TYPES.get(field.name, pa.string())) if pa.types.is_null(field.type) else field
              for field in table.schema]
    return table.cast(pa.schema(fields))


def frame_of(rows: Iterable[Any]) -> pa.Table:
    """Frozen dataclasses as a table; findings keep their columns where there are none."""
    plain = [asdict(row) for row in rows]
    return pa.Table.from_pylist(plain) if plain else _FINDING.empty_table()


def _counts(stratified: Stratified, sheet: ir.Table) -> list[int]:
    """Buyers placed in each stratum or below it."""
    total = [0] * len(stratified.strata)
    for row in sheet.group_by("node").agg(n=_.count()).execute().itertuples():
        total[row.node] = int(row.n)
    for stratum in reversed(stratified.strata[1:]):
        total[stratum.parent] += total[stratum.number]
    return total


def _links(gathered: Gathered) -> ir.Table:
    """Keys of what a CRM would want back; nothing of who objected is among them."""
    links = gathered.tables["entity_link"]
    kept = [links.filter(_.entity.isin(_OF_OURS))]
    kept += [links.filter(_.entity == name).semi_join(ids, "entity_id") for name, ids in _scored(gathered).items()]
    return ibis.union(*kept).select("entity", "entity_id", "source", "source_id", "valid_from", "valid_to")


def _dealings(settings: Settings, gathered: Gathered) -> ir.Table | None:
    """``buyer_id``, ``criterion``, ``value``: what was stated of buyers or seen of them, one a buyer and criterion."""
    told = main_dealings(gathered, stated_criteria(settings))
    if not told:
        return None
    rows = [of.select("buyer_id", criterion=ibis.literal(name), value=of["value"].cast("string"))
            for name, of in told.items()]
    return ibis.union(*rows) if len(rows) > 1 else rows[0]


def _scored(gathered: Gathered) -> dict[str, ir.Table]:
    """By what they are: ``entity_id`` of all that belong to a buyer."""
    ours = {name: of.semi_join(gathered.buyers, "buyer_id") for name, of in gathered.owner.items()}
    ids = {name: of.select(entity_id=of[f"{name}_id"]) for name, of in ours.items()}
    if "account" not in ours:
        ids["account"] = gathered.buyers.select(entity_id=_.account_id).filter(_.entity_id.notnull())
    elif "contact" in gathered.tables:
        contacts = people_profiled(gathered.tables).semi_join(ours["account"], "account_id")
        contacts = contacts.select(entity_id=_.contact_id)
        ids["contact"] = contacts.union(ids["contact"]) if "contact" in ids else contacts
    return ids


def _writer(engine: Backend, rows: ir.Table, name: str) -> Streamed:
    return Streamed(engine.con.cursor(), str(engine.compile(rows)), SORTED_BY.get(name, ""))


def _empty_opportunities() -> pa.Table:
    ids = [(name, pa.int64()) for name in ("opportunity_id", "buyer_id")]
    texts = [(name, pa.string()) for name in ("source_id", "stratum_id", "outcome", "reasons")]
    numbers = [(name, pa.float64()) for name in ("win", "win_low", "win_high")]
    order = ("opportunity_id", "source_id", "buyer_id", "stratum_id", "outcome", "win", "win_low", "win_high",
             "reasons")
    kinds = dict([*ids, *texts, *numbers])
    return pa.schema([(name, kinds[name]) for name in order]).empty_table()


def _manifest(
    settings: Settings, loaded: Loaded, gathered: Gathered, sheet: ir.Table, strata: int,
    notes: Mapping[str, str], seconds: Mapping[str, float],
) -> dict[str, Any]:
    kinds = {row.kind: int(row.n) for row in sheet.group_by("kind").agg(n=_.count()).execute().itertuples()}
    return {
        "market": described(settings),
        "as_of": gathered.as_of.day.isoformat() if gathered.as_of.day else None,
        "currency": settings.market.currency,
        "buyer_kinds": dict(sorted(kinds.items())),
        "conditional_on": [score for score in SCORES if score not in gathered.tallies],
        "inputs": {name: asdict(of) for name, of in loaded.inputs.items()},
        "counts": {"buyers": sum(kinds.values()), "strata": strata, "accepted": sum(h.accepted for h in loaded.health)},
        "seed": settings.market.seed,
        "labels": [f"{score}: {note}" for score, note in notes.items()],
        "timings": dict(seconds),
        "record_read_at": loaded.record_read_at.isoformat() if loaded.record_read_at else None,
    }

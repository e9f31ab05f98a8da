"""The main job, room by room: this file reads like the table of contents of the product."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from marketsofone.errors import NothingToScore
from marketsofone.project.settings.market_file import Settings, read_settings

if TYPE_CHECKING:
    import pyarrow as pa
    from ibis.backends.duckdb import Backend

    from marketsofone.features import AsOf
    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.snapshots.snapshot import Snapshot
    from marketsofone.sources import Finding, Loaded

OnRoom = Callable[[str], None]

_MADE_BEFORE_COLLECTED = 20_000
"""Objects that are made before circles are looked for; of itself Python takes 700."""

_LATER = ("ground.stratifying", "main_job.keeping", "main_job.priors", "planning.curves")


@dataclass(slots=True)
class Progress:
    """Tells which room is at work, and keeps how long each took."""

    on_room: OnRoom | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def room(self, name: str) -> Iterator[None]:
        """The time spent inside counts for the room of that name."""
        if self.on_room:
            self.on_room(name)
        start = perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + perf_counter() - start, 3)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What ``m1 check`` shows: rows read, rows refused by reason, findings, and the evidence each score has.

    Parameters
    ----------
    problem : NothingToScore or None
        Why a run of the project would fail: no score has any evidence. The tables tell what was read all the same.
    """

    health: pa.Table
    refused: pa.Table
    findings: pa.Table
    evidence: pa.Table
    problem: NothingToScore | None = None


def run_project(folder: Path, on_room: OnRoom | None = None, now: datetime | None = None) -> Snapshot:
    """The main job: a company's own files to strata, three scores and a ranked list, kept as a run.

    Parameters
    ----------
    folder : Path
        The project folder, with ``market.toml``.
    on_room : callable, optional
        Told the name of each room as it starts.
    now : datetime, optional
        The wall clock, for the run's name only; nothing is computed from it.

    Returns
    -------
    Snapshot
        The run, immutable.

    Raises
    ------
    MarketError
        Anything in the settings or the data that a person must repair; the last good run stands.
    """
    progress = Progress(on_room)
    settings = read_settings(folder)
    with ExitStack() as stack:
        stack.enter_context(_seldom_collected())
        engine = stack.enter_context(opened(folder))
        with progress.room("sources"), ThreadPoolExecutor(1, "importing") as beside:
            beside.submit(_import_ahead)
            loaded, findings = load(engine, settings)
        return _from_sources(engine, settings, loaded, findings, progress, now)


def _from_sources(engine: Backend, settings: Settings, loaded: Loaded, findings: tuple[Finding, ...],
                  progress: Progress, now: datetime | None) -> Snapshot:
    """Every room after the sources; the clock is read once no other run writes, so that the newest is the last."""
    from marketsofone.project.ground.gathering import gather
    from marketsofone.project.ground.stratifying import stratify
    from marketsofone.project.main_job.alarming import check_sector
    from marketsofone.project.main_job.holding_up import tree_held_up
    from marketsofone.project.main_job.keeping import begin, keep
    from marketsofone.project.main_job.marketing import market_segments
    from marketsofone.project.main_job.memberships import memberships_writer
    from marketsofone.project.main_job.moving import moving
    from marketsofone.project.main_job.priors import fit_priors
    from marketsofone.project.main_job.scoring import score_market
    from marketsofone.project.planning.curves import respond
    from marketsofone.project.segments.keeping import check_segments
    from marketsofone.project.segments.unheld import values_unheld
    from marketsofone.project.snapshots.writing import new_snapshot

    with progress.room("features"):
        gathered = gather(engine, settings, loaded)
        check_segments(settings, gathered)
        check_sector(settings.alarms, gathered.columns, settings.strata.forbid)
        findings = (*findings, *moving(gathered), *values_unheld(settings, gathered))
    with new_snapshot(settings.folder) as writing:
        begin(engine, settings, gathered, writing)
        with progress.room("strata"):
            stratified = stratify(engine, settings, gathered)
            writing.begin("memberships", memberships_writer(engine, stratified, gathered.buyers))
        with ThreadPoolExecutor(1, "regrowing") as beside:
            held_up = beside.submit(tree_held_up, stratified, settings.market.seed)
            with progress.room("traits"):
                priors = fit_priors(engine, settings, gathered)
            with progress.room("estimates"):
                estimates = score_market(engine, gathered, stratified, priors.buyers, settings.market.horizon_days)
            with progress.room("marketing"):
                marketed = market_segments(settings, gathered, stratified, held_up)
        with progress.room("plan"):
            responses = respond(engine, settings, gathered, stratified, estimates)
        with progress.room("results"):
            return keep(engine, settings, loaded, findings, gathered, stratified, priors, estimates, marketed,
                        responses, writing, progress.seconds, now or datetime.now(UTC))


def check_project(folder: Path) -> CheckResult:
    """What was read, what was refused and why, and which scores have evidence: no run is kept.

    Where no score has any, that is the result's ``problem``.
    """
    import pyarrow as pa

    from marketsofone.project.ground.gathering import gather
    from marketsofone.project.main_job.keeping import frame_of
    from marketsofone.scores import SCORES
    from marketsofone.sources.rows.quarantine import by_reason

    settings, problem = read_settings(folder), None
    with opened(folder) as engine:
        loaded, findings = load(engine, settings)
        try:
            gathered = gather(engine, settings, loaded)
        except NothingToScore as nothing:
            problem, evidence = nothing, [_no_evidence(score) for score in SCORES]
        else:
            evidence, more = _checked(engine, settings, gathered)
            findings = (*findings, *more)
        refused = engine.con.execute(by_reason()).to_arrow_table()
    return CheckResult(frame_of(loaded.health), refused, frame_of(findings), pa.Table.from_pylist(evidence), problem)


def _checked(engine: Backend, settings: Settings, gathered: Gathered) -> tuple[list[dict[str, Any]], list[Finding]]:
    """The evidence each score has, and what is found in it, where settings ask for nothing that is not there."""
    from marketsofone.project.main_job.alarming import check_sector
    from marketsofone.project.main_job.evidence_notes import evidence_notes
    from marketsofone.project.main_job.marketing import marketing_column
    from marketsofone.project.main_job.moving import moving
    from marketsofone.project.main_job.noticing import noticed_ahead
    from marketsofone.project.main_job.plan_ahead import plan_ahead
    from marketsofone.project.segments.keeping import check_segments
    from marketsofone.project.segments.unheld import values_unheld
    from marketsofone.scores import SCORES

    check_segments(settings, gathered)
    check_sector(settings.alarms, gathered.columns, settings.strata.forbid)
    marketing_column(settings, gathered)
    notes = evidence_notes(settings, gathered)
    evidence = [_evidence_row(gathered, score, notes) for score in SCORES]
    return evidence, [*moving(gathered), *values_unheld(settings, gathered),
                      *noticed_ahead(engine, settings, gathered), *plan_ahead(settings, gathered)]


def _evidence_row(gathered: Gathered, score: str, notes: Mapping[str, str]) -> dict[str, Any]:
    from marketsofone.estimates import fetch_base

    if score not in gathered.tallies:
        return _no_evidence(score, notes.get(score, ""))
    trials, _total, buyers = fetch_base(gathered.tallies[score])
    unit = gathered.units[score]
    return {"score": score, "unit": unit, "trials": trials, "buyers": int(buyers), "note": notes.get(score, "")}


def _no_evidence(score: str, note: str = "no evidence") -> dict[str, Any]:
    return {"score": score, "unit": None, "trials": 0.0, "buyers": 0, "note": note}


def _import_ahead() -> None:
    """Imports what the later rooms stand on while the engine reads: of itself that takes a second in which it waits."""
    for name in _LATER:
        import_module(f"marketsofone.project.{name}")


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Inside, Python looks for circles of dead objects seldom, and not among what was imported.

    Making SQL drops very many small objects and few circles: looking for these took a twelfth of a small run.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_MADE_BEFORE_COLLECTED, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def opened(folder: Path) -> Iterator[Backend]:
    """An engine for one run, its spill in a folder that goes when the run ends."""
    from marketsofone.engine import open_engine, scratch

    with scratch() as spill:
        engine = open_engine(spill=spill)
        try:
            yield engine
        finally:
            engine.disconnect()


def load(engine: Backend, settings: Settings, as_of: AsOf | None = None) -> tuple[Loaded, tuple[Finding, ...]]:
    """Files and the written record as customer tables, with everything a person should know of them.

    Parameters
    ----------
    as_of : AsOf, optional
        By when people had stated what counts. Absent: the day that the project file fixes, else now.
    """
    from marketsofone.project.statements.recorded import recorded_tables
    from marketsofone.sources import load_sources, recorded_astray, sources_from, suspected_leaks

    sources = sources_from(settings.sources, settings.folder)
    loaded = load_sources(engine, sources, currency=settings.market.currency,
                          time_zone=settings.market.time_zone, as_of=settings.market.as_of)
    findings = (*loaded.findings, *suspected_leaks(engine, loaded, settings.market.time_zone))
    recorded = recorded_tables(engine, settings, loaded, as_of)
    return recorded, (*findings, *recorded_astray(engine.con, recorded.tables))


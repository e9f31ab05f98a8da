"""Two segments of a run side by side, from the run's own tables: an answer while a person waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from marketsofone.project.reading.holding_up_marks import project_folder
from marketsofone.project.segments.contrasting import compare
from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.snapshots.shelf import Row, Shelf
from marketsofone.project.snapshots.small_tables import rows_of
from marketsofone.project.snapshots.snapshot import Snapshot, open_snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from marketsofone.customer import UserColumn
    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.segments.choosing import Chosen
    from marketsofone.report.verdicts import Pair as Pair

_OF_RUN = "As the run judged them, with allowance for every pair of neighbours it judged."


@dataclass(frozen=True, slots=True)
class Compared:
    """The verdicts on two segments.

    Parameters
    ----------
    pair : Pair
        As the report words them.
    notes : tuple of str
        What a reader must know beside them.
    """

    pair: Pair
    notes: tuple[str, ...]


def compared(shelf: Shelf, first: str, second: str) -> Compared:
    """Verdicts on two segments: those of the run where it set the two side by side, else those of ``m1 distinct``.

    A run allows in its verdicts for all the pairs it asked of. Another pair is computed when it is first
    asked for, which takes a second of a processor, and kept. Of a segment with more than
    `marketsofone.project.main_job.alarming_pairs.PAIR_BUYERS` buyers so many are drawn, which a note says.

    Raises
    ------
    RunMissing
        The run has no such stratum, or kept no facts or trials.
    ValuesInvalid
        Both are the same, or one is empty.
    """
    import pyarrow as pa

    from marketsofone.report.verdicts import verdicts

    paths = {shelf.stratum(stratum_id)["path"] for stratum_id in (first, second)}
    rows = tuple(row for row in rows_of(shelf.snapshot, "verdicts") if {row["a"], row["b"]} == paths)
    notes: tuple[str, ...] = (_OF_RUN,) if rows else ()
    if not rows:
        rows, notes = _compared(project_folder(shelf.snapshot), shelf.snapshot.run_id, first, second)
    currency = str(shelf.snapshot.manifest["currency"])
    (pair,) = verdicts(pa.Table.from_pylist([dict(row) for row in rows]), shelf.strata[0], currency)
    return Compared(pair, notes)


@lru_cache(maxsize=512)
def _compared(folder: Path, run: str, first: str, second: str) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """Rows as in the table ``verdicts``."""
    from marketsofone.engine import open_engine
    from marketsofone.project.segments.choosing import apart
    from marketsofone.project.settings.market_file import read_settings

    snapshot = open_snapshot(folder, run)
    settings = read_settings(folder)
    sides, notes = zip(*(_side(snapshot, each, settings.market.seed) for each in (first, second)), strict=True)
    pair = apart(*sides)
    engine = open_engine()
    try:
        found = compare(engine, settings, _gathered(engine, snapshot), [pair], dealings=_dealings(engine, snapshot))
    finally:
        engine.disconnect()
    rows = tuple({"pair": 1, **verdict.row()} for verdict in found.verdicts)
    return rows, (*(note for note in notes if note), *found.notes)


def _side(snapshot: Snapshot, stratum_id: str, seed: int) -> tuple[Chosen, str]:
    """The buyers of a stratum, drawn where they are many, and a note where they were."""
    import duckdb
    import numpy as np

    from marketsofone.estimates.drawing import drawn
    from marketsofone.project.main_job.alarming_pairs import PAIR_BUYERS
    from marketsofone.project.segments.choosing import Chosen

    strata = {row["stratum_id"]: row for row in rows_of(snapshot, "strata")}
    inside = {stratum_id}
    for row in sorted(strata.values(), key=lambda row: row["level"]):
        inside |= {row["stratum_id"]} if row["parent_id"] in inside else set()
    with duckdb.connect() as engine:
        ids = engine.execute(f"select buyer_id from {scanned(snapshot.file('buyers'))} where list_contains(?, "
                             "stratum_id) order by buyer_id", [sorted(inside)]).fetchnumpy()["buyer_id"]
    some = ids[drawn(ids.astype(np.int64), PAIR_BUYERS, seed)]
    made, at = set(), strata[stratum_id]["parent_id"]
    while at:
        made.add(str(strata[at]["split_on"]).removeprefix("dim_"))
        at = strata[at]["parent_id"]
    path = str(strata[stratum_id]["path"])
    note = f"Of {path}, {len(some):,} of {len(ids):,} buyers were drawn." if len(some) < len(ids) else ""
    return Chosen(path, frozenset(some.tolist()), of_tree=True, made_by=frozenset(made)), note


def _gathered(engine: Backend, snapshot: Snapshot) -> Gathered:
    """What a comparison reads of the market, out of the tables of a run."""
    from ibis import _

    from marketsofone.features import AsOf
    from marketsofone.features.adding import added
    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.scores import SCORES

    facts, trials = (_viewed(engine, snapshot, name) for name in ("facts", "trials"))
    trials = trials.filter(_.table_name != "judgement")
    companies = _viewed(engine, snapshot, "companies") if "companies" in snapshot.tables else None
    day = snapshot.manifest["as_of"]
    as_of = AsOf(date.fromisoformat(str(day)) if day else None, snapshot.manifest["market"]["market"]["time_zone"])
    counted = set(engine.to_pandas(trials.select(score=trials.score.cast("string")).distinct())["score"])
    tallies = {score: trials.filter(trials.score == score).group_by("buyer_id").agg(
        trials=_.trials.sum(), total=added(_.total)) for score in SCORES if score in counted}
    steps = {score: step for score, step in snapshot.manifest["market"]["steps"].items() if step}
    level = "opportunity" if set(snapshot.manifest["buyer_kinds"]) == {"opportunity"} else ""
    return Gathered(as_of, level, {}, {}, _columns(facts, _told_by(snapshot)), facts, steps, tallies, {},
                    companies=companies)


def _dealings(engine: Backend, snapshot: Snapshot) -> dict[str, ir.Table]:
    """By criterion, as `main_dealings` gives them."""
    if "dealings" not in snapshot.tables:
        return {}
    rows = _viewed(engine, snapshot, "dealings")
    named = engine.to_pandas(rows.select("criterion").distinct())["criterion"]
    return {name: rows.filter(rows.criterion == name).select("buyer_id", "value") for name in sorted(named)}


def _viewed(engine: Backend, snapshot: Snapshot, name: str) -> ir.Table:
    engine.con.execute(f"create temp view {name} as from {scanned(snapshot.file(name))}")
    return engine.table(name)


def _columns(facts: ir.Table, told_by: Mapping[str, str]) -> tuple[UserColumn, ...]:
    """The dimensions and traits that a run knows of its buyers, with the customer table that tells each."""
    from marketsofone.customer import UserColumn

    roles: dict[str, Literal["dimension", "trait"]] = {"dim": "dimension", "trait": "trait"}
    told = ((name, name.partition("_"), kind) for name, kind in facts.schema().items())
    return tuple(UserColumn(name, told_by.get(column, "account"), roles[family],
                            "number" if kind.is_numeric() else "text")
                 for column, (family, _line, name), kind in told if family in roles)


def _told_by(snapshot: Snapshot) -> dict[str, str]:
    """Column of a buyer -> the customer table on which the project file of the run has it, the last where several do.

    Who is known to have what an opportunity tells is known because they let us in.
    """
    mapped = [(table, of) for source in snapshot.manifest["market"]["sources"].values()
              for table, of in source.items() if isinstance(of, Mapping)]
    return {f"{prefix}_{name}": table for table, of in mapped
            for prefix, role in (("dim", "dimensions"), ("trait", "traits"))
            if isinstance(of.get(role), Mapping) for name in of[role]}

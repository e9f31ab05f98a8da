"""What moved between two runs, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marketsofone.project.history.grounds import (
    SAME,
    Change,
    evidence_changes,
    inputs_changes,
    led_elsewhere,
    one_currency,
    same,
    settings_changes,
)
from marketsofone.project.history.plans import PlanDifference, plan_difference
from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.snapshots.results import SCORES
from marketsofone.project.snapshots.snapshot import Snapshot, damage_told

if TYPE_CHECKING:
    import duckdb

_MEASURES = (*SCORES, "value_per_hour")
MONEY = ("attractiveness", "value_per_hour")
"""Those of them that are amounts."""
_BESIDE_SCORES = ("alarms", "criteria", "marketing", "plan", "record", "segments")
"""Sections of the project file that no score and no stratum rests on."""
COMPARED = ("rank", "path", *_MEASURES)
"""What of a buyer is compared."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How many buyers of both runs moved in one respect; for numbers, by how much at the median."""

    name: str
    buyers: int
    median: float | None


@dataclass(frozen=True, slots=True)
class Mover:
    """A buyer that moved, and why.

    Parameters
    ----------
    buyer_id : int
        Its internal id.
    source_id : str
        The source's key.
    rank, path : Change
        Its place in the ranked list and in the tree.
    scores : tuple of Change
        Pull, competitiveness, attractiveness and value per hour.
    why : tuple of str
        Causes seen in the two runs: evidence of its own, its stratum, the settings.
    """

    buyer_id: int
    source_id: str
    rank: Change
    path: Change
    scores: tuple[Change, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two runs.

    Parameters
    ----------
    before, after : str
        Names of the runs.
    settings, inputs : tuple of Change
        Keys of the project file that say something else, and files whose content differs (sha256).
    evidence : tuple of Change
        Per score the trials behind it in the whole market.
    strata_came, strata_went : tuple of str
        Paths of strata that are new or no more.
    buyers : Change
        How many were scored.
    came, went, stayed : int
        Buyers only in the later run, only in the earlier one, and in both.
    moved : tuple of Moved
        Of those in both: rank, stratum, each score, the trials behind each.
    movers : tuple of Mover
        Those whose value per hour moved most; where there is none, whose rank moved most.
    plan : PlanDifference
        What moved in the plan.
    merged, parted : int
        Of those that went, how many are one with another buyer now (``m1 merge``); of those that came, how many
        were one with another before.
    """

    before: str
    after: str
    settings: tuple[Change, ...]
    inputs: tuple[Change, ...]
    evidence: tuple[Change, ...]
    strata_came: tuple[str, ...]
    strata_went: tuple[str, ...]
    buyers: Change
    came: int
    went: int
    stayed: int
    moved: tuple[Moved, ...]
    movers: tuple[Mover, ...]
    plan: PlanDifference
    merged: int = 0
    parted: int = 0


def diff(before: Snapshot, after: Snapshot, top: int = 10, without: Collection[int] = ()) -> Difference:
    """What moved between two runs of a project, and why.

    Buyers are the same where their ``buyer_id`` is, strata where their path is. A buyer can move
    without evidence of its own, for its value borrows from its stratum; then the reason says so. Amounts
    of runs in two currencies are not compared, and are None.

    Parameters
    ----------
    before, after : Snapshot
        The two runs.
    top : int
        How many movers to name.
    without : collection of int
        ``buyer_id`` of buyers who are counted and never named, such as who objected since.

    Raises
    ------
    RunMissing
        One of the runs lacks a table.
    """
    import duckdb

    settings = settings_changes(before, after)
    with damage_told(after.file("buyers")), duckdb.connect() as connection:
        _join_buyers(connection, before, after)
        came, went, stayed = _counts(connection)
        return Difference(
            before.run_id, after.run_id, settings,
            inputs=inputs_changes(before, after),
            evidence=evidence_changes(before, after),
            strata_came=_paths_missing(connection, after, before),
            strata_went=_paths_missing(connection, before, after),
            buyers=Change("buyers", stayed + went, stayed + came), came=came, went=went, stayed=stayed,
            moved=tuple(_moved(connection)),
            movers=_movers(connection, any(map(_moves_scores, settings)), top, without),
            plan=plan_difference(before, after),
            merged=_many(connection, led_elsewhere(before, after)),
            parted=_many(connection, led_elsewhere(after, before)))


def _join_buyers(connection: duckdb.DuckDBPyConnection, before: Snapshot, after: Snapshot) -> None:
    """A view ``pair``: every buyer of either run, columns ending in ``_a`` and ``_b``."""
    kept = ["source_id", "path", "rank", *_MEASURES, *(f"{score}_trials" for score in SCORES)]
    unlike = () if one_currency(before, after) else MONEY
    sides = ", ".join(f"{'null::double' if name in unlike else f'{run}.{name}'} as {name}_{run}"
                      for name in kept for run in ("a", "b"))
    connection.execute(
        f"create temp table pair as select a.buyer_id as in_a, b.buyer_id as in_b, {sides} "
        f"from {scanned(before.file('buyers'))} a "
        f"full join {scanned(after.file('buyers'))} b using (buyer_id)")


def _counts(connection: duckdb.DuckDBPyConnection) -> tuple[int, int, int]:
    """Buyers that came, went and stayed."""
    [(came, went, stayed)] = connection.execute(
        "select count(*) filter (in_a is null), count(*) filter (in_b is null), "
        "count(*) filter (in_a = in_b) from pair").fetchall()
    return came, went, stayed


def _many(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(f"select count(*) from ({query})").fetchall()[0][0])


def _differs(name: str) -> str:
    """Whether a column of ``pair`` differs, numbers beyond rounding."""
    a, b = f"{name}_a", f"{name}_b"
    if name in ("path", "rank"):
        return f"{a} is distinct from {b}"
    return (f"(({a} is null) <> ({b} is null) "
            f"or abs({a} - {b}) > {SAME} * greatest(abs({a}), abs({b})))")


def _moved(connection: duckdb.DuckDBPyConnection) -> Iterator[Moved]:
    for name in ("path", "rank", *_MEASURES, *(f"{score}_trials" for score in SCORES)):
        by = "null" if name == "path" else f"median(abs({name}_b - {name}_a)) filter ({_differs(name)})"
        [(buyers, median)] = connection.execute(
            f"select count(*) filter ({_differs(name)}), {by} from pair where in_a = in_b").fetchall()
        if buyers:
            yield Moved(name, buyers, median)


def _movers(
    connection: duckdb.DuckDBPyConnection, settings_changed: bool, top: int, without: Collection[int]
) -> tuple[Mover, ...]:
    moved = " or ".join(_differs(name) for name in COMPARED)
    found = connection.execute(
        f"select * from pair where in_a = in_b and ({moved}) and not list_contains(?::bigint[], in_a) "
        "order by abs(coalesce(value_per_hour_b, 0) - coalesce(value_per_hour_a, 0)) desc, "
        f"abs(rank_b - rank_a) desc nulls last, in_a limit {int(top)}", [sorted(without)])
    names = [column[0] for column in found.description]
    rows = (dict(zip(names, row, strict=True)) for row in found.fetchall())
    return tuple(_mover(row, settings_changed) for row in rows)


def _mover(row: Mapping[str, Any], settings_changed: bool) -> Mover:
    return Mover(row["in_a"], row["source_id_b"], _change(row, "rank"), _change(row, "path"),
                 tuple(_change(row, name) for name in _MEASURES), tuple(_causes(row, settings_changed)))


def _change(row: Mapping[str, Any], name: str) -> Change:
    return Change(name, row[f"{name}_a"], row[f"{name}_b"])


def _causes(row: Mapping[str, Any], settings_changed: bool) -> Iterator[str]:
    """Why a buyer moved, as far as two runs can tell."""
    own = [_change(row, f"{score}_trials") for score in SCORES]
    for change in own:
        if not same(change.before, change.after):
            score = change.name.removesuffix("_trials")
            yield f"evidence of its own: {score} had {change.before or 0:g} trials, has {change.after or 0:g}"
    if row["path_a"] != row["path_b"]:
        yield "it is in another stratum"
    compared = not settings_changed or row["value_per_hour_b"] is not None
    if compared and all(row[f"{name}_a"] == row[f"{name}_b"] for name in _MEASURES):
        yield "its values are the same: others moved past it"
    elif settings_changed:
        yield "the settings differ"
    elif all(same(change.before, change.after) for change in own):
        yield "what it borrows from its stratum moved"


def _moves_scores(setting: Change) -> bool:
    """Whether another value of a setting may move what a buyer is scored, or its place in the tree."""
    return setting.name != "market.name" and setting.name.partition(".")[0] not in _BESIDE_SCORES


def _paths_missing(connection: duckdb.DuckDBPyConnection, of: Snapshot, to: Snapshot) -> tuple[str, ...]:
    """Paths of the strata of one run that another run does not have."""
    rows = connection.execute(
        f"select path from {scanned(of.file('strata'))} "
        f"except select path from {scanned(to.file('strata'))} order by path").fetchall()
    return tuple(path for (path,) in rows)

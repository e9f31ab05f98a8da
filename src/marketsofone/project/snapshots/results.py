"""What a run says of strata and buyers, as plain values to show or to go on with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketsofone.errors import RunMissing, shortened
from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.snapshots.small_tables import asked_rows
from marketsofone.project.snapshots.snapshot import Snapshot
from marketsofone.sources.spelling import nearest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SCORES = ("pull", "competitiveness", "attractiveness")
ORDERS = (*SCORES, "value_per_hour", "buyers")
"""What strata can be put in order of, best first."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ValueRead:
    """A value with its 90% interval; all None where there is no evidence.

    Parameters
    ----------
    value, low, high : float or None
        A share for pull, competitiveness and a win; major units of money for all else.
    """

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ScoreRead(ValueRead):
    """A score: a value, and what it rests on.

    Parameters
    ----------
    trials : float or None
        Trials of its own behind it.
    borrowed : float or None
        Share of the value that was borrowed from the parent, 0 to 1.
    """

    trials: float | None
    borrowed: float | None


@dataclass(frozen=True, slots=True)
class StratumRead:
    """A stratum: where it stands in the tree, its scores, and why the tree goes on or stops there."""

    stratum_id: int
    parent_id: int | None
    level: int
    name: str
    path: str
    split_on: str | None
    buyers: float
    scores: Mapping[str, ScoreRead]
    value_per_hour: ValueRead
    why: str
    gain: float | None
    called: str | None = None


@dataclass(frozen=True, slots=True)
class BuyerRead:
    """A buyer: its stratum, its scores, its place in the ranked list (None where unranked) and why."""

    buyer_id: int
    source_id: str
    kind: str
    account_id: int | None
    stratum_id: int
    path: str
    scores: Mapping[str, ScoreRead]
    value_per_hour: ValueRead
    rank: int | None
    reasons: tuple[str, ...]


def read_strata(snapshot: Snapshot) -> tuple[StratumRead, ...]:
    """Every stratum of a run, the market first, then level by level."""
    rows = _rows(snapshot.file("strata"), "order by level, path")
    return tuple(stratum_read(row) for row in rows)


def read_level(snapshot: Snapshot, level: str, by: str = "value_per_hour",
               top: int = 20) -> tuple[StratumRead, ...]:
    """The strata of one level of the tree, best first.

    Parameters
    ----------
    snapshot : Snapshot
        The run.
    level : str
        A number (0 is the market), ``market``, or the dimension that made the strata, such as ``sector``.
    by : str
        One of `ORDERS`.
    top : int
        How many at most.

    Raises
    ------
    RunMissing
        The tree has no such level, or strata have no such order.
    """
    if by not in ORDERS:
        raise RunMissing(f"Strata can be put in order of {shortened(ORDERS)}.", f"'{by}'.",
                         f"--by {ORDERS[0]}")
    strata = read_strata(snapshot)
    chosen = [each for each in strata if level in _names_of_level(each, strata)]
    if not chosen:
        known = sorted({name for each in strata for name in _names_of_level(each, strata)})
        raise RunMissing(f"Run {snapshot.run_id} was asked for the level '{level}' of its tree.",
                         f"levels {shortened(known, most=20)}.", f"--level {nearest(level, known) or known[0]}")
    return tuple(sorted(chosen, key=lambda each: _place(each, by))[:top])


def read_evidence(snapshot: Snapshot) -> tuple[dict[str, Any], ...]:
    """The evidence behind each score in the whole market: the rows of the table of that name."""
    return tuple(_rows(snapshot.file("evidence"), ""))


def stratum_read(row: Row) -> StratumRead:
    """One row of ``strata``."""
    return StratumRead(row["stratum_id"], row["parent_id"], row["level"], row["name"], row["path"],
                       row["split_on"] or None, row["buyers"], scores_read(row),
                       value_read(row, "value_per_hour"), row["why"] or "", row["gain"], row.get("called"))


def buyer_read(row: Row) -> BuyerRead:
    """One row of ``buyers``."""
    return BuyerRead(row["buyer_id"], row["source_id"], row["kind"], row["account_id"], row["stratum_id"],
                     row["path"], scores_read(row), value_read(row, "value_per_hour"), row["rank"],
                     reasons_read(row["reasons"]))


def scores_read(row: Row) -> dict[str, ScoreRead]:
    """The three scores of a row, by name."""
    ends = ("", "_low", "_high", "_trials", "_borrowed")
    return {name: ScoreRead(*(row[f"{name}{end}"] for end in ends)) for name in SCORES}


def value_read(row: Row, name: str) -> ValueRead:
    """One value of a row with its interval."""
    return ValueRead(row[name], row[f"{name}_low"], row[f"{name}_high"])


def is_decided(row: Row) -> bool:
    """Whether an opportunity is won or lost: it has no chance any more, whatever was expected of it."""
    return row["outcome"] in ("won", "lost")


def reasons_read(text: str | None) -> tuple[str, ...]:
    """The sentences of a cell of reasons."""
    return tuple(text.split(" | ")) if text else ()


def flattened(item: DataclassInstance) -> dict[str, Any]:
    """A value read from a run as one flat row, its columns named as in the contract."""
    row: dict[str, Any] = {}
    for each in fields(item):
        row.update(_cells(each.name, getattr(item, each.name)))
    return row


def _cells(name: str, value: object) -> dict[str, Any]:
    if isinstance(value, ValueRead):
        ends = {f"{name}_{each.name}": getattr(value, each.name) for each in fields(value)[1:]}
        return {name: value.value, **ends}
    if isinstance(value, Mapping):
        return {cell: held for key, each in value.items() for cell, held in _cells(key, each).items()}
    return {name: value}


def _names_of_level(stratum: StratumRead, strata: Sequence[StratumRead]) -> set[str]:
    """What a stratum's level is called: its number, and the dimension that made it."""
    if stratum.parent_id is None:
        return {"0", "market"}
    made_by = {parent.split_on or "" for parent in strata if parent.stratum_id == stratum.parent_id}
    return {str(stratum.level), *(name.removeprefix("dim_") for name in made_by)}


def _place(stratum: StratumRead, by: str) -> tuple[bool, float, str]:
    """Where a stratum stands in an order: known values first, the highest of them first."""
    value = flattened(stratum)[by]
    return value is None, -(value or 0.0), stratum.path


def _rows(path: Path, rest: str) -> list[dict[str, Any]]:
    return asked_rows(path, f"select * from {scanned(path)} {rest}")

"""Every number opens to the rows behind it: which rows were counted for a buyer or a stratum."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketsofone.errors import RunMissing, shortened
from marketsofone.project.snapshots.parquet import rows_where, scanned
from marketsofone.project.snapshots.readback import buyer_id_of, require_buyer
from marketsofone.project.snapshots.results import SCORES, read_strata
from marketsofone.project.snapshots.snapshot import Snapshot, damage_told
from marketsofone.project.statements.naming import chosen_stratum

JUDGEMENT = "judgement"


@dataclass(frozen=True, slots=True)
class RowRead:
    """A row that was counted.

    Parameters
    ----------
    score : str
        Which score it is evidence of.
    buyer_id : int
    table_name : str
        The customer table it fills; ``judgement`` for what a person stated.
    source : str
        As in ``[sources.<name>]``; ``record`` for the written record.
    source_row : int
        Its number in the source, the first row of data being 1; in the record, that of the statement.
    happened_on : date or None
        When it happened, where the data say so.
    trials : float
        How many trials it counts for; 0 for an order line, which counts for the win it followed.
    total : float
        What it brought: 1 for a success, or money in major units.
    """

    score: str
    buyer_id: int
    table_name: str
    source: str
    source_row: int
    happened_on: date | None
    trials: float
    total: float


@dataclass(frozen=True, slots=True)
class Added:
    """What all the rows of one score add up to; judgements, which stand beside, apart."""

    score: str
    rows: int
    trials: float
    total: float
    judgements: int


@dataclass(frozen=True, slots=True)
class RowsRead:
    """Rows behind a number, the first of them in full, and what all of them add up to."""

    rows: tuple[RowRead, ...]
    added: tuple[Added, ...]


def read_rows(snapshot: Snapshot, *, buyer: int | str | None = None, stratum: str | None = None,
              members: Collection[int] | None = None, score: str | None = None, limit: int = 1_000,
              without: Collection[int] = ()) -> RowsRead:
    """The rows that the numbers of a buyer, a stratum or a group of buyers were counted from.

    Parameters
    ----------
    snapshot : Snapshot
        The run.
    buyer : int or str, optional
        The source's key of a buyer, or its ``buyer_id``.
    stratum : str, optional
        A stratum by its id, path, name or value.
    members : collection of int, optional
        ``buyer_id`` of the buyers of a group, such as a segment written by hand. One of the three must be given.
    score : str, optional
        ``pull``, ``competitiveness`` or ``attractiveness``; absent: every score.
    limit : int
        Rows given in full at most; the sums are always those of all rows.
    without : collection of int
        ``buyer_id`` of buyers whose rows a stratum's sums hold and no list names, such as who objected since.

    Raises
    ------
    RunMissing
        The run has no such buyer, stratum or score, or was written before rows were kept.
    """
    if [buyer, stratum, members].count(None) != 2:
        raise RunMissing("Rows are asked for by a buyer, by a stratum or by a segment.", "several of them or none.",
                         "m1 rows --buyer <ID>\nm1 rows --stratum <ID>\nm1 rows --segment <NAME>")
    if score is not None and score not in SCORES:
        raise RunMissing(f"Rows can be asked for of {shortened(SCORES)}.", f"'{score}'.", f"--score {SCORES[0]}")
    if buyer is not None:
        return _of_buyer(snapshot, buyer_id_of(snapshot, buyer), score, limit)
    if members is not None:
        return _of_many(snapshot, "select unnest(?::bigint[])", sorted(members), score, limit, without)
    strata = _below(snapshot, chosen_stratum(snapshot, str(stratum))[0])
    placed = f"select buyer_id from {scanned(snapshot.file('buyers'))} where list_contains(?, stratum_id)"
    return _of_many(snapshot, placed, strata, score, limit, without)


def _of_buyer(snapshot: Snapshot, buyer_id: int, score: str | None, limit: int) -> RowsRead:
    """A buyer's own rows: few, found as fast as the buyer itself."""
    path = snapshot.file("trials")
    with damage_told(path):
        found = [_row(row) for row in rows_where(path, "buyer_id", buyer_id)]
    if not found:
        require_buyer(snapshot, buyer_id)
    kept = [row for row in found if score in (None, row.score)]
    scores = sorted({row.score for row in kept})
    return RowsRead(tuple(kept[:limit]), tuple(_added(name, [r for r in kept if r.score == name]) for name in scores))


def _added(score: str, rows: Sequence[RowRead]) -> Added:
    counted = [row for row in rows if row.table_name != JUDGEMENT]
    return Added(score, len(counted), sum(row.trials for row in counted), sum(row.total for row in counted),
                 len(rows) - len(counted))


def _of_many(
    snapshot: Snapshot, buyers: str, asked: Sequence[str] | Sequence[int], score: str | None, limit: int,
    without: Collection[int]
) -> RowsRead:
    """Rows of the buyers that a query gives when it is ``asked`` for some."""
    import duckdb

    path = snapshot.file("trials")
    held = f"from {scanned(path)} where buyer_id in ({buyers}) and coalesce(score = ?, true)"
    given = [list(asked), score]
    counted = f"filter (table_name <> '{JUDGEMENT}')"
    with damage_told(path), duckdb.connect() as connection:
        sums = connection.execute(
            f"select score, count(*) {counted}, coalesce(sum(trials) {counted}, 0), coalesce(sum(total) {counted}, 0), "
            f"count(*) filter (table_name = '{JUDGEMENT}') {held} group by score order by score", given).fetchall()
        rows = connection.execute(
            f"select score, buyer_id, table_name, source, source_row, happened_on, trials, total {held} "
            f"and not list_contains(?::bigint[], buyer_id) order by all limit {int(limit)}",
            [*given, sorted(without)]).fetchall()
    return RowsRead(tuple(RowRead(*row) for row in rows), tuple(Added(*row) for row in sums))


def _below(snapshot: Snapshot, stratum_id: str) -> list[str]:
    """A stratum and all beneath it, by id."""
    found = {stratum_id}
    for each in read_strata(snapshot):
        if str(each.parent_id) in found:
            found.add(str(each.stratum_id))
    return sorted(found)


def _row(row: Mapping[str, Any]) -> RowRead:
    return RowRead(row["score"], row["buyer_id"], row["table_name"], row["source"], row["source_row"],
                   row.get("happened_on"), row["trials"], row["total"])

"""One buyer's results out of a run of any size, in a few milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marketsofone.errors import RunMissing
from marketsofone.project.snapshots.parquet import rows_where
from marketsofone.project.snapshots.results import BuyerRead, ValueRead, buyer_read, reasons_read, value_read
from marketsofone.project.snapshots.snapshot import INDEX, Snapshot, damage_told


@dataclass(frozen=True, slots=True)
class OpportunityRead:
    """An opportunity of a buyer: how it stands, and its own probability of being won."""

    opportunity_id: int
    source_id: str
    outcome: str | None
    win: ValueRead
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MembershipRead:
    """A stratum a buyer belongs to, wholly (share 1) or in part."""

    stratum_id: int
    level: int
    share: float


@dataclass(frozen=True, slots=True)
class BuyerPage:
    """Everything a run says of one buyer."""

    buyer: BuyerRead
    opportunities: tuple[OpportunityRead, ...]
    memberships: tuple[MembershipRead, ...]


def read_buyer(snapshot: Snapshot, key: int | str) -> BuyerPage:
    """What a run says of one buyer.

    Parameters
    ----------
    snapshot : Snapshot
        The run.
    key : int or str
        The source's key of the buyer (``source_id``), or its internal ``buyer_id``.

    Raises
    ------
    RunMissing
        The run has no such buyer, or several of different sources share that key.
    """
    buyer_id = buyer_id_of(snapshot, key)
    return BuyerPage(
        buyer_read(require_buyer(snapshot, buyer_id)),
        tuple(_opportunity(each) for each in _rows(snapshot, "opportunities", "buyer_id", buyer_id)),
        tuple(MembershipRead(each["stratum_id"], each["level"], each["share"])
              for each in _rows(snapshot, "memberships", "buyer_id", buyer_id)))


def require_buyer(snapshot: Snapshot, buyer_id: int) -> dict[str, Any]:
    """The row of a buyer; raises ``RunMissing`` where the run has none."""
    row = _rows(snapshot, "buyers", "buyer_id", buyer_id)
    if not row:
        raise _unknown(snapshot)
    return row[0]


def buyer_id_of(snapshot: Snapshot, key: int | str) -> int:
    """The internal id that a key of either kind leads to.

    Raises
    ------
    RunMissing
        No buyer has that key of a source, or several of different sources share it.
    """
    if isinstance(key, int):
        return key
    found = {row["buyer_id"] for row in _rows(snapshot, INDEX, "source_id", key)}
    if len(found) > 1:
        raise RunMissing("One buyer was asked for by its source's key.",
                         f"{len(found)} buyers of different sources share that key.",
                         f"Ask by buyer_id:\n  m1 buyer {min(found)}")
    if found:
        return int(found.pop())
    if not key.isdecimal():
        raise _unknown(snapshot)
    return int(key)


def _unknown(snapshot: Snapshot) -> RunMissing:
    return RunMissing(f"Run {snapshot.run_id} was asked for one buyer.",
                      "no buyer with that source_id or buyer_id.",
                      "m1 rank lists buyers with their ids; who objected to profiling is in no run.")


def _rows(snapshot: Snapshot, table: str, column: str, value: int | str) -> list[dict[str, Any]]:
    path = snapshot.file(table)
    with damage_told(path):
        return rows_where(path, column, value)


def _opportunity(row: dict[str, Any]) -> OpportunityRead:
    return OpportunityRead(row["opportunity_id"], row["source_id"], row["outcome"],
                           value_read(row, "win"), reasons_read(row["reasons"]))

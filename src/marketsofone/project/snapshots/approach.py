"""Whom to approach first: the buyers of a run beside what its plan gives them; by rank where it has no plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from marketsofone.project.snapshots.parquet import column_names, scanned
from marketsofone.project.snapshots.results import BuyerRead, ValueRead, buyer_read, value_read
from marketsofone.project.snapshots.small_tables import asked_rows
from marketsofone.project.snapshots.snapshot import Snapshot, damage_told

Order = Literal["place", "rank"]
CHOICES = PURSUE, HOLD, LEAVE = "pursue", "hold", "leave"
"""What a plan chooses for a buyer or a segment: give it hours, keep it as it is, let it go."""

MOST_PASSED = 3
"""So many of those whom the scores rank among the first and the plan gives no hour are named to people."""

_GIVEN = ("place", "hours", "choice", "hour_value", "hour_value_low", "hour_value_high")


@dataclass(frozen=True, slots=True)
class ToApproach:
    """A buyer in the order of approach.

    Parameters
    ----------
    buyer : BuyerRead
    place : int or None
        From 1; its rank where the run has no plan; None where it may not be approached.
    hours : float or None
        That the plan gives it; None where there is no plan.
    choice : str or None
        Pursue, hold or leave; None where there is no plan.
    hour_value : ValueRead
        What an hour given to it earns beyond its cost; what the first would, where the plan gives none.
    """

    buyer: BuyerRead
    place: int | None
    hours: float | None
    choice: str | None
    hour_value: ValueRead


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A buyer that the scores rank among the first and to which the plan gives no hour, with the plan's reason."""

    buyer_id: int
    source_id: str
    rank: int
    reason: str


def orders_approach(snapshot: Snapshot) -> bool:
    """Whether a run has a plan that puts buyers in order."""
    if "plan" not in snapshot.tables:
        return False
    with damage_told(snapshot.file("plan")):
        return "place" in column_names(snapshot.file("plan"))


def beside_plan(snapshot: Snapshot) -> str:
    """Buyers, each beside what the plan gives it, as a query.

    Columns of ``buyers``, then ``place``, ``hours``, ``choice`` and ``hour_value`` with its interval; without a plan
    the place is the rank and the others are null.
    """
    buyers = scanned(snapshot.file("buyers"))
    if not orders_approach(snapshot):
        nothing = ", ".join(f"null::{'varchar' if name == 'choice' else 'double'} as {name}" for name in _GIVEN[1:])
        return f"select *, rank as place, {nothing} from {buyers}"
    given = ", ".join(f"p.{name}" for name in _GIVEN)
    return f"select b.*, {given} from {buyers} b left join {scanned(snapshot.file('plan'))} p using (buyer_id)"


def read_approach(snapshot: Snapshot, top: int = 20, order: Order = "place") -> tuple[ToApproach, ...]:
    """The first buyers to approach: in the order of the plan, or by rank."""
    rows = asked_rows(snapshot.file("buyers"), f"from ({beside_plan(snapshot)}) where {order} is not null "
                                               f"order by {order}, buyer_id limit {int(top)}")
    return tuple(ToApproach(buyer_read(row), row["place"], row["hours"], row["choice"], value_read(row, "hour_value"))
                 for row in rows)


def passed_over(snapshot: Snapshot, ranked: Iterable[Mapping[str, Any]]) -> tuple[PassedOver, ...]:
    """Of some buyers, the first by rank, those to whom the plan gives no hour; none where there is no plan.

    Parameters
    ----------
    ranked : iterable of mapping
        ``buyer_id``, ``source_id``, ``rank`` and ``choice``.
    """
    found = [row for row in ranked if row["choice"] not in (None, PURSUE)]
    if not found:
        return ()
    path = snapshot.file("plan")
    told = asked_rows(path, f"select buyer_id, reason from {scanned(path)} where list_contains(?, buyer_id)",
                      [[row["buyer_id"] for row in found]])
    why = {row["buyer_id"]: row["reason"] for row in told}
    return tuple(PassedOver(row["buyer_id"], row["source_id"], row["rank"], why[row["buyer_id"]]) for row in found)

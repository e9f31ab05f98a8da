"""Where effort went in a segment and what it returned, counted from what a run knows of its buyers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.snapshots.shelf import Shelf
from marketsofone.project.snapshots.small_tables import asked_rows

_COUNTED = ("touches", "approaches", "answered", "opportunities", "won", "lost", "orders", "contribution")


@dataclass(frozen=True, slots=True)
class Spent:
    """Of the buyers of a segment, over all that is on record up to the date of the run.

    Parameters
    ----------
    touches, approaches, answered : float
        Contacts, those of them that came from us, and approaches that were let in.
    opportunities, won, lost, orders : float
    contribution : float
        Of their orders, major units.
    """

    touches: float
    approaches: float
    answered: float
    opportunities: float
    won: float
    lost: float
    orders: float
    contribution: float


def spent_on(shelf: Shelf, stratum_id: str) -> Spent | None:
    """What was done with the buyers of a stratum, and what came of it; None where the run kept no facts."""
    if "facts" not in shelf.snapshot.tables:
        return None
    parts = shelf.once("effort spent by stratum", lambda: _by_stratum(shelf))
    below = [parts[each] for each in shelf.below(stratum_id) if each in parts]
    return Spent(*map(fsum, zip(*below, strict=True))) if below else Spent(*[0.0] * len(_COUNTED))


def _by_stratum(shelf: Shelf) -> Mapping[str, tuple[float, ...]]:
    """The sums of the buyers that stand in each stratum itself."""
    facts = shelf.snapshot.file("facts")
    sums = ", ".join(f"coalesce(sum({name}), 0)::double as {name}" for name in _COUNTED)
    found = asked_rows(facts, f"select stratum_id, {sums} from {scanned(facts)} join "
                       f"(select buyer_id, stratum_id from {scanned(shelf.snapshot.file('buyers'))}) using (buyer_id) "
                       "group by stratum_id")
    return {str(row["stratum_id"]): tuple(row[name] for name in _COUNTED) for row in found}

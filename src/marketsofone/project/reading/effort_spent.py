"""Where effort went in a segment and what it returned, counted from what a run knows of its buyers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.snapshots.shelf import Shelf
from marketsofone.project.snapshots.small_tables import asked_rows

_COUNTED = ("touches", "approaches", "answered", "opportunities", "won", "lost", "orders", "contribution")


@dataclass(frozen=True, slots=True)
class Spent:
    """Of the buyers of a segment, over all that is on record up to the date of the run; None where nothing tells.

    Parameters
    ----------
    touches, approaches, answered : float or None
        Contacts, those of them that came from us, and approaches that were let in.
    opportunities, won, lost, orders : float or None
    contribution : float or None
        Of their orders, else of what was won, major units.
    """

    touches: float | None
    approaches: float | None
    answered: float | None
    opportunities: float | None
    won: float | None
    lost: float | None
    orders: float | None
    contribution: float | None


def spent_on(shelf: Shelf, stratum_id: str) -> Spent | None:
    """What was done with the buyers of a stratum, and what came of it; None where the run kept no facts."""
    if "facts" not in shelf.snapshot.tables:
        return None
    parts = shelf.once("effort spent by stratum", lambda: _by_stratum(shelf))
    below = [parts[each] for each in shelf.below(stratum_id) if each in parts]
    return Spent(*map(_added, zip(*below, strict=True))) if below else Spent(*[None] * len(_COUNTED))


def _added(parts: Sequence[float | None]) -> float | None:
    """A sum of what is known: None where nothing is."""
    known = [each for each in parts if each is not None]
    return fsum(known) if known else None


def _by_stratum(shelf: Shelf) -> Mapping[str, tuple[float | None, ...]]:
    """The sums of the buyers that stand in each stratum itself."""
    facts = shelf.snapshot.file("facts")
    sums = ", ".join(f"sum({name})::double as {name}" for name in _COUNTED)
    found = asked_rows(facts, f"select stratum_id, {sums} from {scanned(facts)} join "
                       f"(select buyer_id, stratum_id from {scanned(shelf.snapshot.file('buyers'))}) using (buyer_id) "
                       "group by stratum_id")
    return {str(row["stratum_id"]): tuple(row[name] for name in _COUNTED) for row in found}

"""What a run says of one segment beside its scores: identity, verdicts, stability, alarms; as the report words it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketsofone.project.reading.holding_up_marks import marks
from marketsofone.project.showing.figures import currency_of
from marketsofone.project.snapshots.shelf import Row, Shelf
from marketsofone.project.snapshots.small_tables import rows_of

if TYPE_CHECKING:
    from marketsofone.project.statements.entering import Notebook
    from marketsofone.report.identity import Segment as Segment
    from marketsofone.report.verdicts import Pair as Pair


@dataclass(frozen=True, slots=True)
class Steadiness:
    """How well a segment holds up when the market is drawn anew.

    Parameters
    ----------
    value, interval : str
        Mean overlap with the segment most like it, from 0 to 1, and where most draws lie (from 5% to 95% of them, by
        interpolation); empty where only one was drawn.
    words : str
        The mark; empty where there is nothing to warn of.
    refused : bool
        A plan leaves it out: it does not hold up, and nobody accepts it.
    note, by : str
        Why a person accepts it all the same, and who; empty where nobody does.
    statement : int or None
        The number of that statement.
    """

    value: str
    interval: str
    words: str
    refused: bool
    note: str
    by: str
    statement: int | None


def identity_of(shelf: Shelf, row: Row) -> Segment | None:
    """What the buyers of a stratum need, buy, ask, pay with and answer; None where the run kept no identities."""
    from marketsofone.report import identity

    rows = rows_of(shelf.snapshot, "identity")
    own = [each for each in rows if each["stratum_id"] == row["stratum_id"]]
    seen = {each["criterion"] for each in rows if each["value"] is not None}
    return identity.identity_of(row, own, seen, shelf.strata[0]) if own else None


def pairs_of(shelf: Shelf, row: Row) -> tuple[Pair, ...]:
    """The neighbours that the run itself set beside a stratum, with their verdicts."""
    import pyarrow as pa

    from marketsofone.report.verdicts import verdicts

    kept = [each for each in rows_of(shelf.snapshot, "verdicts") if row["path"] in (each["a"], each["b"])]
    return verdicts(pa.Table.from_pylist(kept), shelf.strata[0], currency_of(shelf)) if kept else ()


def steadiness_of(shelf: Shelf, notebook: Notebook, stratum_id: str) -> Steadiness | None:
    """The mark of a segment as the record says now; None where its stability was not measured."""
    from marketsofone.project.reading.holding_up_marks import SUBJECT
    from marketsofone.report import words

    said = notebook.of_kind("override", None, "stratum", stratum_id)
    entry = next((each for each in said if getattr(each.says, "subject", "") == f"{SUBJECT}{stratum_id}"), None)
    note = str(getattr(entry.says, "note", "")) if entry else ""
    mark = marks(shelf.snapshot, {stratum_id: note} if note else {}).get(stratum_id)
    if mark is None:
        return None
    return Steadiness(words.overlap(mark.value), words.overlap_ends(mark.low, mark.high), mark.words, mark.refused,
                      note, entry.stated_by if entry else "", entry.id if entry else None)


def alarms_of(shelf: Shelf, stratum_id: str) -> tuple[tuple[str, ...], int]:
    """The sentences of the alarms that sound at a stratum, and how many were asked there."""
    asked = [row for row in rows_of(shelf.snapshot, "alarms") if row["stratum_id"] == stratum_id]
    return tuple(row["sentence"] for row in asked if row["alarmed"]), len(asked)

"""What changed of a buyer since the run before, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from marketsofone.project.history.grounds import one_currency
from marketsofone.project.reading.buyer_known import earlier_row, run_before
from marketsofone.project.showing.figures import count, currency_of, money
from marketsofone.project.snapshots.shelf import Row, Shelf

_SCORES = ("pull", "competitiveness", "attractiveness")
_TOLD = 0.05
"""A worth of an hour that moved by less than this share is not told."""


def changed_since(shelf: Shelf, row: Row) -> tuple[str, ...]:
    """What is new of a buyer since the run before; empty where nothing is, or there is no earlier run.

    Parameters
    ----------
    row : mapping
        The buyer as this run holds it.
    """
    before = run_before(shelf)
    if before is None:
        return ()
    earlier = earlier_row(shelf, row["buyer_id"])
    if earlier is None:
        return ("new since the run before",)
    if not one_currency(before, shelf.snapshot):
        earlier = {**earlier, "value_per_hour": None}
    return tuple(_told(shelf, earlier, row))


def as_of_before(shelf: Shelf) -> str:
    """The day as of which the run before holds; empty where there is none."""
    before = run_before(shelf)
    return "" if before is None else str(before.manifest.get("as_of") or before.run_id)


def _told(shelf: Shelf, earlier: Row, row: Row) -> Iterator[str]:
    from marketsofone.report import words

    units = {each["score"]: str(each["unit"]) for each in shelf.small("evidence")}
    for score in _SCORES:
        more = (row.get(f"{score}_trials") or 0.0) - (earlier.get(f"{score}_trials") or 0.0)
        if abs(more) >= 1.0:
            yield f"{words.counted(round(abs(more)), units[score])} {'more' if more > 0 else 'fewer'}"
    was, now = earlier.get("value_per_hour"), row.get("value_per_hour")
    if was is not None and now is not None and abs(now - was) > _TOLD * max(abs(was), abs(now)):
        yield f"an hour was worth {money(was, currency_of(shelf))} by its scores"
    if earlier.get("rank") is not None and row.get("rank") is not None and earlier["rank"] != row["rank"]:
        yield f"{'up' if row['rank'] < earlier['rank'] else 'down'} from rank {count(earlier['rank'])}"
    if earlier["path"] != row["path"]:
        yield f"was in {earlier['path']}"

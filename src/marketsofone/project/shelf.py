"""A run held open for many readers: its tables in memory, in the order they are looked up in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import local
from typing import TYPE_CHECKING, Any

from marketsofone.errors import RunMissing
from marketsofone.project.parquet import scanned
from marketsofone.project.snapshot import Snapshot, damage_told

if TYPE_CHECKING:
    import duckdb

Row = Mapping[str, Any]

_ORDER_BY = {
    "rank": "rank", "pull": "pull desc nulls last, rank", "competitiveness": "competitiveness desc nulls last, rank",
    "attractiveness": "attractiveness desc nulls last, rank", "source_id": "source_id, rank",
}
ORDERS = tuple(_ORDER_BY)
"""What buyers can be put in order of."""

_SORTED = {"buyers": "rank", "opportunities": "buyer_id, opportunity_id", "memberships": "buyer_id, level, stratum_id"}
_MEMORY_THREADS = 2


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose buyers may be looked at.

    Parameters
    ----------
    reps : frozenset of int or None
        Only buyers these reps serve; None: every buyer.
    """

    reps: frozenset[int] | None = None

    def holds(self, buyer: Row) -> bool:
        """Whether this buyer may be looked at."""
        return self.reps is None or buyer["rep_id"] in self.reps

    @property
    def condition(self) -> str:
        """The same, for a query."""
        if self.reps is None:
            return "true"
        return f"rep_id in ({', '.join(map(str, sorted(self.reps)))})" if self.reps else "false"


EVERYONE = Scope()


@dataclass(frozen=True, slots=True)
class Listed:
    """One sheet of a list of buyers, and how many the whole list holds."""

    rows: tuple[Row, ...]
    total: int


class Shelf:
    """The results of one run, held in memory; safe to share by threads.

    Loading takes about a second for a million buyers; every look-up after that a few milliseconds at most.

    Raises
    ------
    RunMissing
        A table of the run is missing or damaged.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._held = _loaded(snapshot)
        self._mine = local()

    @cached_property
    def strata(self) -> tuple[Row, ...]:
        """Every stratum, the market first, then level by level."""
        return self._rows("select * from strata order by level, path")

    @cached_property
    def reps(self) -> Mapping[int, Row]:
        """Every rep by ``rep_id``."""
        return {row["rep_id"]: row for row in self.small("reps")}

    def small(self, name: str) -> tuple[Row, ...]:
        """The rows of a table that has few, in the order of its file; none where the run has no such table."""
        if name not in self.snapshot.tables:
            return ()
        path = self.snapshot.file(name)
        with damage_told(path):
            return self._rows(f"from {scanned(path)}")

    def stratum(self, stratum_id: str) -> Row:
        """One stratum.

        Raises
        ------
        RunMissing
            The run has none of that id.
        """
        for row in self.strata:
            if row["stratum_id"] == stratum_id:
                return row
        raise RunMissing(f"Run {self.snapshot.run_id} was asked for one stratum.", "none with that stratum_id.",
                         "m1 strata lists them; a stratum that the evidence no longer carries has gone.")

    def below(self, stratum_id: str) -> tuple[str, ...]:
        """A stratum and every stratum beneath it, by id."""
        found = {self.stratum(stratum_id)["stratum_id"]}
        for row in self.strata:
            if row["parent_id"] in found:
                found.add(row["stratum_id"])
        return tuple(sorted(found))

    def buyer(self, buyer_id: int, scope: Scope = EVERYONE) -> Row:
        """One buyer.

        Raises
        ------
        RunMissing
            The run has none of that id, or it lies outside the scope: one message for both.
        """
        found = self._rows("select * from buyers where buyer_id = ?", [buyer_id])
        if not found or not scope.holds(found[0]):
            raise RunMissing(f"Run {self.snapshot.run_id} was asked for one buyer.",
                             "no buyer of that id that may be shown here.",
                             "m1 rank lists buyers with their ids; who objected to profiling is in no run.")
        return found[0]

    def of_buyer(self, table: str, buyer_id: int) -> tuple[Row, ...]:
        """What ``opportunities`` or ``memberships`` hold of a buyer."""
        return self._rows(f"select * from {table} where buyer_id = ? order by all", [buyer_id])

    def listed(self, scope: Scope = EVERYONE, strata: Sequence[str] | None = None, order: str = "rank",
               start: int = 0, most: int = 50) -> Listed:
        """Buyers in order, a sheet at a time.

        Parameters
        ----------
        scope : Scope
            Whose buyers may be seen.
        strata : sequence of str, optional
            Only buyers that stand in one of these.
        order : str
            One of `ORDERS`.
        start, most : int
            How many to pass over, and how many to give at most.
        """
        where, given = f"where {scope.condition}", []
        if strata is not None:
            where, given = f"{where} and list_contains(?, stratum_id)", [list(strata)]
        total = self._rows(f"select count(*) as n from buyers {where}", given)[0]["n"]
        rows = self._rows(f"select * from buyers {where} order by {_ORDER_BY[order]}, buyer_id "
                          f"limit {int(most)} offset {int(start)}", given)
        return Listed(rows, total)

    def found(self, text: str, scope: Scope = EVERYONE, most: int = 20) -> tuple[Row, ...]:
        """Buyers whose key in the files begins with a text."""
        return self._rows(f"select * from buyers where {scope.condition} and starts_with(lower(source_id), lower(?)) "
                          f"order by source_id, buyer_id limit {int(most)}", [text])

    def _rows(self, query: str, given: Sequence[Any] = ()) -> tuple[Row, ...]:
        cursor = self._cursor().execute(query, list(given))
        names = [column[0] for column in cursor.description]
        return tuple(dict(zip(names, values, strict=True)) for values in cursor.fetchall())

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of this thread's own to the tables they all share."""
        if not hasattr(self._mine, "cursor"):
            self._mine.cursor = self._held.cursor()
        cursor: duckdb.DuckDBPyConnection = self._mine.cursor
        return cursor


def _loaded(snapshot: Snapshot) -> duckdb.DuckDBPyConnection:
    """The tables that are looked up by buyer, in memory."""
    import duckdb

    held = duckdb.connect(config={"threads": _MEMORY_THREADS})
    for name, order in {**_SORTED, "strata": "level, path"}.items():
        path = snapshot.file(name)
        with damage_told(path):
            held.execute(f"create table {name} as from {scanned(path)} order by {order}")
    held.execute("create index buyers_by_id on buyers (buyer_id)")
    return held

"""A run held open for many readers: its tables in memory, in the order they are looked up in."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from threading import local
from typing import TYPE_CHECKING, Any, TypeVar

from marketsofone.errors import RunMissing
from marketsofone.project.snapshots.approach import beside_plan
from marketsofone.project.snapshots.parquet import among, scanned
from marketsofone.project.snapshots.small_tables import rows_of
from marketsofone.project.snapshots.snapshot import INDEX, LINKS, Snapshot, damage_told

if TYPE_CHECKING:
    import duckdb

Row = Mapping[str, Any]
T = TypeVar("T")

_ORDER_BY = {
    "rank": "rank", "place": "place", "pull": "pull desc nulls last, rank",
    "competitiveness": "competitiveness desc nulls last, rank",
    "attractiveness": "attractiveness desc nulls last, rank", "source_id": "source_id, rank",
}
ORDERS = tuple(_ORDER_BY)
"""What buyers can be put in order of."""

_SORTED = {"buyers": "place", "opportunities": "buyer_id, opportunity_id", "memberships": "buyer_id, level, stratum_id"}
_MEMORY_THREADS = 2
_ANSWERS_KEPT = 64
_SHEETS_KEPT, _SHORT = 256, 50
"""Lists of at most so many buyers stay in memory, the latest asked for."""
_IDS = 2**52


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose buyers may be looked at.

    Parameters
    ----------
    reps : frozenset of int or None
        Only buyers these reps serve; None: every buyer.
    without : frozenset of int
        ``buyer_id`` of who is shown to nobody: who objected since the run.
    """

    reps: frozenset[int] | None = None
    without: frozenset[int] = frozenset()

    def holds(self, buyer: Row) -> bool:
        """Whether this buyer may be looked at."""
        return (self.reps is None or buyer["rep_id"] in self.reps) and buyer["buyer_id"] not in self.without

    @property
    def condition(self) -> str:
        """The same, for a query of buyers."""
        return self.of_reps if not self.without else f"{self.of_reps} and buyer_id not in {among(self.without)}"

    @property
    def of_reps(self) -> str:
        """Whose reps may be looked at, for a query."""
        if self.reps is None:
            return "true"
        return f"rep_id in {among(self.reps)}" if self.reps else "false"


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
        self._totals: dict[tuple[Any, ...], int] = {}
        self._worked_out: dict[str, Any] = {}
        self._answers: dict[Hashable, Any] = {}
        self._sheets = lru_cache(maxsize=_SHEETS_KEPT)(self._rows)

    @cached_property
    def strata(self) -> tuple[Row, ...]:
        """Every stratum, the market first, then level by level."""
        return self._rows("select * from strata order by level, path")

    @cached_property
    def reps(self) -> Mapping[int, Row]:
        """Every rep by ``rep_id``."""
        return {row["rep_id"]: row for row in self.small("reps")}

    def keys_of(self, row: Row) -> tuple[str, ...]:
        """The keys of a buyer in the files, the one it is shown by first; merged, it has several."""
        return (row["source_id"], *self._further_keys.get(row["buyer_id"], ()))

    @cached_property
    def _further_keys(self) -> Mapping[int, tuple[str, ...]]:
        """Of buyers with several keys, those they are not shown by."""
        if INDEX not in self.snapshot.tables:
            return {}
        path = self.snapshot.file(INDEX)
        with damage_told(path):
            (keys,) = self._rows(f"select count(*) - (select count(*) from buyers) as further from {scanned(path)}")
            if not keys["further"]:
                return {}
            rows = self._rows(f"select buyer_id, i.source_id from {scanned(path)} i join buyers b using (buyer_id) "
                              "where i.source_id <> b.source_id order by all")
        return {buyer: tuple(row["source_id"] for row in same)
                for buyer, same in groupby(rows, key=lambda row: int(row["buyer_id"]))}

    def small(self, name: str) -> tuple[Row, ...]:
        """The rows of a table that has few, in the order of its file; none where the run has no such table."""
        return rows_of(self.snapshot, name)

    def once(self, name: str, work_out: Callable[[], T]) -> T:
        """What rests on the run alone and on nobody who looks: worked out when first asked for, then kept."""
        if name not in self._worked_out:
            self._worked_out[name] = work_out()
        kept: T = self._worked_out[name]
        return kept

    def lately(self, asked: Hashable, work_out: Callable[[], T]) -> T:
        """The same for what people ask for in many ways: the latest answers are kept, older ones go."""
        if asked not in self._answers:
            self._answers[asked] = work_out()
            while len(self._answers) > _ANSWERS_KEPT:
                with suppress(KeyError, StopIteration, RuntimeError):  # another thread was faster
                    del self._answers[next(iter(self._answers))]
        kept: T = self._answers[asked]
        return kept

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
        raise RunMissing("A segment is looked at in a run that holds it.",
                         f"none of that id in run {self.snapshot.run_id}.",
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
        found = self._rows("select * from buyers where buyer_id = ?", [buyer_id]) if _is_id(buyer_id) else ()
        if not found or not scope.holds(found[0]):
            raise RunMissing("A buyer is looked at in a run that holds it.",
                             f"none of that id that may be shown here in run {self.snapshot.run_id}.",
                             "m1 rank lists buyers with their ids; who objected to profiling is in no run.")
        return found[0]

    def of_buyer(self, table: str, buyer_id: int) -> tuple[Row, ...]:
        """What ``opportunities`` or ``memberships`` hold of a buyer."""
        return self._rows(f"select * from {table} where buyer_id = ? order by all", [buyer_id])

    def beside(self, buyer: Row, scope: Scope = EVERYONE, most: int = 20) -> tuple[Row, ...]:
        """The other buyers of the same account: who else decides there."""
        if buyer["account_id"] is None:
            return ()
        return self._rows(f"select * from buyers where account_id = ? and buyer_id <> ? and {scope.condition} "
                          f"order by rank, buyer_id limit {int(most)}", (buyer["account_id"], buyer["buyer_id"]))

    def listed(self, scope: Scope = EVERYONE, strata: Sequence[str] | None = None, order: str = "rank",
               start: int = 0, most: int = 50, ranked: bool = False, without: Set[int] = frozenset(),
               last: Set[int] = frozenset()) -> Listed:
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
        ranked : bool
            Only buyers that have a rank.
        without : set of int
            Buyers that are not to be listed.
        last : set of int
            Buyers that stand behind all others where the order is that of the rank or of approach.
        """
        where = f"where {scope.condition}{' and rank is not null' if ranked else ''}"
        given: tuple[Any, ...] = ()
        if strata is not None:
            where, given = f"{where} and list_contains(?, stratum_id)", (tuple(strata),)
        if without:
            where = f"{where} and buyer_id not in {among(without)}"
        total = self._counted(where, given)
        behind = f"buyer_id in {among(last)}, " if last and order in ("rank", "place") else ""
        query = (f"select * from buyers {where} order by {behind}{_ORDER_BY[order]}, buyer_id "
                 f"limit {int(most)} offset {int(start)}")
        read = self._sheets if most <= _SHORT else self._rows  # a run never changes: what was asked lately is kept
        return Listed(read(query, given), total)

    def given_hours(self, scope: Scope = EVERYONE) -> int:
        """How many buyers the plan gives hours."""
        return self._counted(f"where {scope.condition} and hours > 0", ())

    def hours_in(self, strata: Sequence[str]) -> float:
        """Hours that the plan gives buyers whose place is one of these strata."""
        (row,) = self._rows("select sum(hours) as n from buyers where list_contains(?, stratum_id)", [tuple(strata)])
        return float(row["n"] or 0.0)

    def _counted(self, where: str, given: tuple[Any, ...]) -> int:
        """How many buyers a condition holds for; a run never changes, so each is counted once."""
        key = (where, *given)
        if key not in self._totals:
            self._totals[key] = self._rows(f"select count(*) as n from buyers {where}", given)[0]["n"]
        return self._totals[key]

    def sheet(self, name: str, scope: Scope = EVERYONE, start: int = 0, most: int = 50) -> Listed:
        """Rows of any table of the run, in the order of its file; of buyers and reps only those in the scope.

        Raises
        ------
        RunMissing
            The run has no such table, or its file is damaged.
        """
        path = self.snapshot.file(name)
        with damage_told(path):
            columns = {row["column_name"] for row in self._rows(f"describe from {scanned(path)}")}
            held = f"from {scanned(path)} where {self._seen(columns, scope)}"
            total = self._rows(f"select count(*) as n {held}")[0]["n"]
            return Listed(self._rows(f"{held} limit {int(most)} offset {int(start)}"), total)

    def _seen(self, columns: Set[str], scope: Scope) -> str:
        """Which rows of a table may be looked at, for a query, by the columns that name buyers or reps."""
        if scope == EVERYONE:
            return "true"
        own = f"from buyers where {scope.condition}"
        if "buyer_id" in columns:
            return f"buyer_id in (select buyer_id {own})"
        if "rep_id" in columns:
            return scope.of_reps
        if {"kind", "id"} <= columns and scope.reps is None:
            return f"not (kind = 'buyer' and id in (select source_id from buyers where not ({scope.condition})))"
        if {"kind", "id"} <= columns:  # a ledger of segments, buyers and reps, by their keys in the files
            reps = f"select source_id from {scanned(self.snapshot.file('reps'))} where {scope.of_reps}"
            return (f"(kind = 'segment' or kind = 'buyer' and id in (select source_id {own}) "
                    f"or kind = 'rep' and id in ({reps}))")
        return "true"

    def ids(self, scope: Scope) -> frozenset[int]:
        """``buyer_id`` of those one may look at."""
        return frozenset(row["buyer_id"] for row in self._rows(f"select buyer_id from buyers where {scope.condition}"))

    def keys(self, buyers: Set[int]) -> Mapping[int, str]:
        """The source's keys of buyers, by their ids; of those that have one."""
        rows = self._rows("select buyer_id, source_id from buyers where list_contains(?::bigint[], buyer_id) "
                          "and source_id is not null", [sorted(buyers)])
        return {row["buyer_id"]: row["source_id"] for row in rows}

    def accounts(self, rows: Sequence[Row]) -> Mapping[int, str]:
        """Of buyers that are not accounts themselves, the source's key of the account they are of."""
        of = {row["buyer_id"]: row["account_id"] for row in rows if row["kind"] != "account"
              and row["account_id"] not in (None, row["buyer_id"])}
        if not of or LINKS not in self.snapshot.tables:
            return {}
        path = self.snapshot.file(LINKS)
        with damage_told(path):
            links = self._rows(f"select entity_id, min(source_id) as key from {scanned(path)} where entity = 'account' "
                               "and list_contains(?::bigint[], entity_id) group by entity_id", [sorted({*of.values()})])
        keys = {row["entity_id"]: str(row["key"]) for row in links}
        return {buyer: keys[account] for buyer, account in of.items() if account in keys}

    def shown_keys(self, keys: Set[str], scope: Scope) -> frozenset[str]:
        """Those of some keys that are of a buyer one may look at."""
        if not keys:
            return frozenset()
        merged = [buyer for buyer, further in self._further_keys.items() if not keys.isdisjoint(further)]
        rows = self._rows(f"select buyer_id, source_id from buyers where {scope.condition} "
                          "and (list_contains(?, source_id) or list_contains(?::bigint[], buyer_id))",
                          [sorted(keys), merged])
        return frozenset(key for row in rows for key in self.keys_of(row) if key in keys)

    def found(self, text: str, scope: Scope = EVERYONE, most: int = 20) -> tuple[Row, ...]:
        """Buyers whose key in the files begins with a text."""
        return self._rows(f"select * from buyers where {scope.condition} and starts_with(lower(source_id), lower(?)) "
                          f"order by source_id, buyer_id limit {int(most)}", [text])

    def _rows(self, query: str, given: Sequence[Any] = ()) -> tuple[Row, ...]:
        cursor = self._cursor().execute(query, [list(each) if isinstance(each, tuple) else each for each in given])
        names = [column[0] for column in cursor.description]
        return tuple(dict(zip(names, values, strict=True)) for values in cursor.fetchall())

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of this thread's own to the tables they all share."""
        if not hasattr(self._mine, "cursor"):
            self._mine.cursor = self._held.cursor()
        cursor: duckdb.DuckDBPyConnection = self._mine.cursor
        return cursor


def _is_id(number: int) -> bool:
    """Whether a number can be an id at all; one that cannot is nobody's, whatever a database makes of it."""
    return 0 <= number < _IDS


def _loaded(snapshot: Snapshot) -> duckdb.DuckDBPyConnection:
    """The tables that are looked up by buyer, in memory."""
    import duckdb

    held = duckdb.connect(config={"threads": _MEMORY_THREADS})
    for name, order in {**_SORTED, "strata": "level, path"}.items():
        path = snapshot.file(name)
        rows = beside_plan(snapshot) if name == "buyers" else f"from {scanned(path)}"
        with damage_told(path):
            held.execute(f"create table {name} as ({rows}) order by {order}")
    held.execute("create index buyers_by_id on buyers (buyer_id)")
    return held

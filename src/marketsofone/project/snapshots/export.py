"""Every result as CSV and Parquet, for people and programs that go on with it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from shlex import join
from typing import TYPE_CHECKING

from marketsofone.errors import RunInterrupted
from marketsofone.project.snapshots.parquet import quoted, scanned
from marketsofone.project.snapshots.plan_totals import TOTALS, has_totals, plan_totals
from marketsofone.project.snapshots.snapshot import Snapshot, damage_told
from marketsofone.project.snapshots.writing import disk_problems_told

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

EXPORTED = ("buyers", "opportunities", "strata", "memberships", "entity_link", "quarantine", "health", "findings",
            "evidence", "trials", "reps", "marketing_segments", "crosswalk", "stability", "segments",
            "segment_members", "alarms", "verdicts", "identity", "plan", "segment_choice", "drain")
"""The tables that leave a project, totals of its plan beside them; columns are a contract (docs/architecture.md)."""

_EXECUTED = "^[=+\\-@\\t\\r\\n＝＋－＠]"
_NUMBER = "^[+-]?[0-9]+([.,][0-9]+)*$"


def harmless(text: str) -> str:
    """A text as a cell of CSV: with an apostrophe before what a spreadsheet would run as a formula.

    Examples
    --------
    >>> harmless("=1+1"), harmless("-5"), harmless("won 8 of 10")
    ("'=1+1", '-5', 'won 8 of 10')
    """
    return f"'{text}" if re.search(_EXECUTED, text) and not re.search(_NUMBER, text) else text


def export_snapshot(snapshot: Snapshot, to: Path, without: Set[int] = frozenset(), people: Set[int] = frozenset(),
                    unlisted: Set[int] = frozenset()) -> tuple[Path, ...]:
    """Writes the results of a run into a folder, each table as CSV and as Parquet.

    CSV is UTF-8 with a header, decimal points and empty cells for what is not known. A text that a
    spreadsheet would take for a formula gets a leading apostrophe there; a text that is a plain number
    cannot be one and stays as it is. Parquet holds every text untouched. Files of these names that are
    already in the folder are replaced, one by one, each whole.

    Parameters
    ----------
    snapshot : Snapshot
        The run. Who objected to profiling is not in it and so cannot leave with it.
    to : Path
        The folder; made where it does not exist.
    without : set of int
        ``buyer_id`` of who objected since the run: no row of theirs leaves. Sums over many stay as the run holds them.
    people : set of int
        ``contact_id`` of people who objected since the run, buyers or not.
    unlisted : set of int
        ``buyer_id`` of who may not be contacted since the run: they leave without a rank, and no line of the plan is
        theirs.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    RunInterrupted
        The disk is full or cannot be written to, or a file stands where the folder should.
    RunMissing
        A table is damaged.
    """
    import duckdb

    if to.exists() and not to.is_dir():
        raise RunInterrupted("An export writes its files to a folder.", f"a file at {to}.",
                             "Name another folder:\n  m1 export --to <folder>")
    again = join(("m1", "export", str(snapshot.path.parent.parent), "--to", str(to)))
    with disk_problems_told("An export writes its files", to, again):
        to.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            leaving = _Leaving(connection, snapshot, without, people, unlisted)
            names = [name for name in (*EXPORTED, TOTALS) if leaving.holds(name)]
            return tuple(path for name in names for path in _export_table(connection, leaving.rows(name), name, to))


def leaving_table(snapshot: Snapshot, name: str, without: Set[int] = frozenset(), people: Set[int] = frozenset(),
                  unlisted: Set[int] = frozenset()) -> pa.Table:
    """A table of a run as `export_snapshot` writes it.

    Raises
    ------
    RunMissing
        The run has no such table, or it is damaged.
    """
    import duckdb

    with duckdb.connect() as connection:
        rows = _Leaving(connection, snapshot, without, people, unlisted).rows(name)
        if rows.whole:
            return snapshot.table(name)
        with damage_told(rows.file):
            return connection.execute(rows.query).to_arrow_table()


@dataclass(frozen=True, slots=True)
class _Rows:
    """What leaves of a table: a query, the file that it reads, and whether the file leaves as it is."""

    query: str
    file: Path
    whole: bool


class _Leaving:
    """The tables of a run as they leave it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, without: Set[int],
                 people: Set[int], unlisted: Set[int]) -> None:
        self._connection, self._snapshot = connection, snapshot
        self._gone, self._unlisted = bool(without or people), bool(unlisted)
        if self._gone:
            _note_gone(connection, snapshot, without, people)
        connection.execute("create temp table unlisted as select unnest(?::bigint[]) as id", [sorted(unlisted)])

    def holds(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return name in self._snapshot.tables or (name == TOTALS and has_totals(self._snapshot))

    def rows(self, name: str) -> _Rows:
        """A table, without the rows that stay.

        Raises
        ------
        RunMissing
            The run has no such table.
        """
        if name == TOTALS:
            self._connection.register(TOTALS, plan_totals(self._snapshot))
            return _Rows(f"from {TOTALS}", self._snapshot.file("plan"), False)
        file = self._snapshot.file(name)
        staying = _staying(self._connection, name, file) if self._gone else ""
        query, listing = f"from {scanned(file)}{staying}", self._unlisted and name in _LISTING
        return _Rows(_LISTING[name].format(f"({query})") if listing else query, file, not (staying or listing))


def _note_gone(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, without: Set[int], people: Set[int]) -> None:
    """Tables of who does not leave: ids of buyers, of their accounts and people there, of opportunities, and keys."""
    buyers, deals = scanned(snapshot.file("buyers")), scanned(snapshot.file("opportunities"))
    connection.execute(f"create temp table gone as select buyer_id as id, account_id, source_id from {buyers} "
                       "where list_contains(?, buyer_id)", [sorted(without)])
    connection.execute(f"create temp table gone_deal as select opportunity_id as id from {deals} "
                       "where buyer_id in (select id from gone)")
    connection.execute(f"create temp table gone_account as select account_id as id from gone except "
                       f"select account_id from {buyers} where buyer_id not in (select id from gone)")
    connection.execute(f"create temp table gone_person as {_people_there(snapshot)}")
    connection.execute("insert into gone_person select unnest(?::bigint[])", [sorted(people)])


def _people_there(snapshot: Snapshot) -> str:
    """SQL of the people who work at accounts that do not leave, and at no other."""
    if "people" not in snapshot.tables:
        return "select null::bigint as id where false"
    of_account = f"select contact_id as id from {scanned(snapshot.file('people'))} where account_id"
    return f"{of_account} in (select id from gone_account) except {of_account} not in (select id from gone_account)"


_STAYING = {
    "entity_link": "not (entity = 'opportunity' and entity_id in (select id from gone_deal)) "
                   "and entity_id not in (from gone select id union all from gone_account union all from gone_person)",
    "drain": "not (kind = 'buyer' and id in (select source_id from gone))",
    "people": "contact_id not in (select id from gone_person)",
}
"""Which rows leave of tables that name buyers otherwise than by ``buyer_id``."""


_LISTING = {
    "buyers": "select * replace (case when buyer_id not in (from unlisted) then rank end as rank) from {}",
    "plan": "from {} where buyer_id not in (from unlisted)",
}
"""Tables that say whom to approach, as they leave once somebody may not be contacted any more."""


def _staying(connection: duckdb.DuckDBPyConnection, name: str, source: Path) -> str:
    columns = {row[0] for row in connection.execute(f"describe select * from {scanned(source)}").fetchall()}
    if name in _STAYING:
        return f" where {_STAYING[name]}"
    return " where buyer_id is null or buyer_id not in (select id from gone)" if "buyer_id" in columns else ""


def _export_table(connection: duckdb.DuckDBPyConnection, rows: _Rows, name: str, to: Path) -> tuple[Path, Path]:
    unfinished = to / f".{name}.unfinished"
    csv, parquet = to / f"{name}.csv", to / f"{name}.parquet"
    try:
        with damage_told(rows.file):
            connection.execute(f"copy ({_harmless(connection, rows)} from ({rows.query})) to '{quoted(unfinished)}' "
                               "(format csv, header true)")
        unfinished.replace(csv)
        if rows.whole:
            shutil.copyfile(rows.file, unfinished)
        else:
            connection.execute(f"copy ({rows.query}) to '{quoted(unfinished)}' (format parquet)")
        unfinished.replace(parquet)
    finally:
        unfinished.unlink(missing_ok=True)
    return csv, parquet


def _harmless(connection: duckdb.DuckDBPyConnection, rows: _Rows) -> str:
    """What to select of a table so that no text is taken for a formula."""
    columns = connection.execute(f"describe {rows.query}").fetchall()
    cells = [_harmless_text(name) if kind == "VARCHAR" else f'"{name}"' for name, kind, *_ in columns]
    return f"select {', '.join(cells)}"


def _harmless_text(name: str) -> str:
    return (f"case when regexp_matches(\"{name}\", '{_EXECUTED}') and not regexp_matches(\"{name}\", "
            f"'{_NUMBER}') then '''' || \"{name}\" else \"{name}\" end as \"{name}\"")

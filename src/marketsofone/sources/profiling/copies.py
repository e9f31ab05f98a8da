"""Files of a folder that say the same twice: a copy of another, or an export that overlaps with one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from marketsofone.sources.profiling.columns import FileProfile
from marketsofone.sources.sql import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def without_copies(con: DuckDBPyConnection, profiles: Sequence[FileProfile]) -> tuple[list[FileProfile], list[str]]:
    """The files without copies of another, the shortest name kept; and a sentence for what is said twice.

    Rows that two files of the same columns share are only told of: whether they are one sale or two, nobody can tell.
    """
    kept: list[FileProfile] = []
    said = []
    for one in sorted(profiles, key=lambda each: len(each.source.name)):
        twin = next((other for other in kept if other.digest == one.digest), None)
        if twin is None:
            kept.append(one)
        else:
            said.append(f"{one.source.name}: a copy of {twin.source.name}; only that one is used.")
    kept = [one for one in profiles if any(one is each for each in kept)]
    for place, one in enumerate(kept):
        for other in kept[:place]:
            rows = _shared_rows(con, one, other)
            if rows:
                said.append(f"{one.source.name}: {rows:,} of its {one.rows:,} rows stand word for word in "
                            f"{other.source.name} too; order lines and touches among them count twice. Leave them "
                            "out of one file, for instance with where.")
    return kept, said


def _shared_rows(con: DuckDBPyConnection, one: FileProfile, other: FileProfile) -> int:
    """Rows that stand alike in two files of the same columns."""
    names = [column.name for column in one.columns]
    if len(names) < 2 or sorted(names) != sorted(column.name for column in other.columns):
        return 0
    mine, theirs = (f"select {', '.join(each.column(name).text + ' as ' + quoted(name) for name in names)} "
                    f"from {each.relation}" for each in (one, other))
    return int(con.execute(f"select count(*) from ({mine} intersect all {theirs})").fetchall()[0][0])

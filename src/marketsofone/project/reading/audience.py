"""An audience: the buyers of a marketing segment in a sales segment, as keys to go on with elsewhere."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from io import StringIO
from itertools import islice
from typing import Any

from marketsofone.errors import RunMissing
from marketsofone.project.reading.unlisted import unlisted
from marketsofone.project.snapshots.export import harmless
from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.snapshots.shelf import EVERYONE, Scope, Shelf
from marketsofone.project.snapshots.snapshot import Snapshot
from marketsofone.project.statements.entering import looked_up
from marketsofone.sources.spelling import nearest

COLUMNS = ("buyer", "kind", "class", "segment", "share", "probability")
"""Of an audience: the source's key of a buyer and what it is; its most likely class and how likely; the segment, and
how far it stands there."""

_AT_ONCE = 5_000
_DIGITS = 6


def audience(shelf: Shelf, barred: Set[int], scope: Scope, stratum_id: str, name: str, start: int = 0,
             most: int | None = None) -> Iterator[dict[str, Any]]:
    """The buyers of a class in a stratum, each once: `COLUMNS`, by their keys.

    Who may not be contacted is left out.

    Parameters
    ----------
    barred : set of int
        ``buyer_id`` of who objected, or took back a basis, since the run (`unlisted`).
    scope : Scope
        Whose buyers may leave.
    stratum_id, name : str
        The sales segment, and the class.
    start, most : int
        How many to pass over, and to give at most; absent: all.

    Raises
    ------
    RunMissing
        The run has no such stratum or class, or no marketing segments.
    """
    stratum = shelf.stratum(stratum_id)
    _require(shelf.snapshot, name)
    limited = "" if most is None else f" limit {int(most)} offset {int(start)}"
    query = (f"select b.source_id, b.kind, m.share, c.probability {_reached(shelf.snapshot, barred, scope)} "
             f"order by b.source_id, b.buyer_id{limited}")
    return _rows(query, [stratum_id, stratum["level"], name], str(stratum["path"]))


def audience_size(shelf: Shelf, barred: Set[int], scope: Scope, stratum_id: str, name: str) -> int:
    """How many buyers an `audience` holds."""
    import duckdb

    given = [stratum_id, shelf.stratum(stratum_id)["level"], name]
    with duckdb.connect() as engine:
        [(size,)] = engine.execute(f"select count(*) {_reached(shelf.snapshot, barred, scope)}", given).fetchall()
    return int(size)


def audience_file(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """An audience as lines of CSV with a header.

    A text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    yield _written([COLUMNS])
    rest = iter(rows)
    while some := list(islice(rest, _AT_ONCE)):
        yield _written([harmless(value) if isinstance(value, str) else value for value in row.values()] for row in some)


def audience_now(run: Snapshot, stratum_id: str, name: str) -> list[dict[str, Any]]:
    """An audience of all buyers of a run, as its project's record stands."""
    with looked_up(run.path.parents[1]) as notebook:
        barred = unlisted(run, notebook)
    return list(audience(Shelf(run), barred, EVERYONE, stratum_id, name))


def _require(run: Snapshot, name: str) -> None:
    import duckdb

    with duckdb.connect() as engine:
        found = engine.execute(f"select distinct class from {scanned(run.file('marketing_segments'))}").fetchall()
    classes = [one for (one,) in found if one is not None]
    if name not in classes:
        close = nearest(name, classes)
        said = f"If '{close}' is meant, write that. " if close else ""
        raise RunMissing(f"Run {run.run_id} was asked for the buyers of one marketing segment.", "none of that name.",
                         f"{said}m1 crosswalk lists them.")


def _reached(run: Snapshot, barred: Set[int], scope: Scope) -> str:
    """From which rows an audience is told, given the stratum, its level and the class."""
    members, classes, buyers = (scanned(run.file(each)) for each in ("memberships", "marketing_segments", "buyers"))
    reached = replace(scope, without=scope.without | barred)
    return (f"from {members} m join {classes} c using (buyer_id) join {buyers} b using (buyer_id) "
            "where m.stratum_id::varchar = ? and m.level = ? and m.share > 0 and c.class = ? and b.rank is not null "
            f"and {reached.condition}")


def _rows(query: str, given: Sequence[Any], path: str) -> Iterator[dict[str, Any]]:
    import duckdb

    with duckdb.connect() as engine:
        cursor = engine.execute(query, list(given))
        while rows := cursor.fetchmany(_AT_ONCE):
            for key, kind, share, probability in rows:
                yield dict(zip(COLUMNS, (key or "", kind, given[-1], path, round(share, _DIGITS),
                                         round(probability, _DIGITS)), strict=True))


def _written(rows: Iterable[Sequence[Any]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()

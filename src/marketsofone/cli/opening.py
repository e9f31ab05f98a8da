"""The command that opens a number to the rows behind it: rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from marketsofone.cli.options import HERE, Format, Project, Rows, Run, Score
from marketsofone.cli.sheet import Column, Row, note_objected, show

if TYPE_CHECKING:
    from pathlib import Path

    from marketsofone.project.reading.rows import RowsRead

Asked = Annotated[str | None, Parameter(show_default=False)]


def rows(project: Project = HERE, *, buyer: Asked = None, stratum: Asked = None, segment: Asked = None,
         score: Annotated[Score | None, Parameter(show_default=False)] = None, limit: Rows = 20,
         run: Run = "latest", format: Format = "table") -> None:
    """Show the rows that the numbers of a buyer, a stratum or a segment written by hand were counted from.

    Each row is opened in its source while the file is the very one the run read; else the row says
    that the file changed. Keys of people and e-mails stay in the file. Beside an opportunity that tells no
    amount of its own stand its lines, and beside what tells no cost the products it was counted from.

    Parameters
    ----------
    buyer
        The source's key of a buyer, or its buyer_id.
    stratum
        A stratum by its id, path, name or value.
    segment
        A segment of market.toml or a frozen list, as m1 segment list shows them.
    score
        Only what one score was counted from.
    limit
        Rows to print; what all of them add up to is always told.
    """
    from marketsofone.project.reading.between_runs import objected_since, require_unobjected
    from marketsofone.project.reading.rows import RowRead, read_rows
    from marketsofone.project.reading.rows_opening import open_rows
    from marketsofone.project.snapshots.readback import buyer_id_of
    from marketsofone.project.snapshots.snapshot import open_snapshot

    snapshot = open_snapshot(project, run)
    if buyer is not None:
        require_unobjected(snapshot, buyer_id_of(snapshot, buyer))
    without = objected_since(snapshot) if stratum is not None else ()
    members = None if segment is None else _members(project, segment, snapshot.run_id)
    found = read_rows(snapshot, buyer=buyer, stratum=stratum, members=members, score=score, limit=limit,
                      without=without)
    opened = open_rows(project, snapshot, found.rows)
    told = [{**asdict(each.row), "holds": each.holds, "why_not": each.why_not,
             "beside": tuple(asdict(one) for one in each.beside)} for each in opened]
    if format == "table":
        _print_sums(found)
    if stratum is not None:
        note_objected(snapshot, format, without)
    if format == "csv":
        told = [{**row, "holds": _words(row), "beside": _beside(row)} for row in told]
    show(told, _COLUMNS, format, names=[*(field.name for field in fields(RowRead)), "holds", "why_not", "beside"])


def _members(project: Path, segment: str, run: str) -> list[int]:
    """Who is in a segment; who objected since the run is not."""
    from marketsofone.project.segments.asking import asking

    with asking(project, run) as asker:
        return [row["buyer_id"] for row in asker.engine.to_pyarrow(asker.members(segment)).to_pylist()]


def _print_sums(found: RowsRead) -> None:
    from marketsofone.project.words import counted

    if not found.added:
        print("No row was counted: all of it is borrowed.")
    for each in found.added:
        beside = f", and {counted(each.judgements, 'judgement')} beside" if each.judgements else ""
        print(f"{each.score}: {counted(each.rows, 'row')} worth {counted(each.trials, 'trial')}, "
              f"{each.total:,.2f} in total{beside}")


def _words(row: Row) -> str:
    """What a row holds, or why it could not be opened."""
    return str(row["why_not"]) or _told(row["holds"])


def _beside(row: Row) -> tuple[str, ...]:
    """What the rows hold that its amount or its cost was added up from."""
    return tuple(f"{each['source']} {each['source_row']:,}: {_told(each['holds'])}" for each in row["beside"])


def _told(holds: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in holds.items())


_COLUMNS = (
    Column("score", lambda row: row["score"]),
    Column("row", lambda row: f"{row['source']} {row['source_row']:,}"),
    Column("counts as", lambda row: row["table_name"]),
    Column("trials", lambda row: f"{row['trials']:,.2f}", right=True),
    Column("total", lambda row: f"{row['total']:,.2f}", right=True),
    Column("what it holds", lambda row: "\n  ".join((_words(row), *_beside(row)))),
)

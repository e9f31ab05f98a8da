"""Commands about what a segment is: its sales identity, and the name people use for it."""

from __future__ import annotations

import getpass
from typing import Annotated

from cyclopts import Parameter

from marketsofone.cli.options import HERE, By, Format, Project, Run
from marketsofone.cli.sheet import Column, Row, show

Stratum = Annotated[str, Parameter(name="STRATUM", help="A stratum by its id, path or name, or what it is called.")]
NewName = Annotated[str, Parameter(name="NAME", help="What people call it.")]


def identity(stratum: Stratum, project: Project = HERE, *, run: Run = "latest", format: Format = "table") -> None:
    """Show the sales identity of a segment: what its buyers need, buy, ask, pay with, answer and consider.

    It departs from its parent where that is shown beyond chance, all that was looked at paid for.
    """
    from marketsofone.project.comparing.distinguishing import called
    from marketsofone.project.reading.identity_reading import read_identity
    from marketsofone.project.words import plain

    found = read_identity(project, stratum, run)
    if format != "table":
        show(found.rows, (), format)
        return
    print(plain(found.path) if not found.called else f"{plain(found.called)}: {plain(found.path)}")
    first = {row["criterion"]: (row["criterion"], row["value"]) for row in reversed(found.rows)}
    show(found.rows, (
        Column("criterion", lambda row: called(row["criterion"]) if first[row["criterion"]] == _key(row) else ""),
        Column("value", lambda row: row["value"] or "no record"),
        Column("share\nof buyers", _share, right=True),
        Column("parent", lambda row: _percent(row["parent_share"]), right=True),
        Column("known\nbuyers", _known, right=True), Column("beside its parent", _beside)), "table")


def name(stratum: Stratum, called: NewName, project: Project = HERE, *, by: By = "") -> None:
    """Name a segment; the name stays with it in every run that finds it again.

    A stratum is known by the values that make it: cut otherwise, it is another one.
    """
    from marketsofone.project.statements.naming import state_name
    from marketsofone.project.words import plain

    path = state_name(project, stratum, called, by or getpass.getuser())
    print(f"Written down for {plain(path)}. It shows from the next run on.")


def _key(row: Row) -> tuple[str, str]:
    return row["criterion"], row["value"]


def _beside(row: Row) -> str:
    """How a value stands beside the parent of the segment; nothing where there is no record at all."""
    return row["reason"] if row["value"] is not None else ""


def _share(row: Row) -> str:
    from marketsofone.project.words import interval

    if row["share"] is None:
        return ""
    return f"{_percent(row['share'])}\n{interval(row['low'], row['high'], 'share', '')}"


def _percent(share: float | None) -> str:
    from marketsofone.project.words import number

    return "" if share is None else number(share, "share", "")


def _known(row: Row) -> str:
    from marketsofone.project.words import count

    return count(row["buyers"])

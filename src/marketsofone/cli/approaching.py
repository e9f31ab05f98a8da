"""Command today: whom to approach now, as the page Today lists them."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from marketsofone.cli.options import HERE, Format, Project, Run
from marketsofone.cli.sheet import Column, assumed, show

Moves = Annotated[int, Parameter(validator=Number(gte=1, lte=100_000))]
Rep = Annotated[str, Parameter(show_default=False)]


def today(project: Project = HERE, *, rep: Rep = "", top: Moves = 7, run: Run = "latest",
          format: Format = "table") -> None:
    """Show whom to approach now, as the page Today lists them.

    In the order of approach, in the words and digits of the page; with --rep one rep's own list, with csv as a file.
    Who may not be contacted, and whose move was answered or put off, is left out.

    Parameters
    ----------
    rep
        Only buyers of this rep, by its key in your files.
    top
        Moves to print.
    """
    from marketsofone.project.showing.today import lines_today
    from marketsofone.project.snapshots.snapshot import open_snapshot

    snapshot = open_snapshot(project, run)
    rows = lines_today(snapshot, rep, top)
    show(rows, _COLUMNS, format, "; ".join(["Today", *assumed(snapshot)]), ("place", "buyer"),
         "Nobody to approach: nobody that may be contacted is left, or every move is answered.")


_COLUMNS = (
    Column("", lambda row: row["place"], right=True),
    Column("buyer", lambda row: "\n".join(filter(None, (row["buyer"], row["account"], row["segment"])))),
    Column("an hour\nearns", lambda row: f"{row['an hour earns'] or 'not known'}\n{row['an hour earns 90% interval']}",
           right=True),
    Column("why, and how", lambda row: "\n".join(filter(None, (
        row["in words"].replace("; ", "\n"), row["approach by"] and f"Approach by {row['approach by']}.",
        row["last touch"] and f"Last touch {row['last touch']}.", row["plan"],
        row["changed"] and f"New: {row['changed']}.", row["wishes"])))))

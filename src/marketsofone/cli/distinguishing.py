"""The command that sets two groups of buyers side by side: distinct."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from marketsofone.cli.options import HERE, Format, Project, Run
from marketsofone.cli.sheet import Column, Row, show

if TYPE_CHECKING:
    from marketsofone.project.comparing.distinguishing import Distinguished

_GROUP = ("A stratum by its id, path or name; a segment or frozen list by its name; a rule after rule:; or buyers "
          "by their ids, with commas between them, or @ and a file with one on each line.")
GroupA = Annotated[str, Parameter(name="A", help=_GROUP)]
GroupB = Annotated[str, Parameter(name="B", help="The group to set beside it, named in the same ways.")]


def distinct(first: GroupA, second: GroupB, project: Project = HERE, *, margin: float = 0.10,
             amount_margin: float = 0.10, level: float = 0.05, run: Run = "latest", format: Format = "table") -> None:
    """Show whether two groups are different sales segments: one verdict a criterion, and how sure.

    Alike means shown to lie within the margin. Cannot tell yet is an answer too: it says how many buyers it takes.

    Parameters
    ----------
    margin
        Shares this close make no difference to what you do: 0.10 is ten points.
    amount_margin
        The same for money and other amounts, as a share of what is typical.
    level
        Share of what is called different that may be wrong.
    """
    from marketsofone.project.comparing.distinguishing import Asked, distinguish

    found = distinguish(project, [(first, second)], Asked(level, margin, amount_margin), run)
    rows = [verdict.row() for verdict in found.verdicts]
    if format == "table":
        _print(found, rows)
    else:
        show(rows, (), format)


def _print(found: Distinguished, rows: Sequence[Row]) -> None:
    from marketsofone.project.comparing.distinguishing import called
    from marketsofone.project.words import plain, typical_told

    currency = found.currency
    if rows:
        print(f"A: {plain(rows[0]['a'])}\nB: {plain(rows[0]['b'])}")
    show(rows, (
        Column("criterion", lambda row: f"{called(row['criterion'])}\n{_on(row)}".rstrip()),
        Column("verdict", lambda row: f"{row['verdict']}{' by construction' if row['by_construction'] else ''}"),
        Column("A\nB", lambda row: "\n".join(_seen(row, end, currency) for end in "ab"), right=True),
        Column("apart by", lambda row: _effect(row, currency), right=True),
        Column("buyers\n(trials)", lambda row: "\n".join(_behind(row, end) for end in "ab"), right=True),
        Column("needed\na side", _needed, right=True),
    ), "table")
    typical = typical_told(row["unit"] for row in rows if row["buyers_a"] + row["buyers_b"] > 0)
    for note in (typical, *found.notes) if typical else found.notes:
        print(plain(note))


def _on(row: Row) -> str:
    """The value that the figures of a profile are about."""
    return f"  {row['on']}" if row["on"] else ""


def _seen(row: Row, end: str, currency: str) -> str:
    """What one group shows."""
    from marketsofone.project.words import measured, number

    value, unit = row[f"value_{end}"], row["unit"]
    if unit == "number":
        return "" if value is None else measured(value)
    return "no record" if value is None else number(value, "money" if unit == "money" else "share", currency)


def _effect(row: Row, currency: str) -> str:
    """How far the groups are apart, with the interval under it."""
    from marketsofone.project.words import apart_between, apart_by

    apart = apart_by(row["effect"], row["unit"], currency)
    return f"{apart}\n{apart_between(row, currency)}" if apart else ""


def _behind(row: Row, end: str) -> str:
    """Buyers, and their trials where a buyer can have several."""
    from marketsofone.project.words import count

    buyers, trials = (count(row[f"{name}_{end}"]) for name in ("buyers", "trials"))
    return f"{buyers} ({trials})" if row["unit"] in ("share", "money") else buyers


def _needed(row: Row) -> str:
    from marketsofone.project.words import count

    return "" if row["needed"] is None else count(row["needed"])

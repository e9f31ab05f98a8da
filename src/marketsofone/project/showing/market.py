"""The market as a picture of strata, from our side and from the buyers'; drawn by the report's own hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from marketsofone.project.showing.figures import currency_of
from marketsofone.project.snapshots.shelf import Row, Shelf
from marketsofone.project.snapshots.small_tables import rows_of

if TYPE_CHECKING:
    from marketsofone.report.figures import Ruler
    from marketsofone.report.icicle import Icicle as Icicle
    from marketsofone.report.portfolio import Portfolio as Portfolio

WISHES_FIRST = ("needs", "version", "adjustment", "approach", "payment", "site", "competitors", "end_customers")
"""Criteria in the order in which a buyer would speak of them: what it wishes, how it wishes to buy, whom it meets."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What most buyers of a stratum want, or are, by one criterion.

    Parameters
    ----------
    value, share, interval : str
        The most frequent value; empty where nothing is recorded of these buyers.
    departs : bool
        Whether it is shown to differ from the rest of what the stratum lies in.
    """

    value: str
    share: str
    interval: str
    departs: bool


NOTHING = Wanted("", "", "", False)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What buyers want, stratum by stratum: the criteria with any evidence, and a line of values for each stratum."""

    criteria: tuple[str, ...]
    lines: dict[str, tuple[Wanted, ...]]


def axes_known() -> tuple[tuple[str, str], ...]:
    """What can stand on an axis: its name in addresses, and its title."""
    from marketsofone.report.glossary import SHOWN

    return tuple((score.name, score.title) for score in SHOWN)


def portfolio_picture(shelf: Shelf, rows: Sequence[Row], axes: Sequence[str],
                      third: Literal["size", "colour"] = "size") -> Portfolio:
    """Strata as bubbles.

    Parameters
    ----------
    rows : sequence of rows
        Of the table ``strata``.
    axes : sequence of str
        What runs across, what up, and what the third shows, if any; names of :func:`axes_known`.
    third : {"size", "colour"}
        Where the third is colour, or there is none, the area of a bubble stands for its buyers.
    """
    from marketsofone.report.glossary import SHOWN
    from marketsofone.report.portfolio import MOST_BUBBLES, MOST_NUMBERED, laid_out

    by_name = {score.name: score for score in SHOWN}
    largest = sorted(rows, key=lambda row: (-row["buyers"], row["stratum_id"]))[:MOST_BUBBLES]
    return laid_out(largest, best_first(rows)[:MOST_NUMBERED], len(rows), _ruler(shelf, rows),
                    [by_name[name] for name in axes], third)


def best_first(rows: Sequence[Row]) -> list[Row]:
    """Strata in the order in which an hour earns most there, those of unknown value last, by size."""
    return sorted(rows, key=lambda row: (row["value_per_hour"] is None, -(row["value_per_hour"] or 0.0),
                                         -row["buyers"], row["stratum_id"]))


def branch_picture(shelf: Shelf, top: str | None = None) -> Icicle:
    """The tree as blocks, or the branch that hangs on one stratum."""
    from marketsofone.report.icicle import icicle

    rows = list(shelf.strata)
    return icicle(rows, _ruler(shelf, rows), top)


def wishes_of(shelf: Shelf, rows: Sequence[Row]) -> Wishes:
    """What the buyers of strata want, by the criteria of which anything is recorded, wishes first.

    Each value is the most frequent one among the buyers of whom the criterion is known.
    """
    from marketsofone.strata.distinct_criteria import called

    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows_of(shelf.snapshot, "identity"):
        name = row["criterion"]
        if row["value"] is not None and name.partition(": ")[0] in WISHES_FIRST:
            best = found[name].get(row["stratum_id"])
            if best is None or row["share"] > best["share"]:
                found[name][row["stratum_id"]] = row
    names = sorted(found, key=lambda name: (WISHES_FIRST.index(name.partition(": ")[0]), name))
    return Wishes(tuple(map(called, names)), {
        row["stratum_id"]: tuple(_wanted(found[name].get(row["stratum_id"])) for name in names) for row in rows})


def _wanted(row: Row | None) -> Wanted:
    from marketsofone.report import words

    if row is None:
        return NOTHING
    return Wanted(words.plain(row["value"]), words.share(row["share"]),
                  words.interval(row["low"], row["high"], "share", ""), row["departs"])


def _ruler(shelf: Shelf, rows: Sequence[Row]) -> Ruler:
    from marketsofone.report.figures import ruler
    from marketsofone.report.glossary import SHOWN

    return ruler(rows, SHOWN, shelf.strata[0], currency_of(shelf))

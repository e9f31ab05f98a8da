"""Today: whom to approach now, best first, as the page lists it and as a file of the same rows and numbers."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING

from marketsofone.errors import RunMissing, shortened
from marketsofone.project.reading.unlisted import objectors, unlisted
from marketsofone.project.showing.buyer import approach_to, contacts_on, hour_of, next_move
from marketsofone.project.showing.changing import changed_since
from marketsofone.project.showing.figures import figures, reasons
from marketsofone.project.showing.saying import said_of
from marketsofone.project.showing.wishes import wishes_told
from marketsofone.project.snapshots.approach import PURSUE, orders_approach
from marketsofone.project.snapshots.export import harmless
from marketsofone.project.snapshots.shelf import EVERYONE, Row, Scope, Shelf
from marketsofone.project.snapshots.snapshot import Snapshot
from marketsofone.project.statements.entering import looked_up
from marketsofone.project.statements.restating import restated_all

if TYPE_CHECKING:
    from marketsofone.project.showing.buyer import Approach
    from marketsofone.project.showing.figures import Figure
    from marketsofone.project.showing.saying import Said
    from marketsofone.project.statements.entering import Entry, Notebook

MOVES = 7
NOT_NOW_DAYS = 14
"""So long a move that was put off, or done, stays away; one that is not relevant until that is taken back."""
_SHEET = 50


@dataclass(frozen=True, slots=True)
class Open:
    """The first buyers whose move is open, how many before them were answered or put off, and how many there are."""

    rows: tuple[Row, ...]
    passed: int
    total: int


@dataclass(frozen=True, slots=True)
class Move:
    """One buyer to approach.

    Parameters
    ----------
    now : mapping
        The buyer with what was stated since the run.
    scores : tuple of Said
        The three scores in words.
    approach : Approach
    earns, interval : str
        What an hour given to it earns beyond its cost: as the plan has it, else by the scores; empty: not known.
    planned : str
        What the plan gives it, or why it gives nothing; empty where there is no plan.
    changed : tuple of str
        What is new since the run before.
    moved : bool
        Whether something stated since the run moved its scores.
    wishes : tuple of (str, str)
        What it said it needs, desires or expects: which of the three, and the words.
    account : str
        The key of the account it is of; empty where it is one itself.
    """

    now: Row
    scores: tuple[Said, ...]
    approach: Approach
    earns: str
    interval: str
    planned: str
    changed: tuple[str, ...]
    moved: bool
    wishes: tuple[tuple[str, str], ...]
    account: str


def open_buyers(shelf: Shelf, notebook: Notebook, scope: Scope, barred: Set[int], day: date, most: int = MOVES) -> Open:
    """Whom to approach, in the order of approach, without whom an answer keeps away and who may not be contacted.

    Parameters
    ----------
    barred : set of int
        ``buyer_id`` of who may not be contacted, as the record says now.
    day : date
        On which it is asked what was put off.
    """
    answered = {entry.about_id for entry in notebook.of_kind("answer") if _holds(entry, day)}
    found: list[Row] = []
    passed, start, sheet = 0, 0, max(_SHEET, most)
    while True:
        listed = shelf.listed(scope, None, "place", start, sheet, ranked=True, without=barred)
        for row in listed.rows:
            if len(found) == most:
                return Open(tuple(found), passed, listed.total)
            if answered.isdisjoint(shelf.keys_of(row)):
                found.append(row)
            else:
                passed += 1
        start += sheet
        if start >= listed.total:
            return Open(tuple(found), passed, listed.total)


def moves_to(shelf: Shelf, notebook: Notebook, rows: Sequence[Row]) -> tuple[Move, ...]:
    """What is told of each buyer to approach."""
    wished, accounts = wishes_told(shelf, notebook, rows), shelf.accounts(rows)
    met = contacts_on(shelf, notebook, rows)
    return tuple(
        Move(now, said_of(shelf, now), approach_to(shelf, row, met.get(row["buyer_id"])), *hour_of(shelf, row, now),
             _planned(shelf, row), changed_since(shelf, row), bool(now["restated"]), wished[row["buyer_id"]],
             accounts.get(row["buyer_id"], ""))
        for row, now in zip(rows, restated_all(shelf, notebook, rows), strict=True))


def lines_of(shelf: Shelf, moves: Sequence[Move]) -> list[dict[str, str]]:
    """The moves as lines of a file: what the page shows of each and nothing else, in its own words and digits."""
    drawn = figures(shelf, [move.now for move in moves])
    shown = [each[1:] if orders_approach(shelf.snapshot) else each for each in drawn]
    return [_line(number, move, told) for number, (move, told) in enumerate(zip(moves, shown, strict=True), 1)]


def as_csv(lines: Sequence[Mapping[str, str]]) -> str:
    """Lines as CSV with a header; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(lines[0] if lines else ("place", "buyer"))
    writer.writerows([harmless(cell) for cell in line.values()] for line in lines)
    return text.getvalue()


def _line(number: int, move: Move, shown: Sequence[Figure]) -> dict[str, str]:
    scores = {f"{each.title.lower()}{name}": cell for each in shown
              for name, cell in (("", each.value), (" 90% interval", each.interval), (" rests on", each.behind))}
    way = ", ".join(filter(None, (move.approach.way, move.approach.why)))
    return {
        "place": str(number), "buyer": str(move.now["source_id"] or f"id {move.now['buyer_id']}"),
        "account": move.account, "segment": str(move.now["path"]), "an hour earns": move.earns,
        "an hour earns 90% interval": move.interval, "plan": move.planned, **scores,
        "approach by": way, "last touch": move.approach.last, "changed": "; ".join(move.changed),
        "wishes": "; ".join(f"{kind}: {words}" for kind, words in move.wishes),
        "in words": "; ".join(f"{each.value}, {each.beside}" for each in move.scores),
        "reasons": " | ".join(reasons(move.now["reasons"]))}


def _planned(shelf: Shelf, row: Row) -> str:
    """What the plan gives a buyer, in a sentence."""
    found = next_move(shelf, row["buyer_id"])
    if found is None:
        return ""
    move, choice = found
    if choice != PURSUE:
        return f"The plan gives it no hour. {move.reason}"
    return f"The plan gives {'this customer' if move.customer else 'it'} {move.hours} hours."


def _holds(entry: Entry, day: date) -> bool:
    """Whether a move stays away by an answer."""
    until = getattr(entry.says, "until", None)
    if until is None and getattr(entry.says, "answer", "") == "done":
        until = entry.stated_at.date() + timedelta(days=NOT_NOW_DAYS)
    return until is None or until > day


def lines_today(run: Snapshot, rep: str = "", most: int = MOVES, day: date | None = None) -> list[dict[str, str]]:
    """The first moves of a run as lines, of everyone's buyers or of those one rep serves, as the record stands now.

    Raises
    ------
    RunMissing
        The run has no such rep.
    """
    shelf = Shelf(run)
    scope = _of_rep(shelf, rep) if rep else EVERYONE
    with looked_up(run.path.parent.parent) as notebook:
        scope = replace(scope, without=objectors(run, notebook))
        found = open_buyers(shelf, notebook, scope, unlisted(run, notebook), day or datetime.now(UTC).date(), most)
        return lines_of(shelf, moves_to(shelf, notebook, found.rows))


def _of_rep(shelf: Shelf, rep: str) -> Scope:
    served = frozenset(key for key, row in shelf.reps.items() if row["source_id"] == rep)
    if not served:
        known = sorted(str(row["source_id"]) for row in shelf.reps.values())
        raise RunMissing("The moves of one rep are listed.", f"none of that key in run {shelf.snapshot.run_id}.",
                         f"Its reps: {shortened(known)}." if known else "The run knows no reps: leave --rep out.")
    return Scope(served)

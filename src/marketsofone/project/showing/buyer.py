"""A buyer as pages show it: who it is, how to approach it, what it shares with its segment, what the plan says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from marketsofone.project.reading.buyer_known import facts_of, people_at, planned_row
from marketsofone.project.showing.figures import count, currency_of, money, share
from marketsofone.project.showing.plan import Move, move_of
from marketsofone.project.snapshots.approach import orders_approach
from marketsofone.project.snapshots.shelf import Row, Shelf
from marketsofone.project.snapshots.small_tables import rows_of
from marketsofone.project.statements.subjects import subjects_of

if TYPE_CHECKING:
    from marketsofone.project.statements.entering import Notebook

_DECIDES = {
    "contact": "This person decides", "site": "The site decides; no deciding person is on record",
    "account": "The account is the buyer; no deciding person or site is on record",
    "opportunity": "Nobody but the opportunity itself is on record",
}
RARE = 0.2
"""A value that fewer of its segment have sets a buyer apart."""
_LEADING = 3
"""So many of the most frequent values of a criterion are in a segment's identity, whatever departs."""
_APPROACH, _SITE = "approach", "site"
_WORDS = {"form": "form", "role": "role in buying", "rep": "served by", "class": "marketing segment"}


@dataclass(frozen=True, slots=True)
class Shared:
    """A criterion of the sales identity: the buyer's own value beside its segment's."""

    criterion: str
    own: str
    alike: str
    most: str
    departs: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Someone on record at an account, by the source's key: the part played, and whether it is to decide."""

    key: str
    role: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Approach:
    """How to approach a buyer: the way, how that is known, and when someone last did."""

    way: str
    why: str
    last: str


def who(shelf: Shelf, buyer_id: int) -> tuple[tuple[str, str], ...]:
    """What is on record of a buyer, name and value: what it is, who serves it, dimensions and traits."""
    facts = facts_of(shelf, buyer_id)
    if facts is None:
        return ()
    plain = [(title, facts.get(name)) for name, title in _WORDS.items()]
    columns = [(_named(name), value) for name, value in facts.items() if name.startswith(("dim_", "trait_"))]
    return tuple((title, _written(value)) for title, value in (*plain, *columns) if value not in (None, ""))


def who_decides(shelf: Shelf, row: Row) -> str:
    """Who decides, as far as the files say: the person and the part played, the site, or nobody known."""
    facts = facts_of(shelf, row["buyer_id"]) or {}
    said = _DECIDES.get(row["kind"], "")
    role = f", as {_written(facts['role'])}" if facts.get("role") else ""
    places = [_written(facts[column]) for name, column in (_criteria(shelf, facts) if facts else {}).items()
              if name.partition(": ")[0] == _SITE and facts[column] is not None]
    return f"{said}{role}." + (f" Decided at: {', '.join(places)}." if places else "")


def people_of(shelf: Shelf, row: Row, without: Set[int] = frozenset()) -> tuple[Person, ...]:
    """The other people on record at a buyer's account, those who decide first.

    Parameters
    ----------
    without : set of int
        ``contact_id`` of who is shown nowhere any more.
    """
    left_out = without | {row["buyer_id"]}
    others = [person for person in people_at(shelf, row["account_id"]) if person["contact_id"] not in left_out]
    return tuple(Person(person["source_id"] or f"id {person['contact_id']}", person["role"] or "",
                        bool(person["decides"])) for person in others)


def effort_on(shelf: Shelf, buyer_id: int) -> tuple[tuple[str, str], ...]:
    """What was done with a buyer, and what came of it, in counts."""
    facts = facts_of(shelf, buyer_id)
    if facts is None:
        return ()
    told = (("touches", "touches"), ("approaches", "approaches"), ("answered", "let us in"),
            ("opportunities", "opportunities"), ("open_opportunities", "of them open"), ("won", "won"),
            ("lost", "lost"), ("orders", "orders"))
    counts = [(title, count(facts[name])) for name, title in told if facts.get(name) is not None]
    return (*counts, ("contribution of what was sold", money(facts.get("contribution"), currency_of(shelf))))


def approach_to(shelf: Shelf, row: Row, contact_on: date | None = None) -> Approach:
    """How to approach a buyer: as is known of itself, else as most of its segment is approached.

    Parameters
    ----------
    contact_on : date, optional
        Of the last contact that people wrote down (`contacts_on`).
    """
    facts = facts_of(shelf, row["buyer_id"]) or {}
    own = [_written(facts[column]) for name, column in (_criteria(shelf, facts) if facts else {}).items()
           if name.partition(": ")[0] == _APPROACH and facts[column] is not None]
    way, why = (", ".join(own), "as is on record of this buyer") if own else _as_its_segment(shelf, row["stratum_id"])
    return Approach(way, why, _last(facts, contact_on))


def contacts_on(shelf: Shelf, notebook: Notebook, rows: Sequence[Row]) -> Mapping[int, date]:
    """The day of the last contact with each buyer that people wrote down, since the run too; of those that have one."""
    told = notebook.spoken_of([key for row in rows for key in shelf.keys_of(row)])
    days = {row["buyer_id"]: _contact_days(shelf, notebook, row) for row in rows
            if not told.isdisjoint(shelf.keys_of(row))}
    return {buyer: max(on) for buyer, on in days.items() if on}


def _contact_days(shelf: Shelf, notebook: Notebook, row: Row) -> list[date]:
    said: list[Any] = [entry.says for about, key in subjects_of(shelf, row)
                       for entry in notebook.of_kind("contact", None, about, key)]
    return [says.happened_at.date() for says in said]


def shared_with(shelf: Shelf, row: Row) -> tuple[Shared, ...]:
    """Each criterion of which the buyer's own value is known, beside what its segment is like."""
    facts = facts_of(shelf, row["buyer_id"])
    if facts is None:
        return ()
    held = _identity(shelf, row["stratum_id"])
    named = {name: column for name, column in _criteria(shelf, facts).items() if isinstance(facts[column], str)}
    return tuple(_shared(name, facts[named[name]], rows) for name, rows in held.items() if name in named)


def next_move(shelf: Shelf, buyer_id: int) -> tuple[Move, str] | None:
    """What the plan does with a buyer and the choice made; None where the run has no plan."""
    found = planned_row(shelf, buyer_id)
    return None if found is None else (move_of(shelf, found), str(found["choice"]))


def hour_of(shelf: Shelf, row: Row, as_now: Row) -> tuple[str, str]:
    """What an hour given to a buyer earns, and its interval: as the plan of the run has it, else by the scores now.

    Parameters
    ----------
    row, as_now : mapping
        The buyer as the run holds it, and with what was stated since.
    """
    from marketsofone.report import words

    of, name = (row, "hour_value") if orders_approach(shelf.snapshot) else (as_now, "value_per_hour")
    value, low, high = (of[f"{name}{end}"] for end in ("", "_low", "_high"))
    currency = currency_of(shelf)
    return ("" if value is None else money(value, currency),
            "" if low is None else words.interval(low, high, "money", currency))


def _criteria(shelf: Shelf, facts: Mapping[str, Any]) -> Mapping[str, str]:
    """Criterion -> the column of facts that speaks of it, named as the table ``identity`` names them."""
    return shelf.once("criteria of facts", lambda: _of_columns(tuple(facts)))


def _of_columns(columns: tuple[str, ...]) -> Mapping[str, str]:
    from marketsofone.strata.distinct_criteria import criteria

    held = {name.removeprefix("dim_"): name for name in columns if name.startswith("dim_")}
    return {said: held[name] for name, said in criteria(list(held)).items()}


def _identity(shelf: Shelf, stratum_id: str) -> Mapping[str, list[Row]]:
    """The recorded values of each criterion of a stratum, the most frequent first."""
    return shelf.once("identity by stratum", lambda: _by_stratum(shelf)).get(stratum_id, {})


def _by_stratum(shelf: Shelf) -> Mapping[str, Mapping[str, list[Row]]]:
    found: dict[str, dict[str, list[Row]]] = {}
    for row in sorted(rows_of(shelf.snapshot, "identity"), key=lambda row: -(row["share"] or 0.0)):
        if row["value"] is not None:
            found.setdefault(row["stratum_id"], {}).setdefault(row["criterion"], []).append(row)
    return found


def _shared(name: str, own: str, rows: list[Row]) -> Shared:
    from marketsofone.strata.distinct_criteria import called

    like = next((row["share"] for row in rows if row["value"] == own), None)
    most = _not_listed(rows) if like is None else like
    return Shared(called(name).replace("_", " "), own, f"at most {share(most)}" if like is None else share(like),
                  f"{rows[0]['value']} ({share(rows[0]['share'])})", most < RARE)


def _not_listed(rows: list[Row]) -> float:
    """The largest share that a value can have which a segment's identity does not list: less than those that lead.

    Where a buyer has one value of a criterion, listed shares leave no more than the rest of one.
    """
    told = [float(row["share"]) for row in rows]
    rest = 1.0 - sum(told)
    return min(told[:_LEADING][-1], rest) if rest >= 0 else told[:_LEADING][-1]


def _as_its_segment(shelf: Shelf, stratum_id: str) -> tuple[str, str]:
    """The ways in which a segment is approached that nothing tells from the one most used there."""
    for name, rows in _identity(shelf, stratum_id).items():
        if name.partition(": ")[0] == _APPROACH:
            first = [row for row in rows if row["share"] > 0 and row["share"] >= rows[0]["low"]]
            ways, shares = [str(row["value"]) for row in first], [share(row["share"]) for row in first]
            return _joined(ways, "or"), f"as {_joined(shares, 'and')} of its segment are"
    return "", ""


def _joined(words: Sequence[str], last: str) -> str:
    """Words in a row.

    >>> _joined(["mail", "call", "visit"], "or")
    'mail, call or visit'
    """
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _last(facts: Mapping[str, Any], contact_on: date | None) -> str:
    days = [day for day in (facts.get("last_touch_on"), contact_on) if day is not None]
    return _written(max(days)) if days else ""


def _named(column: str) -> str:
    return column.partition("_")[2].replace("_", " ")


def _written(value: Any) -> str:
    from marketsofone.report import words

    if isinstance(value, date):
        return words.day(value)
    return words.cut(value) if isinstance(value, str) else count(value)

"""The plan of a run as pages show it: choices, moves, loads and drains, in words; only of buyers one may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from marketsofone.project.showing.figures import count, currency_of, firm, hours, money, percent
from marketsofone.project.snapshots.approach import CHOICES, orders_approach
from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.snapshots.plan_totals import has_totals, plan_totals
from marketsofone.project.snapshots.shelf import Row, Scope, Shelf
from marketsofone.project.snapshots.small_tables import asked_rows, rows_of
from marketsofone.project.snapshots.snapshot import Snapshot
from marketsofone.project.words import title

if TYPE_CHECKING:
    from marketsofone.report.hours_curve import HoursCurve as HoursCurve

TABLES = ("plan", "segment_choice", "drain")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the plan does with a segment: pursue, hold or leave; and why.

    ``refused``: it does not hold up, and its buyers are planned with the segment above; of itself it has no numbers,
    and ``hours`` are those that its buyers get there.
    """

    stratum_id: str
    name: str
    path: str
    choice: str
    hours: str
    value: str
    interval: str
    next_hour: str
    firm: str
    reason: str
    changes: str
    disagrees: bool
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Drained:
    """Where time went in the last horizon and what came of it."""

    name: str
    address: str
    hours: str
    spent: str
    returned: str
    expected: str
    drains: bool
    hours_back: str
    alternative: str
    reason: str


@dataclass(frozen=True, slots=True)
class SegmentPlan:
    """The plan for one segment, and its line of the drain ledger where it has one."""

    choice: Choice
    drained: Drained | None


@dataclass(frozen=True, slots=True)
class Load:
    """A rep's hours: there are, placed, and what one more would earn."""

    name: str
    capacity: str
    hours: str
    full: float
    next_hour: str


@dataclass(frozen=True, slots=True)
class Move:
    """A buyer as the plan has it; ``customer``: one that is won already."""

    buyer_id: int
    key: str
    customer: bool
    rep: str
    hours: str
    touches: str
    value: str
    interval: str
    next_hour: str
    sure: str
    reason: str


@dataclass(frozen=True, slots=True)
class Headline:
    """What the whole plan comes to.

    Parameters
    ----------
    weeks, capacity, hours : str
    value, interval : str
        Contribution net of what the hours cost; where it lies nine times in ten before that cost.
    gap : str
        How far below the proven best the plan may lie, as a share; empty where none is told.
    before_cost : str
        What its segments add up to, before what hours, touches, moves and segments cost; empty where not told.
    """

    weeks: str
    capacity: str
    hours: str
    value: str
    interval: str
    gap: str
    before_cost: str = ""


def plan_missing(snapshot: Snapshot) -> str:
    """Why a run has no plan to show; empty where it has one."""
    told = snapshot.manifest.get("plan") or {}
    if told.get("why"):
        return str(told["why"])
    absent = [name for name in TABLES[:2] if name not in snapshot.tables]
    return f"The run has no table {' and no table '.join(absent)}." if absent else ""


def totals_of(shelf: Shelf) -> Row:
    """The totals of the plan of a run.

    Raises
    ------
    RunMissing
        It has no plan.
    """
    from marketsofone.project.planning.scenarios import check_planned

    check_planned(shelf.snapshot)
    totals: Row = shelf.once("totals of the plan", lambda: plan_totals(shelf.snapshot).to_pylist()[0])
    return totals


def headline(shelf: Shelf) -> Headline:
    """What the plan of a run comes to."""
    currency = currency_of(shelf)
    before = money(totals_of(shelf)["expected_contribution"], currency) if has_totals(shelf.snapshot) else ""
    return replace(headline_of(shelf.snapshot.manifest.get("plan") or {}, currency), before_cost=before)


def headline_of(told: Mapping[str, Any], currency: str) -> Headline:
    """What a plan comes to, from what the manifest, or a plan solved anew, tells of it."""
    from marketsofone.report import plan_words, words

    gap = told.get("gap")
    return Headline(
        words.counted(told.get("weeks"), "week"), hours(told.get("capacity_hours")), hours(told.get("hours")),
        money(told.get("value"), currency),
        words.interval(told.get("contribution_low"), told.get("contribution_high"), "money", currency),
        "" if gap is None or not words.is_known(gap) else plan_words.most_missed(gap))


def curve_of(shelf: Shelf) -> tuple[HoursCurve, tuple[tuple[str, str, str], ...]]:
    """What hours earn beyond their cost, drawn and as lines: share of the hours there are, hours, what they earn."""
    from marketsofone.report.hours_curve import hours_curve

    swept = (shelf.snapshot.manifest.get("plan") or {}).get("sweep") or ()
    currency = currency_of(shelf)
    return hours_curve(swept, currency), tuple(
        (percent(row["share"]), hours(row["hours"]), money(row["value"], currency)) for row in swept)


def loads_of(shelf: Shelf, scope: Scope) -> tuple[Load, ...]:
    """The reps one may look at, whose next hour earns most first."""
    told = (shelf.snapshot.manifest.get("plan") or {}).get("reps") or ()
    return loads_told([each for each in told if scope.reps is None or each["rep_id"] in scope.reps], currency_of(shelf))


def loads_told(reps: Sequence[Mapping[str, Any]], currency: str) -> tuple[Load, ...]:
    """Loads from what a plan tells of its reps."""
    return tuple(
        Load(each["source_id"], hours(each["capacity_hours"]), hours(each["hours"]),
             round(100.0 * min(each["hours"] / each["capacity_hours"], 1.0), 1) if each["capacity_hours"] else 0.0,
             money(each["next_hour_value"], currency))
        for each in reps)


def choices_of(shelf: Shelf) -> tuple[Choice, ...]:
    """Every segment with what is done with it: pursued first, of each kind what earns most."""
    rows = rows_of(shelf.snapshot, "segment_choice")
    ordered = sorted(rows, key=lambda row: (CHOICES.index(row["choice"]), -(row["expected_contribution"] or 0.0),
                                            row["stratum_id"]))
    return tuple(_choice(shelf, row) for row in ordered)


def planned_for(shelf: Shelf, stratum_id: str) -> SegmentPlan | None:
    """The plan for one segment; None where the run planned none of that id."""
    row = next((row for row in rows_of(shelf.snapshot, "segment_choice") if row["stratum_id"] == stratum_id), None)
    if row is None:
        return None
    drained = _rows(shelf, "drain", "kind = 'segment' and id = ?", [stratum_id])
    return SegmentPlan(_choice(shelf, row), _drained(shelf, drained[0]) if drained else None)


def moves_of(shelf: Shelf, scope: Scope, most: int = 25) -> tuple[Move, ...]:
    """The first buyers that get hours, in the order of approach; only those one may see."""
    order = "place" if orders_approach(shelf.snapshot) else "expected_contribution desc nulls last"
    rows = _rows(shelf, "plan", f"{_pursued(scope)} order by {order}, buyer_id limit {int(most)}")
    return tuple(move_of(shelf, row) for row in rows)


def moves_in_all(shelf: Shelf, scope: Scope) -> int:
    """How many `moves_of` there are."""
    return _counted(shelf, "plan", _pursued(scope))


def _pursued(scope: Scope) -> str:
    return f"choice = 'pursue' and {scope.condition}"


def drains_of(shelf: Shelf, kind: str, scope: Scope, most: int = 25) -> tuple[Drained, ...]:
    """The first lines of the ledger that drain, most hours back first.

    Parameters
    ----------
    kind : {"segment", "buyer", "rep"}
        Of buyers and reps only those one may see.
    """
    where, given = _draining(shelf, kind, scope)
    rows = _rows(shelf, "drain", f"{where} order by hours_back desc, hours desc, id limit {int(most)}", given)
    return tuple(_drained(shelf, row) for row in rows)


def hours_back_of(shelf: Shelf, kind: str, scope: Scope) -> str:
    """What all lines of one kind that drain, and may be seen, would give back; empty where none does."""
    from marketsofone.report import plan_words

    many = drains_in_all(shelf, kind, scope)
    if not many:
        return ""
    path, (where, given) = shelf.snapshot.file("drain"), _draining(shelf, kind, scope)
    told = asked_rows(path, f"select sum(hours_back) as n from {scanned(path)} where {where}", given)
    return plan_words.hours_back(float(told[0]["n"] or 0.0), many, kind)


def drains_in_all(shelf: Shelf, kind: str, scope: Scope) -> int:
    """How many `drains_of` there are."""
    return _counted(shelf, "drain", *_draining(shelf, kind, scope))


def _draining(shelf: Shelf, kind: str, scope: Scope) -> tuple[str, Sequence[Any]]:
    """Which lines of the ledger drain and may be seen, and what is given to that condition."""
    where, given = f"kind = '{kind}' and drains", []
    if scope.reps is not None and kind == "rep":
        where, given = f"{where} and list_contains(?, id)", [[shelf.reps[each]["source_id"] for each in scope.reps]]
    buyers = f"select source_id from {scanned(shelf.snapshot.file('buyers'))}"
    if scope.reps is not None and kind == "buyer":
        where += f" and id in ({buyers} where {scope.condition})"
    elif kind == "buyer":
        where += f" and id not in ({buyers} where not ({scope.condition}))"
    return where, given


def focus_of(shelf: Shelf) -> tuple[tuple[str, str], ...]:
    """Where effort went as a whole: hours reported, in chosen segments, how unequal; nothing where not told."""
    from marketsofone.report.plan_words import reported_in

    told = (shelf.snapshot.manifest.get("plan") or {}).get("focus") or {}
    if not told:
        return ()
    nobody = told.get("hours_on_nobody") or 0.0
    lost = (("Of them leading to nobody who is planned for", hours(nobody)),) if nobody > 0 else ()
    unequal = "not known" if told.get("gini") is None else f"{told['gini']:.2f}"
    return ((f"Hours reported {reported_in(shelf.snapshot.manifest)}", hours(told.get("hours_reported"))), *lost,
            ("In pursued segments", percent(told.get("share_in_pursued")) or "not known"),
            ("Touches", count(told.get("touches"))),
            ("Touches whose minutes were not written down", count(told.get("minutes_missing"))),
            ("How unequal over buyers (Gini: 0 evenly, 1 all on one)", unequal))


def response_of(shelf: Shelf) -> tuple[tuple[str, str, str], ...]:
    """Of each group of buyers what is known of the response to effort: who, the status, and why."""
    from marketsofone.report.plan import response_said

    told = (shelf.snapshot.manifest.get("plan") or {}).get("response") or {}
    return tuple((name, str(each["status"]), response_said(each)) for name, each in told.items())


def _rows(shelf: Shelf, table: str, where: str, given: Sequence[Any] = ()) -> list[Row]:
    """Rows of a table that may be as long as the list of buyers; none where the run lacks it."""
    if table not in shelf.snapshot.tables:
        return []
    path = shelf.snapshot.file(table)
    return list(asked_rows(path, f"from {scanned(path)} where {where}", given))


def _counted(shelf: Shelf, table: str, where: str, given: Sequence[Any] = ()) -> int:
    if table not in shelf.snapshot.tables:
        return 0
    path = shelf.snapshot.file(table)
    return int(asked_rows(path, f"select count(*) as n from {scanned(path)} where {where}", given)[0]["n"])


def _choice(shelf: Shelf, row: Row) -> Choice:
    currency = currency_of(shelf)
    named = next((each for each in shelf.strata if each["stratum_id"] == row["stratum_id"]), None)
    name = title(named) if named else ""
    if row["firm"] is None:
        return Choice(row["stratum_id"], name, named["path"] if named else "", row["choice"],
                      hours(_given_there(shelf, row["stratum_id"]) if named else None), "", "", "", "",
                      row["reason"] or "", row.get("changes") or "", False, True)
    return Choice(
        row["stratum_id"], name, named["path"] if named else "", row["choice"],
        hours(row["hours"]), *_money(row, "expected_contribution", currency),
        money(row.get("next_hour_value"), currency), firm(row["firm"], row.get("runner_up")),
        row["reason"] or "",
        row.get("changes") or "", bool(row.get("disagrees")))


def _given_there(shelf: Shelf, stratum_id: str) -> float:
    """Hours that the plan gives buyers who stand in a stratum or beneath it."""
    return shelf.once(f"hours in {stratum_id}", lambda: shelf.hours_in(shelf.below(stratum_id)))


def move_of(shelf: Shelf, row: Row) -> Move:
    """A line of the plan in words."""
    currency = currency_of(shelf)
    rep = shelf.reps.get(row["rep_id"])
    return Move(row["buyer_id"], row["source_id"] or f"id {row['buyer_id']}", bool(row.get("won")),
                rep["source_id"] if rep else "", hours(row["hours"]), count(round(row["touches"] or 0.0, 1)),
                *_money(row, "expected_contribution", currency), money(row["next_hour_value"], currency),
                percent(row["inclusion_share"]), row["reason"] or "")


def _drained(shelf: Shelf, row: Row) -> Drained:
    currency = currency_of(shelf)
    name, address = row["id"] or "nobody known", ""
    if row["kind"] == "segment":
        named = next((each for each in shelf.strata if each["stratum_id"] == row["id"]), None)
        name, address = (named["path"], f"/segment/{row['id']}") if named else (name, "")
    elif row["kind"] == "buyer" and row["id"]:
        address = f"/find?{urlencode({'text': row['id']})}"
    spent, returned, expected = (money(row[each], currency) for each in ("spent", "returned", "expected"))
    return Drained(name, address, hours(row["hours"]), spent, returned, expected, bool(row["drains"]),
                   hours(row["hours_back"]), row["alternative"] or "", row["reason"] or "")


def _money(row: Row, name: str, currency: str) -> tuple[str, str]:
    from marketsofone.report import words

    return money(row[name], currency), words.interval(row[f"{name}_low"], row[f"{name}_high"], "money", currency)

"""Commands that look at the results of a run: scores, strata, rank, buyer, report, export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from marketsofone.cli.options import HERE, Format, Project, Run, Top
from marketsofone.cli.sheet import NOT_TO_BE_APPROACHED, Column, Row, assumed, note_objected, show

if TYPE_CHECKING:
    from marketsofone.project.snapshots.approach import ToApproach
    from marketsofone.project.snapshots.readback import BuyerPage
    from marketsofone.project.snapshots.snapshot import Snapshot

NOBODY = "No buyer may be contacted, so none is ranked: they object, or no basis for contact that is on record holds."
"""What is told in place of an empty list of whom to approach."""
Kind = Literal["share", "money"]
Words = Callable[[Row, str, Kind], str]
Listing = Literal["plan", "rank"]
Order = Literal["value_per_hour", "pull", "competitiveness", "attractiveness", "buyers"]


@dataclass(frozen=True, slots=True)
class _Score:
    """A score as a column of a table."""

    name: str
    heading: str
    kind: Kind


_SCORES = (_Score("value_per_hour", "value\nper hour", "money"), _Score("pull", "pull", "share"),
           _Score("competitiveness", "competi-\ntiveness", "share"),
           _Score("attractiveness", "attrac-\ntiveness", "money"))


def _value_only(row: Row, name: str, kind: Kind) -> str:
    from marketsofone.project.words import number

    return number(row[name], kind, "").strip()


def _with_interval(row: Row, name: str, kind: Kind) -> str:
    """A value, its interval and its trials under each other."""
    from marketsofone.project.words import NO_EVIDENCE, counted, interval

    if row[name] is None:
        return NO_EVIDENCE
    ends = interval(row[f"{name}_low"], row[f"{name}_high"], kind, "").strip()
    trials = row.get(f"{name}_trials")
    lines = [_value_only(row, name, kind), ends]
    return "\n".join(lines if trials is None else [*lines, counted(trials, "trial")])


def scores(project: Project = HERE, *, level: str | None = None, by: Order = "value_per_hour", top: Top = 20,
           run: Run = "latest", format: Format = "table") -> None:
    """Show the three scores of each stratum, best first, with 90% intervals.

    A wide interval means little has been seen there: visit before you judge.

    Parameters
    ----------
    level
        How far down the tree to look: a number (0 is the whole market), the dimension that made the
        strata, such as sector, or buyer. Absent: 1, or the whole market where nothing splits it.
    by
        What to put them in order of. Buyers always stand in the order of m1 rank.
    """
    if level == "buyer":
        return rank(project, top=top, run=run, format=format)
    from marketsofone.project.snapshots.results import flattened, read_level, read_strata
    from marketsofone.project.snapshots.snapshot import open_snapshot

    snapshot = open_snapshot(project, run)
    if level is None:
        level = "1" if len(read_strata(snapshot)) > 1 else "0"
    rows = [flattened(stratum) for stratum in read_level(snapshot, level, by, top)]
    columns = (Column("stratum", _called), _buyers(), *_score_columns(snapshot))
    title = f"Strata of level {level}, by {by.replace('_', ' ')}"
    show(rows, columns, format, _conditional(snapshot, title))
    return note_objected(snapshot, format)


def strata(project: Project = HERE, *, run: Run = "latest", format: Format = "table") -> None:
    """Show the tree of strata: where the market was split, what that gains, and why it stops.

    A stratum that is not split further may still differ inside: the evidence did not show it yet.
    """
    from marketsofone.project.reading.holding_up_marks import words_of
    from marketsofone.project.snapshots.results import flattened, read_strata
    from marketsofone.project.snapshots.snapshot import open_snapshot
    from marketsofone.project.words import strata_told, unplaced_told

    snapshot = open_snapshot(project, run)
    held = words_of(snapshot)
    rows = [{**flattened(each), "mark": held.get(str(each.stratum_id), "")} for each in read_strata(snapshot)]
    show(sorted(rows, key=lambda row: row["path"]) if format == "table" else rows,
         (Column("stratum", _named), _buyers(),
          Column("mark", lambda row: row["mark"]), Column("why", lambda row: row["why"])), format,
         f"The tree: {strata_told([row['parent_id'] for row in rows])}")
    if format == "table" and (unplaced := unplaced_told(rows)):
        print(unplaced)
    note_objected(snapshot, format)


def _named(row: Row) -> str:
    """A stratum in its place in the tree, with the name people use where there is one."""
    inset = "  " * row["level"]
    return f"{inset}{row['name']}" if not row["called"] else f"{inset}{row['called']}\n{inset}{row['name']}"


def _called(row: Row) -> str:
    """A stratum by its path, beneath the name people use where there is one."""
    return f"{row['called']}\n{row['path']}" if row["called"] else str(row["path"])


def rank(project: Project = HERE, *, by: Listing = "rank", top: Top = 20, run: Run = "latest",
         format: Format = "table") -> None:
    """Show who deserves the next selling hour, and why.

    Two buyers whose intervals overlap widely may as well stand the other way round.

    Parameters
    ----------
    by
        rank: by the value of an hour that the scores alone give, each taken as a buyer still to be won.
        plan: first those whom the plan gives hours, where an hour earns most on top, as Today and the report list
        them; without a plan, by rank.
    """
    from marketsofone.project.reading.between_runs import approach_now
    from marketsofone.project.snapshots.approach import orders_approach
    from marketsofone.project.snapshots.snapshot import open_snapshot

    snapshot = open_snapshot(project, run)
    planned = orders_approach(snapshot)
    rows = [_to_approach(each) for each in approach_now(snapshot, top, "place" if by == "plan" else "rank")]
    columns = (Column("rank", lambda row: str(row["rank"]), right=True),
               Column("buyer", lambda row: f"{row['source_id']}\n{row['path']}"),
               *([_given(snapshot)] if planned else []),
               *_score_columns(snapshot, _value_only),
               Column("reasons", lambda row: "\n".join(row["reasons"])))
    title = "Whom to approach, in the order of the plan" if planned and by == "plan" else "The ranked list"
    show(rows, columns, format, _conditional(snapshot, title), nothing=NOBODY)
    if format == "table":
        _print_passed(snapshot, top)
        if planned and by == "rank":
            print("In the order of the plan, as Today lists them: m1 rank --by plan")


def _print_passed(snapshot: Snapshot, first: int) -> None:
    """Who is among the first by rank and gets no hour in the plan, and why: one line each of the first few."""
    from marketsofone.project.reading.between_runs import passed_over_now
    from marketsofone.project.snapshots.approach import MOST_PASSED
    from marketsofone.project.words import listed, plain

    found = passed_over_now(snapshot, first)
    if not found:
        return
    print(f"{len(found):,} of the first {first:,} by rank get no hour in the plan:" if len(found) > 1
          else f"One of the first {first:,} by rank gets no hour in the plan:")
    for reason, alike in groupby(found[:MOST_PASSED], key=lambda each: each.reason):
        named = listed([f"{plain(each.source_id)} (rank {each.rank:,})" for each in alike])
        print(f"  {named}: {plain(reason)}")
    if len(found) > MOST_PASSED:
        print("  ... m1 plan explain says why of each.")


def _to_approach(each: ToApproach) -> dict[str, Any]:
    """A buyer in the order of approach as one flat row: the columns of ``buyers``, then those of the plan."""
    from marketsofone.project.snapshots.results import flattened

    own = flattened(each)
    del own["buyer"]
    return {**flattened(each.buyer), **own}


def _given(snapshot: Snapshot) -> Column:
    """What the plan gives a buyer: hours, and what an hour earns there."""
    from marketsofone.project.words import NO_EVIDENCE, hours, number

    def said(row: Row) -> str:
        worth = "not told" if row["hour_value"] is None else number(row["hour_value"], "money", "").strip()
        return f"{hours(row['hours'])} h\n{worth}" if row["hours"] is not None else NO_EVIDENCE

    return Column(f"plan: hours,\nan hour earns\n{snapshot.manifest['currency']}", said, right=True)


def buyer(buyer_id: Annotated[str, Parameter(name="ID")], project: Project = HERE, *, run: Run = "latest",
          format: Format = "table") -> None:
    """Show everything a run says of one buyer.

    Parameters
    ----------
    buyer_id
        The source's key of the buyer, or its buyer_id.
    """
    from marketsofone.project.reading.between_runs import barred_since, require_unobjected
    from marketsofone.project.reading.unlisted import off_the_list
    from marketsofone.project.snapshots.readback import read_buyer
    from marketsofone.project.snapshots.results import flattened
    from marketsofone.project.snapshots.snapshot import open_snapshot

    snapshot = open_snapshot(project, run)
    page = read_buyer(snapshot, buyer_id)
    require_unobjected(snapshot, page.buyer.buyer_id)
    if format == "table":
        _print_buyer(snapshot, page)
    else:
        show([off_the_list(flattened(page.buyer), barred_since(snapshot))], (), format)


def report(project: Project = HERE, *, run: Run = "latest",
           show_it: Annotated[bool, Parameter("--open", negative="", show_default=False)] = False) -> None:
    """Show where the report of a run is.

    Parameters
    ----------
    show_it
        Open it in the browser as well.
    """
    from marketsofone.project.snapshots.snapshot import open_snapshot

    page = open_snapshot(project, run).page("report.html").resolve()
    print(page)
    if show_it:
        import webbrowser

        webbrowser.open(page.as_uri())


def export(project: Project = HERE, *, to: Path, run: Run = "latest") -> None:
    """Write every result as CSV and Parquet, ids kept, reasons included.

    In CSV a text that a spreadsheet would run as a formula gets a leading apostrophe. Who objected to being
    profiled is left out from that moment on; who refuses contact has no rank there and no line of the plan.

    Parameters
    ----------
    to
        The folder to write to; files of the same names are replaced, but for those that a source reads.
    """
    from marketsofone.project.reading.between_runs import export_run
    from marketsofone.project.snapshots.snapshot import open_snapshot

    snapshot = open_snapshot(project, run)
    for path in export_run(snapshot, to):
        print(path)
    note_objected(snapshot)


def _print_buyer(snapshot: Snapshot, page: BuyerPage) -> None:
    """One buyer for people: where it stands, its scores, its reasons, its opportunities."""
    from marketsofone.project.reading.between_runs import barred_since
    from marketsofone.project.snapshots.results import flattened
    from marketsofone.project.words import counted, plain

    buyer, ranked = page.buyer, snapshot.manifest["counts"]["buyers"]
    barred = buyer.buyer_id in barred_since(snapshot)
    place = f"rank {buyer.rank:,} of {ranked:,}" if buyer.rank and not barred else "not ranked"
    print(f"{plain(buyer.source_id)} ({buyer.kind}, buyer_id {buyer.buyer_id}): {place}")
    print(plain(buyer.path))
    if barred:
        print(NOT_TO_BE_APPROACHED)
    else:
        _print_given(snapshot, buyer.buyer_id)
    show([flattened(buyer)], _score_columns(snapshot), "table")
    for reason in (*buyer.reasons, *assumed(snapshot)):
        print(f"- {plain(reason)}")
    if page.opportunities:
        print(f"\n{counted(len(page.opportunities), 'opportunity')}:")
        show([flattened(each) for each in page.opportunities], _OPPORTUNITY, "table")


def _print_given(snapshot: Snapshot, buyer_id: int) -> None:
    """What the plan gives a buyer, where there is a plan."""
    from marketsofone.project.reading.buyer_known import planned_in
    from marketsofone.project.words import hours, plain

    row = planned_in(snapshot, buyer_id)
    if row is not None:
        print(f"Plan: {row['choice']}, {hours(row['hours'])} hours. {plain(row['reason'])}")


def _conditional(snapshot: Snapshot, title: str) -> str:
    """A title that says which scores the ranking could not use, and what of the others is assumed."""
    from marketsofone.project.words import listed

    without = snapshot.manifest["conditional_on"]
    said = ([f"no evidence for {listed(without)}"] if without else []) + assumed(snapshot)
    return f"{title} ({'; '.join(said)})" if said else title


def _buyers() -> Column:
    from marketsofone.project.words import count

    return Column("buyers", lambda row: count(row["buyers"]), right=True)


def _score_columns(snapshot: Snapshot, words: Words = _with_interval) -> tuple[Column, ...]:
    """The value of an hour and the scores that have evidence; the currency stands in the headings."""
    currency = snapshot.manifest["currency"]
    known = [each for each in _SCORES if each.name not in snapshot.manifest["conditional_on"]]
    return tuple(_score_column(each, currency, words) for each in known)


def _score_column(score: _Score, currency: str, words: Words) -> Column:
    heading = f"{score.heading}\n{currency}" if score.kind == "money" else score.heading
    return Column(heading, lambda row: words(row, score.name, score.kind), right=True)


def _decided(row: Row) -> bool:
    from marketsofone.project.snapshots.results import is_decided

    return is_decided(row)


_OPPORTUNITY = (
    Column("opportunity", lambda row: row["source_id"]),
    Column("outcome", lambda row: row["outcome"] or "not known"),
    Column("win", lambda row: "decided" if _decided(row) else _with_interval(row, "win", "share"), right=True),
    Column("reasons", lambda row: "" if _decided(row) else "\n".join(row["reasons"])),
)

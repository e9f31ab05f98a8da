"""Commands that look at segments: tree, stability, accept, alarms."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

from cyclopts import Parameter

from marketsofone.cli.options import HERE, By, Format, Project, Run
from marketsofone.cli.sheet import Column, Row, assumed, show

Withdraw = Annotated[bool, Parameter(negative="", show_default=False)]
_NOT_JUDGED = ("There are no segments to judge: the whole market is one, and marketing has none beside it.\n"
               "Map sales dimensions that may split it, or traits of buyers, then run again.")
Segment = Annotated[str, Parameter(name="STRATUM",
                                   help="A stratum by its id, path, name or value, or what it is called.")]


def tree(project: Project = HERE, *, run: Run = "latest", format: Format = "table") -> None:
    """Show the tree as a tree: every stratum with its scores, and marks where it must be read with care.

    A marked segment does not hold up when the market is drawn anew: a plan leaves it out until someone accepts it.
    """
    from marketsofone.project.showing.tree_lines import tree_lines
    from marketsofone.project.snapshots.snapshot import open_snapshot
    from marketsofone.project.words import strata_told, unplaced_told

    snapshot = open_snapshot(project, run)
    lines = tree_lines(snapshot)
    known = [name for name, _heading, _kind in _SCORES if name not in snapshot.manifest["conditional_on"]]
    columns = [Column("stratum", lambda row: f"{row['branch']}{_title(row)}"),
               Column("buyers", _buyers, right=True)]
    columns += [_score(name, heading, kind) for name, heading, kind in _SCORES if name in known]
    columns += [Column("split on", lambda row: row["split_on"] or ""), Column("mark", lambda row: row["marks"])]
    told, currency = strata_told([row["parent_id"] for row in lines]), snapshot.manifest["currency"]
    show(lines, columns, format, "; ".join((f"The tree: {told}", f"money in {currency}", *assumed(snapshot))))
    if format == "table" and (unplaced := unplaced_told(lines)):
        print(unplaced)


def stability(project: Project = HERE, *, run: Run = "latest", format: Format = "table") -> None:
    """Show how well segments hold up when the market is drawn anew, both families.

    1 is the same again; below 0.6 a segment does not hold up. m1 accept keeps one all the same.
    """
    from marketsofone.project.reading.holding_up_read import read_stability
    from marketsofone.project.snapshots.snapshot import open_snapshot

    rows = read_stability(snapshot := open_snapshot(project, run))
    if format != "table" or not rows:
        names = [*snapshot.table("stability").column_names, "name", "words", "note"]
        return show(rows, (), format, names=names, nothing=_NOT_JUDGED)
    _print_part(rows, "within", "Each segment: its overlap with the segment most like it", _WITHIN)
    _print_part(rows, "global", "Each number of segments: agreement of two solutions, corrected for chance", _GLOBAL)
    return _print_part(rows, "across", "As segments become more: 1 came whole from one segment, 0 from all alike",
                       _ACROSS)


def accept(stratum: Segment, project: Project = HERE, *, note: str = "", withdraw: Withdraw = False, by: By = "",
           run: Run = "latest") -> None:
    """Write down that you go on with a segment that does not hold up, and why.

    A plan leaves out segments that do not hold up until a person accepts them.

    Parameters
    ----------
    note
        Why; it stands beside the segment from now on. Needed unless you withdraw.
    withdraw
        It is no longer accepted.
    """
    from marketsofone.project.reading.holding_up_marks import accept_segment, withdraw_acceptance
    from marketsofone.project.snapshots.snapshot import open_snapshot

    snapshot, who = open_snapshot(project, run), by or getpass.getuser()
    if withdraw:
        stratum_id = withdraw_acceptance(project, snapshot, stratum, who)
        print(f"Written down: {stratum_id} is no longer accepted.")
    else:
        stratum_id = accept_segment(project, snapshot, stratum, note, who)
        print(f"Written down: {stratum_id} is accepted though it does not hold up.")


def alarms(project: Project = HERE, *, every: Annotated[bool, Parameter("--all", negative="")] = False,
           run: Run = "latest", format: Format = "table") -> None:
    """Show which sectors are mixed inside, and what acting on micro-segments would earn.

    In a market in which nothing differs an alarm of either kind sounds with the chance set as level in [alarms].

    Parameters
    ----------
    every
        Those that do not sound as well.
    """
    from marketsofone.project.snapshots.snapshot import open_snapshot

    rows: list[dict[str, Any]] = open_snapshot(project, run).table("alarms").to_pylist()
    if format != "table":
        return show(rows, (), format)
    shown = [row for row in rows if every or row["alarmed"] or _of_market(row)]
    show(shown, (Column("alarm", lambda row: row["kind"]),
                 Column("sounds", lambda row: "yes" if row["alarmed"] else "no"),
                 Column("", lambda row: row["sentence"])), "table", "Alarms")
    if len(shown) < len(rows):
        print(f"More that could sound and do not: {len(rows) - len(shown):,}. m1 alarms --all shows them.")
    return None


def _title(row: Row) -> str:
    """A stratum by what tells it from its siblings, after the name that people use where there is one."""
    return f"{row['called']} ({row['name']})" if row["called"] else str(row["name"])


def _of_market(row: Row) -> bool:
    return bool(row["kind"] == "edge" and row["stratum_id"] == "market")


def _print_part(rows: list[dict[str, Any]], measure: str, title: str, columns: tuple[Column, ...]) -> None:
    own = [row for row in rows if row["measure"] == measure]
    if own:
        show(own, columns, "table", title)


def _buyers(row: Row) -> str:
    from marketsofone.project.words import count

    return count(row["buyers"])


def _score(name: str, heading: str, kind: str) -> Column:
    """A score's value alone; a wide interval is told by a question mark."""
    from marketsofone.project.words import number

    def words(row: Row) -> str:
        value = row[name]
        return "no evidence" if value is None else number(value, "money" if kind == "money" else "share", "").strip()

    return Column(heading, words, right=True)


def _overlap(row: Row) -> str:
    from marketsofone.project.words import overlap

    return overlap(row["value"])


def _ends(row: Row) -> str:
    from marketsofone.project.words import overlap_ends

    return overlap_ends(row["low"], row["high"])


_SCORES = (("value_per_hour", "value\nper hour", "money"), ("pull", "pull", "share"),
           ("competitiveness", "competi-\ntiveness", "share"), ("attractiveness", "attrac-\ntiveness", "money"))
_VALUE = (Column("", _overlap, right=True), Column("most draws", _ends, right=True))
_WITHIN = (Column("family", lambda row: row["family"]), Column("segment", lambda row: row["name"]), *_VALUE,
           Column("", lambda row: row["words"] + (f": {row['note']}" if row["note"] else "")))
_GLOBAL = (Column("family", lambda row: row["family"]),
           Column("segments", lambda row: str(row["solution"]), right=True), *_VALUE,
           Column("pairs", lambda row: str(row["pairs"]), right=True))
_ACROSS = (Column("family", lambda row: row["family"]),
           Column("segments", lambda row: str(row["solution"]), right=True),
           Column("segment", lambda row: row["name"]), *_VALUE)

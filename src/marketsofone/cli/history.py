"""Commands that look across runs: runs, diff."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from marketsofone.cli.options import HERE, Format, Project, Top
from marketsofone.cli.sheet import Column, Row, as_rows, note_objected, show
from marketsofone.errors import RunMissing, command, shortened

if TYPE_CHECKING:
    from marketsofone.project.history.diff import Mover
    from marketsofone.project.history.plans import PlanDifference


Flag = Annotated[bool, Parameter(negative="", show_default=False)]
Named = Annotated[str, Parameter(show_default=False)]


def runs(project: Project = HERE, *, verify: Flag = False, format: Format = "table") -> None:
    """List the runs of a project, newest first.

    A run is never changed after it was written. One that cannot be opened is listed with the reason.

    Parameters
    ----------
    verify
        Read every file and say which of them no longer hold what was written; the exit status is 2 then.
    """
    from marketsofone.project.snapshots.snapshot import RunListed, list_snapshots
    from marketsofone.project.snapshots.verifying import verify_runs

    found = verify_runs(project) if verify else list_snapshots(project)
    show(as_rows(reversed(found)), _RUNS, format, names=[field.name for field in fields(RunListed)],
         nothing=f"No run yet. Make the first:\n  {command('run', project)}")
    broken = [run.run_id for run in found if run.state != "good"]
    if verify and broken:
        raise RunMissing("Every file of a run holds what was written.", f"not so in {shortened(broken)}.",
                         f"Bring those folders back from a copy, or run again:\n  {command('run', project)}")


def difference(project: Project = HERE, before: Named = "", after: Named = "", *, top: Top = 10,
               segments: Annotated[bool, Parameter(negative="")] = False, format: Format = "table") -> None:
    """Show what moved between two runs, the plan of hours among it, and why.

    A buyer can move without evidence of its own: what it borrows from its stratum moved.

    Parameters
    ----------
    before
        The earlier run; absent: the one before the later run.
    after
        The later run; absent: the latest.
    segments
        Only what became of the segments: born, dead, split, merged, moved or kept.
    """
    from marketsofone.project.history.diff import diff
    from marketsofone.project.history.differing import difference_sentences, kept_told
    from marketsofone.project.history.lineage import Descent, lineage
    from marketsofone.project.reading.between_runs import objected_since
    from marketsofone.project.snapshots.snapshot import open_before, open_snapshot
    from marketsofone.project.words import IN_PROPORTION

    later = open_snapshot(project, after or "latest")
    earlier = open_snapshot(project, before) if before else open_before(project, later.run_id)
    became = lineage(earlier, later)
    if segments:
        heading = f"Segments from {earlier.run_id} to {later.run_id}"
        show(as_rows(became), _BECAME, format, heading, [field.name for field in fields(Descent)])
        if format == "table":
            print(IN_PROPORTION)
        return None
    gone, currency = objected_since(later), later.manifest["currency"]
    found = diff(earlier, later, top, gone)
    if format == "table":
        print(*difference_sentences(found, currency), sep="\n")
        news = [each for each in became if each.kind != "kept"]
        if news:
            show(as_rows(news), _BECAME, format, "Segments")
        print(f"{kept_told(len(became) - len(news))} {IN_PROPORTION}")
        _print_plans(found.plan, top)
    elif format == "json":
        return show([{**row, "lineage": as_rows(became)} for row in as_rows([found])], (), format)
    note_objected(later, format, gone)
    if found.movers or format == "csv":
        show([_mover_row(mover) for mover in found.movers], _movers(currency), format, "Moved most",
             _names_of_a_mover())
    else:
        print("No buyer moved.")
    return None


def _print_plans(plan: PlanDifference, top: int) -> None:
    """The segments whose hours moved most."""
    from marketsofone.project.history.differing import moved_less

    if plan.segments:
        show(as_rows(plan.segments[:top]), _PLANNED, "table", "Hours in the plan")
    if more := moved_less(len(plan.segments) - top):
        print(f"{more} --top {len(plan.segments)} shows all.")


def _names_of_a_mover() -> list[str]:
    """Columns of a mover, as `_mover_row` names them."""
    from marketsofone.project.history.diff import COMPARED

    ends = [f"{name}_{end}" for name in COMPARED for end in ("before", "after")]
    return ["buyer_id", "source_id", *ends, "why"]


def _mover_row(mover: Mover) -> dict[str, Any]:
    """A mover with every change in columns ending in ``_before`` and ``_after``."""
    changes = (mover.rank, mover.path, *mover.scores)
    ends = {f"{change.name}_{end}": getattr(change, end) for change in changes for end in ("before", "after")}
    return {"buyer_id": mover.buyer_id, "source_id": mover.source_id, **ends, "why": mover.why}


def _movers(currency: str) -> tuple[Column, ...]:
    """Columns of movers, for people."""
    return (Column("buyer", lambda row: row["source_id"]),
            _moved("rank", "rank", currency), _moved("value_per_hour", "value\nper hour", currency),
            _moved("pull", "pull", currency), _moved("competitiveness", "competi-\ntiveness", currency),
            _moved("attractiveness", "attrac-\ntiveness", currency),
            Column("why", lambda row: "\n".join(row["why"])))


def _moved(name: str, heading: str, currency: str) -> Column:
    def cell(row: Row) -> str:
        from marketsofone.project.history.differing import measured

        return "\n".join(measured(name, row[f"{name}_{end}"], currency) for end in ("before", "after"))

    return Column(heading, cell, right=True)


def _in_the_plan(row: Row) -> str:
    from marketsofone.project.history.differing import planned_told

    return "\n".join(planned_told(row["choice"][end], row["hours"][end]) for end in ("before", "after"))


_RUNS = (
    Column("run", lambda row: f"{row['run_id']}{' (latest)' if row['latest'] else ''}"),
    Column("as of", lambda row: row["as_of"]),
    Column("buyers", lambda row: "" if row["buyers"] is None else f"{row['buyers']:,}", right=True),
    Column("state", lambda row: row["state"]),
)
_BECAME = (
    Column("became", lambda row: row["kind"]),
    Column("from\nto", lambda row: f"{row['from_path'] or '-'}\n{row['to_path'] or '-'}"),
    Column("why", lambda row: row["sentence"]),
)
_PLANNED = (
    Column("segment", lambda row: row["path"]),
    Column("was\nis", _in_the_plan),
    Column("why", lambda row: "\n".join(row["why"])),
)

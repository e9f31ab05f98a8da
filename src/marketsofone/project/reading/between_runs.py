"""What leaves a run, or is shown of it, once somebody objected or a basis is over: from then on, not the next run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import RunMissing, shortened
from marketsofone.project.reading.sparing import check_spared
from marketsofone.project.reading.unlisted import FILED, objectors, people_objecting, still_counted, unlisted
from marketsofone.project.snapshots.approach import Order, PassedOver, ToApproach, passed_over, read_approach
from marketsofone.project.snapshots.export import export_snapshot, leaving_table
from marketsofone.project.snapshots.plan_totals import TOTALS, has_totals
from marketsofone.project.snapshots.results import flattened
from marketsofone.project.snapshots.snapshot import Snapshot
from marketsofone.project.statements.entering import looked_up
from marketsofone.project.statements.recorded import has_record
from marketsofone.sources.spelling import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import pyarrow as pa

    from marketsofone.project.statements.entering import Notebook


def approach_now(run: Snapshot, top: int = 20, order: Order = "place") -> tuple[ToApproach, ...]:
    """The first buyers to approach, without whom the record took off every list since the run."""
    barred = barred_since(run)
    found = read_approach(run, top + len(barred), order)
    return tuple(each for each in found if each.buyer.buyer_id not in barred)[:top]


def passed_over_now(run: Snapshot, first: int) -> tuple[PassedOver, ...]:
    """Of the first buyers by rank, those to whom the plan gives no hour."""
    return passed_over(run, [flattened(each.buyer) | {"choice": each.choice}
                             for each in approach_now(run, first, "rank")])


def export_run(run: Snapshot, to: Path) -> tuple[Path, ...]:
    """Every result as CSV and Parquet, as `export_snapshot` writes it, without whoever objected since the run.

    Who took back the basis for contact since leaves without a rank, and with no line of the plan.

    Raises
    ------
    RunInterrupted
        Also where it would write over a run, or over a file that a source of the project reads.
    """
    check_spared(run, to)
    return export_snapshot(run, to, objected_since(run), _asked(run, people_objecting), barred_since(run))


def table_now(run: Snapshot, name: str) -> pa.Table:
    """A table of a run as `export_run` writes it.

    Raises
    ------
    RunMissing
        The run has no such table.
    """
    known = sorted({*run.tables, TOTALS} if has_totals(run) else run.tables)
    if name not in known:
        near, why = nearest(str(name), known), (run.manifest.get("plan") or {}).get("why")
        raise RunMissing(f"A result of run {run.run_id} was asked for by the name of its table.",
                         f"none of that name; there are {shortened(known, most=40)}.",
                         f"If '{near}' is meant, write that." if near
                         else f"The run has no plan: {why}" if why else "Name one of these.")
    return leaving_table(run, name, objected_since(run), _asked(run, people_objecting), barred_since(run))


def objected_since(run: Snapshot) -> frozenset[int]:
    """``buyer_id`` of the buyers of a run who objected after it, or whose basis for being profiled is over since."""
    return _asked(run, objectors)


def barred_since(run: Snapshot) -> frozenset[int]:
    """``buyer_id`` of who is on no list of whom to approach: who objected, or took back the basis for contact, too."""
    return _asked(run, unlisted)


def still_planned(barred: int) -> str:
    """What a reader of a plan should know where buyers that it gives hours may not be contacted any more."""
    if not barred:
        return ""
    if barred == 1:
        return ("One buyer that gets hours may not be contacted any more: no list holds it; totals of this plan still "
                "count its hours.")
    return (f"{barred:,} buyers that get hours may not be contacted any more: no list holds them; totals of this plan "
            "still count their hours.")


def objection_note(run: Snapshot, gone: Collection[int] | None = None) -> str:
    """That totals of a run still count who objected after it (``gone``, where it is known); empty where nobody did."""
    return still_counted(len(objected_since(run) if gone is None else gone))


def require_unobjected(run: Snapshot, buyer_id: int) -> None:
    """Raises ``RunMissing`` where a buyer may not be profiled any more."""
    if buyer_id in objected_since(run):
        raise RunMissing(f"Run {run.run_id} was asked for one buyer.", "one who may not be profiled any more.",
                         "Nothing is shown of it. Was an objection taken back, say so:\n  m1 object --help")


def _asked(run: Snapshot, ask: Callable[[Snapshot, Notebook], frozenset[int]]) -> frozenset[int]:
    """What the record of the run's project says, and what the run's files say of days since."""
    folder = run.path.parent.parent
    if FILED not in run.tables and not has_record(folder):
        return frozenset()
    with looked_up(folder) as notebook:
        return ask(run, notebook)

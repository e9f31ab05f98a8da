"""Commands that make something of a company's files: init, check, run; and version."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from marketsofone.cli.looking import NOBODY
from marketsofone.cli.options import HERE, Format, Project
from marketsofone.cli.rooms import Rooms
from marketsofone.cli.sheet import Column, Row, plain_lines, show
from marketsofone.errors import MarketError, command

if TYPE_CHECKING:
    from marketsofone.project import CheckResult
    from marketsofone.project.snapshots.approach import ToApproach
    from marketsofone.project.snapshots.results import ValueRead
    from marketsofone.project.snapshots.snapshot import Snapshot


def propose(folder: Path, *, source: Annotated[Path, Parameter(name="--from")]) -> None:
    """Look at the files of a company and propose a project file for them.

    The proposal is a guess from names and values: read it before you run it.

    Parameters
    ----------
    folder
        The project folder to make; a project file that is there is never written over.
    source
        The folder that holds the files, databases of SQLite and DuckDB among them.
    """
    from marketsofone.project import init_project

    proposal = init_project(folder, source)
    print(f"Wrote {folder / 'market.toml'}.")
    _print_list("Guessed", proposal.guessed)
    _print_list("Not sure about", proposal.unsure)
    print(f"\nRead it, then:\n  {command('check', folder)}")


def simulate(folder: Path, *, accounts: int = 2_000, seed: int = 1) -> None:
    """Make a project on a simulated company, to try everything on.

    What is true of the company is planted and stands in files/truth, which no run reads.

    Parameters
    ----------
    folder
        The project folder to make.
    accounts
        How many accounts the company knows, prospects among them.
    seed
        The same seed makes the same company.
    """
    from marketsofone.project import simulate_project

    simulate_project(folder, accounts, seed)
    print(f"Made a company of {accounts:,} accounts in {folder}. Then:\n  {command('run', folder)}")


def check(project: Project = HERE, *, format: Format = "table") -> None:
    """Show what was read, what was refused and why, and which scores have evidence.

    A score with little evidence still gets values: they borrow from the whole market and their
    intervals are wide. Where no score has any, the exit status is 2 and the last lines say why.
    """
    from marketsofone.project import check_project

    checked = check_project(project)
    if format == "json":
        show([{"health": checked.health.to_pylist(), "refused": checked.refused.to_pylist(),
               "findings": checked.findings.to_pylist(), "evidence": checked.evidence.to_pylist(),
               "problem": _problem(checked.problem)}], (), format)
    else:
        _print_checked(checked, format)
    if checked.problem:
        sys.stdout.flush()
        raise checked.problem


def run(project: Project = HERE) -> None:
    """Run the main job: read the files, grow the tree, score every buyer, write the report.

    The results are a new run beside the earlier ones; an interrupted run leaves those as they were.
    """
    from marketsofone.project import run_project

    with Rooms(sys.stderr) as rooms:
        snapshot = run_project(project, on_room=rooms)
    _summarise(project, snapshot)


def version() -> None:
    """Show the version of this program."""
    import marketsofone

    print(f"marketsofone {marketsofone.__version__}")


def _print_checked(checked: CheckResult, format: Format) -> None:
    show(checked.health.to_pylist(), _HEALTH, format, "What was read")
    if checked.refused.num_rows:
        show(checked.refused.to_pylist(), _REFUSED, format, "What was refused, and why")
    if checked.findings.num_rows:
        show(checked.findings.to_pylist(), _FINDINGS, format, "What to look at")
    show(checked.evidence.to_pylist(), _EVIDENCE, format, "Evidence for the scores")


def _problem(problem: MarketError | None) -> Row | None:
    """An error in its parts, for programs."""
    return None if problem is None else {"error": type(problem).__name__, "wanted": problem.wanted,
                                         "found": problem.found, "repair": problem.repair}


def _summarise(project: Path, snapshot: Snapshot) -> None:
    """A run in a dozen lines: size, evidence, whom to approach, what is assumed, where the report is."""
    from marketsofone.project.reading.between_runs import approach_now
    from marketsofone.project.snapshots.results import read_evidence
    from marketsofone.project.words import apart, counted, listed, strata_told

    manifest, evidence = snapshot.manifest, read_evidence(snapshot)
    currency = manifest["currency"]
    strata = strata_told(snapshot.table("strata")["parent_id"].to_pylist())
    kinds = listed([counted(number, f"{kind} as buyer") if number == 1 else f"{number:,} by {kind}"
                    for kind, number in manifest["buyer_kinds"].items()])
    day = f", as of {manifest['as_of']}." if manifest["as_of"] else "; the data carry no date."
    print(f"{counted(manifest['counts']['buyers'], 'buyer')} ({kinds}) in {strata}{day}")
    for row in evidence:
        print(f"  {row['score']}: {_evidence_words(row)}")
    first = approach_now(snapshot, 3)
    print("To approach first:" if first else NOBODY)
    for place, each in enumerate(first, 1):
        print(plain_lines(f"  {place}. {each.buyer.source_id}, {each.buyer.path}: {_why_first(each, currency)}"))
    _print_planned(manifest.get("plan") or {}, currency)
    _print_warnings(snapshot)
    for label in (*apart(manifest["labels"], evidence), *_conditions(manifest["conditional_on"])):
        print(plain_lines(f"Note: {label}"))
    print(f"Run {snapshot.run_id}. Report: {snapshot.path / 'report.html'}")


def _why_first(to_approach: ToApproach, currency: str) -> str:
    """What the order rests on: hours of the plan, else the value of an hour, else the scores that have evidence."""
    from marketsofone.project.words import hours, listed

    buyer, earns = to_approach.buyer, to_approach.hour_value
    if to_approach.hours and earns.value is not None:
        return f"{hours(to_approach.hours)} hours in the plan, {_with_interval(earns, 'money', currency, ' an hour')}"
    if buyer.value_per_hour.value is not None:
        worth = _with_interval(buyer.value_per_hour, "money", currency, " per selling hour")
        return worth if to_approach.hours is None else f"{worth} by the scores alone; the plan gives it no hours"
    known = {name: each for name, each in buyer.scores.items() if each.value is not None}
    return listed([f"{name} {_with_interval(each, 'money' if name == 'attractiveness' else 'share', currency)}"
                   for name, each in known.items()])


def _with_interval(read: ValueRead, kind: Literal["share", "money"], currency: str, per: str = "") -> str:
    """A value, what it is per, and its 90% interval where there is one."""
    from marketsofone.project.words import interval, number

    value = number(read.value, kind, currency) + per
    if read.low is None or read.high is None:
        return value
    return f"{value} (90% interval {interval(read.low, read.high, kind, currency)})"


def _print_planned(plan: Row, currency: str) -> None:
    from marketsofone.project.words import counted, hours, money

    if plan.get("made"):
        print(f"Plan: {hours(plan['hours'])} of {hours(plan['capacity_hours'])} hours in "
              f"{counted(plan['weeks'], 'week')} are placed, {money(plan['value'], currency)} expected "
              "beyond what they cost. m1 plan solve shows them.")
    elif plan:
        print(plain_lines(f"No plan: {plan['why']}"))


def _print_warnings(snapshot: Snapshot) -> None:
    """How many rows were refused, and findings that may mislead, those about results before those about files."""
    from marketsofone.project.words import counted

    read, refused = (sum(row[name] for row in snapshot.table("health").to_pylist()) for name in ("read", "refused"))
    if refused:
        print(f"Refused: {refused:,} of {counted(read, 'row')} read. m1 check tells why.")
    warnings = [row for row in snapshot.table("findings").to_pylist() if row["severity"] == "warning"][::-1]
    for row in warnings[:_WARNINGS]:
        print(plain_lines(f"Warning: {row['place']}: {row['message']}"))
    if len(warnings) > _WARNINGS:
        print(f"{counted(len(warnings) - _WARNINGS, 'more warning')} under Data in the report.")


def _evidence_words(row: Row) -> str:
    from marketsofone.project.words import counted

    if not row["trials"]:
        return str(row["note"] or "no evidence")
    said = f"{counted(row['trials'], row['unit'])} of {counted(row['buyers'], 'buyer')}"
    return f"{said}, {row['note']}" if row["note"] else said


def _conditions(scores: list[str]) -> list[str]:
    from marketsofone.project.words import listed

    return [f"the ranking says nothing of {listed(scores)}: no evidence."] if scores else []


def _print_list(heading: str, sentences: Iterable[str]) -> None:
    said = list(sentences)
    if said:
        print(plain_lines("\n  - ".join([f"\n{heading}:", *said])))


def _text(name: str) -> Column:
    return Column(name.replace("_", " "), lambda row: str(row[name]))


def _number(name: str) -> Column:
    return Column(name.replace("_", " "), lambda row: f"{row[name]:,}", right=True)


_WARNINGS = 4
_HEALTH = (_text("source"), Column("table", lambda row: row["table_name"]), _number("left_out"),
           _number("read"), _number("accepted"), _number("refused"))
_REFUSED = (_text("source"), Column("table", lambda row: row["table_name"]), _text("field"), _text("reason"),
            _number("rows"), _number("first_row"))
_FINDINGS = (_text("severity"), _text("place"), _text("message"), _text("repair"))
_EVIDENCE = (_text("score"), Column("evidence", _evidence_words))

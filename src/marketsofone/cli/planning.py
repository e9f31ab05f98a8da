"""Commands of the plan: plan solve, plan compare, plan explain, plan drain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from marketsofone.cli.options import HERE, Format, Project, Run, Top
from marketsofone.cli.sheet import NOT_TO_BE_APPROACHED, Column, Row, note_objected, show

if TYPE_CHECKING:
    from collections.abc import Collection

    from marketsofone.project.planning.scenarios import Solved
    from marketsofone.project.snapshots.snapshot import Snapshot

Flag = Annotated[bool, Parameter(negative="", show_default=False)]
With = Annotated[str, Parameter(name="--with", show_default=False)]
Scenarios = Annotated[tuple[str, ...], Parameter(name="--scenario", show_default=False, negative="",
                                                 consume_multiple=False)]
Key = Annotated[str, Parameter(name="BUYER-OR-SEGMENT",
                               help="A buyer's key or id, or a stratum by its id, path or name.")]
Kind = Annotated[Literal["segment", "buyer", "rep"] | None, Parameter(show_default=False)]


def solve(project: Project = HERE, *, hours: float = 1.0, reps: str = "", assign: Flag = False, segments: Flag = False,
          changed: With = "", top: Top = 20, run: Run = "latest", format: Format = "table") -> None:
    """Place selling hours where they earn most, from the scores of a run; the run itself stays as it is.

    Every buyer keeps its rep unless --assign is given. csv and json hold every buyer.

    Parameters
    ----------
    hours
        Hours there are, times this.
    reps
        Other hours a week by rep, or new reps: R0001:30, NEW:20:60:north.
    assign
        Let buyers change reps.
    segments
        Show the choice of segments in place of buyers.
    changed
        A scenario, as m1 plan compare --help says it is written.
    """
    from marketsofone.project.planning.scenario_texts import Scenario, asked_of_reps, read_scenario
    from marketsofone.project.planning.scenarios import check_planned, solve_scenario
    from marketsofone.project.reading.between_runs import barred_since, objected_since, still_planned
    from marketsofone.project.settings.market_file import read_settings
    from marketsofone.project.snapshots.results import read_strata
    from marketsofone.project.snapshots.snapshot import open_snapshot
    from marketsofone.project.words import plain

    scenario = read_scenario(changed) if changed else Scenario("plan")
    snapshot = open_snapshot(project, run)
    check_planned(snapshot)
    asked = asked_of_reps(reps, [str(name) for name in snapshot.table("reps")["source_id"].to_pylist()])
    changes = (*scenario.changes, *((("hours", str(hours).removesuffix(".0")),) if hours != 1.0 else ()), *asked)
    added = any(key == "rep" for key, _value in asked)
    found = solve_scenario(snapshot, read_settings(project),
                           Scenario(scenario.name, changes, assign or scenario.assign or added))
    gone, barred = objected_since(snapshot), barred_since(snapshot)
    every = found.tables["segment_choice" if segments else "plan"].to_pylist()
    rows = [row for row in every if row.get("buyer_id") not in barred]
    if format != "table":
        return show(rows, (), format)
    for name in (value.partition(":")[0] for key, value in asked if key == "rep"):
        print(f"New rep: {plain(name)}; buyers may change reps.")
    _print_plan(found, snapshot.manifest["currency"])
    key = "path" if segments else "source_id"
    names = {each.stratum_id: each.called for each in read_strata(snapshot)} if segments else {}
    chosen = [{**row, "called": names.get(row["stratum_id"])}
              for row in sorted(rows, key=lambda row: (-round(row["hours"], 9), row[key]))[:top]]
    show(chosen, _SEGMENTS if segments else _BUYERS, "table")
    given = sum(row["hours"] > 0 for row in every if row.get("buyer_id") in barred - gone)
    if given:
        print(f"Note: {still_planned(given)}")
    return note_objected(snapshot, gone=gone)


def compare(project: Project = HERE, *, scenario: Scenarios = (), run: Run = "latest",
            format: Format = "table") -> None:
    """Set plans side by side: as things are, and what if.

    A scenario is written as a name, a colon, and key=value joined by semicolons: hours=1.2 (all hours times 1.2),
    hours=R0001:30 (a week), rep=NEW:20:60:north (a new rep: hours a week, cost of an hour, region), leave=STRATUM,
    worth=STRATUM:0.9 (what its buyers bring, times; a price that changed), chance=STRATUM:0.8 (of winning them,
    times; a rival that came), cost=70 (of an hour), weeks=8, assign=yes (buyers may change reps).

    Parameters
    ----------
    scenario
        One scenario; give it again for more. Absent: a fifth more and a fifth fewer hours, and other reps.
    """
    from marketsofone.project.planning.scenario_texts import Scenario, read_scenario
    from marketsofone.project.planning.scenarios import compared, solve_scenario
    from marketsofone.project.settings.market_file import read_settings
    from marketsofone.project.snapshots.snapshot import open_snapshot

    snapshot, settings = open_snapshot(project, run), read_settings(project)
    asked = scenario or ("a fifth more hours: hours=1.2", "a fifth fewer hours: hours=0.8", "other reps: assign=yes")
    every = [Scenario("as it is"), *map(read_scenario, asked)]
    rows = compared([solve_scenario(snapshot, settings, each) for each in every])
    show(rows, _compared(snapshot.manifest["currency"]), format)
    note_objected(snapshot, format)


def explain(key: Key, project: Project = HERE, *, run: Run = "latest", format: Format = "table") -> None:
    """Show why a buyer or a segment gets its hours, what the next one earns, and what would change that."""
    from marketsofone.project.planning.reading import explain as explained
    from marketsofone.project.reading.between_runs import require_unobjected
    from marketsofone.project.snapshots.snapshot import open_snapshot
    from marketsofone.project.words import interval, money, plain

    snapshot = open_snapshot(project, run)
    found = explained(snapshot, key)
    if found.kind == "buyer":
        require_unobjected(snapshot, found.row["buyer_id"])
    row, currency = found.row, snapshot.manifest["currency"]
    if format != "table":
        return show([{**row, "changes": found.changes}], (), format)
    if row["choice"] is None:
        return print(f"{plain(row['source_id'])}: {NOT_TO_BE_APPROACHED}")
    print(f"{plain(row.get('source_id') or row['path'])}: {row['choice']}, {_hours(row['hours'])} hours")
    print(plain(row["reason"]))
    earns = interval(row["expected_contribution_low"], row["expected_contribution_high"], "money", currency)
    print(f"Expected of them: {money(row['expected_contribution'], currency)}, 90% interval {earns}")
    if row["next_hour_value"] is not None:
        print(f"The next hour earns {money(row['next_hour_value'], currency)} beyond its cost.")
    if found.kind == "buyer":
        print(f"In {_percent(row['inclusion_share'])} of plans drawn from what is not known it gets hours.")
    elif row["firm"] is not None:
        print(f"Of plans drawn from what is not known, so many choose alike: {_firm(row)}.")
    print(plain(f"{found.changes}{'' if found.kind == 'buyer' else _accepting(row)}"))
    for name, status, said in found.responses:
        print(f"What hours do, {name}: {status}. {plain(said)}")
    return note_objected(snapshot) if found.kind == "segment" else None


def drain(project: Project = HERE, *, kind: Kind = None, all: Flag = False, top: Top = 20, run: Run = "latest",
          format: Format = "table") -> None:
    """Show where selling time drained in the last horizon, and the hours to win back.

    Parameters
    ----------
    kind
        One side of the ledger; absent: segments, reps and buyers.
    all
        Everything hours went to, whether it drains or not.
    """
    from marketsofone.project.planning.reading import read_drain
    from marketsofone.project.reading.between_runs import objected_since
    from marketsofone.project.snapshots.snapshot import open_snapshot
    from marketsofone.project.words import nothing_drains

    snapshot = open_snapshot(project, run)
    gone = objected_since(snapshot)
    rows = read_drain(snapshot, kind, not all, top, gone)
    if format == "table":
        _print_focus(snapshot)
        if not rows:
            print(nothing_drains(snapshot.manifest["plan"]["focus"]))
            return note_objected(snapshot, gone=gone)
    show(rows, _DRAIN, format, names=[*snapshot.table("drain").column_names, "path"])
    if format == "table":
        _print_back(snapshot, kind, gone)
    return note_objected(snapshot, format, gone)


def _print_plan(found: Solved, currency: str) -> None:
    from marketsofone.project.words import counted, interval, money, most_missed

    said = found.said
    print(f"{_hours(said['hours'])} of {_hours(said['capacity_hours'])} hours in "
          f"{counted(said['weeks'], 'week')} are placed: "
          f"{money(said['value'], currency)} expected beyond what they cost")
    ends = interval(said["contribution_low"], said["contribution_high"], "money", currency)
    print(f"(contribution before cost: 90% interval {ends}; at most {most_missed(said['gap'])} of the best plan is "
          "missed).")
    if found.moved:
        print(f"{counted(found.moved, 'buyer')} {'gets' if found.moved == 1 else 'get'} another rep.")
    show(list(said["reps"]), (
        Column("rep", lambda row: row["source_id"]),
        Column("hours", lambda row: f"{_hours(row['hours'])} of {_hours(row['capacity_hours'])}", right=True),
        Column(f"next hour earns\n{currency}", lambda row: _amount(row["next_hour_value"]), right=True)), "table")


def _print_focus(snapshot: Snapshot) -> None:
    from marketsofone.project.words import minutes_said, reported_in

    focus = snapshot.manifest["plan"]["focus"]
    print(f"{_hours(focus['hours_reported'])} hours were reported {reported_in(snapshot.manifest)}. "
          f"{minutes_said(focus)}")
    if focus["share_in_pursued"] is not None:
        print(f"{_percent(focus['share_in_pursued'])} of them went to segments the plan pursues; "
              f"how unequally they fell on buyers (Gini): {focus['gini']:.2f}, where 0 is evenly and 1 all on one.")


def _print_back(snapshot: Snapshot, kind: str | None, gone: Collection[int]) -> None:
    """What all that drains would give back, one line a kind; each looks at the same hours."""
    from marketsofone.project.planning.reading import read_drain
    from marketsofone.project.words import all_hours_back

    for sentence in all_hours_back(read_drain(snapshot, kind, True, None, gone)):
        print(sentence)


def _amount(value: float | None) -> str:
    from marketsofone.project.words import number

    return "" if value is None else number(value, "money", "").strip()


def _hours(value: float | None) -> str:
    from marketsofone.project.words import hours

    return hours(value)


def _percent(value: float | None) -> str:
    from marketsofone.project.words import percent

    return percent(value)


def _missed(gap: float) -> str:
    from marketsofone.project.words import most_missed

    return most_missed(gap)


def _firm(row: Row) -> str:
    from marketsofone.project.words import firm

    return firm(row["firm"], row["runner_up"])


def _accepting(row: Row) -> str:
    """The command that accepts a segment which does not hold up; empty for others."""
    return "" if row["firm"] is not None else f"\nm1 accept {row['stratum_id']} --note TEXT"


def _ends(row: Row) -> str:
    return f"{_amount(row['expected_contribution_low'])} to {_amount(row['expected_contribution_high'])}"


def _compared(currency: str) -> tuple[Column, ...]:
    return (
        Column("scenario", lambda row: row["scenario"]),
        Column("hours", lambda row: f"{_hours(row['hours'])}\nof {_hours(row['capacity_hours'])}", right=True),
        Column(f"earns\n{currency}", lambda row: _amount(row["value"]), right=True),
        Column("beside\nthe first", lambda row: f"{row['difference']:+,.0f}", right=True),
        Column("next hour\nearns", lambda row: _amount(row["next_hour_value"]), right=True),
        Column("buyers\n(moved)", lambda row: f"{row['buyers']:,}\n({row['moved']:,})", right=True),
        Column("segments\npursued", lambda row: f"{row['pursued']:,}", right=True),
        Column("missed\nat most", lambda row: _missed(row["gap"]), right=True))


_BUYERS = (
    Column("buyer", lambda row: row["source_id"]),
    Column("hours", lambda row: _hours(row["hours"]), right=True),
    Column("touches", lambda row: f"{row['touches']:,.0f}", right=True),
    Column("expected", lambda row: f"{_amount(row['expected_contribution'])}\n{_ends(row)}", right=True),
    Column("in plans", lambda row: _percent(row["inclusion_share"]), right=True),
    Column("why", lambda row: row["reason"]))
_SEGMENTS = (
    Column("segment", lambda row: f"{row['called']}\n{row['path']}" if row["called"] else row["path"]),
    Column("choice", lambda row: "planned with\none above" if row["firm"] is None else
           row["choice"] + ("\nyour factors disagree" if row["disagrees"] else "")),
    Column("hours", lambda row: "" if row["firm"] is None else _hours(row["hours"]), right=True),
    Column("expected", lambda row: "" if row["firm"] is None else _amount(row["expected_contribution"]), right=True),
    Column("chosen alike\nin plans drawn", _firm),
    Column("why", lambda row: f"{row['reason']} {row['changes']}{_accepting(row)}"))
_DRAIN = (
    Column("kind", lambda row: row["kind"]),
    Column("where", lambda row: row["path"] or row["id"] or "nobody known"),
    Column("hours", lambda row: _hours(row["hours"]), right=True),
    Column("cost", lambda row: _amount(row["spent"]), right=True),
    Column("brought", lambda row: _amount(row["returned"]), right=True),
    Column("to expect", lambda row: _amount(row["expected"]), right=True),
    Column("hours\nback", lambda row: _hours(row["hours_back"]), right=True),
    Column("instead", lambda row: row["alternative"]))

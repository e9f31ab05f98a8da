"""The plan on the page: contribution against hours, segments chosen, first buyers, and where time drains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from marketsofone.report import plan_words, words
from marketsofone.report.figures import Row
from marketsofone.report.strata import first, market, named

if TYPE_CHECKING:
    import pyarrow as pa

MOST_SHOWN = 20
WIDTH, HEIGHT = 300.0, 120.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the curve of contribution against hours: its place, and what it says."""

    x: float
    y: float
    now: bool
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table of the plan: a segment or a buyer."""

    name: str
    choice: str
    hours: str
    share: float
    expected: str
    interval: str
    firm: str
    reason: str


@dataclass(frozen=True, slots=True)
class Drained:
    """A line of the drain ledger."""

    kind: str
    name: str
    hours: str
    spent: str
    returned: str
    back: str
    alternative: str


@dataclass(frozen=True, slots=True)
class PlanShown:
    """What the page says of a plan; ``why_none`` where there is none."""

    why_none: str
    lead: str
    bound: str
    responses: tuple[tuple[str, str, str], ...]
    reps: tuple[tuple[str, str, str], ...]
    curve: tuple[Dot, ...]
    path: str
    segments: tuple[Line, ...]
    segments_left_out: int
    buyers: tuple[Line, ...]
    focus: str
    drains: tuple[Drained, ...]
    back: str
    nothing: str


def plan_shown(manifest: Mapping[str, Any], plan: pa.Table | None, choice: pa.Table | None, drain: pa.Table | None,
               strata: pa.Table) -> PlanShown | None:
    """The plan of a run; None where the run was made before plans were."""
    said = manifest.get("plan")
    if said is None:
        return None
    responses = tuple((name, fit["status"], response_said(fit)) for name, fit in said.get("response", {}).items())
    if plan is None or choice is None:
        return PlanShown(said.get("why", ""), "", "", responses, (), (), "", (), 0, (), "", (), "", "")
    currency = manifest["currency"]
    segments = [row for row in choice.to_pylist() if row["buyers"]]
    segments.sort(key=lambda row: (-round(row["hours"], 9), row["path"]))
    dots, whole = _dots(said["sweep"], currency), market(strata)
    names = {row["stratum_id"]: named(row, whole) for row in strata.to_pylist()}
    return PlanShown(
        "", _lead(said, currency), _bound(said, currency), responses,
        tuple((rep["source_id"], f"{words.hours(rep['hours'])} of {words.hours(rep['capacity_hours'])}",
               words.money(rep["next_hour_value"], currency)) for rep in said["reps"][:MOST_SHOWN]),
        dots, " ".join(f"{'M' if not at else 'L'}{dot.x} {dot.y}" for at, dot in enumerate(dots)),
        tuple(_segment(row, said["hours"], currency, names) for row in segments[:MOST_SHOWN]),
        max(len(segments) - MOST_SHOWN, 0), _buyers(plan, said["hours"], currency),
        _focus(said.get("focus"), manifest), _drains(drain, currency, names), _back(drain),
        plan_words.nothing_drains(said.get("focus") or {}))


def response_said(fit: Row) -> str:
    """What is known of the response to effort: the share due to it where that is known, and why."""
    if fit["elasticity"] is None:
        return str(fit["reason"])
    ends = f"{fit['low']:.2f} to {fit['high']:.2f}"
    beyond = (" More than all of it, which is 1, comes of chance alone."
              if max(fit["elasticity"], fit["high"]) > 1 else "")
    share = f"{fit['elasticity']:.2f}{', as good as all of it' if fit['elasticity'] > 1 else ''}"
    return f"Share of what comes that is due to effort: {share} (90% interval {ends}).{beyond} {fit['reason']}"


def _lead(said: Mapping[str, Any], currency: str) -> str:
    return (f"{words.hours(said['hours'])} of {words.hours(said['capacity_hours'])} selling hours in "
            f"{words.counted(said['weeks'], 'week')} are placed; {words.money(said['value'], currency)} is expected "
            "beyond what they cost.")


def _bound(said: Mapping[str, Any], currency: str) -> str:
    ends = words.interval(said["contribution_low"], said["contribution_high"], "money", currency)
    held = ", the price of an hour held" if said["prices_held"] else ""
    most = words.money(said["bound"], currency)
    return (f"Contribution before cost: {ends} with 90% chance ({said['draws']} draws of what is not known{held}). "
            f"No plan within the same limits earns more than {most}: at most {plan_words.most_missed(said['gap'])} is "
            "missed.")


def _dots(sweep: Sequence[Mapping[str, float]], currency: str) -> tuple[Dot, ...]:
    if not sweep:
        return ()
    most = max(point["share"] for point in sweep)
    top = max(max(point["value"] for point in sweep), 1e-9)
    return tuple(Dot(round(WIDTH * point["share"] / most, 1), round(HEIGHT * (1 - max(point["value"], 0.0) / top), 1),
                     point["share"] == 1.0,
                     f"{words.percent(point['share'])} of the hours: {words.money(point['value'], currency)}")
                 for point in sweep)


def _segment(row: Row, hours: float, currency: str, names: Mapping[str, str]) -> Line:
    choice = f"{row['choice']} (your factors disagree)" if row["disagrees"] else row["choice"]
    firm = plan_words.firm(row["firm"], row["runner_up"]).replace("%", "% of draws", 1)
    return Line(names[row["stratum_id"]], choice, words.hours(row["hours"]), _share(row, hours),
                words.money(row["expected_contribution"], currency), _ends(row, currency), firm,
                words.plain(f"{row['reason']} {row['changes']}"))


def _buyers(plan: pa.Table, hours: float, currency: str) -> tuple[Line, ...]:
    told = plan.append_column("turn", pc.round(plan["hours"], 9))   # of equals in the order of keys, as on the terminal
    rows = first(told, [("turn", "descending"), ("source_id", "ascending"), ("buyer_id", "ascending")], MOST_SHOWN)
    return tuple(Line(row["source_id"], row["choice"], words.hours(row["hours"]), _share(row, hours),
                      words.money(row["expected_contribution"], currency), _ends(row, currency),
                      f"{words.percent(row['inclusion_share'])} of draws", words.plain(row["reason"]))
                 for row in rows if row["hours"] > 0)


def _share(row: Row, hours: float) -> float:
    return 100 * row["hours"] / hours if hours else 0.0


def _ends(row: Row, currency: str) -> str:
    return words.interval(row["expected_contribution_low"], row["expected_contribution_high"], "money", currency)


def _focus(focus: Mapping[str, Any] | None, manifest: Mapping[str, Any]) -> str:
    if not focus:
        return ""
    reported = f"{words.hours(focus['hours_reported'])} hours were reported {plan_words.reported_in(manifest)}"
    if focus["share_in_pursued"] is None:
        return f"{reported}. {plan_words.minutes_said(focus)}"
    return (f"{reported}; "
            f"{words.percent(focus['share_in_pursued'])} of them went to segments that the plan pursues. How "
            f"unequally they fell on buyers (Gini): {focus['gini']:.2f}, where 0 is evenly and 1 all on one. "
            f"{plan_words.minutes_said(focus)}")


def _drains(drain: pa.Table | None, currency: str, names: Mapping[str, str]) -> tuple[Drained, ...]:
    if drain is None:
        return ()
    rows = drain.filter(drain["drains"]).to_pylist()
    rows.sort(key=lambda row: (plan_words.SIDES.index(row["kind"]), -row["hours_back"], -row["hours"], row["id"]))
    return tuple(Drained(row["kind"], names[row["id"]] if row["kind"] == "segment" else row["id"],
                         words.hours(row["hours"]), words.money(row["spent"], currency),
                         words.money(row["returned"], currency), words.hours(row["hours_back"]), row["alternative"])
                 for row in rows[:MOST_SHOWN])


def _back(drain: pa.Table | None) -> str:
    return "" if drain is None else " ".join(plan_words.all_hours_back(drain.filter(drain["drains"]).to_pylist()))

"""Hours and shares of draws are written alike on the terminal, on the page and in the report."""

import html
import json
import math
import re
import shutil

import pytest

from marketsofone.cli import main
from marketsofone.project import run_project
from marketsofone.project.showing.plan import TABLES, drains_of, hours_back_of, loads_of
from marketsofone.project.snapshots.shelf import Scope
from marketsofone.project.snapshots.snapshot import open_snapshot
from marketsofone.report.plan import plan_shown


def words(text):
    """A page as a reader sees it, a blank between cells."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


@pytest.fixture
def doors(team, capsys):
    """What the terminal, the page Plan and the report say of the plan."""
    main(["plan", "solve", str(team.folder), "--top", "400"])
    main(["plan", "solve", str(team.folder), "--segments"])
    main(["plan", "drain", str(team.folder)])
    terminal = words(capsys.readouterr().out)
    page = words(team.browser("admin").get("/plan").text)
    report = words((open_snapshot(team.folder).path / "report.html").read_text(encoding="utf-8"))
    return {"terminal": terminal, "page": page, "report": report}


def test_hours_and_shares_of_draws_are_written_alike(doors, team):
    snapshot = open_snapshot(team.folder)
    said, segments = snapshot.manifest["plan"], snapshot.table("segment_choice").to_pylist()
    first = min(snapshot.table("plan").to_pylist(), key=lambda row: row["place"] or math.inf)
    pursued = [row for row in segments if row["choice"] == "pursue"]
    shown = {f"{said['hours']:,.1f}", f"{said['focus']['hours_reported']:,.1f}",
             f"{said['focus']['gini']:.2f}", f"{said['focus']['share_in_pursued']:.0%}",
             *(f"{row['hours']:,.1f}" for row in pursued), *(f"{row['firm']:.0%}" for row in pursued)}
    assert f" {first['inclusion_share']:.0%} " in doors["page"]
    assert max(said["hours"], said["focus"]["hours_reported"]) > 100
    assert {door: {each for each in shown if f" {each}" not in text} for door, text in doors.items()} == {
        "terminal": set(), "page": set(), "report": set()}


def test_the_buyers_that_get_most_hours_stand_in_one_order(team, capsys):
    main(["plan", "solve", str(team.folder), "--top", "5"])
    terminal = re.findall(r"^ (A\d+)", capsys.readouterr().out, re.MULTILINE)
    report = words((open_snapshot(team.folder).path / "report.html").read_text(encoding="utf-8"))
    shown = re.findall(r"\b(A\d+) pursue", report.partition("that get most hours")[2])
    assert len(terminal) == 5
    assert shown[:5] == terminal


@pytest.fixture
def reported(team):
    """The plan as the report of the company lays it out."""
    snapshot = open_snapshot(team.folder)
    return plan_shown(snapshot.manifest, *map(snapshot.table, TABLES), snapshot.table("strata"))


def test_reps_stand_in_one_order_the_best_next_hour_first(doors, team, reported):
    names = [name for name, _hours, _price in reported.reps]
    best = sorted(open_snapshot(team.folder).manifest["plan"]["reps"], key=lambda rep: -rep["next_hour_value"])
    assert [load.name for load in loads_of(team.shelf, Scope())] == names == [rep["source_id"] for rep in best]
    assert re.findall(r"R\d{4}", doors["terminal"].partition("hour earns")[2])[:len(names)] == names


def test_what_drains_stands_in_one_order_and_all_of_it_is_said_to_come_back(team, reported, capsys):
    told = [line for kind in ("segment", "rep", "buyer") for line in drains_of(team.shelf, kind, Scope(), 1_000)]
    main(["plan", "drain", str(team.folder), "--top", "1000", "--format", "json"])
    terminal = json.loads(capsys.readouterr().out)
    assert [row["path"] or row["id"] for row in terminal] == [line.name for line in told]
    assert [line.hours for line in reported.drains] == [line.hours for line in told[:len(reported.drains)]]
    for kind in ("segment", "rep", "buyer"):
        assert hours_back_of(team.shelf, kind, Scope()) in reported.back


@pytest.mark.parametrize("command", ["plan solve", "plan drain", "rank", "scores", "check", "segment list"])
def test_what_programs_read_is_json_that_every_program_can_read(team, capsys, command):
    def no_number(name):
        raise AssertionError(f"{name} is not JSON")

    main([*command.split(), str(team.folder), "--format", "json"])
    assert json.loads(capsys.readouterr().out, parse_constant=no_number) is not None


def test_the_api_tells_of_a_difference_what_the_terminal_tells_what_became_of_segments_among_it(team, capsys):
    run = open_snapshot(team.folder).run_id
    main(["diff", str(team.folder), run, run, "--format", "json"])
    (terminal,) = json.loads(capsys.readouterr().out)
    told = team.browser("admin").get(f"/api/v1/runs/{run}/diff/{run}").json()
    assert told == terminal
    assert {each["kind"] for each in told["lineage"]} == {"kept"}


@pytest.fixture
def replanned(team):
    """The company run again with half the hours: the two runs, and the hours each plan gives its segments."""
    older = open_snapshot(team.folder)
    for name in ("market.toml", "runs"):
        kept = (team.folder / name).resolve()
        (team.folder / name).unlink()
        shutil.copytree(kept, team.folder / name) if kept.is_dir() else shutil.copy(kept, team.folder / name)
    with (team.folder / "market.toml").open("a", encoding="utf-8") as file:
        file.write("\n[plan]\nweeks = 2\n")
    later = run_project(team.folder)
    return older.run_id, later.run_id, [
        {row["stratum_id"]: row["hours"] for row in run.table("segment_choice").to_pylist()} for run in (older, later)]


def test_hours_of_segments_in_two_plans_are_those_of_each_plan_on_every_door(team, replanned, capsys):
    before, after, (had, have) = replanned
    told = team.browser("admin").get(f"/api/v1/runs/{before}/diff/{after}").json()["plan"]
    assert {each["stratum_id"]: (each["hours"]["before"], each["hours"]["after"]) for each in told["segments"]} == {
        key: (had[key], have[key]) for key in had if had[key] != have[key]}
    assert told["segments"]
    capsys.readouterr()
    main(["diff", str(team.folder), "--format", "json"])
    assert json.loads(capsys.readouterr().out)[0]["plan"] == told
    main(["diff", str(team.folder), "--top", "99"])
    doors = {"terminal": words(capsys.readouterr().out),
             "page": words(team.browser("analyst").get(f"/data/difference?before={before}&after={after}").text)}
    shown = {f"pursue, {hours:,.1f} hours" for each in told["segments"] for hours in
             (each["hours"]["before"], each["hours"]["after"]) if hours}
    assert {door: {each for each in shown if each not in text} for door, text in doors.items()} == {
        "terminal": set(), "page": set()}
    (sentence,) = re.findall(r"Plan: .*? fell out\.", doors["page"])
    assert " hours in 2 weeks, " in sentence
    assert sentence in doors["terminal"]

"""The plan of a simulated company, through the commands."""

import csv
import io
import json
import math
import shutil
from datetime import UTC, datetime, timedelta

import pytest

import marketsofone as m1
from marketsofone.cli.entry import main
from marketsofone.project import state_effort
from marketsofone.project.snapshots.snapshot import open_snapshot

COLUMNS = ["buyer_id", "source_id", "rep_id", "hours", "touches", "expected_contribution", "expected_contribution_low",
           "expected_contribution_high", "next_hour_value", "inclusion_share", "choice", "reason"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planned")
    m1.simulate(folder, accounts=300, seed=71)
    m1.run(folder)
    return folder


@pytest.fixture
def told(project, capsys):
    def run(command, *words):
        status = main(["plan", command, *words, str(project)] if command == "explain"
                      else ["plan", command, str(project), *words])
        return status, capsys.readouterr()

    return run


def test_a_run_holds_every_buyer_in_the_plan_under_the_names_of_the_contract(project):
    run = open_snapshot(project)
    plan = run.table("plan")
    assert plan.column_names[:12] == COLUMNS
    assert plan.num_rows == run.manifest["counts"]["buyers"]
    assert plan["buyer_id"].to_pylist() == sorted(plan["buyer_id"].to_pylist())


def test_a_customer_without_hours_is_told_apart_from_a_prospect_and_from_the_ranked_list(project):
    held = [row for row in open_snapshot(project).table("plan").to_pylist() if row["status"] == "cannot tell yet"]
    assert held
    for row in held:
        if "cannot tell yet" in row["reason"].lower():
            assert row["reason"].startswith("A customer already") == row["won"]


def test_plans_side_by_side_tell_tenths_of_hours(told, project):
    said = open_snapshot(project).manifest["plan"]
    status, shown = told("compare", "--scenario", "more: hours=1.03")
    assert status in (0, None)
    assert f" {said['hours']:,.1f} " in shown.out
    assert f"of {said['capacity_hours'] * 1.03:,.1f} " in shown.out


def test_hours_in_the_ledger_equal_hours_reported(project):
    run = open_snapshot(project)
    drain = run.table("drain").to_pandas()
    assert drain.groupby("kind")["hours"].sum().round(6).nunique() == 1
    reported = run.manifest["plan"]["focus"]["hours_reported"]
    assert drain[drain["kind"] == "rep"]["hours"].sum() == pytest.approx(reported)


def test_the_plan_solved_again_is_the_plan_of_the_run(project, told):
    _status, out = told("solve", "--format", "json")
    again = {row["buyer_id"]: row["hours"] for row in json.loads(out.out)}
    plan = open_snapshot(project).table("plan").to_pandas()
    assert [again[each] for each in plan["buyer_id"]] == pytest.approx(plan["hours"].tolist(), abs=1e-6)


def test_more_hours_earn_more_and_each_earns_less(told):
    status, out = told("compare", "--scenario", "more: hours=2", "--scenario", "fewer: hours=0.5", "--format", "csv")
    rows = {row["scenario"]: row for row in csv.DictReader(io.StringIO(out.out))}
    assert status == 0
    value = {name: float(row["value"]) for name, row in rows.items()}
    price = {name: float(row["next_hour_value"]) for name, row in rows.items()}
    assert value["more"] > value["as it is"] > value["fewer"]
    assert price["more"] < price["as it is"] < price["fewer"]


def test_a_new_rep_and_a_rival_can_be_tried(told):
    status, out = told("compare", "--scenario", "rep=NEW:20:60:north", "--scenario", "rival: chance=market:0.5")
    assert status == 0
    assert "rival" in out.out


def test_whatever_is_tried_the_run_stays_as_it_is(project, told):
    before = open_snapshot(project).run_id
    told("solve", "--hours", "0.5", "--with", "worth=market:0.5")
    assert open_snapshot(project).run_id == before


def test_a_plan_says_what_it_places_and_what_the_next_hour_of_each_rep_earns(told):
    status, out = told("solve", "--top", "3")
    assert status == 0
    assert "hours in 4 weeks are placed" in out.out
    assert "next hour earns" in out.out
    assert told("solve", "--segments")[0] == 0


def test_a_buyer_and_a_segment_are_explained_with_what_would_change_them(project, told):
    run = open_snapshot(project)
    status, out = told("explain", run.table("plan")["source_id"][0].as_py())
    assert status == 0
    assert "plan" in out.out
    assert "What hours do, prospects" in out.out
    chosen = run.table("segment_choice").to_pylist()[0]
    assert told("explain", chosen["stratum_id"])[0] == told("explain", chosen["path"].split(" / ")[-1])[0] == 0
    assert told("explain", "nobody at all")[0] == 2


def test_a_segment_that_a_scenario_leaves_says_so_and_is_not_called_worthless(project, told):
    run = open_snapshot(project)
    path = next(row["path"] for row in run.table("segment_choice").to_pylist() if row["hours"] > 0)
    _status, out = told("solve", "--with", f"leave={path}", "--segments", "--format", "json")
    (left,) = [row for row in json.loads(out.out) if row["path"] == path]
    assert (left["choice"], left["hours"], left["reason"]) == ("leave", 0.0, "The scenario leaves it out.")
    _status, out = told("solve", "--with", f"leave={path}", "--format", "json")
    of = {row["reason"] for row in json.loads(out.out) if row["stratum_id"] == left["stratum_id"] and row["rep_id"]}
    assert "The scenario leaves it out." in of


def test_the_drain_is_told_with_its_focus(told):
    status, out = told("drain", "--all", "--kind", "rep")
    assert status == 0
    assert "went to segments the plan pursues" in out.out


def test_an_unknown_scenario_is_told_how_to_write_one(told):
    status, out = told("compare", "--scenario", "twice the people")
    assert status == 2
    assert "hours=1.2" in out.err


@pytest.mark.parametrize(("words", "found"), [
    (("--hours", "0"), "hours=0, which leaves none to place"), (("--hours=-1",), "'-1'"), (("--hours", "nan"), "'nan'"),
    (("--hours", "inf"), "'inf'"), (("--hours", "1e12"), "hours a week"), (("--reps", "R0000:200"), "200 hours a week"),
    (("--reps", "NEW:169:60"), "169 hours a week"), (("--reps", "R0000"), "R0000:30"), (("--reps", "R0000:x"), "'x'"),
    (("--reps", "R00O0:30"), "Did you mean R000"), (("--with", "leave=nowhere"), "none of that name")])
def test_hours_and_reps_that_cannot_be_are_an_error_that_says_what_to_write(told, words, found):
    status, said = told("solve", *words)
    assert status == 2
    assert found in said.err
    assert "week_hours" not in said.err


def test_a_rep_that_the_run_does_not_know_is_said_to_be_new(told):
    status, said = told("solve", "--reps", "LENA:20")
    assert status in (0, None)
    assert "New rep: LENA; buyers may change reps." in said.out


def test_a_segment_is_explained_by_its_value_whatever_the_case(project, told):
    planned = set(open_snapshot(project).table("segment_choice")["stratum_id"].to_pylist())
    strata = open_snapshot(project).table("strata").to_pylist()
    values = [row["name"].partition(": ")[2].casefold() for row in strata]
    alone = next(row for row in strata if row["stratum_id"] in planned and row["parent_id"]
                 and values.count(row["name"].partition(": ")[2].casefold()) == 1)
    status, said = told("explain", alone["name"].partition(": ")[2].upper())
    assert status in (0, None)
    assert said.out.startswith(alone["path"])


def test_plan_tables_leave_with_an_export_and_the_report_shows_the_plan(project, tmp_path):
    assert main(["export", str(project), "--to", str(tmp_path)]) == 0
    assert {f"{name}.csv" for name in ("plan", "segment_choice", "drain")} <= {path.name for path in tmp_path.iterdir()}
    page = open_snapshot(project).page("report.html").read_text(encoding="utf-8")
    assert 'id="plan"' in page
    assert 'id="drain"' in page


def test_a_run_without_a_plan_says_so(run, capsys):
    assert main(["plan", "solve", str(run.path.parents[1])]) == 2
    assert "asked for its plan" in capsys.readouterr().err


def judge_everybody(folder, plan, times, by):
    """A judgement of every twentieth prospect: the plan's own curve, so many times as high."""
    rows = [row for row in plan.to_pylist() if not row["won"] and row["ceiling"] > 0][::20]
    for row in rows:
        points = [times * row["ceiling"] * (1.0 - math.exp(-hours / row["scale"])) for hours in (0.0, 3.0, 6.0, 9.0)]
        state_effort(folder, "account", row["source_id"], (*points, times * row["ceiling"]), hours=6.0, sure=3.0, by=by)
    return {row["buyer_id"]: row["ceiling"] for row in rows}


def test_a_person_who_says_thrice_of_everybody_is_told_of_and_hardly_believed(project, tmp_path):
    shutil.copytree(project, tmp_path, dirs_exist_ok=True)
    settings = tmp_path / "market.toml"
    today = (datetime.now(UTC) + timedelta(days=1)).date()
    was = open_snapshot(project)
    judged = judge_everybody(tmp_path, was.table("plan"), 3.0, "ann")
    before = m1.run(tmp_path)
    told = {row["code"]: row["message"] for row in before.table("findings").to_pylist()}
    assert f"{len(judged)} judgements of effort were stated after {was.manifest['as_of']}" in told["stated_later"]
    settings.write_text(settings.read_text().replace(f"as_of = {was.manifest['as_of']}", f"as_of = {today}"))
    after = m1.run(tmp_path)
    plan = {row["buyer_id"]: row for row in after.table("plan").to_pylist()}
    moved = [plan[buyer]["ceiling"] / ceiling for buyer, ceiling in judged.items() if plan[buyer]["ceiling"] > 0]
    assert max(moved) < 2.0
    (said,) = [row["message"] for row in after.table("findings").to_pylist() if row["code"] == "judgement_off"]
    assert "ann" not in said
    assert "One person who judges effort" in said

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from marketsofone.project.planning.scenario_texts import Scenario
from marketsofone.project.planning.scenarios import compared, solve_scenario
from marketsofone.project.settings.market_file import read_settings
from marketsofone.project.showing.figures import hours, money
from marketsofone.project.showing.plan import (
    choices_of,
    drains_in_all,
    drains_of,
    hours_back_of,
    moves_in_all,
    moves_of,
    plan_missing,
)
from marketsofone.project.snapshots.shelf import Scope, Shelf
from marketsofone.project.words import most_missed


@pytest.fixture
def told(team):
    return team.shelf.snapshot.manifest["plan"]


def test_the_plan_shows_hours_worth_choices_loads_and_drain(team, told):
    text = team.browser("analyst").get("/plan").text
    assert money(told["value"], "EUR") in text
    for heading in ("What more or fewer hours would earn", "pursue, hold or leave",
                    "Load, and the value of the next hour", "Moves", "Drain"):
        assert heading in text
    for rep in told["reps"]:
        assert money(rep["next_hour_value"], "EUR") in text


def test_what_the_curve_says_of_the_hours_there_are_is_what_the_plan_earns_and_is_called_so(team, told):
    text = team.browser("analyst").get("/plan").text
    line = re.search(r'<th scope="row">100%</th>.*?</tr>', text).group()
    assert money(told["value"], "EUR") in line, "net of what the hours cost, as the first sentence has it"
    assert "Earn beyond their cost" in text
    assert "↑ Expected beyond what the hours cost" in text


def test_a_list_that_is_cut_says_of_how_many_it_is_and_where_the_others_are(team):
    planned = team.shelf.given_hours()
    assert moves_in_all(team.shelf, Scope()) == planned > 25
    browser = team.browser("analyst")
    told = re.search(r'The first 25 of the (\d+) buyers that get hours. <a href="([^"]+)">', browser.get("/plan").text)
    assert int(told.group(1)) == planned
    everyone = browser.get(told.group(2)).text
    assert moves_of(team.shelf, Scope())[0].key in everyone
    assert drains_in_all(team.shelf, "buyer", Scope()) == len(drains_of(team.shelf, "buyer", Scope(), most=10_000))


def test_only_who_may_not_see_all_is_told_that_there_may_be_more(team):
    assert "None that you may see" not in team.browser("analyst").get("/plan").text
    for role in ("analyst", "rep"):
        segments = team.browser(role).get("/plan").text.partition("Segments that drain")[2].partition("<h3>")[0]
        assert "that you may see" not in segments, "every segment is shown to everybody"


def test_a_rep_sees_own_moves_own_load_and_own_drain(team):
    rep = min(team.shelf.reps)
    scope = Scope(frozenset((rep,)))
    key = team.shelf.reps[rep]["source_id"]
    assert {move.rep for move in moves_of(team.shelf, scope)} <= {key}
    served = {row["source_id"] for row in team.shelf.listed(scope, most=1000).rows}
    assert {line.name for line in drains_of(team.shelf, "buyer", scope)} <= served
    text = team.browser("rep").get("/plan").text
    assert set(re.findall(r"<bdi>(R\d{4})</bdi>", text)) == {key}
    assert "/plan/scenarios" not in text


def test_marketing_sees_choices_and_no_buyer(team):
    text = team.browser("marketing").get("/plan").text
    assert "pursue, hold or leave" in text
    assert not re.search(r"/buyer/|Buyers that drain", text)


def test_another_capacity_is_solved_again_as_the_terminal_does(team):
    browser = team.browser("leader")
    answer = browser.get("/plan/scenarios", params={"percent": "80", "name": "fewer"})
    assert answer.status_code == 303
    asked = parse_qs(urlsplit(answer.headers["location"]).query)["scenario"]
    assert asked == ["fewer: hours=0.8"]
    text = browser.get(answer.headers["location"]).text
    settings = read_settings(team.folder)
    solved = [solve_scenario(team.shelf.snapshot, settings, each)
              for each in (Scenario("as it is"), Scenario("fewer", (("hours", "0.8"),)))]
    for row in compared(solved):
        assert money(row["value"], "EUR") in text
        assert f'"At most missed">{most_missed(row["gap"])}<' in text


def test_a_scenario_that_cannot_be_is_told_so(team):
    leader = team.browser("leader")
    many = "&".join(f"scenario=hours%3D{n}" for n in range(1, 9))
    for asked in ("scenario=nonsense", "scenario=leave%3Dnowhere", "percent=-5", "name=a%3Bb", many):
        assert leader.get(f"/plan/scenarios?{asked}").status_code == 422


def test_a_run_without_a_plan_says_plainly_what_is_missing(team):
    manifest = team.shelf.snapshot.manifest
    files = {name: each for name, each in manifest["files"].items() if name not in ("plan", "segment_choice", "drain")}
    bare = Shelf(replace(team.shelf.snapshot, manifest={**manifest, "files": files, "plan": None}))
    assert plan_missing(bare.snapshot) == "The run has no table plan and no table segment_choice."
    none = replace(team.shelf.snapshot, manifest={**manifest, "plan": {"made": False, "why": "No rep has hours."}})
    assert plan_missing(none) == "No rep has hours."
    assert moves_of(bare, Scope()) == ()
    assert drains_of(bare, "segment", Scope()) == ()


def test_the_segments_add_up_to_the_plan_before_and_beyond_its_cost(team, told):
    rows = team.shelf.small("segment_choice")
    total = team.browser("analyst").get("/plan").text.partition("All segments</th>")[2].partition("</tr>")[0]
    for cell in (hours(told["hours"]), money(sum(row["expected_contribution"] for row in rows), "EUR"),
                 money(told["value"], "EUR")):
        assert cell in total
    assert sum(row["hours"] for row in rows) == pytest.approx(told["hours"])


def test_a_segment_that_does_not_hold_up_is_planned_with_another_and_not_held_at_no_hours(team):
    lines = choices_of(team.shelf)
    refused = [line for line in lines if line.refused]
    assert refused
    page = team.browser("analyst").get("/plan").text
    table, _head, apart = page.partition("Not planned by themselves")
    given = {row["stratum_id"]: 0.0 for row in team.shelf.strata}
    for row in team.shelf.listed(most=1_000).rows:
        given[row["stratum_id"]] += row["hours"]
    for line in refused:
        inside = sum(given[each] for each in team.shelf.below(line.stratum_id))
        assert line.hours == hours(inside)
        assert f"/segment/{line.stratum_id}" in apart
        assert f"/segment/{line.stratum_id}" not in table.partition("Segments: pursue, hold or leave")[2]
        own = team.browser("analyst").get(f"/segment/{line.stratum_id}").text
        assert f"Not planned by itself; its buyers get {line.hours} hours." in own


def test_what_would_come_back_is_told_of_all_lines_that_drain_and_may_be_seen(team):
    for scope in (Scope(), Scope(frozenset((min(team.shelf.reps),)))):
        lines = drains_of(team.shelf, "buyer", scope, most=10_000)
        back = hours_back_of(team.shelf, "buyer", scope)
        assert bool(lines) == bool(back)
        if lines:
            assert back.endswith(f" from {len(lines)} buyer{'s' if len(lines) > 1 else ''}.")
            assert float(back.split()[0].replace(",", "")) == pytest.approx(
                sum(float(line.hours_back.replace(",", "")) for line in lines), abs=0.05 * len(lines) + 0.05)

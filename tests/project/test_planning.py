"""A plan of six buyers and two reps that one can hold in the head."""

import sys
from dataclasses import replace
from types import SimpleNamespace

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.errors import HoursExceeded, NothingToPlan, SettingsInvalid
from marketsofone.features import reps_of_buyers
from marketsofone.project.planning import draws
from marketsofone.project.planning.choice import factor_scores
from marketsofone.project.planning.curves import Responses, taken_for_granted
from marketsofone.project.planning.draws import Doubt
from marketsofone.project.planning.planned import (
    Known,
    buyers_gone,
    decide,
    plan_findings,
    plan_run,
    problem_known,
    told,
)
from marketsofone.project.planning.scenario_texts import read_scenario
from marketsofone.project.planning.scenarios import _CHANGES
from marketsofone.project.planning.solving import place
from marketsofone.project.settings.market_file import read_settings

FILE = """
[market]
currency = "EUR"
hour_cost = 10.0
approach_hours = 1.0
[steps]
attractiveness = "opportunity.amount"
[sources.crm]
file = "deals.csv"
[segments.tiny]
rule = "size < 5"
"""
STRATA = [{"stratum_id": "market", "parent_id": None, "level": 0, "path": "market", "name": "market", "pull": 0.5},
          {"stratum_id": "rich", "parent_id": "market", "level": 1, "path": "market / rich", "name": "rich",
           "pull": 0.2},
          {"stratum_id": "poor", "parent_id": "market", "level": 1, "path": "market / poor", "name": "poor",
           "pull": 0.9}]
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
REPS = [{"rep_id": 7, "source_id": "R7", "team": None, "region": "north", "week_hours": 2.0, "hour_cost": 20.0,
         "buyers": 3},
        {"rep_id": 9, "source_id": "R9", "team": None, "region": "south", "week_hours": 1.0, "hour_cost": None,
         "buyers": 3}]
KINDS = pa.schema([("rep_id", pa.int64()), ("source_id", pa.string()), ("team", pa.string()), ("region", pa.string()),
                   ("week_hours", pa.float64()), ("hour_cost", pa.float64()), ("buyers", pa.int64())])


def settings_of(folder, plan=""):
    (folder / "market.toml").write_text(f"{FILE}\n[plan]\n{plan}\n", encoding="utf-8")
    return read_settings(folder)


def buyers(**changes):
    columns = {
        "buyer_id": [1, 2, 3, 4, 5, 6], "source_id": list("abcdef"), "rep_id": [7, 7, 7, 9, 9, 9],
        "stratum_id": ["rich", "rich", "poor", "rich", "poor", "poor"],
        "rank": [1, 3, 4, 2, 5, 6],
        "ceiling": [1000.0, 500.0, 60.0, 800.0, 30.0, -20.0], "scale": [2.0] * 6, "shape": [np.inf, 2.0] * 3,
        "status": ["adjusted"] * 6, "won": [False] * 6, "worth_spread": [0.5] * 6}
    return pa.table(columns | changes)


def known(reps=None, refused=(), members=(), **changes):
    rows = pa.Table.from_pylist(REPS if reps is None else reps, KINDS)
    inside = pa.table({"segment": pa.array(["tiny"] * len(members), pa.string()),
                       "buyer_id": pa.array(list(members), pa.int64())})
    return Known(buyers(**changes), rows, STRATA, frozenset(refused), inside, Doubt(0.1, 0.0))


def tables_of(folder, plan="", **changes):
    settings = settings_of(folder, plan)
    decided = decide(settings, known(**changes))
    tables, said = told(settings, decided)
    plan, choice = (tables[name].to_pandas() for name in ("plan", "segment_choice"))
    return decided.placement, plan.set_index("source_id"), choice, said


def test_hours_go_where_the_next_one_earns_most_and_every_hour_of_a_rep_is_used(tmp_path):
    placement, plan, _choice, said = tables_of(tmp_path)
    assert plan["hours"].groupby(plan["rep_id"]).sum().round(6).to_dict() == {7: 8.0, 9: 4.0}
    served = plan[(plan["hours"] > 0) & (plan["rep_id"] == 7)]
    assert np.allclose(served["next_hour_value"], placement.price[0])
    assert said["gap"] == pytest.approx(0.0, abs=1e-9)


def test_an_expected_loss_is_left_and_gets_no_hours(tmp_path):
    _placement, plan, _choice, _said = tables_of(tmp_path)
    assert (plan.loc["f", "choice"], plan.loc["f", "hours"]) == ("leave", 0.0)


def test_the_objective_is_contribution_less_what_hours_cost(tmp_path):
    _placement, plan, _choice, said = tables_of(tmp_path)
    cost = plan["hours"] * plan["rep_id"].map({7: 20.0, 9: 10.0})
    assert said["value"] == pytest.approx(plan["expected_contribution"].sum() - cost.sum())


def test_a_knocked_out_buyer_gets_no_hours_and_says_so(tmp_path):
    _placement, plan, _choice, _said = tables_of(tmp_path, 'knock_outs = ["tiny"]', members=[1])
    assert (plan.loc["a", "hours"], plan.loc["a", "choice"]) == (0.0, "leave")
    assert "Knocked out" in plan.loc["a", "reason"]


def test_a_segment_that_does_not_hold_up_is_refused_and_its_buyers_are_planned_with_the_one_above(tmp_path):
    _placement, plan, choice, _said = tables_of(tmp_path, refused=["rich"])
    refused = choice.set_index("stratum_id").loc["rich"]
    assert (refused["choice"], refused["hours"]) == ("hold", 0.0)
    assert plan.loc["a", "stratum_id"] == "market"
    assert plan.loc["a", "hours"] > 0


def test_a_segment_that_earns_less_than_it_costs_is_not_pursued(tmp_path):
    dear = tables_of(tmp_path, "segment_cost = 60.0")[2].set_index("stratum_id")
    assert dear["choice"].to_dict() == {"rich": "pursue", "poor": "hold"}
    assert "costs" in dear.loc["poor", "reason"]


@pytest.mark.parametrize("solved", [draws.RESOLVED, 0])
def test_a_segment_dropped_for_what_it_costs_is_dropped_in_the_plans_drawn_too(tmp_path, monkeypatch, solved):
    monkeypatch.setattr(draws, "RESOLVED", solved)
    _placement, plan, choice, _said = tables_of(
        tmp_path, "segment_cost = 60.0", reps=[each | {"week_hours": 100.0} for each in REPS])
    poor = choice.set_index("stratum_id").loc["poor"]
    assert poor["choice"] == "hold"
    assert poor["firm"] > 0.8
    assert plan.loc["c", "inclusion_share"] < 0.1
    assert poor["changes"] == "It would be pursued if its buyers were worth more, or pursuing one segment cost less."


def test_a_segment_of_whom_nobody_may_be_contacted_says_so(tmp_path):
    _placement, _plan, choice, _said = tables_of(tmp_path, rank=pa.array([1, 3, None, 2, None, None], pa.int64()))
    poor = choice.set_index("stratum_id").loc["poor"]
    assert (poor["choice"], poor["reason"]) == ("leave", "No basis for contact with any of its buyers holds.")


def test_customers_to_whom_hours_add_nothing_are_not_said_to_cost_more_than_they_bring(tmp_path):
    _placement, plan, choice, _said = tables_of(
        tmp_path, ceiling=[1000.0, 500.0, 0.0, 800.0, 0.0, 0.0], won=[False, False, True, False, True, True])
    assert plan.loc["c", "reason"] == "A customer already: more hours with it are not expected to add anything."
    assert "not expected to add anything" in choice.set_index("stratum_id").loc["poor", "reason"]


def test_an_opportunity_that_is_decided_says_so(tmp_path):
    _placement, plan, choice, _said = tables_of(
        tmp_path, ceiling=[1000.0, 500.0, 0.0, 800.0, 0.0, 0.0],
        status=["adjusted"] * 2 + ["decided", "adjusted", "decided", "decided"])
    assert (plan.loc["c", "choice"], plan.loc["c", "reason"]) == ("leave", "Decided already: won or lost.")
    assert choice.set_index("stratum_id").loc["poor", "reason"].endswith("all its opportunities are decided.")


def test_a_buyer_allowed_no_hours_is_not_said_to_wait_for_better_ones(tmp_path):
    _placement, plan, _choice, _said = tables_of(tmp_path, "most = { a = 0.0 }")
    assert (plan.loc["a", "choice"], plan.loc["a", "reason"]) == ("leave", "[plan] allows no hours with it.")


def test_a_choice_that_rests_on_nothing_drawn_is_the_same_in_every_plan_drawn(tmp_path):
    unknown = tables_of(tmp_path, ceiling=[0.0] * 6, status=["cannot tell yet"] * 6)[2]
    assert unknown[["choice", "firm"]].to_numpy().tolist() == [["hold", 1.0]] * 2
    nobody = tables_of(tmp_path, rep_id=pa.array([7, 7, None, 9, None, None], pa.int64()))[2].set_index("stratum_id")
    assert nobody.loc["poor", ["choice", "firm", "reason"]].to_list() == [
        "hold", 1.0, "No rep with hours serves its buyers."]


def test_what_would_change_a_segment_where_no_hour_earns_its_cost_is_not_hours_elsewhere(tmp_path):
    choice = tables_of(tmp_path, ceiling=[1000.0, 500.0, 10.0, 800.0, 3.0, -20.0])[2].set_index("stratum_id")
    assert choice.loc["poor", "choice"] == "leave"
    assert choice.loc["poor", "changes"].endswith("% more, or an hour cost less.")


def test_hours_left_over_that_cost_nothing_are_not_counted_in_times(tmp_path):
    free = [each | {"week_hours": 1000.0, "hour_cost": 0.0} for each in REPS]
    rich = tables_of(tmp_path, reps=free)[2].set_index("stratum_id").loc["rich"]
    assert rich["reason"].startswith("Its best hour earns many times its price")
    assert rich["changes"] == "It would be held if next to nothing were to be earned there."


def test_hours_of_segments_and_of_buyers_add_up_alike(tmp_path):
    _placement, plan, choice, said = tables_of(tmp_path, refused=["poor"])
    assert choice["hours"].sum() == pytest.approx(plan["hours"].sum()) == pytest.approx(said["hours"])
    assert choice["expected_contribution"].sum() == pytest.approx(plan["expected_contribution"].sum())


def test_a_factor_view_that_would_choose_another_segment_is_shown_to_disagree(tmp_path):
    choice = tables_of(tmp_path, "segment_cost = 60.0\nfactors = { pull = 1.0 }")[2].set_index("stratum_id")
    assert choice["factor_score"].to_dict() == {"rich": 0.0, "poor": 1.0}
    assert choice["disagrees"].all()


def test_factors_that_are_no_numbers_of_the_strata_are_refused(tmp_path):
    with pytest.raises(SettingsInvalid, match="charm"):
        tables_of(tmp_path, "factors = { charm = 1.0 }")


def test_factor_scores_lie_between_nought_and_one():
    found = factor_scores({"a": 3.0, "b": 1.0}, {"a": np.array([1.0, 3.0]), "b": np.array([5.0, 5.0])})
    assert found.tolist() == [0.125, 0.875]


def test_whole_calls_are_whole(tmp_path):
    _placement, plan, _choice, _said = tables_of(tmp_path, "whole_calls = true")
    assert np.allclose(plan["hours"], plan["hours"].round())


def test_whole_calls_stay_whole_beside_touches_and_under_the_bound(tmp_path):
    _placement, plan, _choice, said = tables_of(
        tmp_path, "whole_calls = true\ntouch_budget = 10.0\ntouch_cost = 1.0\nmost_contacts = 5")
    assert np.allclose(plan["hours"], plan["hours"].round())
    assert 0 < plan["touches"].sum() <= 10
    assert (plan["hours"] + plan["touches"] <= 5 + 1e-6).all()
    cost = plan["hours"] * plan["rep_id"].map({7: 20.0, 9: 10.0})
    assert said["value"] == pytest.approx(plan["expected_contribution"].sum() - cost.sum() - plan["touches"].sum())
    assert said["value"] <= said["bound"]


def test_agreed_hours_that_hold_no_whole_calls_within_the_most_are_refused(tmp_path):
    with pytest.raises(SettingsInvalid, match="in whole calls of 1 hours"):
        tables_of(tmp_path, "whole_calls = true\nleast = { a = 1.5 }\nmost = { a = 1.5 }")


def test_most_hours_shorter_than_a_whole_call_are_refused(tmp_path):
    with pytest.raises(SettingsInvalid, match=r"most_hours = 0\.5"):
        tables_of(tmp_path, "whole_calls = true\nmost_hours = 0.5")


@pytest.mark.parametrize("plan", ["", "whole_calls = true", "segment_cost = 60.0", "segment_cost = 400.0"])
def test_what_the_hours_there_are_earn_is_the_same_among_more_and_fewer_hours(tmp_path, plan):
    said = tables_of(tmp_path, plan)[3]
    assert next(each for each in said["sweep"] if each["share"] == 1.0)["value"] == pytest.approx(said["value"])


def test_agreed_calls_and_least_hours_are_kept_and_most_is_not_exceeded(tmp_path):
    _placement, plan, _choice, _said = tables_of(
        tmp_path, "least = { c = 1.5 }\nmost = { a = 2.0 }\ncalls = { e = 2 }")
    assert plan.loc["c", "hours"] >= 1.5 - 1e-9
    assert plan.loc["e", "hours"] >= 2.0 - 1e-9
    assert plan.loc["a", "hours"] <= 2.0 + 1e-9


def test_contacts_of_both_teams_stay_under_one_cap(tmp_path):
    _placement, plan, _choice, said = tables_of(
        tmp_path, "touch_budget = 10.0\ntouch_cost = 1.0\nmost_contacts = 3")
    assert 0 < plan["touches"].sum() <= 10
    assert said["touches"] == plan["touches"].sum()
    assert (plan["hours"] + plan["touches"] <= 3 + 1e-6).all()


def test_touches_without_a_cost_are_refused(tmp_path):
    with pytest.raises(SettingsInvalid, match="touch_cost"):
        tables_of(tmp_path, "touch_budget = 10.0")


def test_no_reps_is_an_error(tmp_path):
    with pytest.raises(NothingToPlan, match="no rep"):
        tables_of(tmp_path, reps=[])


def test_reps_without_hours_is_an_error(tmp_path):
    with pytest.raises(NothingToPlan, match="week_hours"):
        tables_of(tmp_path, reps=[replaced | {"week_hours": None} for replaced in REPS])


def test_a_rep_without_a_cost_takes_that_of_the_market(tmp_path):
    said = tables_of(tmp_path)[3]
    assert {rep["source_id"]: rep["hour_cost"] for rep in said["reps"]} == {"R7": 20.0, "R9": 10.0}


def test_nobody_served_is_an_error(tmp_path):
    with pytest.raises(NothingToPlan, match="none served"):
        tables_of(tmp_path, rep_id=pa.array([None] * 6, pa.int64()))


def test_least_hours_beyond_capacity_name_the_rep_and_the_smallest_relaxation(tmp_path):
    with pytest.raises(HoursExceeded) as told:
        tables_of(tmp_path, "least = { d = 3.0, e = 2.5 }")
    assert "rep R9: 5.5 agreed, 4.0 there are, 1.5 too many" in str(told.value)
    assert "1.5 more hours" in str(told.value)


def test_buyers_named_that_are_not_there_are_left_out_and_counted_without_naming_them(tmp_path):
    """Who objected is no buyer any more: what was agreed with all others stands."""
    agreed = 'least = { nobody = 3.0, a = 1.0 }\ncalls = { no-one = 2 }\nnot_moved = ["nobody", "b"]'
    _placement, plan, _choice, _said = tables_of(tmp_path, agreed)
    assert plan.loc["a", "hours"] >= 1.0
    found = {each.place: each for each in buyers_gone(settings_of(tmp_path, agreed), known())}
    assert list(found) == ["[plan] least", "[plan] calls", "[plan] not_moved"]
    assert found["[plan] least"].message.startswith("1 of 2 keys of least are of no buyer of this run")
    assert not any("nobody" in each.message + each.repair for each in found.values())


@pytest.mark.parametrize("factors", ["{ pull = 0 }", "{ pull = 0.0, buyers = 0 }"])
def test_weights_that_weigh_nothing_are_refused(tmp_path, factors):
    with pytest.raises(SettingsInvalid, match="one of them above"):
        settings_of(tmp_path, f"factors = {factors}")


def test_buyers_keep_their_rep_unless_they_are_assigned_anew(tmp_path):
    problem = problem_known(settings_of(tmp_path), known())
    assert (place(problem).rep == problem.rep).all()
    assert place(problem, reassign=True).value >= place(problem).value - 1e-9


def test_who_may_not_be_moved_is_not_moved(tmp_path):
    problem = problem_known(settings_of(tmp_path, 'not_moved = ["a", "b", "c", "d", "e", "f"]'), known())
    assert (place(problem, reassign=True).rep == problem.rep).all()


def test_buyers_stay_in_their_region_where_that_is_asked_for(tmp_path):
    problem = problem_known(settings_of(tmp_path, "same_region = true"), known())
    assert (place(problem, reassign=True).rep == problem.rep).all()


WITHOUT = [REPS[0], REPS[1] | {"week_hours": None}]


def test_buyers_of_a_rep_without_hours_are_moved_at_the_cost_of_moving(tmp_path):
    free, dear = (problem_known(settings_of(tmp_path, f"moving_cost = {cost}"), known(reps=WITHOUT))
                  for cost in (0.0, 50.0))
    assert free.moved(place(free, reassign=True).rep).tolist() == [False, False, False, True, False, False]
    assert place(free, reassign=True).value - place(dear, reassign=True).value == pytest.approx(50.0)
    assert (place(replace(dear, moving_cost=1e6), reassign=True).rep[3:] < 0).all()


@pytest.mark.parametrize("plan", ['not_moved = ["d", "e", "f"]', "same_region = true"])
def test_buyers_of_a_rep_without_hours_stay_with_it_or_in_its_region_where_that_is_asked_for(tmp_path, plan):
    problem = problem_known(settings_of(tmp_path, plan), known(reps=WITHOUT))
    assert (place(problem, reassign=True).rep == problem.rep).all()


def test_the_same_input_gives_the_same_plan_whatever_the_order_of_rows(tmp_path):
    settings = settings_of(tmp_path)
    turned = replace(known(), buyers=buyers().take([5, 3, 1, 0, 2, 4]))
    first, other = (told(settings, decide(settings, each))[0]["plan"] for each in (known(), turned))
    assert first.equals(other)


def test_a_likely_buyer_is_in_more_plans_than_an_unlikely_one(tmp_path):
    _placement, plan, _choice, _said = tables_of(tmp_path)
    assert plan.loc["a", "inclusion_share"] > 0.95 > plan.loc["e", "inclusion_share"]
    inside = plan[plan["hours"] > 0]
    assert (inside["expected_contribution_low"] <= inside["expected_contribution"]).all()
    assert (inside["expected_contribution"] <= inside["expected_contribution_high"]).all()


@settings(max_examples=25)
@given(st.lists(st.floats(0, 1e5), min_size=6, max_size=6))
def test_no_plan_spends_more_hours_than_a_rep_has_or_exceeds_its_bound(tmp_path_factory, ceilings):
    problem = problem_known(settings_of(tmp_path_factory.getbasetemp()), known(ceiling=ceilings))
    found = place(problem)
    assert (np.bincount(problem.rep, found.hours) <= problem.sellers.capacity * (1 + 1e-9)).all()
    assert found.value <= found.bound * (1 + 1e-9) + 1e-9


def test_a_scenario_that_cannot_be_read_says_how_one_is_written():
    with pytest.raises(SettingsInvalid, match="hours=1"):
        read_scenario("twice the people")
    assert read_scenario("north grows: rep=N1:20:60:north; hours=1.1").assign


def test_a_scenario_names_one_stratum_by_its_value_too_and_is_refused_where_it_could_be_two(tmp_path):
    strata = [*STRATA, *({"stratum_id": own, "parent_id": above, "level": 2, "path": f"market / {above} / size: big",
                          "name": "size: big"} for own, above in (("one", "rich"), ("two", "poor")))]
    run = replace(known(), strata=strata)
    assert _CHANGES["leave"](run, settings_of(tmp_path), "poor")[0].buyers["ceiling"].to_pylist()[2] == 0.0
    with pytest.raises(SettingsInvalid, match=r"market / rich / size: big.*market / poor / size: big"):
        _CHANGES["leave"](run, settings_of(tmp_path), "big")
    alone = replace(run, strata=strata[:-1])
    assert _CHANGES["leave"](alone, settings_of(tmp_path), "big")[0].buyers.num_rows == 6


def test_a_rival_changes_the_chance_of_those_not_yet_won_alone(tmp_path):
    run = known(won=[True] + [False] * 5)
    scale = _CHANGES["chance"](run, settings_of(tmp_path), "rich:0.5")[0].buyers["scale"].to_pylist()
    assert scale == [2.0, 4.0, 2.0, 4.0, 2.0, 2.0]


@pytest.mark.parametrize("weeks", ["0", "2.5", "521"])
def test_a_scenario_of_no_week_of_a_part_of_one_or_of_too_many_is_refused(tmp_path, weeks):
    with pytest.raises(SettingsInvalid, match="at least one"):
        _CHANGES["weeks"](known(), settings_of(tmp_path), weeks)


def test_least_hours_above_most_are_refused(tmp_path):
    with pytest.raises(SettingsInvalid, match="must not exceed its most"):
        tables_of(tmp_path, "most_hours = 1.0\nleast = { a = 2.0 }")


def test_hours_agreed_with_a_buyer_that_nobody_serves_are_refused(tmp_path):
    with pytest.raises(SettingsInvalid, match="a rep with hours serves"):
        tables_of(tmp_path, "least = { a = 2.0 }", rep_id=pa.array([None, 7, 7, 9, 9, 9], pa.int64()))


def test_a_knock_out_that_no_segment_is_called_is_refused(tmp_path):
    with pytest.raises(SettingsInvalid, match="tiny"):
        tables_of(tmp_path, 'knock_outs = ["small"]')


def test_a_plan_that_cannot_keep_what_was_agreed_is_no_plan_and_a_warning(tmp_path):
    responses = Responses(ibis.memtable(buyers().select([
        "buyer_id", "ceiling", "scale", "shape", "status", "won", "worth_spread"])), {}, "")
    rows = ibis.memtable(buyers().select(["buyer_id", "source_id", "rep_id", "stratum_id", "rank"]))
    segmented = SimpleNamespace(members=ibis.memtable(pa.table({
        "segment": pa.array([], pa.string()), "buyer_id": pa.array([], pa.int64())})))
    found = plan_run(settings_of(tmp_path, "least = { d = 3.0, e = 2.5 }"), SimpleNamespace(effort=None),
                     responses, rows, None, pa.Table.from_pylist(REPS, KINDS), STRATA, None, {},
                     segmented)
    (told,) = found.findings
    assert not found.tables
    assert found.said["made"] is False
    assert told.severity == "warning"
    assert "1.5 too many" in told.message
    assert "1.5 more hours" in told.repair


def test_segments_of_which_nothing_is_known_are_held_and_of_which_a_loss_is_expected_left(tmp_path):
    unknown = tables_of(tmp_path, ceiling=[100.0, 100.0, 0.0, 100.0, 0.0, 0.0],
                        status=["adjusted"] * 2 + ["cannot tell yet", "adjusted"] + ["cannot tell yet"] * 2)
    assert unknown[2].set_index("stratum_id").loc["poor", "choice"] == "hold"
    assert "Cannot tell yet" in unknown[1].loc["c", "reason"]
    loss = tables_of(tmp_path, ceiling=[100.0, 100.0, -1.0, 100.0, 0.0, -5.0])
    assert loss[2].set_index("stratum_id").loc["poor", "choice"] == "leave"


def found_in(folder, accounts, reps=None):
    """Findings of a plan where these accounts (id, buyer, rep) are looked after."""
    frame = pd.DataFrame(accounts, columns=["account_id", "buyer_id", "rep_id"])
    gathered = SimpleNamespace(
        tables={"account": ibis.memtable(frame[["account_id", "rep_id"]])},
        owner={"account": ibis.memtable(frame[["account_id", "buyer_id"]])},
        buyers=ibis.memtable(frame[["buyer_id"]].drop_duplicates()))
    served = reps_of_buyers(gathered.tables, gathered.owner).semi_join(gathered.buyers, "buyer_id")
    return {each.code: each for each in plan_findings(settings_of(folder), served, known(reps=reps))}


def test_a_buyer_of_two_reps_is_a_finding_that_says_with_whom_it_is_planned(tmp_path):
    found = found_in(tmp_path, [(11, 1, 7), (12, 1, 9), (13, 2, 7)])
    assert found["two_reps"].message.startswith("1 buyers are looked after by more than one rep")
    assert "two_reps" not in found_in(tmp_path, [(11, 1, 7), (13, 2, 7)])


def test_a_missing_cost_and_missing_hours_of_a_rep_are_told(tmp_path):
    found = found_in(tmp_path, [(11, 1, 7)], [REPS[0] | {"week_hours": None}, REPS[1]])
    assert "10.00 of [market] is taken" in found["rep_without_cost"].message
    assert found["rep_without_hours"].message.startswith("1 of 2 reps has no hours")


def test_that_the_rank_takes_hours_as_free_where_only_reps_tell_their_cost_is_told(tmp_path, monkeypatch):
    assert "hour_cost_of_reps_only" not in found_in(tmp_path, [(11, 1, 7)])
    monkeypatch.setattr(sys.modules[__name__], "FILE", FILE.replace("hour_cost = 10.0\n", ""))
    found = found_in(tmp_path, [(11, 1, 7)])
    assert found["hour_cost_of_reps_only"].repair.endswith("hour_cost = 20.00")


def test_a_chance_of_which_nothing_is_known_is_told_to_be_taken_for_granted():
    (found,) = taken_for_granted(["competitiveness"])
    assert found.message == ("Nothing tells how readily buyers let us in: the plan takes each approach as one that is "
                             "let in, so it promises more than comes.")
    assert taken_for_granted(["pull", "competitiveness"]) == taken_for_granted([]) == ()


def test_more_hours_than_a_week_has_are_told(tmp_path):
    found = found_in(tmp_path, [(11, 1, 7)], [REPS[0] | {"week_hours": 1700.0}, REPS[1]])
    assert found["rep_hours_beyond_a_week"].message.startswith("1 of 2 reps has more than the 168 hours of a week")
    assert "rep_hours_beyond_a_week" not in found_in(tmp_path, [(11, 1, 7)])


def test_buyers_of_reps_who_are_not_there_are_told(tmp_path):
    found = found_in(tmp_path, [(11, 1, 7)], REPS[:1])
    assert found["rep_not_there"].message.startswith("3 buyers are looked after by 1 reps of whom no row holds")
    assert "rep_not_there" not in found_in(tmp_path, [(11, 1, 7)])

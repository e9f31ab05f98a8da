"""The order of approach on the plan one can hold in the head, and where a run has none."""

import numpy as np
import pyarrow as pa
import pytest

from marketsofone.errors import RunMissing
from marketsofone.project.planning.reading import explain
from marketsofone.project.snapshots.approach import orders_approach, passed_over, read_approach
from marketsofone.project.snapshots.shelf import Shelf

from .test_planning import tables_of

UNKNOWN = "cannot tell yet"


def test_hours_given_come_first_then_who_waits_then_who_cannot_be_told_then_who_is_left(tmp_path):
    _placement, plan, _choice, _said = tables_of(
        tmp_path, ceiling=[1000.0, 500.0, 0.0, 30.0, 800.0, -20.0],
        status=["adjusted", "adjusted", UNKNOWN, "adjusted", "adjusted", "adjusted"], rank=[2, 3, 1, 5, 4, 6])
    turns = plan.sort_values("place")
    assert turns.index.tolist() == ["a", "e", "b", "d", "c", "f"]
    assert (turns.hours > 0).tolist() == [True] * 3 + [False] * 3
    assert turns[turns.hours > 0].hour_value.is_monotonic_decreasing


def test_an_hour_given_earns_at_least_the_price_of_its_rep_and_one_not_given_at_most(tmp_path):
    _placement, plan, _choice, said = tables_of(tmp_path)
    price = {rep["rep_id"]: rep["next_hour_value"] for rep in said["reps"]}
    for row in plan[plan.hour_value.notna()].itertuples():
        above = row.hour_value - price[row.rep_id]
        assert above >= -1e-6 if row.hours > 0 else above <= 1e-6
    average = plan.expected_contribution / plan.hours - plan.rep_id.map({7: 20.0, 9: 10.0})
    assert np.allclose(plan.hour_value[plan.hours > 0], average[plan.hours > 0])
    assert plan.hour_value_low.notna().equals(plan.hours > 0)


def test_of_whom_nothing_tells_what_hours_do_no_next_hour_is_told(tmp_path):
    _placement, plan, choice, _said = tables_of(tmp_path, ceiling=[1000.0, 500.0, 0.0, 800.0, 0.0, 0.0],
                                                status=["adjusted"] * 2 + [UNKNOWN, "adjusted"] + [UNKNOWN] * 2)
    unknown = plan.loc[["c", "e", "f"]]
    assert unknown.next_hour_value.isna().all()
    assert unknown.hour_value.isna().all()
    assert choice.set_index("stratum_id").loc["poor", "next_hour_value"] != -10.0


def test_who_may_not_be_contacted_has_no_place_and_the_places_have_no_gap(tmp_path):
    _placement, plan, _choice, _said = tables_of(tmp_path, rank=pa.array([1, None, 3, 2, 4, 5], pa.int64()))
    assert np.isnan(plan.place["b"])
    assert sorted(plan.place.dropna()) == [1, 2, 3, 4, 5]
    assert plan.hours["b"] == 0


def given(**changes):
    columns = {"buyer_id": [10, 20, 30, 40, 50], "source_id": ["ant", "bee", "cat", "dog", "eagle"],
               "hours": [0.0, 2.0, 0.0, 1.0, 0.0], "choice": ["hold", "pursue", "hold", "pursue", "leave"],
               "reason": ["A customer already.", "", "", "", ""], "place": [3, 1, 4, 2, 5],
               "hour_value": [None, 90.0, 40.0, 70.0, -3.0], "hour_value_low": [None, 50.0, None, 20.0, None],
               "hour_value_high": [None, 120.0, None, 99.0, None]}
    return pa.table(columns | changes)


def test_a_run_with_a_plan_is_read_in_its_order_and_one_without_by_rank(small, tmp_path):
    run = small.write_small_run(tmp_path / "with", plan=given())
    assert [each.buyer.source_id for each in read_approach(run)] == ["bee", "dog", "ant", "cat", "eagle"]
    assert [each.buyer.source_id for each in read_approach(run, 2, "rank")] == ["ant", "bee"]
    assert [row["source_id"] for row in Shelf(run).listed(order="place").rows] == ["bee", "dog", "ant", "cat", "eagle"]
    bare = small.write_small_run(tmp_path / "without")
    assert [each.buyer.rank for each in read_approach(bare)] == [1, 2, 3, 4, 5]
    assert [row["rank"] for row in Shelf(bare).listed(order="place").rows] == [1, 2, 3, 4, 5]
    assert {each.hours for each in read_approach(bare)} == {None}


def test_a_run_whose_plan_knows_no_places_is_read_by_rank(small, tmp_path):
    run = small.write_small_run(tmp_path, plan=given().drop_columns(["place"]))
    assert not orders_approach(run)
    assert [each.buyer.rank for each in read_approach(run)] == [1, 2, 3, 4, 5]
    assert passed_over(run, Shelf(run).listed().rows) == ()


def test_passed_over_is_who_ranks_high_and_gets_no_hour(small, tmp_path):
    run = small.write_small_run(tmp_path, plan=given())
    (ant,) = passed_over(run, Shelf(run).listed(most=2).rows)
    assert (ant.source_id, ant.rank, ant.reason) == ("ant", 1, "A customer already.")


def test_a_segment_that_is_planned_by_its_parts_names_them(small, tmp_path):
    choice = pa.table({"stratum_id": [1, 2], "path": ["Acme / health", "Acme / retail"], "changes": ["", ""]})
    said = small.manifest(plan={"response": {}})
    run = small.write_small_run(tmp_path, said=said, plan=given(), segment_choice=choice)
    assert explain(run, "Retail").row["path"] == "Acme / retail"
    with pytest.raises(RunMissing, match="'Acme', which is planned by its parts: 'Acme / health', 'Acme / retail'"):
        explain(run, "acme")


def test_what_would_change_a_plan_is_not_more_at_stake_where_something_else_keeps_a_buyer_out(small, tmp_path):
    rep = {"rep_id": 7, "next_hour_value": 10.0, "hour_cost": 20.0}
    market = {"plan": {"whole_calls": True}, "market": {"approach_hours": 2.0}}
    said = small.manifest(market=market, plan={"response": {}, "reps": [rep]})
    plan = given(rep_id=[7] * 5, ceiling=[100.0] * 5, scale=[2.0] * 5, shape=[np.inf] * 5,
                 reason=["Knocked out by [plan] knock_outs.", "", "The first minutes would earn more.", "", ""])
    run = small.write_small_run(tmp_path, said=said, plan=plan)
    assert explain(run, "ant").changes == "It is in no segment of [plan] knock_outs any more."
    call = 2.0 * 30.0 / (1.0 - np.exp(-1.0))
    assert explain(run, "cat").changes == (
        f"It would get hours were more than EUR {call:.2f} of contribution at stake there: EUR 100 is.")

"""The ledger of time: nothing is lost in it, and what paid is no drain."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from marketsofone.project.planning.drain import drain_ledger, gini
from marketsofone.project.planning.planned import problem_known

_spec = importlib.util.spec_from_file_location("plan_of_six", Path(__file__).parent / "test_planning.py")
six = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(six)

SPENT = pd.DataFrame({
    "buyer_id": [1, 3, 6, 6, None], "rep_id": [7, 7, 9, 7, 8], "touches": [2, 10, 4, 1, 3], "guessed": [0, 0, 4, 0, 0],
    "hours": [2.0, 10.0, 4.0, 1.0, 3.0], "cost": [0.0, 5.0, 0.0, 0.0, 0.0]})
RETURNED = pd.DataFrame({"buyer_id": [1, 2], "returned": [900.0, 50.0], "told": [2, 1], "untold": [0, 0]})


@pytest.fixture
def ledger(tmp_path):
    settings = six.settings_of(tmp_path)
    problem = problem_known(settings, six.known())
    found = drain_ledger(problem, settings, SPENT, RETURNED, {"rich"}, "EUR")
    return found.table.to_pandas().set_index(["kind", "id"]), found.focus


def test_each_side_of_the_ledger_adds_up_to_the_hours_reported(ledger):
    table, focus = ledger
    for column in ("hours", "spent", "returned", "expected", "hours_back"):
        sums = table[column].groupby("kind").sum()
        assert np.allclose(sums, sums.iloc[0]), column
    assert table["hours"].groupby("kind").sum().to_list() == [20.0] * 3
    assert focus["hours_reported"] == 20.0


def test_what_brought_less_than_it_cost_and_was_to_is_a_drain_and_what_paid_is_none(ledger):
    table, _focus = ledger
    assert table.loc[("buyer", "c"), "drains"]
    assert table.loc[("buyer", "f"), "drains"]
    assert not table.loc[("buyer", "a"), "drains"]
    assert table.loc[("buyer", "f"), "hours_back"] == 5.0
    assert 0 < table.loc[("buyer", "c"), "hours_back"] < 10.0


def test_what_came_of_touches_that_took_no_time_is_not_lost(tmp_path):
    settings, mails = six.settings_of(tmp_path), SPENT.copy()
    mails.loc[mails["buyer_id"] == 1, ["hours", "cost"]] = [0.0, 5.0]
    problem = problem_known(settings, six.known())
    table = drain_ledger(problem, settings, mails, RETURNED, {"rich"}, "EUR").table
    found = table.to_pandas().set_index(["kind", "id"])
    assert found.loc[("buyer", "a"), ["spent", "returned"]].to_list() == [5.0, 900.0]
    assert not found.loc[("buyer", "a"), "drains"]
    assert found.loc[("rep", "R7"), "returned"] == 900.0


def test_a_sale_that_tells_no_contribution_is_expected_to_have_brought_what_sales_bring(tmp_path):
    settings = six.settings_of(tmp_path)
    problem = problem_known(settings, six.known(won=[False, False, False, False, False, True]))
    more = pd.DataFrame({"buyer_id": [6], "returned": [np.nan], "told": [0], "untold": [1]})
    found = drain_ledger(problem, settings, SPENT, pd.concat([RETURNED, more]), {"rich"}, "EUR").table.to_pandas()
    row = found.set_index(["kind", "id"]).loc[("buyer", "f")]
    assert (row["returned"], row["expected"]) == (0.0, pytest.approx(950.0 / 3))
    assert not row["drains"]


def test_touches_that_lead_to_nobody_stand_in_a_row_of_their_own(ledger):
    table, _focus = ledger
    assert table.loc[("buyer", ""), "hours"] == 3.0
    assert not table.loc[("buyer", ""), "drains"]


def test_a_rep_does_not_drain_by_hours_that_lead_to_nobody(ledger, tmp_path):
    _table, focus = ledger
    assert focus["hours_on_nobody"] == 3.0
    settings, lost = six.settings_of(tmp_path), SPENT.assign(buyer_id=np.nan)
    found = drain_ledger(problem_known(settings, six.known()), settings, lost, RETURNED, {"rich"}, "EUR")
    assert not found.table.to_pandas()["drains"].any()
    assert (found.focus["share_in_pursued"], found.focus["gini"], found.focus["hours_on_nobody"]) == (None, None, 20.0)


def test_where_the_plan_pursues_nobody_no_rep_is_sent_to_whom_it_pursues(tmp_path):
    settings = six.settings_of(tmp_path)
    problem = problem_known(settings, six.known())
    found = drain_ledger(problem, settings, SPENT, RETURNED.assign(returned=0.0), set(), "EUR").table.to_pandas()
    ways = found[(found["kind"] == "rep") & found["drains"]]["alternative"]
    assert set(ways) == {"fewer hours, or other buyers: the plan pursues none of those there are"}


def test_every_drain_has_a_graceful_way_out_and_a_reason(ledger):
    table, _focus = ledger
    drains = table[table["drains"]]
    assert (drains["alternative"] != "").all()
    assert drains["reason"].str.contains("cost EUR").all()


def test_no_way_out_claims_a_visit_for_the_ledger_knows_hours_and_no_channel(ledger):
    table, _focus = ledger
    assert table.loc[("buyer", "c"), "alternative"] == "less time on each touch, or a cheaper channel such as mail"
    assert not table["alternative"].str.contains("visit").any()


def test_nobody_is_given_up_after_a_few_touches(tmp_path):
    settings, few = six.settings_of(tmp_path), SPENT.copy()
    few.loc[few["buyer_id"] == 6, ["touches", "hours"]] = [[1, 0.1], [0, 0.0]]
    problem = problem_known(settings, six.known())
    found = drain_ledger(problem, settings, few, RETURNED, {"rich"}, "EUR").table.to_pandas().set_index(["kind", "id"])
    assert found.loc[("buyer", "f"), "drains"]
    assert found.loc[("buyer", "f"), "alternative"] == (
        "mail in place of calls until they show interest: one touch so far is too little to give them up on")


def test_a_rep_without_hours_of_its_own_is_named_and_costs_what_it_costs(tmp_path):
    settings = six.settings_of(tmp_path)
    known = six.known(reps=[six.REPS[0], six.REPS[1] | {"week_hours": None, "hour_cost": 30.0}])
    found = drain_ledger(problem_known(settings, known), settings, SPENT, RETURNED, {"rich"}, "EUR", known.reps)
    rows = found.table.to_pandas().set_index(["kind", "id"])
    assert rows.loc[("rep", "R9"), ["hours", "spent"]].to_list() == [4.0, 120.0]
    assert rows.loc[("rep", ""), "hours"] == 3.0
    assert rows["hours_back"].groupby("kind").sum().nunique() == 1


def test_who_brings_nothing_after_many_touches_is_called_no_more(ledger):
    table, _focus = ledger
    assert table.loc[("buyer", "f"), "alternative"] == "self-service: answer when they ask, call no more"


def test_focus_tells_the_share_in_pursued_segments_and_touches_without_minutes(ledger):
    table, focus = ledger
    assert focus["share_in_pursued"] == pytest.approx(2 / 20)
    assert focus["minutes_missing"] == 4
    assert table.loc[("rep", "R7"), "off_target"] == 11.0


def test_hours_spread_evenly_have_no_gini_and_hours_on_one_have_nearly_all():
    assert gini(np.ones(10)) == pytest.approx(0.0)
    assert gini(np.eye(100)[0]) == pytest.approx(0.99)

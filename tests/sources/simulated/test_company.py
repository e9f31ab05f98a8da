"""The simulated company as a source: its tables obey the model, the plan and the seed."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.customer.tables import TABLES
from marketsofone.errors import SettingsInvalid
from marketsofone.sources.simulated import PLANS, Company, Plan, simulate
from marketsofone.sources.simulated.columns import last_instant


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate(PLANS["contacts"], seed=3)


def fingerprint() -> str:
    """One number for every value of a company; stands alone, to be run in another process too."""
    from hashlib import sha256

    from marketsofone.sources.simulated import PLANS, simulate

    company = simulate(PLANS["small"], seed=11)
    whole = sha256()
    for table in (*company.tables.values(), company.truth, company.strata_truth()):
        whole.update(repr(table.to_pydict()).encode())
    return whole.hexdigest()


def test_the_same_plan_and_seed_give_the_same_company_on_any_number_of_threads():
    code = f"from __future__ import annotations\n{inspect.getsource(fingerprint)}\nprint(fingerprint())"
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    environment = os.environ | one_thread | {"PYTHONPATH": os.pathsep.join(sys.path)}
    printed = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True,
                             check=True)
    assert printed.stdout.strip() == fingerprint()


def test_another_seed_is_another_market():
    one, other = (simulate(PLANS["small"], seed=seed) for seed in (1, 2))
    assert not one.truth.equals(other.truth)
    assert not one.strata_truth().equals(other.strata_truth())


def test_how_often_accounts_are_approached_and_dirt_leave_the_truth_as_it_is():
    plan = PLANS["small"]
    truth = simulate(plan, seed=4).truth
    assert truth.equals(simulate(replace(plan, trials_scale=3.0), seed=4).truth)
    assert truth.equals(simulate(replace(plan, dirty=0.1, selective_entry=1.0), seed=4).truth)


def test_every_table_and_field_is_one_of_the_model_or_the_users_own_on_account(company):
    assert set(company.tables) <= set(TABLES)
    for name, table in company.tables.items():
        strange = [column for column in table.column_names if not TABLES[name].has(column)]
        assert not strange or name == "account"


def test_required_fields_are_filled_and_values_are_among_those_allowed(company):
    for name, table in company.tables.items():
        for field in TABLES[name].fields:
            if field.required:
                assert table[field.name].null_count == 0
            if field.one_of and field.name in table.column_names:
                assert set(pc.unique(table[field.name].drop_null()).to_pylist()) <= set(field.one_of)


def test_keys_are_unique_and_every_id_leads_somewhere(company):
    for name, table in company.tables.items():
        key = [column for column in TABLES[name].key if column in table.column_names]
        if key:
            assert table.group_by(key).aggregate([]).num_rows == table.num_rows
        for field in TABLES[name].fields:
            if field.refers in company.tables and field.name in table.column_names:
                there = company.tables[field.refers][f"{field.refers}_id"]
                assert set(table[field.name].drop_null().to_pylist()) <= set(there.to_pylist())


def test_nothing_is_dated_outside_the_history_and_nothing_known_before_it_happened(company):
    happens = {"touch": "happened_at", "opportunity": "opened_at", "order_line": "ordered_at"}
    for name, happened in happens.items():
        table = company.tables[name]
        instants = [column for column in table.column_names if column.endswith("_at")]
        for column in instants:
            bounds = pc.min_max(table[column]).as_py()
            assert bounds["min"].date() >= company.plan.start
            assert bounds["max"] <= last_instant(company.plan.as_of)
        if "known_at" in instants:
            assert 0 < table["known_at"].null_count < table.num_rows
            assert pc.all(pc.greater_equal(table["known_at"], table[happened])).as_py()
    pipeline = company.tables["opportunity"]
    assert pc.all(pc.greater_equal(pipeline["closed_at"], pipeline["opened_at"])).as_py()
    assert pc.all(pc.greater_equal(pipeline["known_at"],
                                   pc.coalesce(pipeline["closed_at"], pipeline["opened_at"]))).as_py()
    open_ones = pc.equal(pipeline["outcome"], "open")
    assert open_ones.equals(pc.is_null(pipeline["closed_at"]))
    assert pc.any(open_ones).as_py()


def test_opportunities_come_from_answered_approaches_and_orders_from_won_ones(company):
    touches = company.tables["touch"].to_pandas()
    pipeline, lines = company.tables["opportunity"].to_pandas(), company.tables["order_line"].to_pandas()
    answered = touches[(touches.direction == "out") & (touches.team == "sales") & touches.answered.eq(True)]
    entries = pipeline.merge(answered, left_on=["account_id", "opened_at"],
                             right_on=["account_id", "happened_at"])
    assert len(entries) == len(pipeline)
    first_win = pipeline[pipeline.outcome == "won"].groupby("account_id").closed_at.min()
    first_order = lines.groupby("account_id").ordered_at.min()
    assert first_order.sort_index().equals(first_win.sort_index().rename("ordered_at"))


def test_many_accounts_are_prospects_and_what_must_be_asked_is_unknown_of_them():
    company = simulate(Plan(accounts=5_000), seed=5)
    account, touches = company.tables["account"], company.tables["touch"]
    outgoing = pc.and_(pc.equal(touches["team"], "sales"), pc.equal(touches["direction"], "out"))
    approaches = touches.filter(outgoing)
    spoken = pc.is_in(account["account_id"], pc.unique(approaches["account_id"]))
    prospects = account.filter(pc.invert(spoken))
    assert 0.25 < prospects.num_rows / account.num_rows < 0.55
    for asked in ("payment_format", "adjustment_asked"):
        assert prospects[asked].null_count == prospects.num_rows
        assert 0 < account[asked].null_count - prospects.num_rows < 0.2 * account.num_rows


def test_volumes_are_about_three_touches_one_opportunity_and_ten_order_lines_an_account():
    counts = np.mean([[simulate(PLANS["demo"], seed).tables[name].num_rows
                       for name in ("touch", "opportunity", "order_line")] for seed in range(5)], axis=0)
    assert counts / PLANS["demo"].accounts == pytest.approx([3.0, 1.0, 10.0], rel=0.2)


def test_deciding_contacts_are_there_only_when_planned(company):
    assert "contact" not in simulate(PLANS["small"], seed=1).tables
    assert company.tables["contact"].num_rows == pytest.approx(0.8 * company.plan.accounts, rel=0.1)
    assert 0 < company.tables["touch"]["contact_id"].null_count < company.tables["touch"].num_rows


@settings(max_examples=25, deadline=None)
@given(accounts=st.integers(20, 300), years=st.integers(1, 5), sectors=st.integers(4, 20),
       levels=st.integers(0, 3), trials=st.sampled_from([0.0, 0.1, 1.0, 5.0]), correlation=st.floats(0, 0.9),
       noise=st.integers(0, 8), dirty=st.sampled_from([0.0, 0.2]), seed=st.integers(0, 2**32))
def test_any_plan_gives_tables_and_a_truth_between_nought_and_one(
        accounts, years, sectors, levels, trials, correlation, noise, dirty, seed):
    plan = Plan(accounts=accounts, years=years, sectors=sectors, levels=levels, trials_scale=trials,
                correlation=correlation, noise_dimensions=noise, dirty=dirty)
    company = simulate(plan, seed)
    for share in ("pull", "competitiveness"):
        bounds = pc.min_max(company.truth[share]).as_py()
        assert 0 < bounds["min"] <= bounds["max"] < 1
    assert pc.min(company.truth["attractiveness"]).as_py() > 0
    strata = company.strata_truth()
    assert max(strata["level"].to_pylist()) == levels
    for level in range(levels + 1):
        assert pc.sum(strata.filter(pc.equal(strata["level"], level))["accounts"]).as_py() == accounts


@pytest.mark.parametrize("change", [
    {"accounts": 3}, {"sectors": 2}, {"correlation": 1.0}, {"dirty": -0.1}, {"pull": 1.0}, {"levels": 4},
    {"effects": (1.0, 1.0)},
])
def test_a_knob_out_of_range_is_refused_by_name(change):
    with pytest.raises(SettingsInvalid, match=next(iter(change))):
        Plan(**change)


def test_history_is_whole_years_that_end_on_the_last_day():
    plan = Plan(as_of=date(2025, 12, 31), years=2)
    assert (plan.as_of - plan.start).days + 1 == 730


def test_twenty_thousand_accounts_take_little_time_and_memory():
    started = time.process_time()
    company = simulate(Plan(accounts=20_000), seed=1)
    assert time.process_time() - started < 5
    assert sum(table.nbytes for table in company.tables.values()) < 60e6
    assert isinstance(company.truth, pa.Table)

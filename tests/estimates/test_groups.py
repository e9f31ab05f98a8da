"""Tallies of groups of buyers: counts by value, sums of shares and of amounts."""

import ibis
import numpy as np
import pytest

from marketsofone.estimates.candidates import with_companies
from marketsofone.estimates.groups import (
    amount_sums,
    counted_shares,
    fetch_rows,
    fetch_unit,
    known_amounts,
    mean_amounts,
    profile,
    share_sums,
)

GROUPS = ibis.memtable({"buyer_id": [1, 2, 3, 3, 4], "group": [0, 0, 1, 2, 1]})
BUYERS = ibis.memtable({"buyer_id": [1, 2, 3, 4, 5], "dim_site": ["x", None, "y", "y", "x"],
                        "dim_size": [10.0, 30.0, None, 50.0, 70.0]})
WINS = ibis.memtable({"buyer_id": [1, 2, 3, 4], "trials": [2.0, 3.0, 4.0, 0.0], "total": [1.0, 3.0, 0.0, 0.0]})


def rows(engine, query):
    return engine.execute(query.order_by("group")).to_dict("records")


def test_a_profile_counts_known_values_only_and_a_buyer_once_in_each_of_its_groups(engine):
    found = engine.execute(profile(BUYERS, "dim_site", GROUPS).order_by("group"))
    assert found.to_dict("records") == [
        {"group": 0, "value": "x", "buyers": 1.0, "units": 1.0, "companies": 1.0},
        {"group": 1, "value": "y", "buyers": 2.0, "units": 2.0, "companies": 2.0},
        {"group": 2, "value": "y", "buyers": 1.0, "units": 1.0, "companies": 1.0}]


def test_share_sums_are_those_of_the_buyers_with_trials(engine):
    first, second, third = rows(engine, share_sums(counted_shares(WINS), GROUPS))
    assert first == {"group": 0, "buyers": 2.0, "units": 2.0, "trials": 5.0, "n": 5.0, "s": 4.0, "nn": 13.0, "ns": 11.0,
                     "ss": 10.0, "alone": 5.0}
    assert second == {**third, "group": 1}
    assert second["buyers"] == 1


def test_amounts_are_summed_on_a_scale_that_losses_and_gains_share(engine):
    amounts = ibis.memtable({"buyer_id": [1, 2, 3, 4], "trials": [2.0, 1.0, 1.0, 1.0], "total": [20.0, -5.0, 0.0, 3.0]})
    first, second, _ = rows(engine, amount_sums(mean_amounts(amounts), GROUPS, 2.0))
    g = np.arcsinh(np.array([10.0, -5.0]) / 2.0)
    assert (first["buyers"], first["n"]) == (2, 3)
    assert (first["g"], first["gg"]) == (pytest.approx(g.sum()), pytest.approx((g * g).sum()))
    assert second["g"] == pytest.approx(np.arcsinh(1.5))


def test_buyers_of_one_company_are_one_witness_and_counted_as_so_many_buyers(engine):
    ours = ibis.memtable({"buyer_id": [1, 2, 3, 4, 5], "company": [7, 7, 8, 8, 9]})
    first, second, third = rows(engine, share_sums(counted_shares(WINS, ours), GROUPS))
    assert (first["buyers"], first["n"], first["nn"], first["ss"], first["alone"]) == (2, 5, 25, 16, 5)
    assert (second["buyers"], third["buyers"]) == (1, 1)
    amounts = ibis.memtable({"buyer_id": [1, 2, 3, 4], "trials": [1.0] * 4, "amount": [20.0, -5.0, 0.0, 3.0]})
    first, second, third = rows(engine, amount_sums(with_companies(amounts, ours), GROUPS, 2.0))
    mean = np.arcsinh(np.array([10.0, -2.5])).mean()
    assert (first["buyers"], first["units"], second["buyers"], second["units"]) == (2, 1, 2, 1)
    assert (first["g"], first["gg"]) == (pytest.approx(mean), pytest.approx(mean**2))
    found = rows(engine, profile(with_companies(BUYERS, ours), "dim_site", GROUPS))
    assert [(row["buyers"], row["units"], row["companies"]) for row in found] == [(1, 1, 1), (2, 1, 1), (1, 1, 1)]


def test_a_number_known_of_a_buyer_is_one_trial(engine):
    first, second = rows(engine, amount_sums(known_amounts(BUYERS, "dim_size"), GROUPS, 1.0))
    assert (first["buyers"], first["n"], second["buyers"]) == (2, 2, 1)


def test_the_unit_is_a_tenth_of_the_median_size_in_the_groups_and_one_where_there_is_none():
    amounts = ibis.memtable({"buyer_id": [1, 2, 3, 9], "trials": [1.0] * 4, "amount": [-10.0, 0.0, 30.0, 1e9]})
    assert fetch_unit(amounts, GROUPS) == pytest.approx(2.0)
    assert fetch_unit(amounts.filter(amounts.amount == 0), GROUPS) == 1.0


def test_a_tally_comes_back_in_the_same_order_every_time():
    found = fetch_rows(profile(BUYERS, "dim_site", GROUPS))
    assert list(zip(found["group"], found["value"], strict=True)) == [(0, "x"), (1, "y"), (2, "y")]

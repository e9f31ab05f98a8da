"""How far strata may depart from what traits lead one to expect."""

import ibis
import numpy as np
import pytest

from marketsofone.estimates import fit_departing


def market(rng, spread, values=60, each=200):
    """Buyers of one trial each, every value of one dimension off its expectation by so much."""
    value = np.repeat(np.arange(values), each)
    expected = rng.uniform(0.05, 0.35, len(value))
    odds = np.log(expected / (1 - expected)) + rng.normal(0, spread, values)[value]
    won = rng.random(len(value)) < 1 / (1 + np.exp(-odds))
    ids = np.arange(len(value), dtype=np.int64)
    buyers = ibis.memtable({"buyer_id": ids, "dim_page": value.astype(str)})
    told = ibis.memtable({"buyer_id": ids, "expected": expected})
    tallies = ibis.memtable({"buyer_id": ids, "trials": np.ones(len(ids)), "total": won.astype(float)})
    return buyers, told, tallies


def test_where_traits_explain_all_a_stratum_hardly_departs():
    buyers, told, tallies = market(np.random.default_rng(1), 0.0)
    assert fit_departing(buyers, ["dim_page"], told, tallies).middle > 600


def test_where_traits_leave_much_unexplained_a_stratum_departs_with_few_trials():
    buyers, told, tallies = market(np.random.default_rng(2), 1.0)
    size = fit_departing(buyers, ["dim_page"], told, tallies)
    assert size.middle == pytest.approx(1 / 0.16, rel=0.6)  # variance of the odds times p (1 - p), near 0.16


def test_without_a_dimension_nothing_is_said():
    buyers, told, tallies = market(np.random.default_rng(3), 0.0, values=2, each=5)
    assert fit_departing(buyers, [], told, tallies) is None

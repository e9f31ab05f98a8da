"""A tree grown in memory on some of the buyers is the tree the engine would grow on them."""

from dataclasses import replace

import ibis
import numpy as np
import pandas as pd
import pytest

from marketsofone.estimates.candidates import Dimension, fetch_candidates, gather_evidence
from marketsofone.estimates.sampled import fetch_sampled, sampled_candidates
from marketsofone.strata import Rules, grow_tree, place
from marketsofone.strata.regrowing import placed, regrown, regrown_strata
from marketsofone.strata.regrowing_depths import tree_stability

DIMENSIONS = (Dimension("sector", "dim_sector"), Dimension("size", "dim_size", (20.0, 50.0)))


@pytest.fixture
def evidence(engine, rng):
    """Four hundred buyers: care wins twice as often as retail; size says nothing and is not always known."""
    count = 400
    sector = np.where(rng.random(count) < 0.5, "care", "retail")
    size = rng.uniform(1, 100, count)
    size[rng.random(count) < 0.2] = np.nan
    buyers = pd.DataFrame({"buyer_id": np.arange(1, count + 1) * 7919, "dim_sector": sector, "dim_size": size})
    trials = rng.integers(1, 9, count)
    won = rng.binomial(trials, np.where(sector == "care", 0.6, 0.3))
    tally = pd.DataFrame({"buyer_id": buyers["buyer_id"], "trials": trials * 1.0, "total": won * 1.0})[: count - 50]
    return gather_evidence(engine, ibis.memtable(buyers), DIMENSIONS, {"competitiveness": ibis.memtable(tally)})


def test_tallies_in_memory_are_those_of_the_engine(evidence):
    sample = fetch_sampled(evidence, DIMENSIONS, ["competitiveness"], 1000, seed=1)
    node = np.where(sample.buyer_id % 3 == 0, 2, 0)
    held = ibis.memtable(pd.DataFrame({"buyer_id": sample.buyer_id, "node": node}))
    theirs = fetch_candidates(evidence, held, DIMENSIONS, ["competitiveness"])
    ours = sampled_candidates(sample, np.ones(400), node, [0, 2], DIMENSIONS)
    keys = ["dimension", "node", "half", "value"]
    theirs, ours = (frame.sort_values(keys, ignore_index=True).fillna({"value": "?"}) for frame in (theirs, ours))
    pd.testing.assert_frame_equal(ours[theirs.columns].fillna(0.0), theirs.fillna(0.0), check_dtype=False)


def test_some_drawn_in_memory_are_those_that_the_engine_would_draw(evidence):
    whole = fetch_sampled(evidence, DIMENSIONS, ["competitiveness"], 1000, seed=1)
    assert whole.drawn(400, seed=1) is whole
    for most in (1, 7, 350):
        ours, theirs = whole.drawn(most, seed=2), fetch_sampled(evidence, DIMENSIONS, ["competitiveness"], most, seed=2)
        assert ours.words == theirs.words
        for told in ("buyer_id", "half"):
            assert (getattr(ours, told) == getattr(theirs, told)).all()
        for told in ("codes", "sums"):
            ours_by_name, theirs_by_name = getattr(ours, told), getattr(theirs, told)
            assert all((ours_by_name[name] == theirs_by_name[name]).all() for name in theirs_by_name)


def test_a_tree_grown_on_all_of_them_is_the_tree_of_the_engine(evidence):
    rules = Rules()

    def fetch(strata):
        standing = place(evidence, strata, DIMENSIONS)
        deepest = max(s.depth for s in strata)
        standing = standing.filter(standing.node.isin([s.number for s in strata if s.depth == deepest]))
        return fetch_candidates(evidence, standing, DIMENSIONS, ["competitiveness"])

    strata = grow_tree(fetch, DIMENSIONS, ["competitiveness"], rules, "EUR").strata
    theirs = place(evidence, strata, DIMENSIONS).order_by("buyer_id").to_pandas()["node"]
    sample = fetch_sampled(evidence, DIMENSIONS, ["competitiveness"], 1000, seed=1)
    assert len(strata) == 3
    assert (placed(sample, strata) == theirs).all()
    assert (regrown(sample, np.ones(400), DIMENSIONS, rules) == theirs).all()


def test_strata_that_truly_differ_are_found_again_on_either_half(evidence):
    sample = fetch_sampled(evidence, DIMENSIONS, ["competitiveness"], 1000, seed=1)
    strata = regrown_strata(sample, np.ones(400), DIMENSIONS, Rules())
    [made] = tree_stability(sample, strata, DIMENSIONS, Rules(), 5, seed=1)
    assert made.measured.whole.mean() > 0.9
    assert made.measured.within[:, 1:].mean() > 0.9


def test_a_least_size_is_asked_of_half_the_buyers_by_half(evidence):
    """Parts of 150 of 400 buyers: a half that were asked for parts of 150 too would have none."""
    sample = fetch_sampled(evidence, DIMENSIONS, ["competitiveness"], 1000, seed=1)
    rules = Rules(least_buyers=150)
    strata = regrown_strata(sample, np.ones(400), DIMENSIONS, rules)
    assert len(strata) == 3
    [made] = tree_stability(sample, strata, DIMENSIONS, rules, 5, seed=1)
    assert made.measured.within[:, 1:].mean() > 0.9


def test_what_a_split_must_gain_is_asked_of_half_the_buyers_by_half(evidence, rng):
    """A split that gains a half more than it costs pays on either half, where it gains half as much."""
    sample = fetch_sampled(evidence, DIMENSIONS, ["competitiveness"], 1000, seed=1)
    one = np.ones(400)
    zero = np.zeros(400)
    worth = np.stack([one, one, one * 100.0, one, one * 100.0, one * 10_000.0, zero, zero, one])
    sample = replace(sample, sums={**sample.sums, "attractiveness": worth})
    split_at = [cost for cost in range(50, 5000, 50)
                if len(regrown_strata(sample, one, DIMENSIONS, Rules(handling_cost=cost))) == 3]
    rules = Rules(handling_cost=max(split_at) / 1.5)
    strata = regrown_strata(sample, one, DIMENSIONS, rules)
    [made] = tree_stability(sample, strata, DIMENSIONS, rules, 5, seed=1)
    assert made.measured.within[:, 1:].mean() > 0.9


def test_some_of_the_buyers_are_the_same_ones_each_time(evidence):
    first, again = (fetch_sampled(evidence, DIMENSIONS, ["competitiveness"], 100, seed=3) for _ in range(2))
    assert len(first.buyer_id) == 100
    assert np.array_equal(first.buyer_id, again.buyer_id)
    other = fetch_sampled(evidence, DIMENSIONS, ["competitiveness"], 100, seed=4)
    assert not np.array_equal(first.buyer_id, other.buyer_id)


def test_without_dimensions_the_market_stays_whole(evidence):
    sample = fetch_sampled(evidence, (), ["competitiveness"], 1000, seed=1)
    assert (regrown(sample, np.ones(400), (), Rules()) == 0).all()

"""Nodes without a mean of their own: what is known only of those who let us in says nothing of letting us in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.pooling import Amount, Cells, Share, Tree, pool

# The market, two sectors, and under the first two rivals that are known of those who answered.
TREE = Tree(np.array([-1, 0, 0, 1, 1]))
SPEAKS = np.array([0, 1, 2, 1, 1])


def answered(rate, seed=0):
    """A sector where each of 400 buyers is tried twice: of those who answer, the rival is known; 200 are not tried."""
    rng = np.random.default_rng(seed)
    wins = rng.binomial(2, rate, 400).astype(float)
    node = np.where(wins > 0, 3 + rng.integers(2, size=400), 1)
    node = np.concatenate([node, np.full(200, 1), np.full(300, 2)])
    trials = np.concatenate([np.full(400, 2.0), np.zeros(200), np.full(300, 2.0)])
    total = np.concatenate([wins, np.zeros(200), rng.binomial(2, 0.3, 300)])
    base = total.sum() / trials.sum()
    return Cells(node, trials, total, np.full(900, base), np.ones(900))


def test_who_was_never_tried_is_expected_to_answer_as_all_who_were_tried():
    cells = answered(0.7)
    untried = (cells.trials == 0).nonzero()[0]
    heard = pool(Share(), TREE, cells, speaks=SPEAKS).cells.mean[untried]
    assert heard == pytest.approx(0.7, abs=0.04)
    assert pool(Share(), TREE, cells).cells.mean[untried].mean() < 0.65  # what would be said without


@given(seed=st.integers(0, 2**32 - 1), money=st.booleans())
@settings(max_examples=25, deadline=None)
def test_what_speaks_says_what_a_tree_of_those_nodes_alone_says(seed, money):
    rng = np.random.default_rng(seed)
    node = rng.integers(5, size=60)
    trials = rng.integers(0, 6, 60).astype(float)
    trials[0] = 1.0
    total = rng.gamma(2.0, 50.0, 60) * trials if money else rng.binomial(trials.astype(int), 0.4).astype(float)
    total[0] = max(total[0], 0.5)
    cells = Cells(node, trials, total, np.full(60, total.sum() / trials.sum()), rng.integers(1, 4, 60).astype(float))
    family = Amount(1.2) if money else Share()
    whole = pool(family, TREE, cells, speaks=SPEAKS)
    alone = pool(family, Tree(TREE.parent[:3]), Cells(SPEAKS[node], *(
        getattr(cells, name) for name in ("trials", "total", "expected", "buyers"))))
    assert whole.cells.mean == pytest.approx(alone.cells.mean, rel=1e-12)
    assert whole.cells.low == pytest.approx(alone.cells.low, rel=1e-12)
    assert whole.nodes.mean[:3] == pytest.approx(alone.nodes.mean, rel=1e-12, nan_ok=True)
    assert whole.nodes.variance[:3] == pytest.approx(alone.nodes.variance, rel=1e-9, nan_ok=True)


def test_a_node_that_does_not_speak_is_the_mean_of_its_buyers_and_surely_no_surer_than_the_node_above():
    cells = answered(0.5, seed=3)
    made = pool(Share(), TREE, cells, speaks=SPEAKS)
    for node in (3, 4):
        assert made.nodes.mean[node] == pytest.approx(made.cells.mean[cells.node == node].mean(), rel=1e-12)
        assert made.nodes.variance[node] > made.nodes.variance[1]
        assert made.nodes.borrowed[node] == 1.0


def test_below_a_node_that_does_not_speak_none_may_speak():
    with pytest.raises(ValueError, match="none speaks"):
        pool(Share(), Tree(np.array([-1, 0, 1])), answered(0.5), speaks=np.array([0, 0, 2]))

"""Buyers of one company resemble each other, and pooling has no level for that: what it costs, and what it does not."""

import numpy as np
import pytest

from marketsofone.pooling import Cells, Share, Tree, pool

STRATA = Tree(np.array([-1, 0, 0, 0, 0]))


def contacts(rng, alike):
    """1 to 10 contacts of 400 companies in four strata; how much of what sets them apart they share with colleagues."""
    of = np.repeat(np.arange(400), rng.integers(1, 11, 400))
    node = rng.integers(1, 5, 400)[of]
    level = np.array([0.0, 0.0, 0.3, -0.3, 0.6]) + rng.normal(0, 0.2, 5)
    apart = np.sqrt(alike) * rng.normal(0, 0.8, 400)[of] + np.sqrt(1 - alike) * rng.normal(0, 0.8, len(of))
    rate = 1.0 / (1.0 + np.exp(0.8 - level[node] - apart))
    trials = rng.poisson(3.0, len(of))
    won = rng.binomial(trials, rate).astype(float)
    return rate, Cells(node, trials.astype(float), won, np.full(len(of), 0.33), np.ones(len(of)))


@pytest.mark.parametrize("alike", [0.0, 0.6, 0.9])
def test_intervals_hold_the_truth_as_often_where_colleagues_resemble_each_other(rng, alike):
    """24 markets: buyers' error is half a point, that of strata three; below one in a hundred by luck."""
    buyers, strata = [], []
    for _ in range(24):
        rate, cells = contacts(rng, alike)
        found = pool(Share(), STRATA, cells)
        buyers.append(np.mean((found.cells.low <= rate) & (rate <= found.cells.high)))
        means = np.array([rate[cells.node == node].mean() for node in range(1, 5)])
        strata.append(np.mean((found.nodes.low[1:] <= means) & (means <= found.nodes.high[1:])))
    assert np.mean(buyers) == pytest.approx(0.90, abs=0.03)
    assert np.mean(strata) == pytest.approx(0.90, abs=0.08)

"""What is not known of nodes: the parts of it add up to what the pooling itself says of nodes and buyers."""

import numpy as np
import pytest

from marketsofone.pooling import Cells, Share, Tree, fit_alike, fit_curvature, known, pool


def market(rng, buyers=1500):
    """Two strata of buyers who differ, the second split once more; some buyers of it are not known to be in a part."""
    tree = Tree(np.array([-1, 0, 0, 2, 2]))
    node = rng.choice([1, 2, 3, 4], size=buyers, p=[0.4, 0.1, 0.2, 0.3])
    mean = np.array([0.3, 0.3, 0.45, 0.4, 0.5])[node]
    trials = rng.poisson(3.0, buyers).astype(float)
    won = rng.binomial(trials.astype(int), rng.beta(10 * mean, 10 * (1 - mean))).astype(float)
    return tree, Cells(node, trials, won, np.full(buyers, 0.4), np.ones(buyers))


def test_who_stands_at_a_node_is_as_unsure_as_all_it_moves_with(rng):
    tree, cells = market(rng)
    of = pool(Share(), tree, cells).doubts
    for node in (1, 3, 4):
        assert of.whole[node] == pytest.approx(of.loads.unsure[node])
        assert of.unstated[node] == 0.0
        assert of.leans[node] == 1.0
    assert of.unstated[2] > 0
    assert 0 < of.leans[2] < 1


def test_parts_swing_apart_with_how_alike_they_are(rng):
    """Row 1 is how alike the parts of the market are, row 4 how alike those of the split stratum are."""
    tree, cells = market(rng)
    loads = pool(Share(), tree, cells).doubts.loads.of
    assert loads[1, 1] * loads[1, 2] < 0
    assert loads[4, 3] * loads[4, 4] < 0


def test_what_a_buyer_shares_is_a_part_of_what_is_not_known_of_it(rng):
    tree, cells = market(rng)
    pooled = pool(Share(), tree, cells)
    shared = pooled.cells.borrowed**2 * pooled.doubts.whole[cells.node]
    assert np.all(shared < pooled.cells.variance * (1 + 1e-9))


def test_a_prior_size_that_is_given_is_known_and_one_that_few_buyers_tell_is_not(rng):
    tree, cells = market(rng)
    assert pool(Share(), tree, cells, buyer_size=known(10.0)).doubts.alike == 0.0
    few = Cells(*(part[:150] for part in (cells.node, cells.trials, cells.total, cells.expected, cells.buyers)))
    assert pool(Share(), tree, few).doubts.alike > pool(Share(), tree, cells).doubts.alike > 0


def test_the_doubt_about_how_alike_amounts_are_is_what_other_buyers_would_show():
    """60 markets of 800 buyers: the mean variance said beside the variance of the estimates themselves."""
    said, sizes = [], []
    for seed in range(60):
        rng = np.random.default_rng(900 + seed)
        rows = rng.integers(1, 5, 800).astype(float)
        mean = 100.0 * rng.lognormal(-0.125, 0.5, 800)
        each = [mean[i] * rng.gamma(1.0, 1.0, int(n)) for i, n in enumerate(rows)]
        total, squares = (np.array([part(one) for one in each]) for part in (np.sum, lambda one: np.sum(one**2)))
        said.append(fit_alike(rows, rows, total, squares, np.full(800, 100.0)))
        family = fit_curvature(rows, rows, total, squares)
        cells = Cells(np.zeros(800, dtype=np.int64), rows, total, np.full(800, 100.0), np.ones(800))
        sizes.append(np.log(pool(family, Tree(np.array([-1])), cells).buyer_size.middle))
    assert np.mean(said) == pytest.approx(np.var(sizes), rel=0.5)


def test_too_few_amounts_tell_nothing_of_how_alike_buyers_are():
    assert fit_alike(*(np.ones(10),) * 5) == 0.0


def test_neither_the_order_of_buyers_nor_the_last_digits_of_their_sums_move_how_alike_they_are_known_to_be():
    chance = np.random.default_rng(8)
    rows = chance.integers(1, 4, 3_000).astype(float)
    trials = rows * chance.choice([0.25, 0.5, 1.0], 3_000)
    total = trials * np.round(chance.gamma(2.0, 50.0, 3_000))
    squares, mean = 1.3 * total**2 / trials, np.full(3_000, 100.0)
    noise, order = 1.0 + 1e-14 * chance.standard_normal((4, 3_000)), chance.permutation(3_000)
    noisy = (rows, trials * noise[0], total * noise[1], squares * noise[2], mean * noise[3])
    again = [column[order] for column in noisy]
    assert fit_alike(*again) == pytest.approx(fit_alike(rows, trials, total, squares, mean), rel=1e-9)

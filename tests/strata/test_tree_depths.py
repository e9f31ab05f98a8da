"""Stability of a tree cut at each depth, beside values worked out by other means: sets, entropies and scikit-learn."""

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.metrics import adjusted_rand_score

from marketsofone.customer import MARKET, Stratum
from marketsofone.estimates.candidates import Dimension
from marketsofone.estimates.sampled import Sampled
from marketsofone.pooling.stability import complementary_halves
from marketsofone.strata import Rules
from marketsofone.strata.regrowing import placed, regrown_strata
from marketsofone.strata.regrowing_depths import cut, segments_at, tree_stability

DIMENSIONS = (Dimension("sector", "dim_sector"), Dimension("need", "dim_need"), Dimension("colour", "dim_colour"))


@pytest.fixture(scope="module")
def sample():
    """1,200 buyers: care wins more than retail, and within care speed more than price."""
    rng = np.random.default_rng(3)
    buyers = 1200
    codes = {"sector": rng.integers(2, size=buyers), "need": rng.integers(2, size=buyers),
             "colour": rng.integers(3, size=buyers)}
    rate = 0.25 + 0.25 * (codes["sector"] == 0) + 0.35 * ((codes["sector"] == 0) & (codes["need"] == 0))
    n = rng.integers(1, 5, buyers).astype(float)
    s = rng.binomial(n.astype(int), rate).astype(float)
    ids = np.sort(rng.choice(10**9, buyers, replace=False))
    sums = {"competitiveness": np.stack([np.ones(buyers), n, s, n * n, n * s, s * s, 0 * n, 0 * n, n])}
    words = {"sector": ("care", "retail"), "need": ("speed", "price"), "colour": ("red", "green", "blue")}
    return Sampled(ids, ids % 2, codes, words, sums)


def names_at(strata, node, depth):
    """The label of each buyer the long way: up from where it stands until the depth is right."""
    labels = []
    for number in node:
        while strata[number].depth > depth:
            number = strata[number].parent
        labels.append(int(number))
    return np.array(labels)


def likeness(judged, other, segment):
    own = set(np.flatnonzero(judged == segment))
    others = [set(np.flatnonzero(other == each)) for each in np.unique(other)]
    return max(len(own & each) / len(own | each) for each in others)


def came_from(before, judged, segment):
    """One less the entropy of where its buyers stood, over that of standing in all segments alike."""
    groups = np.unique(before)
    shares = np.array([np.mean(before[judged == segment] == each) for each in groups])
    return 1 - entropy(shares) / np.log(max(len(groups), 2))


def test_every_depth_agrees_with_values_worked_out_by_other_means(sample):
    strata = regrown_strata(sample, np.ones(1200), DIMENSIONS, Rules())
    assert max(s.depth for s in strata) == 2
    found = tree_stability(sample, strata, DIMENSIONS, Rules(), pairs=2, seed=5)
    rng = np.random.default_rng(5)
    trees = []
    for _pair in range(2):
        for times in complementary_halves(1200, rng):
            tree = regrown_strata(sample, times, DIMENSIONS, Rules())
            trees.append((tree, placed(sample, tree)))
    standing = placed(sample, strata)
    for depth, made in enumerate(found, start=1):
        judged = names_at(strata, standing, depth)
        others = [names_at(*tree, depth) for tree in trees]
        assert made.measured.whole == pytest.approx(
            [adjusted_rand_score(others[2 * pair], others[2 * pair + 1]) for pair in range(2)])
        for segment in np.unique(judged):
            for pair in range(2):
                both = others[2 * pair: 2 * pair + 2]
                assert made.measured.within[pair, segment] == pytest.approx(
                    np.mean([likeness(judged, other, segment) for other in both]))
                higher = [names_at(*tree, depth - 1) for tree in trees[2 * pair: 2 * pair + 2]]
                assert made.across[pair, segment] == pytest.approx(
                    np.mean([came_from(before, judged, segment) for before in higher]))


def test_a_market_that_is_not_split_has_one_solution(sample):
    whole = (Stratum(0, -1, "whole market", "", (), 0, MARKET),)
    [made] = tree_stability(sample, whole, DIMENSIONS, Rules(level=0.0), pairs=2, seed=1)
    assert made.measured.whole.tolist() == [1.0, 1.0]
    assert made.measured.within.tolist() == [[1.0], [1.0]]


def test_a_tree_is_cut_at_a_depth():
    strata = [Stratum(0, -1, "", "", (), 0, ""), Stratum(1, 0, "", "a", (), 1, ""), Stratum(2, 0, "", "a", (), 1, ""),
              Stratum(3, 1, "", "b", (), 2, ""), Stratum(4, 3, "", "c", (), 3, "")]
    assert cut(strata, 1).tolist() == [0, 1, 2, 1, 1]
    assert cut(strata, 2).tolist() == [0, 1, 2, 3, 3]
    assert [[s.number for s in segments_at(strata, depth)] for depth in (0, 1, 2, 3)] == [[0], [1, 2], [2, 3], [2, 4]]

"""Parts whose mean, by their shares of buyers, is what their node is: beside the same written out as matrices."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.pooling import Cells, Share, Tree, known, pool
from marketsofone.pooling.parts import Parts, shares


def nodes(seed):
    """Two nodes of two to five parts each: their shares, what each part's own evidence leaves unsure, departures."""
    rng = np.random.default_rng(seed)
    place = np.repeat([0, 1], rng.integers(2, 6, 2))
    share = rng.uniform(0.05, 1.0, len(place))
    share /= np.bincount(place, share)[place]
    return Parts(place, share, 2), rng.uniform(0.01, 2.0, len(place)), rng.normal(size=len(place))


def around(parts, node, apart):
    """Covariance of parts around their node: alike and apart, but that their mean is the node's."""
    share = parts.share[parts.place == node]
    return apart * (np.eye(len(share)) - np.outer(share, share) / (share @ share))


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), apart=st.floats(0.01, 5.0))
def test_what_parts_tell_of_their_node_is_what_least_squares_make_of_them(seed, apart):
    parts, noise, seen = nodes(seed)
    told = 1.0 / (noise + apart)
    weight = told * parts.worth(np.array([[apart]]), (noise * told)[None], told[None])[0]
    for node in (0, 1):
        of = parts.place == node
        inverse = np.linalg.inv(around(parts, node, apart) + np.diag(noise[of]))
        assert weight[of].sum() == pytest.approx(inverse.sum())
        assert weight[of] @ seen[of] == pytest.approx(inverse.sum(axis=0) @ seen[of])


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_parts_are_evened_out_as_unsure_as_they_are(seed):
    parts, left, _ = nodes(seed)
    evens = parts.evens(left[None])[0]
    assert np.bincount(parts.place, parts.share * evens) == pytest.approx(1.0)
    for node in (0, 1):
        of = parts.place == node
        share = parts.share[of]
        assert evens[of] == pytest.approx(left[of] * share / (share @ (left[of] * share)))


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), apart=st.floats(0.01, 5.0))
def test_how_far_apart_parts_lie_is_as_likely_as_their_differences_are(seed, apart):
    """The density of all differences from the first part, beside that at another spread: what is common cancels."""
    parts, noise, seen = nodes(seed)
    said = parts.log_likelihood(seen, noise, apart) - parts.log_likelihood(seen, noise, 1.0)
    for node in (0, 1):
        assert said[node] == pytest.approx(
            differences(parts, node, noise, seen, apart) - differences(parts, node, noise, seen, 1.0), abs=1e-8)


def differences(parts, node, noise, seen, apart):
    """Log density of the differences of a node's parts from the first of them, but for a constant."""
    of = parts.place == node
    contrast = np.eye(int(of.sum()))[1:] - np.eye(int(of.sum()))[0]
    spread = contrast @ (around(parts, node, apart) + np.diag(noise[of])) @ contrast.T
    away = contrast @ seen[of]
    return -0.5 * (np.linalg.slogdet(spread)[1] + away @ np.linalg.solve(spread, away))


def test_a_part_without_evidence_is_neither_in_the_way_nor_of_use():
    parts = Parts(np.zeros(3, np.int64), np.array([0.4, 0.4, 0.2]), 1)
    unseen = parts.log_likelihood(np.array([0.3, -0.3, 9.0]), np.array([0.1, 0.1, np.inf]), 0.5)
    assert unseen == pytest.approx(parts.log_likelihood(np.array([0.3, -0.3, 0.0]), np.array([0.1, 0.1, 1e9]), 0.5)
                                   + 0.5 * np.log(1e9))


def test_parts_that_only_lie_around_their_node_tell_of_it_as_they_did():
    loose = Parts(np.array([0, 0]), np.zeros(2), 1)
    assert loose.worth(np.array([[0.3]]), np.array([[0.2, 0.4]]), np.array([[5.0, 7.0]])).tolist() == [[1.0, 1.0]]


def test_shares_of_buyers_add_up_to_one_in_each_node_and_who_stands_above_counts_in_none():
    tree = Tree(np.array([-1, 0, 0, 2, 2]))
    people = tree.add_up(np.array([50.0, 10.0, 7.0, 3.0, 20.0]))
    assert shares(tree, people) == pytest.approx([0.0, 0.25, 0.75, 3 / 23, 20 / 23])


def test_a_stratum_whose_parts_lie_far_apart_is_known_by_its_own_buyers_all_the_same():
    """Of 600 buyers tried once 60% won: all alike, or three in ten of one half and nine in ten of the other.

    Were parts thought only to lie around it, two of them would tell little of it, and 99% of it be borrowed.
    """
    tree = Tree(np.array([-1, 0, 0, 0, 0, 1, 1]))
    for low, high in ((0.3, 0.9), (0.6, 0.6)):
        buyers = [300.0 * low, 300.0 * (1 - low), 300.0 * high, 300.0 * (1 - high), *[300.0] * 6]
        cells = Cells(np.repeat([5, 6, 2, 3, 4], 2), np.ones(10), np.tile([1.0, 0.0], 5), np.full(10, 0.5),
                      np.array(buyers))
        found = pool(Share(), tree, cells).nodes
        assert found.borrowed[1] < 0.2
        assert found.mean[1] == pytest.approx(0.6, abs=0.01)


def test_a_market_of_parts_far_apart_is_as_unsure_as_trials_within_them_are():
    """Six parts of rates from 5 to 60%, 200 trials each: what is not known of their mean is a sixth of what trials at
    those rates leave, not of what they would leave in parts as far apart as parts may be (0.89 of it)."""
    rates = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.6])
    cells = Cells(np.arange(1, 7), np.full(6, 200.0), 200 * rates, np.full(6, rates.mean()), np.ones(6))
    root = pool(Share(), Tree(np.array([-1, *[0] * 6])), cells, buyer_size=known(1e7)).nodes
    assert root.variance[0] == pytest.approx(np.mean(rates * (1 - rates)) / 200 / 6, rel=0.04)

"""Stability measures against values worked out by other means: pair counting, set arithmetic, hand and sklearn."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from marketsofone.pooling.stability import (
    across,
    across_solutions,
    adjusted_rand,
    bootstrap_pair,
    complementary_halves,
    overlap,
    shared,
    stability,
)


def solutions(most=30):
    """Two solutions of the same members."""
    return st.integers(2, most).flatmap(lambda n: st.tuples(*[
        st.lists(st.integers(0, 4), min_size=n, max_size=n).map(np.array) for _ in range(2)]))


def rand_by_pairs(first, second):
    """The adjusted Rand index the long way: every pair of members asked whether it stands together."""
    together = [(first[i] == first[j], second[i] == second[j]) for i, j in combinations(range(len(first)), 2)]
    both = sum(a and b for a, b in together)
    in_first, in_second = sum(a for a, _ in together), sum(b for _, b in together)
    expected = in_first * in_second / len(together)
    most = (in_first + in_second) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def jaccard_by_sets(first, second, one, other):
    a, b = set(np.flatnonzero(first == one)), set(np.flatnonzero(second == other))
    return len(a & b) / len(a | b) if a | b else 0.0


@given(solutions())
def test_the_rand_index_is_that_of_counting_every_pair(pair):
    assert adjusted_rand(shared(*pair)) == pytest.approx(rand_by_pairs(*pair), abs=1e-12)


@given(solutions())
def test_the_rand_index_agrees_with_scikit_learn(pair):
    assert adjusted_rand(shared(*pair)) == pytest.approx(adjusted_rand_score(*pair), abs=1e-12)


def test_the_rand_index_of_a_table_whose_pairs_are_counted_by_hand():
    """Ten members, pairs counted by hand: 7 stand together in both, 13 in the one, 14 in the other, of 45."""
    table = np.array([[1, 1, 0], [1, 2, 1], [0, 0, 4]])
    both, rows, columns, pairs = 7, 1 + 6 + 6, 1 + 3 + 10, 45
    expected = rows * columns / pairs
    assert adjusted_rand(table) == pytest.approx((both - expected) / ((rows + columns) / 2 - expected))


@given(solutions())
def test_overlap_is_that_of_the_sets(pair):
    table = overlap(shared(*pair, firsts=5, seconds=5))
    for one, other in permutations(range(5), 2):
        assert table[one, other] == pytest.approx(jaccard_by_sets(*pair, one, other))


def test_stability_across_solutions_worked_by_hand():
    """Of 10 members: segment 0 came whole; of segment 1 a quarter came from another; of segment 2 as well."""
    before = np.array([0, 0, 0, 0, 0, 1, 1, 1, 0, 1])
    after = np.array([0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    quarter = -(0.75 * np.log2(0.75) + 0.25 * np.log2(0.25))
    three_to_one = [1.0, 1 - quarter, 1 - quarter]
    assert across(shared(before, after)) == pytest.approx(three_to_one)
    assert across_solutions([before, after])[0] == pytest.approx(three_to_one)


def test_whatever_came_from_one_segment_is_stable_across_and_an_even_mix_is_not():
    assert across(np.array([[5, 3]])).tolist() == [1.0, 1.0]
    assert across(np.array([[2, 4], [2, 0], [2, 0]])) == pytest.approx([0.0, 1.0])
    assert np.isnan(across(np.array([[2, 0], [2, 0]]))[1])


@given(solutions())
def test_stability_across_lies_between_nothing_and_one(pair):
    values = across(shared(*pair))
    known = values[~np.isnan(values)]
    assert ((known >= -1e-12) & (known <= 1 + 1e-12)).all()


def test_a_bootstrap_draws_as_many_as_there_are_and_halves_share_nobody(rng):
    for sample in bootstrap_pair(50, rng):
        assert sample.sum() == 50
    first, second = complementary_halves(51, rng)
    assert first.sum() == 25
    assert (first + second == 1).all()


def test_segments_that_do_not_depend_on_the_sample_are_perfectly_stable(rng):
    judged = np.arange(30) % 3
    made = stability(judged, 3, lambda times, rng: (judged + 1) % 3, 4, rng)
    assert (made.whole == 1).all()
    assert (made.within == 1).all()


def test_a_segment_that_is_cut_in_two_each_time_keeps_its_larger_half(rng):
    """Segment 0 of 6 is cut into 4 and 2: the most alike holds 4 of 6. Segment 1 stays."""
    judged = np.array([0, 0, 0, 0, 0, 0, 1, 1])
    cut = np.array([0, 0, 0, 0, 2, 2, 1, 1])
    made = stability(judged, 2, lambda times, rng: cut, 3, rng)
    assert made.within.mean(axis=0) == pytest.approx([4 / 6, 1.0])


def test_random_segments_are_no_more_stable_than_chance(rng):
    judged = rng.integers(4, size=2000)
    made = stability(judged, 4, lambda times, rng: rng.integers(4, size=2000), 20, rng)
    assert abs(made.whole.mean()) < 0.005
    assert made.within.mean() == pytest.approx(1 / 7, abs=0.02)


def test_a_segment_that_nobody_is_in_has_no_likeness(rng):
    judged = np.zeros(5, dtype=np.int64)
    assert stability(judged, 2, lambda times, rng: judged, 1, rng).within.tolist() == [[1.0, 0.0]]

"""Values that are alike stay together."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.strata.evidence import Sums
from marketsofone.strata.fusing import fuse, fuse_each


def shares(trials, wins):
    """One trial a buyer."""
    n, s = np.asarray(trials, float), np.asarray(wins, float)
    nothing = np.zeros(len(n))
    return Sums(False, n, n, s, n, s, s, nothing, nothing)


def test_alike_categories_stay_together_and_different_ones_apart():
    assert list(fuse([shares([400] * 5, [40, 200, 44, 360, 196])], ordered=False)) == [0, 1, 0, 2, 1]


def test_categories_alike_on_one_score_are_apart_where_another_tells_them_apart():
    pull, win = shares([400] * 3, [200, 200, 100]), shares([400] * 3, [100, 300, 100])
    assert list(fuse([pull, win], ordered=False)) == [0, 1, 2]


def test_rare_values_stand_together_although_their_few_outcomes_differ():
    group = fuse([shares([900, 900, 2, 2, 3, 1], [270, 360, 2, 0, 3, 0])], ordered=False)
    assert len(set(group[2:])) == 1
    assert group[0] != group[1]


def test_where_nothing_differs_beyond_chance_all_values_stand_together():
    assert set(fuse([shares([100] * 4, [30, 31, 29, 30])], ordered=False)) == {0}


def test_steps_of_a_number_merge_with_their_neighbours_only():
    """The outer steps do alike, the middle one differs: three groups, not two."""
    assert list(fuse([shares([400] * 5, [80, 84, 320, 80, 78])], ordered=True)) == [0, 0, 1, 2, 2]


def test_a_step_of_a_number_without_evidence_goes_with_the_step_below():
    assert list(fuse([shares([0, 400, 0, 400, 0], [0, 80, 0, 320, 0])], ordered=True)) == [0, 0, 0, 1, 1]


def test_a_category_without_evidence_stands_in_no_group():
    assert list(fuse([shares([400, 0, 400], [40, 0, 360])], ordered=False)) == [0, -1, 1]


def test_no_evidence_at_all_gives_no_group():
    assert set(fuse([shares([0, 0], [0, 0])], ordered=True)) == {-1}
    assert set(fuse([shares([0, 0], [0, 0])], ordered=False)) == {-1}


def test_hundreds_of_values_become_a_few_groups_in_order_of_what_they_do(rng):
    chance = np.repeat([0.1, 0.5, 0.9], 100)
    group = fuse([shares([400] * 300, rng.binomial(400, chance))], ordered=False)
    assert len(set(group)) <= 12
    kinds = [set(group[chance == level]) for level in (0.1, 0.5, 0.9)]
    assert not kinds[0] & kinds[1]
    assert not kinds[1] & kinds[2]


@settings(max_examples=60, deadline=None)
@given(tallies=st.lists(st.tuples(st.integers(0, 500), st.floats(0, 1)), min_size=2, max_size=40),
       ordered=st.booleans())
def test_groups_are_numbered_in_order_and_steps_keep_theirs(tallies, ordered):
    trials = [n for n, _ in tallies]
    group = fuse([shares(trials, [round(n * share) for n, share in tallies])], ordered=ordered)
    seen = list(dict.fromkeys(int(g) for g in group if g >= 0))
    assert seen == list(range(len(seen)))
    if ordered and seen:
        assert np.all(np.diff(group) >= 0)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_dimensions_beside_one_another_are_grouped_as_each_by_itself(seed):
    rng = np.random.default_rng(seed)
    asked = []
    for values in rng.integers(2, 60, size=6):
        trials = rng.integers(0, 400, size=values)
        scores = [shares(trials, rng.binomial(trials, rng.beta(2, 5, size=values))) for _ in range(rng.integers(1, 3))]
        asked.append((scores, bool(rng.integers(2))))
    for (scores, ordered), group in zip(asked, fuse_each(asked), strict=True):
        assert list(group) == list(fuse(scores, ordered=ordered))

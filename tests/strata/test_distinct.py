"""Verdicts: what is different, what alike, what cannot be told, and how looking at much is paid for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketsofone.errors import SettingsInvalid
from marketsofone.strata.distinct import (
    ALIKE,
    DIFFERENT,
    UNTOLD,
    Asked,
    Question,
    answered,
    least_chance,
    levels,
    verdicts,
)
from marketsofone.strata.distinct_profiles import profile_contrast


def asked_of(first, second, criterion="payment", **more):
    a, b = np.array([first], float), np.array([second], float)
    return Question(criterion, "profile", profile_contrast(a, b), a.sum(), b.sum(), a.sum(), b.sum(), **more)


def only(first, second, **more):
    return answered([asked_of(first, second)], Asked(**more))[0]


def test_groups_far_apart_are_different_and_the_interval_excludes_no_difference():
    answer = only([50, 10], [10, 50])
    assert answer.verdict == DIFFERENT
    assert 0 < answer.low < answer.effect < answer.high < 1
    assert answer.effect == pytest.approx(2 / 3, abs=0.03)
    assert answer.needed is None


def test_a_difference_that_is_not_significant_is_not_called_alike():
    answer = only([25, 35], [30, 30])
    assert answer.verdict == UNTOLD
    assert answer.high > answer.margin


def test_alike_is_what_the_whole_interval_shows_to_lie_within_the_margin():
    answer = only([2_500, 2_500], [2_520, 2_480])
    assert answer.verdict == ALIKE
    assert answer.high <= 0.10
    assert only([2_500, 2_500], [2_520, 2_480], share_margin=0.01).verdict == UNTOLD


def test_a_difference_shown_to_be_smaller_than_the_margin_is_alike_however_sure_it_is():
    answer = only([50_000, 50_000], [52_000, 48_000])
    assert answer.chance < 1e-6
    assert answer.verdict == ALIKE


def test_one_value_in_both_groups_is_alike_where_buyers_are_many_and_untold_where_they_are_few():
    assert only([5_000], [4_000]).verdict == ALIKE
    assert only([5], [4]).verdict == UNTOLD


def test_values_that_all_differ_tell_nothing():
    ones, none = np.ones(40), np.zeros(40)
    answer = only(np.concatenate([ones, none]), np.concatenate([none, ones]))
    assert (answer.verdict, answer.effect, answer.needed) == (UNTOLD, None, None)


def test_a_group_without_record_gets_no_verdict_and_costs_the_others_nothing():
    alone = only([50, 10], [10, 50])
    beside = answered([asked_of([50, 10], [10, 50]), asked_of([0, 0], [3, 4], "site")], Asked())
    assert (beside[0].low, beside[0].high) == (alone.low, alone.high)
    assert (beside[1].verdict, beside[1].effect) == (UNTOLD, None)


def test_the_more_is_asked_the_wider_the_interval():
    alone = only([40, 20], [20, 40])
    others = [asked_of([30, 30], [30, 30], str(number)) for number in range(9)]
    beside = answered([asked_of([40, 20], [20, 40]), *others], Asked())
    assert beside[0].low < alone.low
    assert beside[0].high > alone.high


def test_what_differs_by_construction_does_not_make_other_differences_easier_to_call():
    weak = asked_of([38, 22], [27, 33])
    made = asked_of([60, 0], [0, 60], "sector", by_construction=True)
    found = asked_of([60, 0], [0, 60], "sector")
    assert answered([weak, made], Asked())[0].low == answered([weak], Asked())[0].low
    assert answered([weak, found], Asked())[0].chance == answered([weak], Asked())[0].chance
    assert answered([weak, made], Asked())[1].verdict == DIFFERENT


def test_the_buyers_needed_decide_it_when_the_groups_stay_as_far_apart():
    first, second = np.array([33, 27]), np.array([22, 38])
    needed = answered([asked_of(first, second), asked_of([30, 30], [30, 30], "site")], Asked())[0].needed
    assert needed > 60
    more = needed / 60
    assert only(first * more, second * more, level=0.025).verdict == DIFFERENT


def test_at_five_a_side_a_difference_of_twenty_points_cannot_be_told_among_what_is_usually_asked():
    rng = np.random.default_rng(5)
    a, b = (rng.multinomial(5, share, 4_000).astype(float) for share in ([0.6, 0.4], [0.4, 0.6]))
    least = least_chance(np.full(4_000, 5.0), 5.0)
    different, alike, _, _ = verdicts(profile_contrast(a, b), least, np.full(4_000, 0.0125), 0.1)
    assert 1 - (different | alike).mean() >= 0.95


def test_where_nothing_differs_hardly_any_ask_calls_something_different():
    rng = np.random.default_rng(6)
    counts = rng.multinomial(40, [0.4, 0.3, 0.2, 0.1], (2, 2_000 * 8)).astype(float)
    chance = profile_contrast(counts[0], counts[1]).chance.reshape(2_000, 8)
    wrong = (chance <= levels(chance, 0.05)).any(1)
    assert wrong.mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 2_000)


def test_hardly_anything_called_alike_is_farther_apart_than_the_margin():
    rng = np.random.default_rng(7)
    far, near = (rng.multinomial(800, [0.3 + d, 0.4 - d, 0.3], 1_500).astype(float) for d in (0.12, 0.02))
    base = rng.multinomial(800, [0.3, 0.4, 0.3], 1_500).astype(float)
    least, level = np.zeros(1_500), np.full(1_500, 0.05)
    wrong, right = (verdicts(profile_contrast(one, base), least, level, 0.1)[1].sum() for one in (far, near))
    assert right > 200
    assert wrong <= 0.05 * (right + wrong)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_levels_call_what_the_step_up_rule_calls(chances):
    chance = np.array(chances)
    ranked = np.sort(chance)
    passed = np.flatnonzero(ranked <= 0.05 * np.arange(1, len(chance) + 1) / len(chance))
    called = passed[-1] + 1 if len(passed) else 0
    assert (chance <= levels(chance, 0.05)).sum() == called


@given(st.integers(1, 40), st.integers(1, 40))
def test_no_test_is_surer_than_the_ways_of_dealing_the_buyers_allow(a, b):
    assert least_chance(a, b) >= 2 / 2.0 ** (a + b)
    assert least_chance(1, b) == pytest.approx(min(2 / (b + 1), 1))


def test_a_margin_that_is_no_share_is_refused_with_an_example():
    with pytest.raises(SettingsInvalid, match="10 for the share margin") as told:
        Asked(share_margin=10)
    assert "ten points" in told.value.repair


def test_nothing_asked_is_nothing_answered():
    assert answered([], Asked()) == []

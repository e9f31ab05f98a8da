"""How different values are, against numbers worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from marketsofone.strata.evidence import (
    Means,
    Sums,
    chance,
    chances,
    chi_square,
    gain_share,
    gain_shares,
    in_a_row,
    level_means,
    summed,
    surprise,
    surprises,
)
from marketsofone.strata.evidence import tested_means as means_on_test_scale


def sums(by_value, money=False, typical=1.0):
    """Sums from the tallies (trials, total) of each value's buyers."""
    parts = []
    for buyers in by_value:
        n, s = (np.array(part, float) for part in zip(*buyers, strict=True)) if buyers else (np.zeros(0), np.zeros(0))
        g = np.log1p(np.maximum(s, 0) / n / typical) if money else np.zeros(len(n))
        parts.append([len(n), n.sum(), s.sum(), (n * n).sum(), (n * s).sum(), (s * s).sum(), g.sum(), (g * g).sum()])
    return Sums(money, *np.array(parts, float).T)


def test_sums_by_group_leave_out_what_stands_in_no_group():
    assert list(summed(np.array([1.0, 2.0, 4.0, 8.0]), np.array([0, 1, 0, -1]), 3)) == [5.0, 2.0, 0.0]


def test_merged_values_are_the_sum_of_their_buyers():
    apart = sums([[(2, 1)], [(3, 3), (1, 0)], [(4, 2)]])
    together = sums([[(2, 1), (4, 2)], [(3, 3), (1, 0)]])
    assert np.array(apart.merged(np.array([0, 1, 0]), 2).parts()) == pytest.approx(np.array(together.parts()))
    assert np.array((together + together).parts()) == pytest.approx(2 * np.array(together.parts()))


def test_one_trial_a_buyer_has_the_variance_of_a_share():
    """Four of ten: 0.5 * 0.5 / 10 around the common mean of one half."""
    made = level_means(sums([[(1, 1)] * 4 + [(1, 0)] * 6, [(1, 1)] * 6 + [(1, 0)] * 4]))
    assert made.mean == pytest.approx([0.4, 0.6])
    assert made.variance == pytest.approx([0.025, 0.025])


def test_buyers_who_are_alike_in_themselves_count_for_fewer_trials():
    """Twenty buyers of two trials, all won or all lost: the second trial says nothing (bounded at 95 of 100)."""
    made = level_means(sums([[(2, 2)] * 5 + [(2, 0)] * 5] * 2))
    assert made.variance == pytest.approx([0.25 * (20 + 0.95 * 20) / 20**2] * 2)


def test_a_value_without_trials_has_no_say():
    made = level_means(sums([[(1, 1), (1, 0)], []]))
    assert made.variance[1] == np.inf
    assert chance(made) == 1.0
    assert surprise(made) == -np.inf


def test_the_variance_of_money_is_that_of_its_buyers_around_the_common_mean():
    """Amounts 100, 300 and 200, 200: mean 200, squares 20,000 over four trials, 5,000 each, two trials a value."""
    made = level_means(sums([[(1, 100), (1, 300)], [(1, 200), (1, 200)]], money=True))
    assert made.mean == pytest.approx([200, 200])
    assert made.variance == pytest.approx([2500, 2500])


def test_money_is_tested_on_logarithms_with_the_spread_inside_values():
    low, high = [(1, np.e - 1), (1, np.e**2 - 1)], [(1, np.e**3 - 1), (1, np.e**4 - 1)]
    made = means_on_test_scale(sums([low, high], money=True))
    assert made.mean == pytest.approx([1.5, 3.5])
    assert made.variance == pytest.approx([0.25, 0.25])


def test_the_chance_of_two_shares_is_that_of_their_z():
    apart = chance(Means(np.array([0.4, 0.6]), np.array([0.025, 0.025])))
    assert apart == pytest.approx(2 * stats.norm.sf(0.2 / np.sqrt(0.05)))


def test_the_chance_of_three_means_is_that_of_chi_square_with_two_degrees():
    apart = chance(Means(np.array([1.0, 2.0, 3.0]), np.full(3, 0.5)))
    assert apart == pytest.approx(stats.chi2.sf(4.0, 2))


def test_surprise_is_about_the_normal_quantile_of_the_chance():
    means = Means(np.array([0.1, 0.2, 0.35, 0.4, 0.9]), np.full(5, 0.02))
    assert surprise(means) == pytest.approx(stats.norm.isf(chance(means)), abs=0.05)


def test_the_gain_of_groups_surely_known_is_half_their_squared_variation():
    """Means 1 and 3 of equal groups: coefficient of variation one half, gain one eighth."""
    many, nothing = np.full(2, 1e9), np.zeros(2)
    money = many * [1.0, 3.0]
    sure = Sums(True, many, many, money, many, money, many * [1.0, 9.0], nothing, nothing)
    assert gain_share(sure, np.array([10.0, 10.0])) == pytest.approx(0.125, abs=1e-6)


def test_the_gain_of_groups_that_do_not_differ_is_nought_on_average():
    """4,000 pairs of groups of 50 buyers: the mean gain's standard error is about 0.0002."""
    chance_of = np.random.default_rng(11)
    gains = []
    for _ in range(1000):
        won = chance_of.binomial(1, 0.3, (3, 50))
        tallied = Sums(False, *(np.array(part, float) for part in (
            [50] * 3, [50] * 3, won.sum(axis=1), [50] * 3, won.sum(axis=1), won.sum(axis=1), [0] * 3, [0] * 3)))
        gains.append(gain_share(tallied, np.array([50.0, 30.0, 20.0])))
    assert np.mean(gains) == pytest.approx(0.0, abs=4 * np.std(gains) / np.sqrt(1000) + 0.0005)


def test_one_group_gains_nothing():
    assert gain_share(sums([[(4, 2)], []]), np.array([5.0, 5.0])) == 0.0


def test_dimensions_in_a_row_are_judged_as_each_by_itself(rng):
    """Of two, five and three values, one of them without trials, shares and money."""
    for money in (False, True):
        apart = [sums([[(int(n), int(n * rng.random())) for n in rng.integers(1, 9, size=many)] for many in buyers],
                      money) for buyers in ([4, 9], [3, 5, 0, 8, 2], [1, 0, 0])]
        row = in_a_row(apart)
        people = [rng.integers(1, 50, size=len(each.n)).astype(float) for each in apart]
        for scale in (level_means, means_on_test_scale):
            assert chances(scale(row)) == pytest.approx([chance(scale(each)) for each in apart])
            assert surprises(scale(row)) == pytest.approx([surprise(scale(each)) for each in apart])
        assert gain_shares(row, np.concatenate(people)) == pytest.approx(
            [gain_share(each, of) for each, of in zip(apart, people, strict=True)])


def test_money_of_few_buyers_is_called_different_no_oftener_than_promised():
    """2,000 markets of 14 buyers in six groups that do not differ: 5% promised, 131 or more would be seen by luck in
    one of a thousand. Against a chi-square, as if the spread were known, it was one in seven."""
    rng = np.random.default_rng(20261127)
    called = 0
    for _market in range(2000):
        group, grown = rng.integers(6, size=14), rng.normal(0.7, 0.9, 14)
        at = [np.bincount(group, part, minlength=6) for part in (np.ones(14), grown, grown**2)]
        ones = at[0]
        called += chance(means_on_test_scale(Sums(True, ones, ones, ones, ones, ones, ones, at[1], at[2]))) < 0.05
    assert called <= 131


@given(square=st.floats(0.0, 1e4), freedom=st.integers(1, 60), rest=st.integers(1, 10**7))
def test_an_estimated_spread_never_makes_a_difference_more_surprising_beyond_its_middle(square, freedom, rest):
    seen, many = np.array([square]), np.array([float(freedom)])
    made = chi_square(seen, many, np.array([float(rest)]))[0]
    assert made >= 0.0
    if square > 2.0 * freedom + 6.0:
        assert made <= square * (1 + 1e-6)
    assert chi_square(seen, many, np.array([np.inf]))[0] == square


def rare_shares(rng, place, rate, alike):
    """Sums of buyers with a trial or more each, dealt to places; trials of one buyer are so much alike."""
    n = 1.0 + rng.poisson(2, len(place))
    own = rng.beta(rate / alike, (1 - rate) / alike, len(place))
    s = rng.binomial(n.astype(int), own).astype(float)
    nothing = np.zeros(int(place.max()) + 1)
    parts = (np.bincount(place, part) for part in (np.ones_like(n), n, s, n * n, n * s, s * s))
    return Sums(False, *parts, nothing, nothing)


@pytest.mark.parametrize(("buyers", "values", "rate", "alike"), [
    (2_000, 500, 0.02, 0.3), (2_000, 300, 0.05, 0.1), (300, 40, 0.02, 0.05), (1_000, 2, 0.03, 0.2),
])
def test_rare_answers_in_many_places_are_called_different_no_oftener_than_promised(buyers, values, rate, alike):
    """Postcodes of a cold campaign: referred to chi-square alone, one in 500 came up in 2 of 25 markets.

    1,500 markets each; the bounds are four standard errors beyond twice the level.
    """
    rng = np.random.default_rng([buyers, values])
    common = 1.0 / np.arange(1, values + 1)
    said = []
    for _ in range(1_500):
        place = np.append(rng.choice(values, buyers - 1, p=common / common.sum()), values - 1)
        said.append(chance(means_on_test_scale(rare_shares(rng, place, rate, alike))))
    for level in (0.05, 0.01, 0.002):
        assert np.mean(np.array(said) <= level) < 2 * level + 4 * np.sqrt(2 * level / 1_500)


def test_shares_that_are_not_rare_are_referred_to_chi_square_as_they_are():
    even = sums([[(1, 1)] * 30 + [(1, 0)] * 70, [(1, 1)] * 50 + [(1, 0)] * 50])
    assert not means_on_test_scale(even).peaked.any()


def test_one_rare_answer_of_a_place_is_no_news_where_chi_square_alone_calls_it_news():
    rare = [[(1, 0)] * 499 + [(1, 1)] * 5, [(1, 1), (1, 0)]]
    means = means_on_test_scale(sums(rare))
    alone = stats.chi2.sf((means.mean[0] - means.mean[1]) ** 2 / means.variance.sum(), 1)
    assert alone < 1e-6 < 1e-3 < chance(means)


@pytest.mark.parametrize("answer", [0, 1])
def test_where_all_answered_alike_nothing_differs(answer):
    alike = [[(2, 2 * answer)] * buyers + [(1, answer)] for buyers in (60, 40, 1)]
    assert chance(means_on_test_scale(sums(alike))) == 1.0
    assert surprise(means_on_test_scale(sums(alike))) <= 0.0

"""The three ways to set two groups side by side: profiles, shares, amounts."""

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from marketsofone.strata.distinct_amounts import Spread, amount_contrast
from marketsofone.strata.distinct_dealing import dealt_moments
from marketsofone.strata.distinct_profiles import profile_contrast
from marketsofone.strata.distinct_shares import ShareContrast, share_contrast
from marketsofone.strata.distinct_singles import single_value
from marketsofone.strata.distinct_ways import dealt_chance
from marketsofone.strata.evidence import Sums

LEVEL = np.array([0.05])
counts = st.lists(st.integers(0, 60), min_size=4, max_size=4)


def sums(trials, successes):
    """Tallies of buyers, the last axis being buyers."""
    n, s = np.asarray(trials, float), np.asarray(successes, float)
    nothing = np.zeros(n.shape[:-1])
    parts = (np.ones_like(n), n, s, n * n, n * s, s * s)
    return Sums(False, *(part.sum(-1) for part in parts), nothing, nothing)


def spread(amounts):
    g = np.arcsinh(np.asarray(amounts, float))
    return Spread(np.full(g.shape[:-1], float(g.shape[-1])), g.sum(-1), (g * g).sum(-1))


def test_moments_of_dealing_are_those_of_every_way_to_deal_a_small_table():
    both, few = np.array([5, 3, 1]), 4
    n = both.sum()
    ways = [(np.array(a), np.prod([comb(c, k) for c, k in zip(both, a, strict=True)]))
            for a in product(*(range(c + 1) for c in both)) if sum(a) == few]
    weight = np.array([w for _, w in ways]) / comb(n, few)
    square = np.array([n**2 / (few * (n - few)) * ((a**2 / both).sum() - few**2 / n) for a, _ in ways])
    mean = (weight * square).sum()
    central = [(weight * (square - mean) ** power).sum() for power in (2, 3)]
    found = dealt_moments(np.array([4.0]), np.array([5.0]), both[None].astype(float))
    expected = (mean, central[0], max(central[1] / central[0] ** 1.5, 0.1))
    assert [float(part[0]) for part in found] == pytest.approx(expected)


def test_a_large_table_has_the_chance_of_the_textbook_chi_square():
    table = np.array([[620.0, 300, 80], [550, 330, 120]])
    expected = stats.chi2_contingency(table).pvalue
    contrast = profile_contrast(table[:1], table[1:])
    assert contrast.law.chance(contrast.square)[0] == pytest.approx(expected, rel=0.02)


def test_a_small_group_beside_a_large_one_is_called_different_no_more_often_than_promised():
    rng = np.random.default_rng(1)
    a, b = (rng.multinomial(n, [0.5, 0.3, 0.15, 0.05], 40_000).astype(float) for n in (10, 200))
    chance = profile_contrast(a, b).chance
    for level in (0.05, 0.005):
        assert (chance <= level).mean() <= level + 4 * np.sqrt(level / 40_000)


def test_few_ways_to_deal_are_counted_one_by_one():
    """Those beyond what was seen and half of those as far."""
    both, few = np.array([5, 3, 4]), 4
    ways = [np.array(a) for a in product(*(range(c + 1) for c in both)) if sum(a) == few]
    weight = np.array([np.prod([comb(c, k) for c, k in zip(both, a, strict=True)]) for a in ways]) / comb(12, few)
    square = np.array([(a**2 / both).sum() for a in ways])
    for a, own, seen in zip(ways, weight, square, strict=True):
        expected = (weight[square > seen + 1e-9].sum() + weight[square > seen - 1e-9].sum()) / 2
        assert dealt_chance(a.astype(float), (both - a).astype(float)) == pytest.approx(expected)
        said = profile_contrast(a[None].astype(float), (both - a)[None].astype(float)).chance[0]
        assert said == pytest.approx(max(expected, own), rel=1e-6)


def test_one_buyer_beside_thousands_of_values_is_dealt_to_each_of_them_or_left_to_the_law():
    """Of 1,000 values one is shown by ten buyers: one of the 1,009 who is dealt shows it ten times in 1,009."""
    rest = np.where(np.arange(1_000) == 0, 9.0, 1.0)
    own = (np.arange(1_000) == 0).astype(float)
    assert dealt_chance(own, rest) == pytest.approx((999 + 5) / 1_009)
    assert np.isnan(dealt_chance(np.eye(1, 3_000)[0], np.full(3_000, 2.0)))


def test_many_ways_and_parts_of_buyers_are_left_to_the_law_of_large_groups():
    assert np.isnan(dealt_chance(np.full(6, 50.0), np.full(6, 50.0)))
    assert np.isnan(dealt_chance(np.array([2.5, 1.0]), np.array([3.0, 4.0])))
    assert np.isnan(dealt_chance(np.array([4.0, 0.0]), np.array([3.0, 0.0])))


@given(st.data(), st.integers(2, 12))
def test_a_profile_differs_when_and_only_when_its_interval_excludes_zero(data, values):
    of_each = st.lists(st.integers(0, 60), min_size=values, max_size=values)
    contrast = profile_contrast(*(np.array([data.draw(of_each)], float) for _side in range(2)))
    if contrast.known[0] and abs(contrast.chance[0] - 0.05) > 1e-6:
        low, high = contrast.interval(LEVEL)
        assert (low[0] > 0) == (contrast.chance[0] < 0.05)
        assert 0 <= low[0] <= contrast.effect[0] + 1e-9
        assert contrast.effect[0] <= high[0] <= 1


def test_a_million_buyers_a_side_leave_hardly_any_doubt_about_the_size_of_a_difference():
    contrast = profile_contrast(np.array([[5e5, 3e5, 2e5]]), np.array([[1e5, 3e5, 6e5]]))
    low, high = contrast.interval(LEVEL)
    assert contrast.effect[0] == pytest.approx(0.4, abs=1e-4)
    assert 0.398 < low[0] < contrast.effect[0] < high[0] < 0.5


@given(counts, counts)
def test_which_group_comes_first_does_not_matter_to_a_profile(first, second):
    a, b = np.array([first], float), np.array([second], float)
    one, other = profile_contrast(a, b), profile_contrast(b, a)
    assert one.chance[0] == pytest.approx(other.chance[0], rel=1e-6)
    assert one.effect[0] == pytest.approx(other.effect[0])


def test_of_groups_of_one_size_either_may_come_first_though_one_value_is_looked_at_beside_all():
    rng = np.random.default_rng(8)
    share = rng.dirichlet(np.ones(20), 300)
    a, b = (np.stack([rng.multinomial(20, each) for each in share]).astype(float) for _side in range(2))
    one, other = profile_contrast(a, b), profile_contrast(b, a)
    assert (one.single.among == other.single.among).all()
    assert one.chance == pytest.approx(other.chance)


def test_the_lower_bound_of_a_handful_beside_a_million_is_not_above_what_they_show():
    rng = np.random.default_rng(9)
    share = rng.dirichlet(np.ones(100), 300)
    a, b = (np.stack([rng.multinomial(n, each) for each in row]).astype(float)
            for n, row in ((5, share[:150]), (1_000_000, share[150:])))
    contrast = profile_contrast(a, b)
    low, high = contrast.interval(np.full(150, 0.05))
    assert ((low > 0) == (contrast.chance <= 0.05)).all()
    assert ((low <= contrast.effect) & (contrast.effect <= high)).all()


def test_a_profile_interval_holds_the_truth_about_as_often_as_both_bounds_promise():
    rng = np.random.default_rng(2)
    first, second = np.array([0.5, 0.3, 0.2]), np.array([0.3, 0.3, 0.4])
    a, b = (rng.multinomial(150, share, 4_000).astype(float) for share in (first, second))
    low, high = profile_contrast(a, b).interval(np.full(4_000, 0.05))
    truth = np.abs(first - second).sum() / 2
    assert (low <= truth).mean() >= 0.91
    assert (truth <= high).mean() >= 0.94


def one_apart(values, points):
    """Even shares of so many values, and the same with the first so many points larger."""
    even = np.full(values, 1 / values)
    rest = (1 - even[0] - points) / (values - 1)
    return np.concatenate([[even[0] + points], np.full(values - 1, rest)]), even


def found(first, second, buyers, seed, level=0.005):
    """How often two groups are called different: as they are told to be, and by chi-square of all values alone."""
    rng = np.random.default_rng(seed)
    contrast = profile_contrast(*(rng.multinomial(buyers, share, 4_000).astype(float) for share in (first, second)))
    return (contrast.chance <= level).mean(), (contrast.law.chance(contrast.square) <= level).mean()


def test_one_value_of_twenty_that_differs_is_found_though_the_others_drown_it_in_chi_square():
    told, by_all = found(*one_apart(20, 0.3), 60, seed=4)
    assert told > 0.75
    assert by_all < 0.55


def test_a_difference_spread_over_all_values_is_found_nearly_as_often_as_by_chi_square():
    even = np.full(6, 1 / 6)
    told, by_all = found(even + np.repeat([0.06, -0.06], 3), even, 150, seed=5)
    assert by_all - 0.06 <= told <= by_all


@pytest.mark.parametrize("share", [np.full(20, 0.05), 0.5 ** np.arange(12) / (0.5 ** np.arange(12)).sum()])
@pytest.mark.parametrize("buyers", [(20, 20), (20, 1_000), (60, 60), (400, 400)])
def test_of_many_values_none_is_called_different_more_often_than_promised(share, buyers):
    rng = np.random.default_rng(6)
    a, b = (rng.multinomial(n, share, 20_000).astype(float) for n in buyers)
    chance = profile_contrast(a, b).chance
    for level in (0.01, 0.002):
        assert (chance <= level).mean() <= level + 4 * np.sqrt(level / 20_000)


def test_the_lower_bound_of_one_value_among_many_is_seldom_above_the_truth():
    rng = np.random.default_rng(7)
    first, second = one_apart(8, 0.25)
    contrast = profile_contrast(*(rng.multinomial(120, share, 4_000).astype(float) for share in (first, second)))
    low, _high = contrast.interval(np.full(4_000, 0.05))
    assert (low <= 0.25).mean() >= 0.92


def test_the_value_named_is_the_one_that_a_verdict_rests_on():
    first, second = np.array([[65.0, 14, 30, 30, 30, 31]]), np.array([[50.0, 0, 36, 38, 38, 38]])
    contrast = profile_contrast(first, second)
    assert (contrast.widest_value[0], contrast.telling[0]) == (0, 1)


def test_parts_of_buyers_may_differ_in_one_value_too():
    whole = single_value(np.array([30.0, 10, 10, 10]), np.array([10.0, 15, 20, 15]), np.array(True))
    parts = single_value(np.array([30.2, 9.9, 10, 9.9]), np.array([10.1, 14.9, 20, 15]), np.array(True))
    assert parts.chance == pytest.approx(whole.chance, rel=0.2)
    assert parts.effect == pytest.approx(whole.effect, rel=0.02)


def test_ten_times_the_buyers_leave_the_effect_and_make_it_surer():
    contrast = profile_contrast(np.array([[30.0, 10, 10, 10]]), np.array([[14.0, 16, 16, 14]]))
    more = contrast.grown(np.array([10.0]))
    assert more.effect[0] == pytest.approx(contrast.effect[0])
    assert more.chance[0] < contrast.chance[0] / 100


def test_thousands_of_values_show_no_difference_where_there_is_none():
    rng = np.random.default_rng(3)
    share = rng.dirichlet(np.full(3_000, 0.5))
    contrast = profile_contrast(*(rng.multinomial(800, share, 3).astype(float) for _ in range(2)))
    assert (contrast.apart > 0.3).all()
    assert (contrast.effect < 0.15).all()


def test_the_interval_of_two_shares_is_the_published_one():
    """Gart & Nam (1990), corrected for skewness: 7 of 25 beside 2 of 25; uncorrected its upper end is 0.412."""
    contrast = ShareContrast(*(np.array([value]) for value in (7 / 25, 2 / 25, 25.0, 25.0, 1e12)))
    low, high = contrast.interval(LEVEL)
    assert (low[0], high[0]) == (pytest.approx(-0.014, abs=5e-4), pytest.approx(0.414, abs=5e-4))


@pytest.mark.parametrize(("few", "many", "rate"), [(8, 200, 0.02), (20, 2_000, 0.05), (60, 600, 0.02)])
def test_rare_successes_of_a_few_are_called_different_no_more_often_than_promised(few, many, rate):
    """A score that is not corrected for skewness calls 8 beside 200 different 15 times as often; 40,000 draws."""
    rng = np.random.default_rng(few)
    won = rng.binomial((few, many), rate, (40_000, 2)).astype(float)
    size = np.broadcast_to((few, many), won.shape).astype(float)
    tallies = (Sums(False, n, n, s, n, s, s, 0 * n, 0 * n) for n, s in zip(size.T, won.T, strict=True))
    contrast = share_contrast(*tallies)
    for level in (0.05, 0.005, 0.0005):
        assert (contrast.chance <= level).mean() <= level + 4 * np.sqrt(level / 40_000)


@given(st.integers(0, 30), st.integers(0, 25))
def test_shares_differ_when_and_only_when_their_interval_excludes_zero(won_a, won_b):
    a, b = ([1] * won + [0] * (n - won) for won, n in ((won_a, 30), (won_b, 25)))
    contrast = share_contrast(sums([[1] * 30], [a]), sums([[1] * 25], [b]))
    low, high = contrast.interval(LEVEL)
    if abs(contrast.chance[0] - 0.05) > 1e-6:
        assert (low[0] > 0 or high[0] < 0) == (contrast.chance[0] < 0.05)
    assert -1 <= low[0] <= contrast.effect[0] <= high[0] <= 1


def test_trials_of_few_buyers_count_for_less_than_trials_of_many():
    many = share_contrast(sums([[1] * 60], [[1, 0, 0] * 20]), sums([[1] * 60], [[1, 1, 0] * 20]))
    few = share_contrast(sums([[10] * 6], [[10, 0, 0] * 2]), sums([[10] * 6], [[10, 10, 0] * 2]))
    assert few.effect == pytest.approx(many.effect)
    assert few.chance[0] > 0.2 > 0.01 > many.chance[0]


def test_shares_of_unlike_buyers_are_called_different_no_more_often_than_promised():
    rng = np.random.default_rng(4)
    made = []
    for buyers in (15, 40):
        trials = 1 + rng.poisson(3, (8_000, buyers))
        made.append(sums(trials, rng.binomial(trials, rng.beta(1.2, 2.8, (8_000, buyers)))))
    chance = share_contrast(*made).chance
    for level in (0.05, 0.005):
        assert (chance <= level).mean() <= level + 3.5 * np.sqrt(level / 8_000)


def test_amounts_are_compared_as_welch_compares_their_transforms():
    rng = np.random.default_rng(5)
    a, b = rng.lognormal(3, 1, 40), rng.lognormal(3.4, 1.5, 40)
    contrast = amount_contrast(spread([a]), spread([b]), np.array([1.0]))
    expected = stats.ttest_ind(np.arcsinh(a), np.arcsinh(b), equal_var=False).pvalue
    assert contrast.chance[0] == pytest.approx(expected)


@pytest.mark.parametrize(("few", "many"), [(3, 300), (5, 50), (8, 200)])
def test_money_of_a_handful_beside_many_is_called_different_no_more_often_than_promised(few, many):
    """A handful that happens to lie close together must not borrow the freedom of the many; 40,000 draws."""
    rng = np.random.default_rng(few)
    a, b = (spread(rng.lognormal(3, 1, (40_000, size))) for size in (few, many))
    chance = amount_contrast(a, b, np.array([1.0])).chance
    for level in (0.05, 0.005, 0.0005):
        assert (chance <= level).mean() <= level + 4 * np.sqrt(level / 40_000)


def test_the_effect_of_amounts_is_money_around_what_is_typical():
    rng = np.random.default_rng(6)
    a, b = 2_000 * rng.lognormal(0, 0.5, 4_000), 1_000 * rng.lognormal(0, 0.5, 4_000)
    contrast = amount_contrast(spread([a]), spread([b]), np.array([1.0]))
    assert contrast.effect[0] == pytest.approx(1_000, rel=0.05)
    low, high = contrast.interval(LEVEL)
    assert 0 < low[0] < contrast.effect[0] < high[0]
    assert contrast.scale[0] == pytest.approx(np.sqrt(2e6), rel=0.05)


def test_amounts_that_are_all_the_same_differ_by_nothing_at_all():
    """Sums of the same number taken 473 and 527 times leave means a last digit apart."""
    same = np.arcsinh(10.0)
    spreads = [Spread(*(np.array([float(part)]) for part in (many, sum([same] * many), sum([same**2] * many))))
               for many in (473, 527)]
    contrast = amount_contrast(*spreads, np.array([50.0]))
    assert (contrast.effect, *contrast.interval(np.array([0.05]))) == (0.0, 0.0, 0.0)


def test_losses_and_gains_are_compared_without_a_logarithm_of_nothing():
    contrast = amount_contrast(spread([[-5.0, 0.0, 3.0, -1.0]]), spread([[0.0, 0.0, 4.0, 2.0]]), np.array([1.0]))
    assert np.isfinite(contrast.chance).all()
    assert contrast.effect[0] < 0


def test_a_single_buyer_has_no_spread_to_compare_money_by():
    contrast = amount_contrast(spread([[5.0]]), spread([[1.0, 2.0, 3.0]]), np.array([1.0]))
    assert not contrast.known[0]
    assert contrast.chance[0] == 1


@pytest.mark.parametrize("times", [0.5, 4.0])
def test_more_buyers_of_the_same_kind_leave_the_effect_and_narrow_the_interval(times):
    made = [profile_contrast(np.array([[30.0, 10, 5]]), np.array([[12.0, 20, 15]])),
            share_contrast(sums([[2] * 40], [[2, 0, 1, 1] * 10]), sums([[2] * 40], [[0, 0, 1, 0] * 10])),
            amount_contrast(spread([np.arange(1.0, 30)]), spread([np.arange(8.0, 50)]), np.array([1.0]))]
    for contrast in made:
        grown = contrast.grown(np.array([times]))
        assert grown.effect == pytest.approx(contrast.effect)
        width, wide = (np.subtract(*one.interval(LEVEL)[::-1])[0] for one in (grown, contrast))
        assert (width < wide) == (times > 1)

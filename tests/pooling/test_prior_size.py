"""How much members borrow from their group."""

from functools import partial

import numpy as np
import pytest

from marketsofone.pooling import Amount, Cells, Share, known
from marketsofone.pooling.parts import Parts
from marketsofone.pooling.prior_size import around, fit_buyer_size, fit_part_sizes, fit_sibling_size, looser


def test_a_known_size_stands_for_itself():
    assert known(12.0).middle == 12.0


def test_a_size_that_is_unsure_is_several_as_likely_smaller_as_larger():
    sizes = around(12.0, 0.5)
    logs = np.log(sizes.sizes / 12.0)
    assert np.sum(sizes.weights * logs) == pytest.approx(0.0, abs=1e-12)
    assert np.sum(sizes.weights * logs**2) == pytest.approx(0.25)
    assert around(12.0, 0.0).sizes.tolist() == [12.0]


def siblings(rng, count, size, trials, mean=0.3):
    truth = rng.beta(mean * size, (1 - mean) * size, count)
    return rng.binomial(trials, truth) / trials


def fitted(own, trials, mean=0.3):
    count = len(own)
    group, seen = np.zeros(count, np.int64), np.full(count, float(trials))
    return fit_sibling_size(Share(), group, seen, own, np.full(count, mean))


@pytest.mark.parametrize("size", [5.0, 20.0, 100.0])
def test_many_siblings_show_their_planted_size(rng, size):
    """400 siblings of 200 trials: the estimate's relative error is about 10%; 35% fails by luck under 1 in 1,000."""
    assert fitted(siblings(rng, 400, size, 200), 200).middle == pytest.approx(size, rel=0.35)


def test_siblings_that_differ_as_chance_would_borrow_nearly_everything(rng):
    """300 siblings of 50 trials and no spread: prior size many times their own trials."""
    assert fitted(rng.binomial(50, 0.3, 300) / 50, 50).middle > 500


def test_two_siblings_leave_the_size_wide_open():
    two = fitted(np.array([0.25, 0.35]), 100)
    spreads = 1 / np.sqrt(two.sizes + 1)
    likely = spreads[two.weights > 0.01 * two.weights.max()]
    assert likely.max() / likely.min() > 20


def test_one_sibling_or_none_gives_the_prior_on_the_spread():
    nothing, one = fitted(np.array([]), 10), fitted(np.array([0.9]), 10)
    assert one.weights == pytest.approx(nothing.weights)


def test_weights_sum_to_one_and_sizes_are_above_nought(rng):
    size = fitted(siblings(rng, 7, 10, 30), 30)
    assert size.weights.sum() == pytest.approx(1)
    assert np.all(size.sizes > 0)


def cells_of(trials, total):
    trials, total = np.asarray(trials, float), np.asarray(total, float)
    return Cells(np.zeros(len(trials), np.int64), trials, total, np.full(len(trials), 0.3), np.ones(len(trials)))


def test_buyers_with_several_trials_show_how_alike_they_are(rng):
    """4,000 buyers of 5 trials at a planted size of 8: relative error about 8%."""
    truth = rng.beta(8 * 0.3, 8 * 0.7, 4000)
    cells = cells_of(np.full(4000, 5), rng.binomial(5, truth))
    assert fit_buyer_size(Share(), cells, np.full(4000, 0.3)).middle == pytest.approx(8, rel=0.3)


def test_buyers_with_one_trial_each_say_nothing_of_how_alike_they_are(rng):
    some = fit_buyer_size(Share(), cells_of(np.ones(500), rng.binomial(1, 0.3, 500)), np.full(500, 0.3))
    none = fit_buyer_size(Share(), cells_of([0.0], [0.0]), np.array([0.3]))
    assert some.weights == pytest.approx(none.weights)


def test_a_cell_of_many_buyers_says_what_as_many_cells_of_one_say():
    one_by_one = cells_of([4, 4, 4, 9], [1, 1, 1, 8])
    together = Cells(np.zeros(2, np.int64), np.array([4.0, 9.0]), np.array([1.0, 8.0]), np.full(2, 0.3),
                     np.array([3.0, 1.0]))
    assert (fit_buyer_size(Share(), one_by_one, np.full(4, 0.3)).weights
            == pytest.approx(fit_buyer_size(Share(), together, np.full(2, 0.3)).weights))


def amounts(rng, buyers, each, curvature, between):
    """Gamma amounts of buyers whose means differ: squared coefficients of variation within and between."""
    means = 100 * rng.gamma(1 / between, between, buyers)
    money = means[:, None] * rng.gamma(1 / curvature, curvature, (buyers, each))
    return np.full(buyers, float(each)), money.sum(axis=1), (money**2).sum(axis=1)


def test_the_prior_size_of_amounts_is_within_over_between(rng):
    """Buhlmann's k: 0.5 of mean squared within (planted between 0.3) gives 0.5 (1 + 0.3) / 0.3, about 2.2."""
    trials, total, _ = amounts(rng, 4000, 4, 0.5, 0.3)
    cells = cells_of(trials, total)
    assert fit_buyer_size(Amount(0.5), cells, np.full(4000, 100.0)).middle == pytest.approx(0.5 * 1.3 / 0.3, rel=0.25)


def test_buyers_who_gave_their_stratum_its_mean_are_not_taken_for_more_alike_than_they_are(rng):
    """400 strata of three: around means found from the same buyers a third of what sets them apart is lost."""
    trials, total, _ = amounts(rng, 1200, 4, 0.5, 0.3)
    own = np.repeat(total.reshape(400, 3).mean(axis=1) / 4.0, 3)
    asked = partial(fit_buyer_size, Amount(0.5), cells_of(trials, total), own)
    planted = 0.5 * 1.3 / 0.3
    assert asked(np.full(1200, 1 / 3)).middle == pytest.approx(planted, rel=0.25)
    assert asked().middle > 1.5 * planted


def test_one_buyer_alone_says_nothing_of_how_buyers_differ():
    cells = cells_of([2.0], [200.0])
    assert fit_buyer_size(Amount(0.5), cells, np.array([100.0]), np.ones(1)).middle == pytest.approx(0.5 * 1.01 / 0.01)


def by_twos(apart):
    """Groups of two siblings of 400 trials, each pair this far apart: everyone's rate 0.3 but for that."""
    own = 0.3 + np.outer(apart, [-0.5, 0.5]).ravel()
    halves = Parts(np.repeat(np.arange(len(apart)), 2), np.full(len(own), 0.5), len(apart))
    return fit_part_sizes(Share(), halves, np.full(len(own), 400.0), own, np.full(len(own), 0.3))


def borrowed(size):
    """How much of a sibling's mean of 400 trials comes from above, group by group."""
    return 1 - np.sum(size.weights * (400 / (size.sizes[:, None] + 400)), axis=0)[::2]


def test_a_split_that_moves_nothing_is_told_from_one_that_does():
    still, moved = borrowed(by_twos([0.01] * 9 + [0.3]))[[0, -1]]
    assert still > 0.8
    assert moved < 0.25


def test_where_other_splits_move_nothing_a_thin_difference_is_believed_less():
    alone, among = borrowed(by_twos([0.06]))[0], borrowed(by_twos([0.06] + [0.0] * 9))[0]
    assert among > alone


def test_the_parts_of_one_node_alone_say_what_siblings_of_one_group_say():
    own = np.array([0.25, 0.35, 0.31])
    thirds = Parts(np.zeros(3, np.int64), np.full(3, 1 / 3), 1)
    said = fit_part_sizes(Share(), thirds, np.full(3, 100.0), own, np.full(3, 0.3))
    assert said.weights[:, 0] == pytest.approx(fitted(own, 100).weights)


def test_siblings_share_their_weights_and_the_order_of_groups_does_not_matter():
    one, other = by_twos([0.02, 0.2, 0.1]), by_twos([0.1, 0.2, 0.02])
    assert one.weights[:, ::2] == pytest.approx(one.weights[:, 1::2])
    assert one.weights[:, ::2] == pytest.approx(other.weights[:, ::-2])
    assert one.weights.sum(axis=0) == pytest.approx(1)


def test_sizes_below_the_curvature_are_no_looser_and_no_tighter_for_what_else_is_known():
    """They stand for buyers who differ without end; above it, what colleagues tell tightens, a hidden part loosens."""
    sizes = np.array([0.5, 1.9, 2.0, 2.1, 40.0])
    told, apart = looser(Amount(2.0), sizes, 0.0, 0.5), looser(Amount(2.0), sizes, 0.6)
    assert told[:3] == pytest.approx(sizes[:3], rel=2e-3)
    assert apart[:3] == pytest.approx(sizes[:3], rel=2e-3)
    assert told[4] == pytest.approx(78.0)
    assert np.all((sizes <= told) & (apart <= sizes) & (apart > 0.0))

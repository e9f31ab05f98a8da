"""How far single amounts of one buyer differ."""

import numpy as np
import pytest

from marketsofone.pooling import Amount, fit_curvature


def amounts(rng, buyers, each, curvature, between):
    """Gamma amounts of buyers whose means differ: squared coefficients of variation within and between."""
    means = 100 * rng.gamma(1 / between, between, buyers)
    money = means[:, None] * rng.gamma(1 / curvature, curvature, (buyers, each))
    return np.full(buyers, float(each)), money.sum(axis=1), (money**2).sum(axis=1)


def followed(rng, buyers, alike):
    """Two wins a buyer, each followed for a part of its horizon, in which it brings money until it leaves.

    Leaving comes at rate one, money at a steady rate: what a whole horizon brings has a squared coefficient of
    variation of 2 (1 - 2/e) / (1 - 1/e)^2 - 1.
    """
    means = 100 * rng.gamma(4.0, 0.25, buyers)
    seen = rng.uniform(0.3, 1.0, (buyers, 1 if alike else 2)) * np.ones(2)
    whole = 1.0 - np.exp(-1.0)
    trials = (1.0 - np.exp(-seen)) / whole
    money = means[:, None] * np.minimum(rng.exponential(1.0, (buyers, 2)), seen) / whole
    return np.full(buyers, 2.0), trials.sum(axis=1), money.sum(axis=1), (money**2 / trials).sum(axis=1)


def test_the_curvature_of_amounts_is_the_spread_within_buyers(rng):
    """3,000 buyers of 4 amounts, planted 0.5: relative error about 5%."""
    trials, total, squares = amounts(rng, 3000, 4, 0.5, 0.3)
    assert fit_curvature(trials, trials, total, squares).curvature == pytest.approx(0.5, rel=0.25)


@pytest.mark.parametrize(("alike", "missed"), [(True, 0.4), (False, 0.5)], ids=["equal parts", "unequal parts"])
def test_amounts_seen_in_part_say_how_far_whole_ones_differ(rng, alike, missed):
    """10,000 buyers: of what is missing where parts are taken for whole so much may stay missing.

    A tally does not tell how unequal the parts were; below one in a hundred by luck.
    """
    whole = 2.0 * (1.0 - 2.0 / np.e) / (1.0 - 1.0 / np.e) ** 2 - 1.0
    rows, trials, total, squares = followed(rng, 10_000, alike)
    plain = np.sum(squares - total**2 / trials) / np.sum((total / trials) ** 2)
    found = fit_curvature(rows, trials, total, squares).curvature
    assert plain < 0.8 * whole
    assert -0.2 < (whole - found) / (whole - plain) < missed


def test_a_few_buyers_do_not_bend_the_line_by_chance(rng):
    """Where whole and partial amounts differ alike, forty buyers show no more spread, over markets, than there is."""
    found = []
    for _ in range(200):
        trials = rng.uniform(0.3, 1.0, (40, 2))
        money = 100 * rng.gamma(trials / 0.5, 0.5)
        found.append(fit_curvature(np.full(40, 2.0), trials.sum(axis=1), money.sum(axis=1),
                                   (money**2 / trials).sum(axis=1)).curvature)
    assert np.median(found) == pytest.approx(0.5, rel=0.15)


def test_without_a_second_amount_half_of_all_spread_is_taken_to_lie_within(rng):
    trials, total, squares = amounts(rng, 3000, 1, 0.5, 0.3)
    seen = squares.mean() / total.mean() ** 2 - 1
    assert fit_curvature(trials, trials, total, squares).curvature == pytest.approx(seen / 2)


def test_one_amount_says_nothing_of_how_far_amounts_differ_and_a_few_say_little():
    for many in (1, 2, 6):
        ones = np.ones(many)
        found = fit_curvature(ones, ones, 300.0 * ones, 300.0**2 * ones).curvature
        assert found == pytest.approx(1.0 - (many - 1) / 10)
    ones = np.ones(11)
    assert fit_curvature(ones, ones, 300.0 * ones, 300.0**2 * ones) == Amount(0.05)


def test_without_any_amount_the_curvature_is_one():
    nothing = np.zeros(3)
    assert fit_curvature(nothing, nothing, nothing, nothing) == Amount(1.0)


def test_where_buyers_with_several_amounts_brought_nothing_half_of_all_spread_lies_within():
    trials, total = np.array([3.0] * 20 + [1.0]), np.array([0.0] * 20 + [61.0])
    mean = 1.0
    seen = 61.0**2 / 61.0 / mean**2 - 1.0
    assert fit_curvature(trials, trials, total, total**2).curvature == pytest.approx(seen / 2)

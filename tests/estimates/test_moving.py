"""A rate that moved is told with the month since which it is another; one that did not, hardly ever."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.estimates.moving import Months, moved

MARKETS = 200


def months(trials, total, pending=None, crowding=1.0):
    first = tuple(date(2021 + place // 12, place % 12 + 1, 1) for place in range(len(trials)))
    trials, total = np.asarray(trials, float), np.asarray(total, float)
    return Months(first, trials, total, np.zeros(len(trials)) if pending is None else np.asarray(pending, float),
                  crowding)


def drawn(rng, rates, each):
    trials = np.maximum(rng.poisson(each, len(rates)), 1)
    return months(trials, rng.binomial(trials, rates))


@pytest.mark.parametrize(("many", "each", "shaking", "most"), [
    (2, 1000, 0.3, 0), (3, 1000, 0.3, 18), (6, 1000, 0.3, 8), (12, 5, 0.0, 8), (12, 100, 0.0, 8), (36, 1000, 0.3, 8),
    (60, 30, 0.0, 8)])
def test_months_that_only_shake_are_hardly_ever_told_to_have_moved(rng, many, each, shaking, most):
    """Measured were 3% with three months of a thousand trials that shake, at most 0.5% with six or more, none with two.

    By luck 200 fresh markets would show more than is allowed here in fewer than 1 of 1,000 looks.
    """
    rates = 1.0 / (1.0 + np.exp(1.4 + shaking * rng.standard_normal((MARKETS, many))))
    assert sum(moved(drawn(rng, of, each)) is not None for of in rates) <= most


def test_a_rate_that_trebled_is_told_with_its_month_and_both_rates(rng):
    months_told = []
    for _market in range(20):
        found = moved(drawn(rng, np.repeat([0.04, 0.13], [20, 10]), 200))
        months_told.append(found.since)
        assert found.before == pytest.approx(0.04, abs=0.02)
        assert found.after == pytest.approx(0.13, abs=0.05)
    assert months_told.count(date(2022, 9, 1)) >= 12


def test_what_is_pending_speaks_against_a_move():
    trials, total = [100] * 11 + [10], [20] * 11 + [9]
    assert moved(months(trials, total)).since == date(2021, 12, 1)
    assert moved(months(trials, total, pending=[0] * 11 + [90])) is None


def test_trials_that_come_in_few_buyers_count_for_less():
    trials, total = [100] * 12, [10] * 6 + [20] * 6
    assert moved(months(trials, total)) is not None
    assert moved(months(trials, total, crowding=20.0)) is None


def test_a_move_too_small_to_matter_is_not_told():
    assert moved(months([1_000_000] * 12, [200_000] * 6 + [202_000] * 6)) is None


@pytest.mark.parametrize(("trials", "total"), [([], []), ([40], [4]), ([10, 10, 10], [0, 0, 0]),
                                               ([10, 10, 10], [10, 10, 10])])
def test_nothing_is_told_of_what_cannot_move(trials, total):
    assert moved(months(trials, total)) is None


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 500)), min_size=2, max_size=40))
def test_both_rates_told_are_those_of_the_months_before_and_since(rows):
    trials = [many for many, _good in rows]
    total = [min(good, many) for many, good in rows]
    found = moved(months(trials, total))
    if found is not None:
        place = [date(2021 + n // 12, n % 12 + 1, 1) for n in range(len(rows))].index(found.since)
        assert found.before == pytest.approx(sum(total[:place]) / sum(trials[:place]))
        assert found.after == pytest.approx(sum(total[place:]) / sum(trials[place:]))

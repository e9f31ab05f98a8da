"""The beta-binomial likelihood, counted by steps, beside the formula with gamma functions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaln
from scipy.stats import betabinom

from marketsofone.pooling.beta_binomial import COUNTED, log_likelihoods

SIZES = np.array([0.3, 7.0, 2_500.0])


def by_gamma_functions(n, s, m, w):
    return [np.sum(w * (betaln(k * m + s, k * (1 - m) + n - s) - betaln(k * m, k * (1 - m)))) for k in SIZES]


@given(st.lists(st.tuples(st.integers(0, 3 * COUNTED), st.floats(0, 1), st.sampled_from([0.004, 0.3, 0.31, 0.97]),
                          st.integers(1, 9)), min_size=1, max_size=40))
@settings(deadline=None)
def test_counting_steps_changes_nothing_for_thin_and_thick_tallies(rows):
    n, part, m, w = np.array(rows, dtype=float).T
    s = np.floor(n * part)
    assert log_likelihoods(SIZES, n, s, m, w) == pytest.approx(by_gamma_functions(n, s, m, w), rel=1e-9, abs=1e-9)


def test_tallies_need_not_be_whole():
    n, s, m, w = np.array([2.5, 3.0]), np.array([1.5, 0.5]), np.array([0.2, 0.6]), np.array([2.0, 1.0])
    assert log_likelihoods(SIZES, n, s, m, w) == pytest.approx(by_gamma_functions(n, s, m, w))


def test_all_that_may_happen_has_a_chance_of_one():
    """With the ways in which successes can fall, as SciPy has them."""
    s = np.arange(6.0)
    ways = betabinom(5, 7 * 0.3, 7 * 0.7).logpmf(s) - [
        log_likelihoods(SIZES[1:2], np.array([5.0]), s[i:i + 1], np.array([0.3]), np.ones(1))[0] for i in range(6)]
    assert np.exp(ways) == pytest.approx([1, 5, 10, 10, 5, 1])


def test_no_tally_has_a_log_likelihood_of_nought():
    none = np.array([])
    assert log_likelihoods(SIZES, none, none, none, none).tolist() == [0, 0, 0]

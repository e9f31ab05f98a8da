"""Shares and amounts: variance, the line on which departures add up, and central intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from marketsofone.pooling import Amount, Share

FAMILIES = [Share(), Amount(0.3), Amount(2.0)]
SHARES = st.floats(1e-6, 1 - 1e-6)


@pytest.mark.parametrize("family", FAMILIES)
@given(mean=SHARES)
def test_a_mean_comes_back_from_the_line(family, mean):
    assert family.unlink(family.link(np.array([mean]))) == pytest.approx([mean], rel=1e-9)


@pytest.mark.parametrize("family", FAMILIES)
@given(mean=st.floats(0.001, 0.999))
def test_the_slope_is_the_change_of_the_mean_along_the_line(family, mean):
    line = family.link(np.array([mean]))
    step = (family.unlink(line + 1e-6) - family.unlink(line - 1e-6)) / 2e-6
    assert family.slope(np.array([mean])) == pytest.approx(step, rel=1e-5)


def test_the_interval_of_a_share_is_that_of_the_beta_distribution_with_its_moments():
    """Seven wins in ten on a flat prior: Beta(8, 4), its quantiles from SciPy's distribution."""
    posterior = stats.beta(8, 4)
    low, high = Share().interval(np.array([posterior.mean()]), np.array([posterior.var()]), 0.90)
    assert (low[0], high[0]) == pytest.approx(posterior.ppf([0.05, 0.95]), abs=1e-9)


def test_the_interval_of_an_amount_is_that_of_the_lognormal_distribution_with_its_moments():
    posterior = stats.lognorm(0.5, scale=200.0)
    low, high = Amount().interval(np.array([posterior.mean()]), np.array([posterior.var()]), 0.90)
    assert (low[0], high[0]) == pytest.approx(posterior.ppf([0.05, 0.95]), rel=1e-9)


@given(mean=st.floats(-1e6, 1e6), spread=st.floats(1e-3, 1e3))
def test_the_interval_of_an_amount_is_finite_and_in_order_for_gains_and_losses(mean, spread):
    low, high = Amount().interval(np.array([mean]), np.array([spread**2]), 0.90)
    assert np.isfinite(low[0])
    assert low[0] <= high[0] < np.inf
    assert low[0] <= mean or mean > 0


@given(mean=SHARES, part=st.floats(1e-6, 0.999))
def test_the_interval_of_a_share_stays_between_nought_and_one(mean, part):
    low, high = Share().interval(np.array([mean]), np.array([part * mean * (1 - mean)]), 0.90)
    assert 0 <= low[0] <= high[0] <= 1

"""The Gamma-Gamma fit of spend: published numbers, known truth, derivatives, heavy tails."""

import gzip
import os
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.errors import ValuesInvalid
from marketsofone.pooling.spend import (
    NO_MEAN,
    SpendCells,
    SpendModel,
    expected_spend,
    fit_spend,
    log_parameters,
    spend_variance,
)
from marketsofone.pooling.spend_likelihood import SpendHistory, spend_likelihood

DATA = Path(os.environ.get("M1_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
CDNOW = DATA / "cdnow" / "CDNOW_sample.txt.gz"


def one_each(x, mean):
    return SpendCells(x, mean, np.ones(len(x)))


def simulate(rng, buyers, p, q, gamma, often=0.4):
    x, rate = rng.geometric(often, buyers).astype(float), rng.gamma(q, 1 / gamma, buyers)
    return x, rng.gamma(p * x, 1 / rate) / x


def cdnow_spends():
    """Repeat days until the end of September 1997, and their mean spend."""
    days = defaultdict(lambda: defaultdict(float))
    with gzip.open(CDNOW, "rt") as lines:
        for line in lines:
            _, customer, day, _, amount = line.split()
            if day <= "19970930":
                days[customer][day] += float(amount)
    repeats = [[spends[day] for day in sorted(spends)[1:]] for spends in days.values()]
    return map(np.array, zip(*((len(spends), np.mean(spends)) for spends in repeats
                               if spends and np.mean(spends) > 0), strict=True))


@pytest.mark.skipif(not CDNOW.exists(), reason=f"needs {CDNOW.name}: set M1_DATA to the folder of data sets")
def test_cdnow_gives_the_published_parameters():
    """Fader and Hardie (2013): p 6.25, q 3.74, gamma 15.44; lifetimes 0.11.3: 6.249, 3.745, 15.448."""
    model = fit_spend(one_each(*cdnow_spends()))
    assert model.buyers == 946
    assert (model.p, model.q, model.gamma) == pytest.approx((6.25, 3.74, 15.44), abs=0.006)
    assert (model.p, model.q, model.gamma) == pytest.approx((6.249, 3.745, 15.448), rel=4e-4)
    assert model.ridge == ""


def test_parameters_are_recovered_within_three_standard_errors():
    """Three numbers, each outside with chance 0.0027: another seed fails about once in 120."""
    truth = np.array([6.0, 3.7, 15.0])
    model = fit_spend(one_each(*simulate(np.random.default_rng(2), 30_000, *truth)))
    found = np.array([model.p, model.q, model.gamma])
    assert np.all(np.abs(found - truth) < 3 * np.array(model.standard_errors))


@pytest.mark.parametrize("logs", [[1.8, 1.3, 2.7], [-0.5, 0.1, 0.0], [4.0, 3.0, -2.0]])
def test_derivatives_agree_with_finite_differences(logs):
    x, mean = simulate(np.random.default_rng(3), 200, 6.0, 3.7, 15.0)
    counts, buyers = np.unique(x, return_counts=True)
    history = SpendHistory(counts, buyers.astype(float), -np.log(mean).sum(), x @ np.log(x * mean),
                           (x, x * mean, np.ones(200)))
    here, step = spend_likelihood(history, np.array(logs)), 1e-5
    sides = [[spend_likelihood(history, np.array(logs) + sign * step * axis) for sign in (1, -1)]
             for axis in np.eye(3)]
    assert here.slope == pytest.approx([(up.height - low.height) / (2 * step) for up, low in sides], rel=1e-5)
    curve = np.array([(up.slope - low.slope) / (2 * step) for up, low in sides])
    assert here.curve == pytest.approx(curve, rel=1e-5, abs=1e-4)


def test_weights_count_as_repetition():
    x, mean = simulate(np.random.default_rng(1), 300, 6.0, 3.7, 15.0)
    times = np.random.default_rng(2).integers(1, 5, 300)
    weighted = fit_spend(SpendCells(x, mean, times))
    repeated = fit_spend(one_each(np.repeat(x, times), np.repeat(mean, times)))
    assert (weighted.p, weighted.q, weighted.gamma) == pytest.approx(
        (repeated.p, repeated.q, repeated.gamma), rel=1e-6)


@pytest.mark.parametrize("often", [0.4, 0.01])
def test_starting_from_bins_ends_at_the_same_maximum(monkeypatch, often):
    cells = one_each(*simulate(np.random.default_rng(7), 25_000, 6.0, 3.7, 15.0, often))
    binned = fit_spend(cells)
    monkeypatch.setattr("marketsofone.pooling.spend.MANY_CELLS", 10**9)
    plain = fit_spend(cells)
    assert (binned.p, binned.q, binned.gamma) == pytest.approx((plain.p, plain.q, plain.gamma), rel=1e-5)


@given(st.floats(1e-3, 1e5))
@settings(max_examples=15, deadline=None)
def test_the_unit_of_money_changes_gamma_only(unit):
    x, mean = simulate(np.random.default_rng(1), 300, 6.0, 3.7, 15.0)
    plain, scaled = fit_spend(one_each(x, mean)), fit_spend(one_each(x, mean * unit))
    assert (scaled.p, scaled.q, scaled.gamma) == pytest.approx(
        (plain.p, plain.q, plain.gamma * unit), rel=1e-5)


@pytest.mark.parametrize("seed", range(10))
def test_a_tail_without_a_mean_is_named_and_its_mean_pinned_to_the_one_seen(seed):
    x, mean = simulate(np.random.default_rng(seed), 800, 2.0, 0.7, 15.0)
    model = fit_spend(one_each(x, mean))
    assert NO_MEAN in model.ridge
    assert model.q > 1.0
    assert expected_spend(model, [0], [0])[0] == pytest.approx(mean.mean())
    assert np.all(expected_spend(model, x, mean) > 0.0)


def test_ridges_are_named():
    x, mean = simulate(np.random.default_rng(1), 2000, 2.0, 1e5, 15e5)
    assert fit_spend(one_each(x, mean)).ridge == "all buyers spend alike"
    x, mean = simulate(np.random.default_rng(1), 2000, 1e5, 3.0, 15.0)
    assert fit_spend(one_each(x, mean)).ridge == "each buyer always spends the same"


@pytest.mark.parametrize("seed", range(20))
def test_a_handful_of_buyers_gets_finite_numbers(seed):
    rng = np.random.default_rng(seed)
    p, q = 10 ** rng.uniform(-1, 2), 10 ** rng.uniform(-0.3, 2)
    x, mean = simulate(rng, int(rng.integers(1, 12)), p, q, 15.0)
    model = fit_spend(one_each(x, mean))
    assert np.all(np.isfinite([model.p, model.q, model.gamma, model.log_likelihood]))
    assert not np.any(np.isnan(model.standard_errors))
    assert np.all(np.isfinite(expected_spend(model, np.append(x, 0), np.append(mean, 0))))


@given(st.integers(1, 500), st.floats(0.01, 1e4))
def test_a_buyer_lies_between_its_own_mean_and_that_of_all(x, mean):
    model = SpendModel(6.25, 3.74, 15.44, 0.0, (0.0, 0.0, 0.0), 946)
    everyone, own = expected_spend(model, [0, x], [0.0, mean])
    assert min(everyone, mean) * (1 - 1e-12) <= own <= max(everyone, mean) * (1 + 1e-12)


def test_variances_are_those_of_simulated_buyers():
    """Of 400,000 draws: within 2%."""
    model, x, mean = SpendModel(6.0, 8.0, 40.0, 0.0, (0.0, 0.0, 0.0), 1), 3, 50.0
    rate = np.random.default_rng(1).gamma(model.q + model.p * x, 1 / (model.gamma + x * mean), 400_000)
    between, within = spend_variance(model, [x], [mean])
    assert between[0] == pytest.approx(np.var(model.p / rate), rel=0.02)
    assert within[0] == pytest.approx(np.mean(model.p / rate**2), rel=0.02)


def test_a_tail_too_heavy_for_a_variance_has_an_infinite_one():
    between, within = spend_variance(SpendModel(2.0, 1.5, 15.0, 0.0, (0.0, 0.0, 0.0), 1), [0, 1], [0, 20.0])
    assert np.isinf(between).tolist() == np.isinf(within).tolist() == [True, False]


@pytest.mark.parametrize("columns", [
    ([0.0], [5.0], [1.0]), ([1.5], [5.0], [1.0]), ([1.0], [0.0], [1.0]), ([1.0], [-5.0], [1.0]),
    ([1.0], [5.0], [0.0]), ([1.0], [np.inf], [1.0]), ([], [], []), ([1.0], [5.0, 5.0], [1.0])])
def test_spends_that_cannot_be_are_refused(columns):
    with pytest.raises(ValuesInvalid):
        SpendCells(*columns)


def test_the_coordinates_of_the_ascent_lead_to_the_parameters():
    p, q, gamma = np.exp(log_parameters(np.array([0.3, -0.7, 1.1]))[0])
    assert (p, q - 1, p * gamma / (q - 1)) == pytest.approx(np.exp([0.3, -0.7, 1.1]))

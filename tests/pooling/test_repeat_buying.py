"""The BG/NBD fit: published numbers, known truth, derivatives, and tables that break other programs."""

import gzip
import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.errors import ValuesInvalid
from marketsofone.pooling.repeat_buying import RepeatCells, fit_repeat_buying, log_parameters
from marketsofone.pooling.repeat_likelihood import History, more_than, repeat_likelihood
from marketsofone.pooling.repeat_purchases import (
    expected_new,
    expected_purchases,
    probability_alive,
    purchase_spread,
)

DATA = Path(os.environ.get("M1_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
CDNOW = DATA / "cdnow" / "CDNOW_sample.txt.gz"
LOOK = date(1997, 9, 30)


def one_each(x, t_x, T):
    return RepeatCells(x, t_x, T, np.ones(len(x)))


def simulate(rng, buyers, r, alpha, a, b, longest, by_day=False):
    """Histories of buyers who live by the model; by day, times are whole and purchases may share a day."""
    rate = np.maximum(rng.gamma(r, 1 / alpha, buyers), 1e-12)
    last_of_all = rng.geometric(np.clip(rng.beta(a, b, buyers), 1e-12, 1.0))
    T = np.ceil(rng.uniform(0, longest, buyers)) if by_day else rng.uniform(0.1 * longest, longest, buyers)
    x, t_x, clock, going = np.zeros(buyers), np.zeros(buyers), np.zeros(buyers), np.arange(buyers)
    while len(going):
        clock[going] += rng.exponential(1 / rate[going])
        going = going[clock[going] <= T[going]]
        x[going] += 1
        t_x[going] = np.ceil(clock[going]) if by_day else clock[going]
        going = going[x[going] < last_of_all[going]]
    return x, t_x, T


def cdnow_histories():
    days = {}
    with gzip.open(CDNOW, "rt") as lines:
        for line in lines:
            _, customer, day, *_ = line.split()
            bought = date(int(day[:4]), int(day[4:6]), int(day[6:]))
            if bought <= LOOK:
                days.setdefault(customer, set()).add(bought)
    rows = [(len(bought) - 1, (max(bought) - min(bought)).days / 7, (LOOK - min(bought)).days / 7)
            for bought in days.values()]
    return tuple(np.array(column, dtype=float) for column in zip(*rows, strict=True))


@pytest.mark.skipif(not CDNOW.exists(), reason=f"needs {CDNOW.name}: set M1_DATA to the folder of data sets")
def test_cdnow_gives_the_published_parameters():
    """Fader, Hardie and Lee (2005), table 2, and the same authors' note on the first customer."""
    x, t_x, T = cdnow_histories()
    model = fit_repeat_buying(one_each(x, t_x, T))
    assert len(x) == model.buyers == 2357
    assert [round(value, 3) for value in (model.r, model.alpha, model.a, model.b)] == [
        0.243, 4.414, 0.793, 2.426]
    assert round(model.log_likelihood, 1) == -9582.4
    assert model.ridge == ""
    assert expected_purchases(model, x[:1], t_x[:1], T[:1], 39).round(3) == [1.226]


def test_parameters_are_recovered_within_three_standard_errors():
    """Four numbers, each outside with chance 0.0027: another seed fails about once in 90."""
    truth = np.array([0.8, 6.0, 0.9, 2.5])
    model = fit_repeat_buying(one_each(*simulate(np.random.default_rng(5), 20_000, *truth, longest=104)))
    found = np.array([model.r, model.alpha, model.a, model.b])
    assert np.all(np.abs(found - truth) < 3 * np.array(model.standard_errors))


def test_standard_errors_are_as_wide_as_estimates_scatter():
    """Standard deviation of 4 x 60 standardised errors: sampling error about 0.06, so four of them here."""
    truth, off = np.array([1.2, 6.0, 1.5, 4.0]), []
    for seed in range(60):
        model = fit_repeat_buying(one_each(*simulate(np.random.default_rng(seed), 3000, *truth, longest=104)))
        found = np.array([model.r, model.alpha, model.a, model.b])
        off.append((np.log(found) - np.log(truth)) / (np.array(model.standard_errors) / found))
    assert np.std(off) == pytest.approx(1.0, abs=0.25)


@pytest.mark.parametrize("logs", [[-1.4, 1.5, -0.2, 0.9], [2.0, 3.0, -4.0, 1.0], [0.0, -2.0, 3.0, -3.0]])
def test_derivatives_agree_with_finite_differences(logs):
    x, t_x, T = simulate(np.random.default_rng(3), 300, 0.8, 6.0, 0.9, 2.5, longest=104)
    again = x > 0
    history = History((T[~again], np.ones((~again).sum())), (x[again], t_x[again], T[again], x[again] + 0.5),
                      more_than(x, np.where(again, x + 0.5, 1.0)))
    here, step = repeat_likelihood(history, np.array(logs)), 1e-5
    sides = [[repeat_likelihood(history, np.array(logs) + sign * step * axis) for sign in (1, -1)]
             for axis in np.eye(4)]
    slope = [(up.height - down.height) / (2 * step) for up, down in sides]
    curve = [(up.slope - down.slope) / (2 * step) for up, down in sides]
    assert here.slope == pytest.approx(slope, rel=1e-6, abs=1e-4)
    assert here.curve == pytest.approx(np.array(curve), rel=1e-6, abs=1e-4)


def test_the_fit_is_the_top_of_the_likelihood():
    """The slope at the answer, in standard errors; binned start and all, as there are over 20,000 cells."""
    x, t_x, T = simulate(np.random.default_rng(8), 45_000, 1.5, 8.0, 0.8, 2.5, longest=104)
    assert len(x) > 20_000
    model, again = fit_repeat_buying(one_each(x, t_x, T)), x > 0
    history = History((T[~again], np.ones((~again).sum())),
                      (x[again], t_x[again], T[again], np.ones(again.sum())), more_than(x, np.ones(len(x))))
    top = repeat_likelihood(history, np.log([model.r, model.alpha, model.a, model.b]))
    off = np.sqrt(top.slope @ np.linalg.solve(-top.curve, top.slope))
    assert off < 0.001
    assert top.height == pytest.approx(model.log_likelihood, abs=1e-5)


def test_weights_count_as_repetition():
    x, t_x, T = simulate(np.random.default_rng(1), 400, 0.8, 6.0, 0.9, 2.5, longest=104)
    times = np.random.default_rng(2).integers(1, 5, len(x))
    weighted = fit_repeat_buying(RepeatCells(x, t_x, T, times))
    repeated = fit_repeat_buying(one_each(*(np.repeat(column, times) for column in (x, t_x, T))))
    assert (weighted.r, weighted.alpha, weighted.a, weighted.b) == pytest.approx(
        (repeated.r, repeated.alpha, repeated.a, repeated.b), rel=1e-6)
    assert weighted.standard_errors == pytest.approx(repeated.standard_errors, rel=1e-6)


@given(st.floats(1e-3, 1e3))
@settings(max_examples=20, deadline=None)
def test_the_unit_of_time_changes_alpha_only(unit):
    x, t_x, T = simulate(np.random.default_rng(1), 300, 0.8, 6.0, 0.9, 2.5, longest=104)
    plain = fit_repeat_buying(one_each(x, t_x, T))
    scaled = fit_repeat_buying(one_each(x, t_x * unit, T * unit))
    assert (scaled.r, scaled.alpha, scaled.a, scaled.b) == pytest.approx(
        (plain.r, plain.alpha * unit, plain.a, plain.b), rel=1e-5)
    assert scaled.log_likelihood == pytest.approx(plain.log_likelihood - x.sum() * np.log(unit), abs=1e-5)


HARD = {
    "small": lambda rng: simulate(rng, int(rng.integers(3, 40)), 0.5, 30, 0.8, 2.5, 365, by_day=True),
    "daily": lambda rng: simulate(rng, 200, 2.0, 2.5, 0.5, 3.0, 365, by_day=True),
    "heavy": lambda rng: simulate(rng, 60, 5.0, 1.0, 0.05, 20.0, 730),
    "nobody leaves": lambda rng: simulate(rng, 300, 0.6, 40.0, 1e-9, 1.0, 730, by_day=True),
    "nearly empty": lambda rng: simulate(rng, 400, 0.003, 30.0, 0.5, 3.0, 365, by_day=True),
}


@pytest.mark.parametrize("kind", HARD)
@pytest.mark.parametrize("seed", range(20))
def test_hard_tables_get_an_answer_or_a_named_ridge(kind, seed):
    x, t_x, T = HARD[kind](np.random.default_rng(seed))
    model = fit_repeat_buying(one_each(x, t_x, T))
    assert np.all(np.isfinite([model.r, model.alpha, model.a, model.b, model.log_likelihood]))
    assert not np.any(np.isnan(model.standard_errors))
    assert np.all(np.isfinite(model.standard_errors)) or model.ridge
    spread, alive = purchase_spread(model, x, t_x, T, 30.0), probability_alive(model, x, t_x, T)
    assert np.all(np.isfinite(spread.mean) & (spread.mean >= 0.0) & np.isfinite(spread.variance))
    assert np.all((alive >= 0.0) & (alive <= 1.0))
    assert np.isfinite(expected_new(model, 30.0))


@pytest.mark.parametrize("seed", range(10))
def test_no_other_start_climbs_higher_on_a_hard_table(seed):
    """Beyond the hundredth of a nat that a named limit may cost, and another for its second limit."""
    kind = list(HARD)[seed % len(HARD)]
    x, t_x, T = HARD[kind](np.random.default_rng(100 + seed))
    model, again, rng = fit_repeat_buying(one_each(x, t_x, T)), x > 0, np.random.default_rng(seed)
    history = History((T[~again], np.ones((~again).sum())),
                      (x[again], t_x[again], T[again], np.ones(again.sum())), more_than(x, np.ones(len(x))))
    tried = [repeat_likelihood(history, np.log([model.r, model.alpha, model.a, model.b]) + shift).height
             for shift in rng.normal(0, 1, (300, 4)) * rng.choice([0.01, 0.1, 1.0, 5.0], (300, 1))]
    assert max(tried) < model.log_likelihood + 0.021


def test_ridges_are_named():
    ones = np.ones(50)
    cases = {
        "nobody bought again": (0 * ones, 0 * ones, 10 * ones),
        "everyone leaves after one repeat purchase": (ones, np.arange(1.0, 51.0), 1000 * ones),
        "nobody leaves": (np.arange(1.0, 51.0), 10 * ones, 10 * ones),
    }
    for name, columns in cases.items():
        model = fit_repeat_buying(one_each(*columns))
        assert name in model.ridge
        assert np.inf in model.standard_errors


def test_buyers_alike_in_rate_are_a_ridge_of_r_and_alpha_alone():
    x = np.random.default_rng(3).binomial(16, 0.5, 400).astype(float)
    model = fit_repeat_buying(one_each(x, np.where(x > 0, 9.9, 0.0), 10 + 0 * x))
    assert "all buy at the same rate" in model.ridge
    assert model.r / model.alpha == pytest.approx(x.mean() / 10, rel=0.02)


def test_where_nobody_leaves_predictions_are_those_of_a_steady_market():
    x, t_x, T = simulate(np.random.default_rng(4), 2000, 2.0, 10.0, 1e-9, 1.0, 100)
    model = fit_repeat_buying(one_each(x, t_x, T))
    expected = expected_purchases(model, x, t_x, T, 100.0)
    assert expected.sum() == pytest.approx(2000 * 2.0 / 10.0 * 100, rel=0.05)


@pytest.mark.parametrize("columns", [
    ([0.5], [1.0], [2.0], [1.0]), ([1.0], [3.0], [2.0], [1.0]), ([0.0], [1.0], [2.0], [1.0]),
    ([1.0], [0.0], [2.0], [1.0]), ([1.0], [1.0], [2.0], [0.0]), ([1.0], [1.0], [np.nan], [1.0]),
    ([-1.0], [1.0], [2.0], [1.0]), ([], [], [], []), ([1.0, 1.0], [1.0], [2.0], [1.0])])
def test_histories_that_cannot_be_are_refused(columns):
    with pytest.raises(ValuesInvalid):
        RepeatCells(*columns)


def test_the_coordinates_of_the_ascent_lead_to_the_parameters():
    logs, ways = log_parameters(np.array([0.3, -0.7, 1.1, 0.4]))
    r, alpha, a, b = np.exp(logs)
    assert (r / alpha, r, a / b, a + b) == pytest.approx(np.exp([0.3, -0.7, 1.1, 0.4]))
    shifted = log_parameters(np.array([0.3, -0.7, 1.1 + 1e-6, 0.4]))[0]
    assert ways[:, 2] == pytest.approx((shifted - logs) / 1e-6, abs=1e-5)

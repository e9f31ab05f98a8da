"""What the BG/NBD model expects: against the published formula, integration and simulation."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln, hyp2f1

from marketsofone.errors import ValuesInvalid
from marketsofone.pooling import repeat_purchases
from marketsofone.pooling.repeat_buying import RepeatCells, RepeatModel, fit_repeat_buying
from marketsofone.pooling.repeat_purchases import (
    expected_new,
    expected_purchases,
    probability_alive,
    purchase_doubt,
    purchase_spread,
)

CDNOW = RepeatModel(0.243, 4.414, 0.793, 2.426, -9582.4, (0.0, 0.0, 0.0, 0.0), 2357)
positive = st.floats(0.2, 20.0)
models = st.builds(replace, st.just(CDNOW), r=positive, alpha=positive, a=positive, b=positive)


@st.composite
def histories(draw):
    """One buyer: x, t_x and T."""
    x, T = draw(st.integers(0, 100)), draw(st.floats(1.0, 500.0))
    return float(x), draw(st.floats(0.01, 1.0)) * T if x else 0.0, T


def published(model, x, t_x, T, horizon):
    """Equation 10 of Fader, Hardie and Lee (2005)."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    series = hyp2f1(r + x, b + x, a + b + x - 1, horizon / (alpha + T + horizon))
    alive = (a + b + x - 1) / (a - 1) * (1 - ((alpha + T) / (alpha + T + horizon)) ** (r + x) * series)
    return alive / (1 + (x > 0) * a / (b + max(x, 1) - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x))


def integrated(model, x, T, horizon):
    """The same for a buyer alive now, as an integral over the chance to leave."""
    n, a, b, ratio = model.r + x, model.a, model.b + x, horizon / (model.alpha + T)

    def weighed(log_odds):
        leave = 1 / (1 + np.exp(-log_odds))
        purchases = -np.expm1(-n * np.log1p(leave * ratio)) / leave
        return purchases * np.exp(a * np.log(leave) - b * np.logaddexp(0, log_odds) - betaln(a, b))

    return quad(weighed, -300, 40, limit=2000, points=[-20, -10, -5, 0, 5], epsabs=0, epsrel=1e-11)[0]


def test_the_first_cdnow_customer_is_expected_to_buy_1_226_times():
    assert expected_purchases(CDNOW, [2], [30.43], [38.86], 39).round(3) == [1.226]


@pytest.mark.parametrize("history", [(0, 0.0, 38.9), (1, 2.0, 30.0), (7, 30.0, 38.0), (29, 38.0, 38.5)])
def test_expectations_equal_the_published_formula(history):
    found = expected_purchases(CDNOW, *([value] for value in history), 39.0)[0]
    assert found == pytest.approx(published(CDNOW, *history, 39.0), rel=1e-10)


@pytest.mark.parametrize("a", [0.3, 1.0, 1.0 + 1e-12, 1.0 + 1e-9, 3.0, 500.0])
@pytest.mark.parametrize("x", [0, 1, 30, 3000])
def test_expectations_hold_where_the_formula_divides_zero_by_zero_or_overflows(a, x):
    model = replace(CDNOW, a=a)
    for T, horizon in ((5.0, 52.0), (100.0, 52.0), (365.0, 1000.0)):
        found = expected_purchases(model, [x], [T], [T], horizon) / probability_alive(model, [x], [T], [T])
        assert found[0] == pytest.approx(integrated(model, x, T, horizon), rel=1e-9)


def test_a_very_long_horizon_is_integrated_to_the_same_sum(monkeypatch):
    model, at = replace(CDNOW, alpha=0.05), ([0, 3], [0.0, 0.01], [0.0, 0.02])
    close = purchase_spread(model, *at, 25.0)
    monkeypatch.setattr(repeat_purchases, "MOST_TERMS", 2000)
    integral = purchase_spread(model, *at, 25.0)
    assert integral.mean == pytest.approx(close.mean, rel=1e-6)
    assert integral.variance == pytest.approx(close.variance, rel=1e-6)
    assert np.isfinite(expected_new(replace(CDNOW, alpha=1e-6), 1000.0))


def test_spread_is_that_of_simulated_futures():
    """Of 400,000 futures: the mean within five standard errors, the variance within 2%."""
    rng, futures, (x, t_x, T), horizon = np.random.default_rng(6), 400_000, (4.0, 25.0, 30.0), 52.0
    alive = rng.random(futures) < probability_alive(CDNOW, [x], [t_x], [T])[0]
    potential = rng.poisson(rng.gamma(CDNOW.r + x, horizon / (CDNOW.alpha + T), futures))
    leaves_after = rng.geometric(rng.beta(CDNOW.a, CDNOW.b + x, futures))
    bought = np.where(alive, np.minimum(potential, leaves_after), 0)
    spread = purchase_spread(CDNOW, [x], [t_x], [T], horizon)
    assert spread.mean[0] == pytest.approx(bought.mean(), abs=5 * bought.std() / np.sqrt(futures))
    assert spread.variance[0] == pytest.approx(bought.var(), rel=0.02)
    assert spread.none[0] == pytest.approx(np.mean(bought == 0), abs=0.004)


@given(models, histories(), st.floats(0.0, 60.0), st.floats(0.01, 60.0))
@settings(max_examples=60, deadline=None)
def test_expectations_are_never_negative_and_rise_with_the_horizon(model, history, horizon, more):
    at = [[value] for value in history]
    near, far = purchase_spread(model, *at, horizon), purchase_spread(model, *at, horizon + more)
    assert 0.0 <= near.mean[0] <= far.mean[0] * (1 + 1e-12)
    assert near.variance[0] >= -1e-12
    assert np.isfinite(far.variance[0])


@given(models, histories())
@settings(max_examples=60, deadline=None)
def test_the_chance_to_be_alive_is_a_share_and_falls_with_silence(model, history):
    x, t_x, T = history
    now, later = probability_alive(model, [x, x], [t_x, t_x], [T, T + 50.0])
    assert 0.0 <= later <= now <= 1.0
    assert x > 0 or now == 1.0


@given(models, st.lists(histories(), min_size=2, max_size=12))
@settings(max_examples=30, deadline=None)
def test_a_buyer_is_judged_alone(model, buyers):
    columns = [np.array(column) for column in zip(*buyers, strict=True)]
    together = purchase_spread(model, *columns, 40.0)
    alone = [purchase_spread(model, *([value] for value in buyer), 40.0).mean[0] for buyer in buyers]
    assert together.mean == pytest.approx(np.array(alone), rel=1e-9, abs=1e-300)


def test_a_new_buyer_expects_what_the_model_says_of_all():
    r, alpha, a, b = CDNOW.r, CDNOW.alpha, CDNOW.a, CDNOW.b
    series = hyp2f1(r, b, a + b - 1, 39 / (alpha + 39))
    assert expected_new(CDNOW, 39.0) == pytest.approx(
        (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + 39)) ** r * series), rel=1e-10)


def test_no_time_ahead_means_no_purchases():
    spread = purchase_spread(CDNOW, [0, 3], [0, 5], [9, 9], 0.0)
    assert spread.mean.tolist() == spread.variance.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("horizon", [-1.0, np.inf, np.nan])
def test_a_horizon_that_is_no_length_of_time_is_refused(horizon):
    with pytest.raises(ValuesInvalid):
        expected_new(CDNOW, horizon)


def test_no_buyers_get_no_numbers():
    assert expected_purchases(CDNOW, [], [], [], 39.0).shape == (0,)


def ledger(rng, buyers, r=0.8, alpha=6.0, a=0.9, b=2.5, longest=52.0):
    """Histories, and how many purchases each buyer's own nature makes it expect in the next 52 weeks."""
    rate, leave = rng.gamma(r, 1 / alpha, buyers), np.clip(rng.beta(a, b, buyers), 1e-9, 1.0)
    T, last = rng.uniform(0.1 * longest, longest, buyers), rng.geometric(leave)
    times = rng.exponential(1 / np.maximum(rate, 1e-9)[:, None], (buyers, 150)).cumsum(axis=1)
    seen = (times <= T[:, None]) & (np.arange(150) < last[:, None])
    x, t_x = seen.sum(axis=1), np.where(seen, times, 0.0).max(axis=1)
    return RepeatCells(x, t_x, T, np.ones(buyers)), (x < last) * -np.expm1(-rate * leave * 52.0) / leave


def test_what_all_buyers_are_expected_to_buy_lies_inside_nine_times_in_ten_with_the_models_doubt():
    """25 ledgers of 200 buyers: below 18 has a chance of 1 in 400 at 90%; without the doubt near 15 are held."""
    held = 0
    for seed in range(25):
        cells, truth = ledger(np.random.default_rng(seed), 200)
        model = fit_repeat_buying(cells)
        history = (cells.x, cells.t_x, cells.T, 52.0)
        ahead, doubt = purchase_spread(model, *history), purchase_doubt(model, *history)
        unsure = np.maximum(ahead.variance - ahead.mean, 0.0).sum() + (doubt.sum(axis=1) ** 2).sum()
        spread = np.sqrt(np.log1p(unsure / ahead.mean.sum() ** 2))
        held += abs(np.log(truth.sum() / ahead.mean.sum()) + spread**2 / 2) <= 1.645 * spread
    assert held >= 18


def test_the_more_buyers_the_less_a_model_is_in_doubt():
    few, many = (fit_repeat_buying(ledger(np.random.default_rng(1), buyers)[0]) for buyers in (200, 5000))
    doubts = [np.sqrt((purchase_doubt(model, [3.0], [20.0], [30.0], 52.0) ** 2).sum()) for model in (few, many)]
    assert doubts[1] < doubts[0] / 2


def test_a_model_told_without_doubt_has_none():
    assert purchase_doubt(CDNOW, [1.0, 2.0], [1.0, 5.0], [9.0, 9.0], 52.0).shape == (0, 2)

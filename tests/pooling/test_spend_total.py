"""Total spend over a horizon: mean and interval against simulated futures."""

import numpy as np
import pytest

from marketsofone.errors import ValuesInvalid
from marketsofone.pooling.repeat_buying import RepeatModel
from marketsofone.pooling.repeat_purchases import probability_alive, purchase_spread
from marketsofone.pooling.spend import SpendModel
from marketsofone.pooling.spend_total import total_spend

REPEAT = RepeatModel(0.243, 4.414, 0.793, 2.426, -9582.4, (0.0, 0.0, 0.0, 0.0), 2357)
SPEND = SpendModel(6.25, 3.74, 15.44, -4055.9, (0.0, 0.0, 0.0), 946)


def futures(rng, draws, x, alive, T, mean, horizon):
    """Total spend of one buyer in many futures."""
    potential = rng.poisson(rng.gamma(REPEAT.r + x, horizon / (REPEAT.alpha + T), draws))
    lasts = rng.geometric(rng.beta(REPEAT.a, REPEAT.b + x, draws))
    bought = np.where(rng.random(draws) < alive, np.minimum(potential, lasts), 0)
    scale = rng.gamma(SPEND.q + SPEND.p * x, 1 / (SPEND.gamma + x * mean), draws)
    return np.where(bought > 0, rng.gamma(np.maximum(SPEND.p * bought, 1e-9)) / scale, 0.0)


@pytest.mark.parametrize("history", [
    (0, 0.0, 30.0, 0.0), (1, 20.0, 30.0, 50.0), (4, 25.0, 30.0, 20.0), (15, 29.0, 30.0, 35.0)])
def test_one_future_in_twenty_ends_above_a_ninety_percent_interval(history):
    """Of 40,000 futures. Nothing at all is likelier than one in twenty, so each interval starts at 0."""
    x, t_x, T, mean = history
    spread = purchase_spread(REPEAT, [x], [t_x], [T], 39.0)
    total = total_spend(spread, SPEND, [x], [mean])
    alive = probability_alive(REPEAT, [x], [t_x], [T])
    seen = futures(np.random.default_rng(1), 40_000, x, alive, T, mean, 39.0)
    assert total.mean[0] == pytest.approx(seen.mean(), abs=5 * seen.std() / 200)
    assert np.mean(seen > total.high[0]) == pytest.approx(0.05, abs=0.02)
    assert total.low[0] == 0.0


def test_a_buyer_of_dozens_is_held_four_times_in_five():
    """The known weakness: the lower end is too high, the upper end is not crossed too often."""
    x, t_x, T, mean = 60, 29.9, 30.0, 35.0
    total = total_spend(purchase_spread(REPEAT, [x], [t_x], [T], 52.0), SPEND, [x], [mean])
    alive = probability_alive(REPEAT, [x], [t_x], [T])
    seen = futures(np.random.default_rng(2), 40_000, x, alive, T, mean, 52.0)
    assert np.mean((total.low[0] <= seen) & (seen <= total.high[0])) > 0.8
    assert np.mean(seen > total.high[0]) < 0.05


def test_nothing_ahead_is_nothing_for_sure():
    total = total_spend(purchase_spread(REPEAT, [3], [5.0], [9.0], 0.0), SPEND, [3], [20.0])
    assert (total.mean[0], total.low[0], total.high[0]) == (0.0, 0.0, 0.0)


def test_a_tail_too_heavy_for_a_variance_has_no_upper_end():
    heavy = SpendModel(2.0, 1.5, 15.0, 0.0, (0.0, 0.0, 0.0), 1)
    total = total_spend(purchase_spread(REPEAT, [0], [0.0], [1.0], 39.0), heavy, [0], [0.0])
    assert np.isinf(total.high[0])
    assert total.low[0] == 0.0


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.5, np.nan])
def test_a_probability_that_is_none_is_refused(probability):
    with pytest.raises(ValuesInvalid):
        total_spend(purchase_spread(REPEAT, [0], [0.0], [1.0], 39.0), SPEND, [0], [0.0], probability)

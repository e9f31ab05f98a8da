import numpy as np
import pytest

from marketsofone.allocation import Curves, inclusion, solve_hours
from marketsofone.allocation import firmness as module


@pytest.fixture
def drawn():
    rng = np.random.default_rng(1)
    centre, scale, rep = rng.normal(4, 1.5, 300), rng.lognormal(0.5, 0.5, 300), rng.integers(0, 3, 300)
    limits = {"rep": rep, "capacity": np.full(3, 30.0), "hour_cost": 2.0}
    draws = Curves(np.exp(centre + rng.normal(0, 0.5, (40, 300))), scale * rng.lognormal(0, 0.2, (40, 300)), 2.0)
    return solve_hours(Curves(np.exp(centre), scale, 2.0), **limits), draws, limits


def test_inclusion_is_the_share_of_plans_made_one_by_one_that_hold_the_buyer(drawn):
    plan, draws, limits = drawn
    alone = [solve_hours(draws.of(draw), **limits).hours > 0 for draw in range(40)]
    assert inclusion(plan, draws, **limits).share == pytest.approx(np.mean(alone, axis=0))


def test_draws_solved_in_parts_give_the_same(drawn, monkeypatch):
    plan, draws, limits = drawn
    whole = inclusion(plan, draws, **limits)
    monkeypatch.setattr(module, "ROWS", 2_000)
    assert inclusion(plan, draws, **limits).share.tolist() == whole.share.tolist()


def test_held_prices_come_close_where_draws_err_independently(drawn):
    plan, draws, limits = drawn
    exact, held = inclusion(plan, draws, **limits), inclusion(plan, draws, **limits, held=True)
    assert held.held
    assert np.mean(np.abs(exact.share - held.share)) < 0.05


def test_what_planned_hours_earn_lies_between_the_ends_as_often_as_promised(drawn):
    plan, draws, limits = drawn
    firm = inclusion(plan, draws, **limits, probability=0.8)
    planned, earned = plan.hours > 0, draws.value(plan.hours)
    assert np.mean(((firm.low <= earned) & (earned <= firm.high))[:, planned]) == pytest.approx(0.8, abs=0.03)


def test_a_buyer_without_a_rep_is_never_in_the_plan():
    plan = solve_hours(Curves([10.0, 20.0], 1.0), [0, -1], [1.0])
    for held in (False, True):
        draws = Curves(np.full((5, 2), 10.0), 1.0)
        assert inclusion(plan, draws, [0, -1], [1.0], held=held).share.tolist() == [1.0, 0.0]

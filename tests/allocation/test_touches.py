from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.allocation import Curves, Touching, solve_hours, solve_mixed
from marketsofone.errors import ValuesInvalid


def market(seed, buyers, reps=2):
    rng = np.random.default_rng(seed)
    curves = Curves(rng.lognormal(4, 1, buyers) * rng.choice([1, 1, 1, -1], buyers), rng.lognormal(0.5, 0.7, buyers),
                    rng.choice([1, np.inf], buyers))
    touching = Touching(rng.choice([0.0, 0.1, 0.4, 1.5]) * rng.choice([1.0, rng.uniform()], buyers),
                        rng.choice([1.0, 3.0], buyers), float(rng.choice([0.0, 0.5, 5.0]) * buyers),
                        rng.choice([1.0, 3.0, 9.0], buyers), rng.choice([0.5, 1.0]))
    return {"curves": curves, "rep": rng.integers(-1, reps, buyers), "capacity": rng.uniform(0.2, 1.0, reps) * buyers,
            "touching": touching, "hour_cost": float(rng.choice([0.0, 3.0]))}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_hours_touches_and_contacts_stay_within_their_limits(seed):
    case = market(seed, buyers=40)
    mixed, touching, served = solve_mixed(**case), case["touching"], case["rep"] >= 0
    used = np.bincount(case["rep"][served], mixed.hours[served], minlength=2)
    assert (used <= case["capacity"] * (1 + 1e-9)).all()
    assert np.sum(mixed.touches * touching.cost) <= touching.budget * (1 + 1e-9)
    assert (mixed.touches + mixed.hours / touching.call_hours <= touching.contacts * (1 + 1e-9)).all()
    assert (mixed.touches == np.round(mixed.touches)).all()
    assert mixed.bound >= mixed.value


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32))
def test_no_plan_on_a_grid_exceeds_the_bound(seed):
    case = market(seed, buyers=2, reps=1) | {"rep": np.array([0, 0])}
    touching, capacity, mixed = case["touching"], case["capacity"][0], solve_mixed(**case)
    for touches in product(range(4), repeat=2):
        if np.sum(touches * touching.cost) > touching.budget or (touches > touching.contacts).any():
            continue
        most = (touching.contacts - touches) * touching.call_hours
        for share in np.linspace(0, 1, 11):
            hours = np.minimum(most, capacity * np.array([share, 1 - share]))
            worth = case["curves"].value(hours + np.array(touches) * touching.worth_hours)
            value = np.sum(worth - case["hour_cost"] * hours - touches * touching.cost)
            assert value <= mixed.bound + 1e-6 * abs(mixed.bound)


def test_many_buyers_leave_little_to_the_bound():
    rng = np.random.default_rng(3)
    curves = Curves(rng.lognormal(5, 2, 1_000), rng.lognormal(1, 0.7, 1_000), 2.0)
    touching = Touching(0.1, 2.0, 500.0, 20.0, 0.75)
    mixed = solve_mixed(curves, rng.integers(0, 5, 1_000), np.full(5, 100.0), touching, 2.0)
    assert mixed.gap <= 0.002
    assert mixed.touches.sum() == 250


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_touches_never_make_a_plan_worth_less_than_hours_alone(seed):
    case = market(seed, buyers=200)
    touching = case.pop("touching")
    alone = solve_hours(**case, most=np.where(case["rep"] < 0, 0, touching.contacts * touching.call_hours))
    mixed = solve_mixed(**case, touching=touching)
    assert mixed.bound >= alone.value * (1 - 1e-9)
    assert mixed.value >= alone.value * 0.98


def test_without_a_budget_hours_are_placed_as_if_there_were_no_touches():
    curves, touching = Curves([100.0, 60.0], 1.0), Touching(0.1, 1.0, 0.0, 100.0, 1.0)
    mixed = solve_mixed(curves, [0, 0], [1.0], touching)
    assert mixed.hours == pytest.approx(solve_hours(curves, [0, 0], [1.0]).hours)
    assert mixed.touches.tolist() == [0.0, 0.0]


def test_touches_that_do_nothing_are_not_bought():
    mixed = solve_mixed(Curves([100.0, 60.0], 1.0), [0, 0], [1.0], Touching(0.0, 1.0, 50.0, 100.0, 1.0))
    assert mixed.touches.tolist() == [0.0, 0.0]


def test_a_buyer_without_a_rep_can_still_be_touched():
    mixed = solve_mixed(Curves([100.0, 60.0], 1.0), [0, -1], [1.0], Touching(0.2, 1.0, 5.0, 100.0, 1.0))
    assert mixed.hours.tolist() == [1.0, 0.0]
    assert mixed.touches[1] > 0


@pytest.mark.parametrize("wrong", [{"worth_hours": np.nan}, {"cost": 0.0}, {"budget": -1.0}, {"contacts": 0.5},
                                   {"call_hours": 0.0}])
def test_touches_that_cannot_be_are_refused(wrong):
    touching = Touching(**{"worth_hours": 0.1, "cost": 1.0, "budget": 5.0, "contacts": 3.0, "call_hours": 1.0} | wrong)
    with pytest.raises(ValuesInvalid):
        solve_mixed(Curves([100.0], 1.0), 0, [2.0], touching, least=1.0)

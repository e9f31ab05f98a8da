from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.allocation import Curves, assign, solve_hours
from marketsofone.errors import HoursExceeded, ValuesInvalid


def market(seed, buyers, reps, skilled=True):
    rng = np.random.default_rng(seed)
    return {
        "curves": Curves(rng.lognormal(3, 1.5, buyers), rng.lognormal(0, 0.7, buyers), rng.choice([1, np.inf], buyers)),
        "owner": rng.integers(-1, reps, buyers), "capacity": rng.uniform(0.3, 0.7, reps) * buyers / reps,
        "hour_cost": 2.0, "skill": rng.lognormal(0, 0.3, (buyers, reps)) if skilled else None,
        "moving_cost": rng.choice([0.0, 5.0], buyers),
    }


def worth(case, rep):
    """The most that hours can earn with these reps, less the cost of moves."""
    factor = 1.0 if case["skill"] is None else case["skill"][np.arange(len(rep)), rep]
    placed = solve_hours(case["curves"].times(factor), rep, case["capacity"], case["hour_cost"], case.get("least", 0.0))
    moved = (case["owner"] >= 0) & (rep != case["owner"]) & (placed.hours > 0)
    return placed.value - case["moving_cost"][moved].sum()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_the_bound_holds_for_every_assignment_and_no_plan_claims_more_than_the_best(seed):
    case = market(seed, buyers=6, reps=2)
    best = max(worth(case, np.array(rep)) for rep in product(range(2), repeat=6))
    found = assign(**case)
    assert found.bound >= best * (1 - 1e-9)
    assert found.value <= best * (1 + 1e-9)


def test_six_buyers_and_two_reps_are_mostly_assigned_as_well_as_can_be():
    cases = [market(seed, buyers=6, reps=2) for seed in range(20)]
    best = [max(worth(case, np.array(rep)) for rep in product(range(2), repeat=6)) for case in cases]
    reached = np.array([assign(**case).value for case in cases]) / best
    assert np.mean(reached) > 0.99
    assert np.mean(reached > 1 - 1e-6) >= 0.8


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_many_buyers_a_rep_leave_less_than_one_percent_to_the_bound(seed, skilled):
    case = market(seed, buyers=600, reps=4, skilled=skilled)
    found = assign(**case)
    assert 0 <= found.gap <= 0.01
    assert (np.bincount(found.rep[found.hours > 0], found.hours[found.hours > 0], minlength=4)
            <= case["capacity"] * (1 + 1e-12)).all()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_a_new_assignment_is_never_worth_less_than_the_one_there_is(seed):
    case = market(seed, buyers=40, reps=3)
    case["owner"] = np.maximum(case["owner"], 0)
    assert assign(**case).value >= worth(case, case["owner"]) * (1 - 1e-12)


def test_who_may_not_serve_a_buyer_does_not():
    case = market(1, buyers=300, reps=5)
    allowed = np.random.default_rng(2).random((300, 5)) < 0.4
    found = assign(**case, allowed=allowed)
    served = found.hours > 0
    assert allowed[np.flatnonzero(served), found.rep[served]].all()
    assert not served[~allowed.any(axis=1)].any()


def test_a_buyer_who_may_not_be_moved_stays():
    case = market(3, buyers=200, reps=4)
    case["owner"] = np.maximum(case["owner"], 0)
    allowed = np.ones((200, 4), dtype=bool)
    allowed[:50] = np.arange(4) == case["owner"][:50, None]
    found = assign(**case, allowed=allowed)
    assert not found.moved[:50].any()
    assert found.moved[50:].any()


def test_a_move_that_costs_more_than_it_brings_is_not_made():
    case = market(4, buyers=100, reps=3) | {"owner": np.arange(100) % 3}
    assert not assign(**case | {"moving_cost": 1e9}).moved.any()


def test_agreed_hours_find_room_with_another_rep():
    curves = Curves([10.0] * 6, 1.0)
    found = assign(curves, [0] * 6, [4.0, 3.0], least=1.0)
    assert (found.hours >= 1.0).all()
    assert np.bincount(found.rep, found.hours, minlength=2) == pytest.approx([4.0, 3.0])


def test_the_same_market_is_assigned_the_same_way_twice():
    case = market(5, buyers=300, reps=3, skilled=False)
    assert (assign(**case).rep == assign(**case).rep).all()


def test_agreed_hours_beyond_those_of_all_reps_are_refused():
    with pytest.raises(HoursExceeded, match="all reps together: 6"):
        assign(Curves([10.0] * 6, 1.0), 0, [2.0, 3.0], least=1.0)


@pytest.mark.parametrize("limits", [
    {"allowed": np.ones((2, 2), dtype=bool)}, {"skill": np.zeros((3, 2))}, {"moving_cost": np.nan},
    {"owner": [0, 1, 2]}, {"allowed": np.zeros((3, 2), dtype=bool), "least": 0.5},
])
def test_limits_of_an_assignment_that_cannot_be_are_refused(limits):
    with pytest.raises(ValuesInvalid):
        assign(**{"curves": Curves([10.0] * 3, 1.0), "owner": [0, 0, 0], "capacity": [2.0, 3.0]} | limits)


def test_where_nobody_may_serve_anybody_no_hours_are_placed():
    found = assign(Curves([10.0] * 3, 1.0), 0, [2.0, 3.0], allowed=np.zeros((3, 2), dtype=bool))
    assert found.hours.tolist() == [0.0, 0.0, 0.0]

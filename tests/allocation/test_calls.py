from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from marketsofone.allocation import Curves, solve_calls, solve_hours
from marketsofone.errors import HoursExceeded, ValuesInvalid


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_no_other_whole_calls_are_worth_more(seed):
    rng = np.random.default_rng(seed)
    curves = Curves(rng.normal(20, 30, 4), rng.lognormal(0, 1, 4), rng.choice([0, 0.5, 2, np.inf], 4))
    call, calls, cost = rng.uniform(0.3, 1.5), int(rng.integers(0, 7)), rng.choice([0.0, 5.0])
    least = rng.integers(0, 2, 4)
    most = least + rng.integers(0, 5, 4)
    assume(least.sum() <= calls)
    placed = solve_calls(curves, 0, [(calls + 0.2) * call], call, cost, least, most)
    all_plans = np.array([plan for plan in product(*map(range, least, np.minimum(most, calls) + 1))
                          if sum(plan) <= calls]) * call
    worth = [float(np.sum(curves.value(hours) - cost * hours)) for hours in all_plans]
    assert placed.value == pytest.approx(max(worth), rel=1e-9, abs=1e-9)
    assert placed.gap == pytest.approx(0.0, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_calls_are_whole_within_capacity_and_never_worth_more_than_hours(seed):
    rng = np.random.default_rng(seed)
    curves = Curves(10 ** rng.uniform(0, 8, 200), rng.lognormal(0, 1, 200), rng.choice([1, np.inf], 200))
    rep, call = rng.integers(0, 3, 200), np.array([0.5, 1.0, 0.7])
    placed = solve_calls(curves, rep, [30.0, 10.0, 0.3], call, 2.0)
    calls = placed.hours / call[rep]
    assert calls == pytest.approx(np.round(calls))
    assert (np.bincount(rep, placed.hours, minlength=3) <= np.array([30.0, 10.0, 0.3]) + 1e-9).all()
    assert placed.value <= solve_hours(curves, rep, [30.0, 10.0, 0.3], 2.0).value * (1 + 1e-12)
    assert 0 <= placed.gap <= 1e-9


def test_a_cadence_is_kept_where_it_does_not_pay():
    placed = solve_calls(Curves([1.0, 500.0], 1.0), 0, [3.0], 0.5, 10.0, least=[2, 0])
    assert placed.hours[0] == 1.0


def test_calls_agreed_beyond_capacity_are_refused():
    with pytest.raises(HoursExceeded, match="0\\.5 too many"):
        solve_calls(Curves([1.0, 500.0], 1.0), 0, [1.5], 0.5, least=2)


def test_a_call_that_takes_no_time_is_refused():
    with pytest.raises(ValuesInvalid, match="take some time"):
        solve_calls(Curves([1.0], 1.0), 0, [1.5], 0.0)

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketsofone.allocation import Curves
from marketsofone.errors import ValuesInvalid

SHAPES = st.sampled_from([0.0, 0.3, 1.0, 5.0, np.inf])
ceilings = st.integers(-1_000_000, 1_000_000).map(lambda cents: cents / 100)   # money has a smallest part
scales = st.floats(0.05, 50.0)
hours = st.floats(0.0, 100.0)


@given(ceilings, scales, SHAPES, hours)
def test_the_next_hour_is_the_slope_of_the_value(ceiling, scale, shape, at):
    curves, step = Curves([ceiling], [scale], [shape]), 1e-4 * scale
    rise = (curves.value(at + step) - curves.value(at))[0] / step
    assert rise == pytest.approx(curves.next_hour(at + step / 2)[0], rel=1e-4, abs=1e-6 * abs(ceiling) / scale)


@given(ceilings, scales, SHAPES, hours, hours)
def test_what_remains_after_some_hours_adds_up_with_what_they_earned(ceiling, scale, shape, first, second):
    curves = Curves([ceiling], [scale], [shape])
    both = curves.value(first) + curves.after(first).value(second)
    assert both == pytest.approx(curves.value(first + second), rel=1e-9, abs=1e-9 * abs(ceiling))


@given(scales, SHAPES, st.floats(0.0, 20.0))
def test_hours_at_a_drop_in_value_have_that_drop(scale, shape, drop):
    curves = Curves([1.0], [scale], [shape])
    assert curves.log_drop(curves.hours_at(drop)) == pytest.approx(drop, rel=1e-9, abs=1e-9)


def test_a_large_shape_is_nearly_the_exponential():
    near, limit = Curves([100.0], [3.0], [1e9]), Curves([100.0], [3.0])
    assert near.value(4.0) == pytest.approx(limit.value(4.0), rel=1e-8)


def test_a_beta_chance_per_call_gives_nearly_this_curve():
    rng, calls = np.random.default_rng(0), np.arange(1, 9)
    chance = rng.gamma(2.0, 0.01, 200_000)
    won = [np.mean(1 - (1 - chance) ** n) for n in calls]
    assert Curves(1.0, np.full(8, 1 / 0.02), 2.0).value(calls) == pytest.approx(won, rel=0.02)


@pytest.mark.parametrize(("ceiling", "scale", "shape"), [(np.nan, 1, 1), (1, 0, 1), (1, np.inf, 1), (1, 1, -1)])
def test_a_curve_that_is_none_is_refused(ceiling, scale, shape):
    with pytest.raises(ValuesInvalid, match="curve needs"):
        Curves([ceiling], [scale], [shape])

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln

from marketsofone.errors import ValuesInvalid
from marketsofone.pooling.response_curve import Curve, judged_curve, matched, rise


@given(st.floats(0.001, 0.95), st.floats(2.0, 1e4))
def test_the_curve_of_an_uncertain_chance_follows_the_chance_of_any_success(mean, size):
    a, b = mean * (size - 1), (1 - mean) * (size - 1)
    scale, shape = matched(np.array([mean]), np.array([mean * (1 - mean) / size]))
    trials = np.array([0.0, 1.0, 2.0, 3.0, 5.0, 10.0, 40.0])
    exact = -np.expm1(betaln(a, b + trials) - betaln(a, b))
    assert rise(trials, scale[0], shape[0]) == pytest.approx(exact, abs=0.01)


def test_a_known_chance_gives_the_plain_exponential():
    scale, shape = matched(np.array([0.3]), np.array([0.0]))
    assert np.isinf(shape[0])
    assert rise(np.array([4.0]), scale[0], shape[0])[0] == pytest.approx(1 - 0.7**4)


@given(st.floats(0.5, 50), st.floats(1, 1e6), st.floats(0.2, 5), st.floats(0, 1e6))
def test_points_on_a_curve_give_that_curve_back(hours, ceiling, times, base):
    curve = Curve(ceiling, hours * times, 1.0)
    half, now, more = base + curve.value(hours * np.array([0.5, 1.0, 1.5]))
    found = judged_curve(hours, base, half, now, more, base + ceiling)
    assert found.misfit < 1e-3
    assert found.curve.value(np.array([hours]))[0] == pytest.approx(now - base, rel=0.01, abs=1e-6 * (base + ceiling))


@pytest.mark.parametrize("points", [(10, 8, 12, 13, 14), (0, 5, 12, 11, 14), (0, 5, 12, 13, 12)])
def test_a_judgement_that_falls_is_refused_with_the_points_that_fall(points):
    with pytest.raises(ValuesInvalid, match="never falls") as refused:
        judged_curve(10.0, *points)
    assert "with" in refused.value.found
    assert refused.value.repair


def test_a_judgement_without_hours_is_refused():
    with pytest.raises(ValuesInvalid, match="hours"):
        judged_curve(0.0, 1, 2, 3, 4, 5)


def test_a_judgement_that_effort_changes_nothing_is_a_curve_of_nothing():
    found = judged_curve(10.0, 50, 50, 50, 50, 50)
    assert (found.curve.ceiling, found.elasticity, found.base) == (0.0, 0.0, 50)


def test_an_s_that_the_curve_cannot_follow_shows_in_the_misfit():
    assert judged_curve(10.0, 0, 1, 50, 95, 100).misfit > 0.2

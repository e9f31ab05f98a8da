import numpy as np
import pytest

from marketsofone.errors import ValuesInvalid
from marketsofone.pooling.response import NOTHING, Moments, slope
from marketsofone.pooling.response_levels import fit_levels
from marketsofone.pooling.response_trials import fit_trials


def test_planted_chances_are_found_from_who_said_yes_and_who_was_given_up():
    rng = np.random.default_rng(1)
    chance = rng.beta(1.5, 12.0, size=60_000)
    given_up = rng.geometric(0.4, size=60_000)
    yes_at = rng.geometric(chance)
    ended, yes = np.minimum(yes_at, given_up), yes_at <= given_up
    trials = np.arange(1.0, ended.max() + 1)
    said = np.array([(yes & (ended == n)).sum() for n in trials], float)
    dropped = np.array([(~yes & (ended == n)).sum() for n in trials], float)
    found = fit_trials(trials, said, dropped)
    assert found.chance(np.array([1.0, 3.0])) == pytest.approx(1.5 / (13.5 + np.array([0.0, 2.0])), rel=0.05)
    assert found.log_likelihood > found.alike + 10


def test_a_call_that_costs_more_than_the_first_chance_is_not_worth_making():
    found = fit_trials(np.arange(1.0, 5), np.array([100.0, 75, 58, 46]), np.array([0.0, 0, 0, 721]))
    assert found.worth_making(0.2) == 0
    assert found.worth_making(0.05) > found.worth_making(0.08) >= 1


def test_chances_cannot_be_learned_where_nobody_ever_agreed():
    with pytest.raises(ValuesInvalid, match="0 successes"):
        fit_trials(np.array([1.0]), np.array([0.0]), np.array([10.0]))


def test_without_variation_of_effort_there_is_no_slope():
    assert slope(Moments(0.0, 0.0, 0.0, 0.0, 0.0, buyers=100.0, trials=100.0)) is NOTHING
    assert slope(Moments(1.0, 1.0, 1.0, 1.0, 1.0, buyers=2.0, trials=9.0)) is NOTHING


def test_levels_that_drift_are_kept_less_than_levels_that_stay():
    rng = np.random.default_rng(2)
    steady = rng.gamma(2.0, 2.0, size=(300, 1)) * np.ones((300, 20))
    moving = steady * np.exp(np.cumsum(rng.normal(0, 0.25, size=(300, 20)), axis=1))
    kept = [fit_levels(rng.poisson(level).astype(float), np.ones((300, 20)), np.zeros(300, np.int64)).keep
            for level in (steady, moving)]
    assert kept[0] > kept[1]

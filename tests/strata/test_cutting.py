"""The most telling cut of a number's steps, against what chance alone shows."""

import numpy as np
import pytest

from marketsofone.strata.cutting import cut_chance
from marketsofone.strata.evidence import Means, chance


@pytest.mark.parametrize("steps", [3, 16])
def test_where_nothing_differs_a_cut_shows_as_seldom_as_it_says(steps):
    """8,000 draws: at one in twenty the standard error is 0.0024."""
    rng = np.random.default_rng(steps)
    variance = rng.uniform(0.5, 2.0, steps)
    said = np.array([cut_chance(Means(rng.normal(0.0, np.sqrt(variance)), variance)) for _ in range(8_000)])
    for level in (0.05, 0.01):
        shown = np.mean(said <= level)
        assert 0.7 * level < shown < level + 4 * np.sqrt(level / 8_000)


def test_two_steps_have_one_cut_and_are_judged_as_any_two_values():
    means = Means(np.array([0.4, 0.6]), np.array([0.01, 0.02]))
    assert cut_chance(means) == pytest.approx(chance(means))


def test_many_steps_that_part_at_one_cut_show_where_a_test_of_each_step_does_not():
    means = Means(np.repeat([0.3, 0.4], 8), np.full(16, 0.003))
    assert cut_chance(means) < 0.01 < chance(means)


def test_steps_without_evidence_have_no_say():
    variance = np.array([0.01, np.inf, 0.01])
    assert cut_chance(Means(np.array([0.4, 9.0, 0.6]), variance)) == pytest.approx(
        cut_chance(Means(np.array([0.4, 0.6]), variance[[0, 2]])))
    assert cut_chance(Means(np.array([0.4, 9.0]), variance[:2])) == 1.0

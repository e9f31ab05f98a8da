"""Intervals of groups and edges beside planted truth: ``benchmarks/intervals.py`` on a handful of seeds."""

import numpy as np
import pytest

from marketsofone.sources.simulated import Plan

SCORES = ("pull", "competitiveness", "attractiveness")


@pytest.fixture(scope="module")
def groups():
    from intervals_groups import group_figures

    return [group_figures(Plan(accounts=1_000, selective_entry=0.0), seed) for seed in range(3_500, 3_524)]


def held(found, start):
    hits, count = np.sum([of for figures in found for key, of in figures.items() if key.startswith(start)], axis=0)
    return hits / count


@pytest.mark.parametrize("score", SCORES)
def test_intervals_of_groups_hold_the_planted_mean_about_nine_times_in_ten(groups, score):
    """646 groups of 24 markets; the error over markets is two to three points: below one in a hundred by luck."""
    assert held(groups, f"cover:{score}:") == pytest.approx(0.90, abs=0.08)


@pytest.mark.parametrize("score", SCORES)
def test_so_do_those_of_groups_picked_for_standing_high_in_the_score(groups, score):
    """96 groups of 24 markets, error near four points: below one in a hundred if coverage is 87."""
    assert held(groups, f"cover:{score}:the score itself") > 0.76


@pytest.mark.parametrize("structure", [False, True], ids=["nothing differs", "planted"])
def test_intervals_of_edges_hold_what_acting_on_the_parts_would_earn(structure):
    """Some 55 edges of eight markets, error near four points: below one in a hundred if coverage is 90."""
    from intervals_edges import edge_figures

    plan = Plan(accounts=1_000, structure=structure, selective_entry=0.0)
    assert held([edge_figures(plan, seed) for seed in range(3_600, 3_608)], "cover:edge:") > 0.80


def test_so_do_those_of_buyers_whose_few_sales_are_of_very_unequal_size():
    """Four laws of three spreads, 16 seeds: each law's error is near one point; told as known, half lie below 85."""
    from intervals_amounts import LAWS, SPREADS, amount_figures

    for law in LAWS:
        figures = [amount_figures(law, spreads, seed) for spreads in SPREADS[:3] for seed in range(3_700, 3_716)]
        assert held(figures, "cover:buyers") == pytest.approx(0.90, abs=0.07), law.name

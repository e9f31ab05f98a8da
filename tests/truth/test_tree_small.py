"""Small versions of ``benchmarks/tree.py``: the same functions on a handful of seeds."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def planted():
    from tree_market import plant

    from marketsofone.sources.simulated import Plan

    return plant(Plan(accounts=3_400, even_cells=True), seed=31_500)


def test_every_planted_cell_holds_a_hundred_buyers(planted):
    cells = planted.market.company.truth["cell_3"].to_pandas().value_counts()
    assert len(cells) == 24
    assert cells.min() >= 100


def test_every_planted_difference_gains_three_times_the_handling_cost(planted):
    from tree_market import least_gain, nodes

    assert least_gain(planted.market, nodes(planted.market, planted.layout)) == pytest.approx(3 * planted.handling_cost)


def test_the_tree_finds_most_of_what_the_oracle_finds(planted):
    """Ratios on development seeds lie between 0.65 and 1: below one in a thousand."""
    from tree_market import grown, likeness, oracle

    from marketsofone.strata import Rules

    rules = Rules(handling_cost=planted.handling_cost)
    strata, node = grown(planted.market, planted.sample, rules)
    best = likeness(planted, oracle(planted, rules))
    assert max(stratum.depth for stratum in strata) >= 2
    assert likeness(planted, node) > 0.55 * best
    assert best > 0.4


def test_hours_are_all_placed_and_the_last_one_earns_the_same_everywhere():
    from tree_acting import placed_hours

    ceiling, scale, people = np.array([900.0, 400.0, 1.0]), np.array([5.0, 2.0, 50.0]), np.array([10.0, 30.0, 60.0])
    hours = placed_hours(ceiling, scale, people, 100.0)
    earns = ceiling / scale * np.exp(-hours / scale)
    assert people @ hours == pytest.approx(100.0)
    assert earns[0] == pytest.approx(earns[1])
    assert hours[2] == 0
    assert earns[2] < earns[0]


def test_working_the_trees_segments_earns_more_than_working_the_market_as_one():
    """Gains on development seeds lie between 29% and 82%: below one in a thousand."""
    from tree_acting import CONTENDERS, ONE, TREE, acted

    from marketsofone.sources.simulated import Plan

    earned = acted(Plan(accounts=3_000, marketing_classes=6), 31_501)
    assert earned[CONTENDERS.index(TREE)] > 1.02 * earned[CONTENDERS.index(ONE)]

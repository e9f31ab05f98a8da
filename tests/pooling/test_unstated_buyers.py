"""Buyers of whom a stratum is known and its part is not."""

import numpy as np
import pytest

from marketsofone.pooling import Cells, Share, Tree, pool

TREE = Tree(np.array([-1, 0, 0]))


def market(own_trials, own_rate):
    """Two parts of 300 buyers at 0.4 and 0.6, ten trials each, and 200 buyers whose part is not known."""
    node, trials = np.array([1, 2, 0, 0]), np.array([10.0, 10.0, own_trials, 0.0])
    total = trials * np.array([0.4, 0.6, own_rate, 0.0])
    return pool(Share(), TREE, Cells(node, trials, total, np.full(4, 0.5), np.array([300.0, 300.0, 190.0, 10.0])))


def test_a_buyer_not_tried_is_expected_to_do_as_those_whose_part_is_not_stated_either():
    assert market(10.0, 0.1).prior[3] == pytest.approx(0.1, abs=0.03)


def test_where_none_of_them_was_tried_they_are_expected_to_do_as_the_parts_on_average():
    assert market(0.0, 0.0).prior[3] == pytest.approx(0.5, abs=0.02)


def test_their_interval_spans_the_parts_they_may_belong_to():
    cells = market(0.0, 0.0).cells
    assert cells.low[3] < 0.4
    assert cells.high[3] > 0.6


def test_parts_are_not_foretold_by_those_whose_part_is_not_known():
    assert market(10.0, 0.1).nodes.mean[1:] == pytest.approx([0.4, 0.6], abs=0.02)


def test_the_thinner_their_record_the_nearer_they_stay_to_the_parts():
    thin, thick = market(0.02, 0.1).prior[3], market(10.0, 0.1).prior[3]
    assert thick < thin <= 0.5


def test_what_their_own_long_record_says_is_not_in_doubt_for_what_the_parts_are():
    """Of 5,000 buyers whose part is not known a tenth answered, ten times each; of each part thirty were tried."""
    node, trials = np.array([1, 2, 0, 0]), np.array([5.0, 5.0, 10.0, 0.0])
    total, buyers = trials * np.array([0.3, 0.7, 0.1, 0.0]), np.array([30.0, 30.0, 5000.0, 5.0])
    doubts = pool(Share(), TREE, Cells(node, trials, total, np.full(4, 0.1), buyers)).doubts
    assert doubts.whole[0] < 0.2 * doubts.loads.unsure[1:].min()
    assert doubts.leans[0] < 0.3

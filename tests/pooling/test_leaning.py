"""How far means lean on what stands above, and how far each buyer's record moves what is expected of itself."""

import numpy as np
import pytest

from marketsofone.pooling import Amount, Cells, Tree, known, pool
from marketsofone.pooling.departures import discount, gather
from marketsofone.pooling.leaning import levers
from marketsofone.pooling.parts import per_node, shares
from marketsofone.pooling.unstated import no_offset

FAMILY, BUYER, SIBLINGS = Amount(0.5), known(2.0), (known(20.0),)
TREE = Tree(np.array([-1, 0, 0, 0]))


@pytest.fixture
def cells(rng):
    """Four buyers in one stratum, twenty in another, a hundred in a third."""
    node = np.repeat([1, 2, 3], [4, 20, 100])
    trials = rng.integers(1, 4, len(node)).astype(float)
    return Cells(node, trials, rng.gamma(3, 30, len(node)) * trials, np.full(len(node), 90.0), np.ones(len(node)))


def moved(cells, buyer):
    """How far what is expected of a buyer moves with its own mean, by moving that a little."""
    expected = []
    for more in (0.0, 1.0):
        total = cells.total.copy()
        total[buyer] += more * cells.trials[buyer]
        at = Cells(cells.node, cells.trials, total, cells.expected, cells.buyers)
        expected.append(pool(FAMILY, TREE, at, buyer_size=BUYER, level_sizes=SIBLINGS).prior[buyer])
    return expected[1] - expected[0]


def test_what_is_expected_of_a_buyer_moves_with_its_own_record_as_far_as_its_lever_says(cells):
    worth = discount(FAMILY, BUYER.middle, cells.trials)
    share = shares(TREE, TREE.add_up(per_node(TREE, cells, np.ones(len(cells.node)))))
    evidence = gather(FAMILY, TREE, cells, worth, SIBLINGS, share, no_offset(TREE).size)
    found = levers(TREE, cells, evidence, worth)
    for buyer in (0, 3, 5, 10, 30, 60):
        assert found[buyer] == pytest.approx(moved(cells, buyer), rel=0.2)
    assert 1.0 < found.sum() < 3.0

"""What nodes share of what is not known of them, and what that makes of the doubt about any group."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.pooling import Cells, Loads, PriorSize, Share, Tree, handed_down, known, pool

TREE = Tree(np.array([-1, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]))
LEAVES = np.arange(7, 15)


def things(tree):
    """Every thing that is not known, as the row of loads it stands in and the node it is of."""
    return [(3 * int(tree.depth[node]) + kind, node) for node in range(len(tree.parent)) for kind in (0, 1, 2)]


def way(tree, node):
    """The node and all above it."""
    return {node} | (way(tree, tree.parent[node]) if tree.parent[node] >= 0 else set())


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_doubt_about_a_group_is_the_sum_over_all_that_is_not_known_of_what_each_moves_it(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 12))
    tree = Tree(np.array([-1, *(rng.integers(node) for node in range(1, count))]))
    ways = [way(tree, node) for node in range(count)]
    reached = np.arange(3 * count)[:, None] <= 3 * tree.depth
    loads, held = Loads(np.where(reached, rng.normal(size=(3 * count, count)), 0.0)), rng.normal(size=count)
    said = loads.variance(tree, held)
    for top in range(count):
        inside = [node for node in range(count) if top in ways[node]]
        moves = np.array([sum(held[node] * loads.of[row, node] for node in inside if of in ways[node])
                          for row, of in things(tree)])
        ties = np.array([row % 3 == 2 for row, _ in things(tree)])
        assert said[top] == pytest.approx(np.sum(moves[~ties]**2) - np.sum(moves[ties]**2))


def test_what_leans_on_a_split_node_leans_on_its_parts_as_they_share_its_buyers():
    share = np.array([0.0, 0.25, 0.75, 0.5, 0.5, *[0.0] * 10])
    held = handed_down(TREE, share, np.array([8.0, 1.0, 0.0, *[0.0] * 12]))
    assert held[:5].tolist() == [0.0, 0.0, 6.0, 1.5, 1.5]


def test_not_knowing_how_alike_parts_are_is_one_doubt_of_all_of_them(rng):
    """Eight cells in pairs of pairs, each pair either all but equal or hardly alike: every case by itself."""
    size, tried, spread = PriorSize(np.array([60.0, 6000.0]), np.array([0.5, 0.5])), np.full(8, 400.0), 0.25
    won = tried * (0.5 + rng.normal(0, 0.025, 8))
    told = Cells(np.repeat(LEAVES, 2), np.ones(16), np.tile([1.0, 0.0], 8), np.full(16, 0.5),
                 np.column_stack([won, tried - won]).ravel())
    said = pool(Share(), TREE, told, level_sizes=(known(60.0), size, size), buyer_size=known(1e9)).nodes
    cases = [exact(tried, won, spread, (60.0, *of)) for of in product(size.sizes, repeat=6)]
    means, variances = (np.array(part) for part in zip(*cases, strict=True))
    assert said.mean == pytest.approx(means.mean(axis=0), abs=1e-3)
    assert said.variance == pytest.approx(variances.mean(axis=0) + means.var(axis=0), rel=0.05)


def exact(tried, won, spread, sizes):
    """Mean and variance of every node where parts are halves that lie around it with these prior sizes, all normal."""
    moves = np.zeros((15, 15))   # each node by the market's level, and by how far each pair of halves lies apart
    moves[0, 0] = 1.0
    for node, above in enumerate(TREE.parent[1:], start=1):
        moves[node] = moves[above]
        moves[node, above + 1] += (1.0 if node % 2 else -1.0) * np.sqrt(0.5 * spread / (sizes[above] + 1.0))
    before = moves @ moves.T
    seen = before[:, LEAVES] @ np.linalg.inv(before[np.ix_(LEAVES, LEAVES)] + np.diag(spread / tried))
    return seen @ (won / tried), np.diag(before - seen @ before[LEAVES])

"""The hinge: tallies of the engine are pooled and come back to every buyer once."""

import numpy as np
import pyarrow as pa
import pytest

from marketsofone.estimates import estimate
from marketsofone.pooling import Amount, Cells, Share, Tree, pool

TREE = Tree(np.array([-1, 0, 0]))


@pytest.fixture
def run(engine, rng):
    """An estimate over two strata of 40 buyers and 5 whose stratum is not known; a third have no record."""

    def made(amounts=False, told=None):
        node = np.repeat([0, 1, 2], [5, 40, 40])
        chance = np.random.default_rng(7)
        trials = chance.integers(0, 6, 85).astype(float)
        won = chance.binomial(trials.astype(int), 0.2 + 0.2 * node).astype(float)
        total = trials * chance.gamma(4, 25, 85) if amounts else won
        told = told or {}
        placed = engine.create_table("est_placed", pa.table({
            "buyer_id": np.arange(85), "node": node, "expected": np.full(85, 100.0 if amounts else 0.4),
            "told_trials": np.array([told.get(i, (0.0, 0.0))[0] for i in range(85)]),
            "told_total": np.array([told.get(i, (0.0, 0.0))[1] for i in range(85)])}), overwrite=True)
        seen = trials > 0
        tallies = engine.create_table("est_tally", pa.table({
            "buyer_id": np.arange(85)[seen], "rows": trials[seen], "trials": trials[seen], "total": total[seen],
            "squares": 1.3 * total[seen] ** 2 / trials[seen]}), overwrite=True)
        found = estimate(engine, "made", tallies, placed, TREE, amounts=amounts)
        return found, found.buyers.order_by("buyer_id").execute(), node, trials, total

    return made


@pytest.mark.parametrize("amounts", [False, True])
def test_every_buyer_comes_back_once_with_what_pooling_says_of_it(run, amounts):
    found, buyers, node, trials, total = run(amounts)
    assert list(buyers["buyer_id"]) == list(range(85))
    assert isinstance(found.family, Amount if amounts else Share)
    expected = np.full(85, 100.0 if amounts else 0.4)
    squares = 1.3 * total**2 / np.maximum(trials, 1.0)
    one_by_one = pool(found.family, TREE, Cells(node, trials, total, expected, np.ones(85), rows=trials,
                                                squares=squares))
    assert buyers["value"].to_numpy() == pytest.approx(one_by_one.cells.mean, rel=1e-9)
    assert buyers["high"].to_numpy() == pytest.approx(one_by_one.cells.high, rel=1e-7)
    assert found.nodes.mean == pytest.approx(one_by_one.nodes.mean, rel=1e-9)
    assert buyers["trials"].to_numpy() == pytest.approx(trials)


def test_a_buyer_without_a_record_has_its_prior(run):
    _, buyers, _, trials, _ = run()
    unseen = buyers[trials == 0]
    assert len(unseen) > 5
    assert unseen["value"].to_numpy() == pytest.approx(unseen["prior"].to_numpy(), rel=1e-12)
    assert unseen["borrowed"].to_numpy() == pytest.approx(1.0)


def test_a_judgement_moves_the_buyer_it_is_about_and_nobody_else(run):
    before, after = run()[1], run(told={50: (10.0, 9.0)})[1]
    moved = ~np.isclose(before["value"], after["value"], rtol=1e-9)
    assert list(np.flatnonzero(moved)) == [50]


def test_equal_tallies_are_pooled_once(run):
    found, *_ = run()
    assert len(found.pooled.cells.mean) < 60


def test_without_a_single_trial_there_is_nothing_to_estimate(engine):
    placed = engine.create_table("est_none", pa.table({
        "buyer_id": [1], "node": [0], "expected": [0.4], "told_trials": [0.0], "told_total": [0.0]}), overwrite=True)
    none = {"buyer_id": pa.array([], pa.int64())}
    none |= {name: pa.array([], pa.float64()) for name in ("rows", "trials", "total", "squares")}
    tallies = engine.create_table("est_no_tally", pa.table(none), overwrite=True)
    with pytest.raises(ValueError, match="nothing to pool"):
        estimate(engine, "none", tallies, placed, TREE, amounts=False)

"""Ledgers that begin among buyers of long standing: who had bought before, and what that changes."""

import numpy as np
import pytest

from marketsofone.pooling.repeat_before import (
    LedgerModel,
    _each,
    bought_before,
    fit_ledger,
    ledger_doubt,
    ledger_spread,
)
from marketsofone.pooling.repeat_buying import RepeatCells, RepeatModel, fit_repeat_buying
from marketsofone.pooling.repeat_likelihood import History, more_than, repeat_likelihood
from marketsofone.pooling.repeat_purchases import purchase_spread

WINDOW, AHEAD = 300.0, 100.0
CDNOW = RepeatModel(0.243, 4.414, 0.793, 2.426, -9582.4, (0.0, 0.0, 0.0, 0.0), 2357)


def _ledger(seed, buyers, windows_before):
    """Histories within a ledger of buyers who arrive steadily, what each buys in the time that follows, and who is old.

    Buyers buy by chance alone, one after the other: no formula of the model is used.
    """
    chance = np.random.default_rng([seed, windows_before, buyers])
    rows = []
    for arrived in chance.uniform(-windows_before * WINDOW, WINDOW, buyers * (1 + windows_before)):
        pace, leaves = chance.gamma(0.7, 1 / 60), chance.beta(0.5, 6.0)
        days = [arrived]
        while days[-1] < WINDOW + AHEAD and (len(days) == 1 or chance.random() >= leaves):
            days.append(days[-1] + chance.exponential(1 / pace))
        seen = [day for day in days if 0 <= day < WINDOW]
        if seen:
            after = sum(WINDOW <= day < WINDOW + AHEAD for day in days)
            rows.append((len(seen) - 1, seen[-1] - seen[0], WINDOW - seen[0], after, arrived < 0))
    x, t_x, T, after, old = np.array(rows, dtype=float).T
    return RepeatCells(x, t_x, T, np.ones(len(x))), after, old


def _told(cells):
    return cells.x, cells.t_x, cells.T


def test_buyers_of_long_standing_are_counted_and_take_the_bias_from_what_is_to_come():
    """Mean of eight markets: the plain model's promise is some 5% too high, with a standard error of 1.3%."""
    shares, plainly, ours = [], [], []
    for seed in range(8):
        cells, after, old = _ledger(seed, 500, 2)
        model = fit_ledger(cells)
        ahead = ledger_spread(model, bought_before(model, *_told(cells)), *_told(cells), AHEAD).mean
        plain = purchase_spread(fit_repeat_buying(cells), *_told(cells), AHEAD).mean
        shares.append(model.share - old.mean())
        ours.append(ahead.sum() / after.sum() - 1)
        plainly.append(plain.sum() / after.sum() - 1)
    assert np.mean(shares) == pytest.approx(0.0, abs=0.12)
    assert abs(np.mean(ours)) < 0.04 < np.mean(plainly)


def test_the_chance_to_have_bought_before_is_the_share_that_had():
    """By thirds of the chance, in six markets: some 1,500 buyers a third, a standard error of 0.013 by chance alone."""
    chances, olds = [], []
    for seed in range(6):
        cells, _after, old = _ledger(40 + seed, 500, 2)
        chances.append(bought_before(fit_ledger(cells), *_told(cells)))
        olds.append(old)
    thirds = np.array_split(np.argsort(np.concatenate(chances)), 3)
    said, true = (np.array([np.concatenate(each)[rows].mean() for rows in thirds]) for each in (chances, olds))
    assert true == pytest.approx(said, abs=0.1)
    assert true[0] + 0.15 < true[1] < true[2] - 0.15


def test_a_ledger_of_newcomers_is_left_as_it_is():
    """Each of twelve may be mistaken with a chance of one in forty: more than two by luck once in 350."""
    mistaken = 0
    for seed in range(12):
        cells, _after, _old = _ledger(seed, 150, 0)
        mistaken += fit_ledger(cells).share > 0
    assert mistaken <= 2


def test_without_buyers_of_long_standing_everything_is_as_bg_nbd_says():
    cells, _after, _old = _ledger(1, 200, 0)
    model = LedgerModel(CDNOW, 0.0, np.full(8, 1 / 8), WINDOW)
    before = bought_before(model, *_told(cells))
    assert not before.any()
    assert ledger_spread(model, before, *_told(cells), 39.0).mean == pytest.approx(
        purchase_spread(CDNOW, *_told(cells), 39.0).mean)


def test_each_history_is_as_likely_as_the_likelihood_of_all_says():
    cells, _after, _old = _ledger(2, 300, 1)
    again = cells.x > 0
    history = History((cells.T[~again], cells.weight[~again]),
                      (cells.x[again], cells.t_x[again], cells.T[again], cells.weight[again]),
                      more_than(cells.x, cells.weight))
    together = repeat_likelihood(history, np.log([CDNOW.r, CDNOW.alpha, CDNOW.a, CDNOW.b])).height
    assert _each(CDNOW, *_told(cells)).sum() == pytest.approx(together, rel=1e-10)


def test_what_is_to_come_holds_what_came_nine_times_in_ten():
    """Totals of twenty markets inside 90% intervals: fewer than 15 by luck once in 90."""
    held = 0
    for seed in range(20):
        cells, after, _old = _ledger(100 + seed, 300, 1)
        model = fit_ledger(cells)
        before = bought_before(model, *_told(cells))
        ahead = ledger_spread(model, before, *_told(cells), AHEAD)
        moves = ledger_doubt(model, before, *_told(cells), AHEAD).sum(axis=1)
        error = np.sqrt(ahead.variance.sum() + (moves**2).sum())
        held += abs(ahead.mean.sum() - after.sum()) < 1.645 * error
    assert held >= 15


def test_histories_so_many_that_they_are_rounded_give_the_same_model():
    cells, _after, _old = _ledger(5, 400, 2)
    many = RepeatCells(np.tile(cells.x, 30), np.tile(cells.t_x, 30), np.repeat(1 + 1e-6 * np.arange(30), len(cells.x))
                       * np.tile(cells.T, 30), np.full(30 * len(cells.x), 1 / 30))
    exact, rounded = fit_ledger(cells), fit_ledger(many)
    assert rounded.share == pytest.approx(exact.share, abs=0.05)
    assert rounded.repeat.r / rounded.repeat.alpha == pytest.approx(exact.repeat.r / exact.repeat.alpha, rel=0.02)


@pytest.mark.parametrize(("x", "t_x", "T"), [
    ([0, 0], [0, 0], [0, 0]),            # a ledger of one day
    ([3], [20], [40]),                   # of one buyer
    ([0, 0, 0], [0, 0, 0], [300, 20, 0]),  # of buyers of whom none came back
    ([5_000, 0, 3], [360, 0, 100], [364, 100, 200]),
])
def test_any_ledger_that_can_be_gets_numbers(x, t_x, T):
    x, t_x, T = (np.array(column, dtype=float) for column in (x, t_x, T))
    model = fit_ledger(RepeatCells(x, t_x, T, np.ones(len(x))))
    before = bought_before(model, x, t_x, T)
    ahead = ledger_spread(model, before, x, t_x, T, AHEAD)
    assert np.all((before >= 0) & (before <= 1) & (ahead.mean >= 0) & (ahead.variance >= 0))
    assert np.all(np.isfinite(ledger_doubt(model, before, x, t_x, T, AHEAD)))

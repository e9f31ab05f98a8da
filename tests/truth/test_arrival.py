"""How surely the mean of a horizon is known where most wins are young. The docstring tells the chance of failing."""

import numpy as np


def test_the_mean_of_young_wins_is_as_unsure_as_its_amounts_and_how_fast_money_arrives(rng):
    """400 markets of 300 wins, most of them young: a variance of 400 draws is within a third but once in 100,000."""
    from truth_market import STEPS, tally_of_wins

    logs, amounts, common = np.empty(400), np.empty(400), np.empty(400)
    for draw in range(400):
        wins, lived = np.arange(300), np.sort(rng.integers(1, STEPS + 1, 300))
        level = rng.gamma(2.0, 0.5, 300)[:, None]
        money = level * rng.gamma(0.1, 10.0, (300, STEPS)) * 100.0
        win, step = np.nonzero(np.arange(STEPS) < lived[:, None])
        found = tally_of_wins(300, 365, wins, np.full(300, 10), lived, (win, step, money[win, step]))
        mean = found.total.sum() / found.trials.sum()
        logs[draw], common[draw] = np.log(mean), found.common
        amounts[draw] = np.sum((found.total / mean - found.trials) ** 2) / found.trials.sum() ** 2
    seen = logs.var()
    assert abs((amounts + common).mean() / seen - 1.0) < 0.33
    assert amounts.mean() / seen < 0.75

"""How far pooled values miss the truth of buyers with so many trials, beside stratum mean and own record.

Planted cells are given, trials are dealt by lot and every trial is drawn anew from the simulator's own
truth: this judges the pooling alone.
"""

from __future__ import annotations

import numpy as np
from truth_market import Floats, Ints, Tally, scored

from marketsofone.customer import Stratum
from marketsofone.sources.simulated import Plan
from marketsofone.sources.simulated.buyers import Buyers, draw_buyers
from marketsofone.sources.simulated.layout import SCORES, draw_layout
from marketsofone.sources.simulated.orders import line_worth
from marketsofone.sources.simulated.scores import (
    LINES_AN_ORDER,
    ORDER_GAP_SHAPE,
    RETURN_SHARE,
    Scores,
    draw_scores,
)

DEALT = (0, 1, 3, 10, 30, 100)


def trial_figures(plan: Plan, seed: int) -> dict[str, list[float]]:
    """Sums of squared error by score and trials: ours, the stratum's mean's, the own record's, buyers."""
    layout = draw_layout(plan, seed)
    buyers = draw_buyers(plan, layout, seed)
    scores = draw_scores(plan, buyers, seed)
    rng = np.random.default_rng(seed)
    trials = rng.choice(DEALT, size=plan.accounts)
    strata, node = _planted(buyers, plan.sectors)
    figures = {}
    for score in SCORES:
        truth = scores.attractiveness(plan.horizon_days) if score == "attractiveness" else getattr(scores, score)
        tally = _worth(rng, plan, scores, trials) if score == "attractiveness" else _share(rng, trials, truth)
        ours = scored(tally, strata, node, money=score == "attractiveness").cells.mean
        total, seen = (np.bincount(node, of, minlength=len(strata)) for of in (tally.total, tally.trials))
        stratum = (total / np.maximum(seen, 1e-9))[node]
        own = np.where(trials > 0, tally.total / np.maximum(trials, 1), stratum)
        for count in DEALT:
            at = (trials == count) & (seen[node] > 0)
            errors = [float(((guess - truth)[at] ** 2).sum()) for guess in (ours, stratum, own)]
            figures[f"error:{score}:{count}"] = [*errors, int(at.sum())]
    return figures


def _planted(buyers: Buyers, sectors: int) -> tuple[tuple[Stratum, ...], Ints]:
    """The planted tree, and the deepest cell of each account."""
    strata = [Stratum(0, -1, "market", "", (), 0, "market")]
    starts = [0]
    for depth, cells in enumerate((sectors, 2 * sectors, 4 * sectors), start=1):
        start = len(strata)
        fan = 2 if depth > 1 else cells
        strata += [Stratum(start + cell, starts[-1] + cell // fan, str(cell), "", (), depth, f"{depth}.{cell}")
                   for cell in range(cells)]
        starts.append(start)
    return tuple(strata), starts[-1] + buyers.cells[:, 2]


def _share(rng: np.random.Generator, trials: Ints, truth: Floats) -> Tally:
    total = rng.binomial(trials, truth).astype(np.float64)
    many = trials.astype(np.float64)
    return Tally(many, many, total, total)


def _worth(rng: np.random.Generator, plan: Plan, scores: Scores, trials: Ints) -> Tally:
    """Whole horizons that follow as many wins as were dealt, drawn as the simulator draws orders."""
    account = np.repeat(np.arange(len(trials)), trials)
    stays = rng.exponential(1 / scores.leaving_rate[account])
    until = np.minimum(stays, plan.horizon_days)
    win, day, found = np.arange(len(account)), np.zeros(len(account)), [np.arange(len(account))]
    while len(win):
        day = day + rng.gamma(ORDER_GAP_SHAPE, 1 / scores.gap_rate[account[win]])
        there = day < until[win]
        win, day = win[there], day[there]
        found.append(win)
    order = np.concatenate(found)
    line = np.repeat(np.arange(len(order)), 1 + rng.poisson(LINES_AN_ORDER - 1, size=len(order)))
    back = (rng.random(len(line)) < RETURN_SHARE) & (line >= len(account))
    money = line_worth(rng, len(line)) * np.where(back, -1, 1)
    total = np.bincount(order[line], money, minlength=len(account)) * scores.line_contribution[account]
    many = trials.astype(np.float64)
    return Tally(many, many, np.bincount(account, total, minlength=len(trials)),
                 np.bincount(account, total**2, minlength=len(trials)))

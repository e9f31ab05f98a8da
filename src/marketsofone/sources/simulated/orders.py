"""What follows a win: orders that come again until the account leaves.

A later win of the same account starts its orders afresh, in the place of those before it. Gaps between
orders are gamma of shape 2, leaving is a hazard per day, the worth of a line is lognormal with a Pareto
tail of finite variance, and a season moves what is bought.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from marketsofone.sources.simulated.buyers import Buyers
from marketsofone.sources.simulated.chance import Flags, Floats, Ints, stream
from marketsofone.sources.simulated.columns import instants, keys, numbers
from marketsofone.sources.simulated.offer import LIST_PRICE, UNIT_CONTRIBUTION, UNIT_COST, draw_products
from marketsofone.sources.simulated.opportunities import Opportunities
from marketsofone.sources.simulated.plan import Plan
from marketsofone.sources.simulated.scores import LINES_AN_ORDER, ORDER_GAP_SHAPE, RETURN_SHARE, Scores

SEASON_HEIGHT = 0.25
TAIL_SHARE, TAIL_EXPONENT = 0.05, 3.0
BODY_MEAN, BODY_SIGMA = 0.7, 0.8
TAIL_MEAN = (1 - (1 - TAIL_SHARE) * BODY_MEAN) / TAIL_SHARE


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders in order of time.

    Parameters
    ----------
    account : int array, shape (orders,)
        Index of the account.
    day : float array, shape (orders,)
        Days since the start of the history.
    again : bool array, shape (orders,)
        False for the order that a win itself brings.

    """

    account: Ints
    day: Floats
    again: Flags


def draw_orders(plan: Plan, scores: Scores, found: Opportunities, seed: int) -> Orders:
    """Orders from each win until the account leaves, is won anew, or the history ends.

    Works in rounds, each giving every win that still brings orders its next one.
    """
    rng = stream(seed, "orders")
    account, day, following = found.wins()
    stays = rng.exponential(1 / scores.leaving_rate[account])
    until = np.minimum(np.minimum(day + stays, following), plan.days)
    accounts, days, first = [account], [day], len(account)
    while len(account):
        day = day + rng.gamma(ORDER_GAP_SHAPE, 1 / scores.gap_rate[account])
        there = day < until
        account, day, until = account[there], day[there], until[there]
        accounts.append(account)
        days.append(day)
    account, day = np.concatenate(accounts), np.concatenate(days)
    order = np.argsort(day, kind="stable")
    return Orders(account[order], day[order], again=order >= first)


def line_worth(rng: np.random.Generator, lines: int) -> Floats:
    """Worth of a line against its account's mean: mean 1, heavy tail, finite variance."""
    body = BODY_MEAN * rng.lognormal(-(BODY_SIGMA**2) / 2, BODY_SIGMA, size=lines)
    least = TAIL_MEAN * (TAIL_EXPONENT - 1) / TAIL_EXPONENT
    tail = rng.random(lines) < TAIL_SHARE
    body[tail] = least * (1 + rng.pareto(TAIL_EXPONENT, size=int(tail.sum())))
    return body


def order_line_table(plan: Plan, buyers: Buyers, scores: Scores, orders: Orders, seed: int) -> pa.Table:
    """The ledger in order of time; returns are negative."""
    rng = stream(seed, "lines")
    order = np.repeat(np.arange(len(orders.day)), 1 + rng.poisson(LINES_AN_ORDER - 1, size=len(orders.day)))
    account, day = orders.account[order], orders.day[order]
    product = draw_products(rng, buyers, account)
    season = 1 + SEASON_HEIGHT * np.sin(2 * np.pi * day / 365)
    quantity = scores.line_contribution[account] * line_worth(rng, len(order)) * season
    quantity /= UNIT_CONTRIBUTION[product]
    quantity[(rng.random(len(order)) < RETURN_SHARE) & orders.again[order]] *= -1
    return pa.table({
        "order_id": keys("O", order, width=8),
        "account_id": keys("A", account),
        "product_id": keys("P", product, width=2),
        "ordered_at": instants(day, plan.start),
        "quantity": numbers(quantity, 3),
        "amount": numbers(quantity * LIST_PRICE[product]),
        "cost": numbers(quantity * UNIT_COST[product]),
    })

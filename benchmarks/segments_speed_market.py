"""A market of a million buyers and forty dimensions in the engine, its segments planted in three of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd

from marketsofone.customer import UserColumn
from marketsofone.engine import hold
from marketsofone.project.settings.market_file import Market, StrataSettings

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

VALUES = (3, 4, 5, 6, 8, 12, 30, 1_000)
NUMBERS = 8


def dimension_columns(dimensions: int) -> tuple[UserColumn, ...]:
    """Eight numbers, the others texts of 3 to 1,000 values."""
    return tuple(UserColumn(f"d{i:02d}", "account", "dimension", "number" if i < NUMBERS else "text")
                 for i in range(dimensions))


def draw(engine: Backend, buyers: int, dimensions: int, seed: int) -> tuple[Any, Any]:
    """Settings and gathered tables as `stratify` takes them; three texts split the market inside each other."""
    rng = np.random.default_rng(seed)
    columns = dimension_columns(dimensions)
    codes = {c.name: rng.integers(VALUES[i % len(VALUES)], size=buyers) for i, c in enumerate(columns)}
    frame: dict[str, Any] = {"buyer_id": np.arange(1, buyers + 1)}
    for column in columns:
        number = column.kind == "number"
        frame[column.column] = rng.lognormal(3, 1, buyers).round(1) if number else _words(codes[column.name])
    first, second, third = (codes[columns[NUMBERS + i].name] for i in (0, 1, 2))
    pull = 0.3 + 0.1 * (first % 2) + 0.08 * (second % 2) * (first == 0)
    win = 0.35 + 0.1 * (third % 2) * (first == 1)
    worth = 1_000 * np.exp(0.3 * (second % 3 == 0) * (first == 2))
    tried, entered = rng.poisson(2.4, buyers), rng.poisson(0.9, buyers)
    won = rng.binomial(entered, win)
    drawn = {"pull": (tried, rng.binomial(tried, pull)), "competitiveness": (entered, won),
             "attractiveness": (won, won * worth * rng.lognormal(-0.3, 0.8, buyers))}
    tallies = {score: _tally(engine, score, trials, total) for score, (trials, total) in drawn.items()}
    table = hold(engine, "buyer", pd.DataFrame(frame))
    gathered = SimpleNamespace(buyers=table, columns=columns, tallies=tallies, level="account", steps={})
    settings = SimpleNamespace(strata=StrataSettings(), market=Market(currency="EUR"))
    return settings, gathered


def _words(codes: np.ndarray) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, [f"value {i}" for i in range(int(codes.max()) + 1)]).astype(str)


def _tally(engine: Backend, score: str, trials: np.ndarray, total: np.ndarray) -> ibis.Table:
    seen = np.flatnonzero(trials)
    told = {"trials": trials[seen].astype(float), "total": total[seen].astype(float)}
    frame = pd.DataFrame({"buyer_id": 1 + seen} | told)
    return hold(engine, f"tally_{score}", frame)

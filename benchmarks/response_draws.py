"""Markets drawn period by period: effort follows a driver that moves, and the share due to effort is known.

What a driver does to effort and to outcomes is planted, so that the share of all that came which was due to effort
(the elasticity that the product estimates) is known exactly in each market.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

DRIVER_STAYS = 0.8
ON_EFFORT, ON_OUTCOME, LEVEL_SPREAD = 0.6, 0.6, 0.5
MEAN_EFFORT, MEAN_OUTCOME = 1.5, 2.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """Rows of buyers in periods (``buyer_id``, ``period``, ``effort``, ``outcome``, ``driver``) and what is true.

    Parameters
    ----------
    elasticity : float
        Share of the outcome expected in these rows that is due to effort.
    arms : DataFrame
        ``buyer_id``, ``arm`` of buyers whose effort was set by lot.
    """

    rows: pd.DataFrame
    elasticity: float
    arms: pd.DataFrame


def draw(seed: int, buyers: int, periods: int, due: float, lot: float = 0.0, moved: float = 1.0) -> Drawn:
    """A market of this seed.

    Parameters
    ----------
    due : float
        Share of the outcome at mean effort that is due to effort.
    lot : float
        Share of buyers whose effort is half or one and a half times the mean by lot, whatever the driver.
    moved : float
        How strongly the driver moves effort and outcomes; 0 is effort at random.
    """
    rng = np.random.default_rng([seed, 4])
    driver = _driver(rng, buyers, periods)
    by_lot = rng.random(buyers) < lot
    arm = rng.integers(2, size=buyers)
    chosen = np.exp(moved * ON_EFFORT * driver - (moved * ON_EFFORT) ** 2 / 2)
    mean = MEAN_EFFORT * np.where(by_lot[:, None], np.where(arm == 1, 1.5, 0.5)[:, None], chosen)
    effort = rng.poisson(mean).astype(float)
    level = MEAN_OUTCOME * rng.lognormal(-LEVEL_SPREAD**2 / 2, LEVEL_SPREAD, size=(buyers, 1))
    level = level * np.exp(moved * ON_OUTCOME * driver - (moved * ON_OUTCOME) ** 2 / 2)
    through_effort = level * due * effort / MEAN_EFFORT
    expected = level * (1.0 - due) + through_effort
    rows = pd.DataFrame({
        "buyer_id": np.repeat(np.arange(buyers), periods), "period": np.tile(np.arange(periods)[::-1], buyers),
        "effort": effort.ravel(), "outcome": rng.poisson(expected).astype(float).ravel(), "driver": driver.ravel()})
    arms = pd.DataFrame({"buyer_id": np.flatnonzero(by_lot), "arm": np.where(arm[by_lot] == 1, "high", "low")})
    return Drawn(rows, float(through_effort.sum() / expected.sum()), arms)


def in_cells(rows: pd.DataFrame, seen: bool, bins: int = 300) -> pd.DataFrame:
    """The rows with ``cell``: groups of like size by the driver where it is seen, else one cell for all."""
    cell = pd.qcut(rows["driver"], bins, labels=False) if seen else 0
    return rows.assign(cell=cell).drop(columns="driver")


def _driver(rng: np.random.Generator, buyers: int, periods: int) -> np.ndarray:
    """Standard normal at each time, and alike from one period to the next."""
    driver = rng.normal(size=(buyers, periods))
    for period in range(1, periods):
        fresh = np.sqrt(1 - DRIVER_STAYS**2) * driver[:, period]
        driver[:, period] = DRIVER_STAYS * driver[:, period - 1] + fresh
    return driver

"""What is sold and who sells it: products with their versions, reps, rivals."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from marketsofone.sources.simulated.buyers import REGIONS, Buyers
from marketsofone.sources.simulated.chance import Ints, stream
from marketsofone.sources.simulated.columns import keys, numbers, texts
from marketsofone.sources.simulated.layout import DIMENSIONS, VERSION
from marketsofone.sources.simulated.plan import Plan
from marketsofone.sources.simulated.scores import RIVALS

FAMILIES = ("pumps", "filters", "sensors", "service")
VERSIONS = DIMENSIONS[VERSION].values
_FAMILY = np.repeat(np.arange(len(FAMILIES)), len(VERSIONS))
_VERSION = np.tile(np.arange(len(VERSIONS)), len(FAMILIES))
LIST_PRICE = np.array([80.0, 15.0, 45.0, 60.0])[_FAMILY] * np.array([1.0, 1.4, 2.0])[_VERSION]
UNIT_MARGIN = np.array([0.40, 0.50, 0.45, 0.35])[_FAMILY] + np.array([-0.05, 0.0, 0.10])[_VERSION]
UNIT_COST = np.round(LIST_PRICE * (1 - UNIT_MARGIN), 2)
UNIT_CONTRIBUTION = LIST_PRICE - UNIT_COST
PREFERRED_SHARE = 0.8
ACCOUNTS_A_REP, MOST_REPS = 150, 500


def product_table() -> pa.Table:
    """Every family in every version."""
    return pa.table({
        "product_id": keys("P", np.arange(len(LIST_PRICE)), width=2),
        "family": texts(_FAMILY, FAMILIES),
        "version": texts(_VERSION, VERSIONS),
        "list_price": numbers(LIST_PRICE),
        "unit_cost": numbers(UNIT_COST),
    })


def draw_products(rng: np.random.Generator, buyers: Buyers, account: Ints) -> Ints:
    """A product per row: any family, mostly in the version its account prefers."""
    family = rng.integers(len(FAMILIES), size=len(account))
    other = rng.integers(len(VERSIONS), size=len(account))
    prefers = rng.random(len(account)) < PREFERRED_SHARE
    version = np.where(prefers, buyers.codes[account, VERSION], other)
    return np.asarray(family * len(VERSIONS) + version)


def rep_count(plan: Plan) -> int:
    """Reps of the company: the same number in each region."""
    a_region = min(max(plan.accounts // ACCOUNTS_A_REP, len(REGIONS)), MOST_REPS) // len(REGIONS)
    return a_region * len(REGIONS)


def draw_owners(plan: Plan, buyers: Buyers, seed: int) -> Ints:
    """Which rep looks after each account: one of its region."""
    a_region = rep_count(plan) // len(REGIONS)
    place = stream(seed, "owners").integers(a_region, size=len(buyers))
    return np.asarray(place * len(REGIONS) + buyers.region)


def rep_table(plan: Plan, seed: int) -> pa.Table:
    """Reps with their hours and what an hour costs."""
    rng = stream(seed, "reps")
    reps = rep_count(plan)
    region = np.arange(reps) % len(REGIONS)
    return pa.table({
        "rep_id": keys("R", np.arange(reps), width=4),
        "team": texts(region, [f"team {name}" for name in REGIONS]),
        "region": texts(region, REGIONS),
        "week_hours": numbers(rng.choice([12.0, 16.0, 20.0], size=reps), 1),
        "hour_cost": numbers(plan.hour_cost * rng.uniform(0.8, 1.2, size=reps)),
    })


def competitor_table() -> pa.Table:
    """The rivals, by name."""
    return pa.table({"competitor_id": pa.array(RIVALS)})

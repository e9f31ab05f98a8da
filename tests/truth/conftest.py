"""Small versions of ``benchmarks/truth.py``: the same functions on a handful of seeds."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

SEEDS = range(3_000, 3_008)


@pytest.fixture(scope="session")
def measured():
    """Figures of eight markets of 1,500 accounts, entry not selective."""
    from truth_measures import market_figures

    from marketsofone.sources.simulated import Plan

    plan = Plan(accounts=1_500, selective_entry=0.0)
    return [market_figures(plan, seed) for seed in SEEDS]

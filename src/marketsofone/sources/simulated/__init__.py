"""The simulated company: a source like any other, seeded, whose truth is a table.

It shares no code and no functional form with the estimators, so that they can be judged by it.
"""

from marketsofone.sources.simulated.company import Company, simulate
from marketsofone.sources.simulated.plan import PLANS, Plan
from marketsofone.sources.simulated.settings import market_toml

__all__ = ["PLANS", "Company", "Plan", "market_toml", "simulate"]

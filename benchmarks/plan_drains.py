"""Drains planted by thin margins, and whether the ledger's rule finds them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from plan_company import WEEKS, Firm, company

from marketsofone.project.planning.drain import drain_ledger
from marketsofone.project.planning.inputs import Segment
from marketsofone.project.settings.market_file import (
    AlarmSettings,
    Market,
    MarketingSettings,
    ModelSettings,
    RecordSettings,
    Settings,
    Steps,
    StrataSettings,
)
from marketsofone.project.settings.plan import PlanSettings
from marketsofone.sources.simulated import Plan

THIN = Plan(accounts=1_000, line_contribution=12.0)
CLEAR, LEAST_HOURS = 2.0, 10.0


def drains_found(seed: int) -> dict[str, float]:
    """Planted drains that the ledger finds, misses, and calls drains wrongly: by planted cell and by buyer."""
    firm = company(THIN, seed)
    cells = _by_cell(firm)
    true = firm.truth.value(firm.hours_spent)
    found = {}
    for unit, group in (("planted cells", firm.cell), ("buyers", np.arange(len(firm.cell)))):
        hours, spent, due = (np.bincount(group, of) for of in (firm.hours_spent, firm.money_spent, true))
        clear = (hours > (LEAST_HOURS if unit == "planted cells" else 0.0)) & (
            (spent >= CLEAR * due) | (due >= CLEAR * spent))
        called = cells[unit]
        drains = spent >= CLEAR * due
        found |= {f"{unit} hit": float((clear & drains & called).sum()),
                  f"{unit} missed": float((clear & drains & ~called).sum()),
                  f"{unit} wrong": float((clear & ~drains & called).sum())}
    return found


def _by_cell(firm: Firm) -> dict[str, np.ndarray]:
    """What the product's ledger calls a drain, its segments being the planted cells."""
    names = [f"c{number}" for number in range(int(firm.cell.max()) + 1)]
    problem = replace(firm.problem, segment=firm.cell, segments=tuple(Segment(name, name, 0) for name in names))
    at = np.flatnonzero(firm.hours_spent > 0)
    cost = firm.problem.cost[at]
    spent = pd.DataFrame({
        "buyer_id": problem.rows["buyer_id"].to_numpy()[at], "rep_id": problem.sellers.rep_id[problem.rep[at]],
        "touches": 1, "guessed": 0, "hours": firm.hours_spent[at],
        "cost": firm.money_spent[at] - firm.hours_spent[at] * cost})
    nothing = pd.DataFrame({"buyer_id": pd.Series(dtype=np.int64), "returned": pd.Series(dtype=float)})
    ledger = drain_ledger(problem, settings(firm), spent, nothing, set(names), "EUR").table.to_pandas()
    called = {kind: dict(zip(of["id"], of["drains"], strict=True)) for kind, of in ledger.groupby("kind")}
    keys = problem.rows["source_id"].to_pylist()
    return {"planted cells": _flags(called["segment"], names), "buyers": _flags(called["buyer"], keys)}


def _flags(called: dict[str, bool], names: list[str]) -> np.ndarray:
    return np.array([bool(called.get(name, False)) for name in names])


def settings(firm: Firm) -> Settings:
    """What the ledger asks of a project file."""
    plan = firm.market.company.plan
    market = Market("EUR", hour_cost=plan.hour_cost, approach_hours=plan.approach_hours,
                    horizon_days=plan.horizon_days)
    return Settings(Path("."), market, Steps(), StrataSettings(), ModelSettings(), MarketingSettings(),
                    RecordSettings(), AlarmSettings(), PlanSettings(weeks=WEEKS), {}, {}, {}, frozenset())


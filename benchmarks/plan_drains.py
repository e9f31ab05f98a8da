"""Drains planted by thin margins, and whether the ledger's rule finds them and spares what is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from plan_company import WEEKS, Firm, company
from truth_market import Ints

from marketsofone.allocation import Curves
from marketsofone.project.planning.drain import drain_ledger
from marketsofone.project.planning.inputs import Segment
from marketsofone.project.settings.market_file import (
    AlarmSettings,
    Market,
    MarketingSettings,
    ModelSettings,
    RecordSettings,
    Settings,
    Since,
    Steps,
    StrataSettings,
)
from marketsofone.project.settings.plan import PlanSettings
from marketsofone.sources.simulated import Plan

MARGINS = (0.1, 0.2, 0.4)
"""Of the simulator's usual margin: at the thinnest nearly all that was approached is a drain, at the last half is."""

UNITS = ("planted cells", "buyers")
USUAL = Plan(accounts=1_000)
CLEAR, LEAST_HOURS = 2.0, 10.0


def drains_found(seed: int) -> Iterator[dict[str, float]]:
    """By margin and unit: planted drains, what is none, and which of both the ledger calls drains.

    The same once more (``oracle's``) of the ledger kept by an oracle's posterior.
    """
    for margin in MARGINS:
        firm = company(replace(USUAL, line_contribution=margin * USUAL.line_contribution), seed)
        ours, theirs = (_called(firm, curves) for curves in (firm.problem.curves, firm.knowing))
        for unit, group in zip(UNITS, (firm.cell, np.arange(len(firm.cell))), strict=True):
            yield {"margin": margin, "unit": UNITS.index(unit)} | _counts(firm, unit, group, ours[unit], theirs[unit])


def _counts(firm: Firm, unit: str, group: Ints, ours: np.ndarray, theirs: np.ndarray) -> dict[str, float]:
    true = firm.truth.value(firm.hours_spent)
    hours, spent, due = (np.bincount(group, of) for of in (firm.hours_spent, firm.money_spent, true))
    seen = hours > (LEAST_HOURS if unit == UNITS[0] else 0.0)
    drains, none = seen & (spent >= CLEAR * due), seen & (due >= CLEAR * spent)
    return {"drains": float(drains.sum()), "none": float(none.sum()),
            "hit": float((drains & ours).sum()), "wrong": float((none & ours).sum()),
            "oracle's hit": float((drains & theirs).sum()), "oracle's wrong": float((none & theirs).sum())}


def _called(firm: Firm, curves: Curves) -> dict[str, np.ndarray]:
    """What the product's ledger calls a drain by these curves, its segments being the planted cells."""
    names = [f"c{number}" for number in range(int(firm.cell.max()) + 1)]
    rows = firm.problem.rows
    for name, values in (("ceiling", curves.ceiling), ("scale", curves.scale), ("shape", curves.shape)):
        rows = rows.set_column(rows.column_names.index(name), name, pa.array(values))
    problem = replace(firm.problem, rows=rows, curves=curves, segment=firm.cell,
                      segments=tuple(Segment(name, name, 0) for name in names))
    at = np.flatnonzero(firm.hours_spent > 0)
    cost = firm.problem.cost[at]
    spent = pd.DataFrame({
        "buyer_id": problem.rows["buyer_id"].to_numpy()[at], "rep_id": problem.sellers.rep_id[problem.rep[at]],
        "touches": 1, "guessed": 0, "hours": firm.hours_spent[at],
        "cost": firm.money_spent[at] - firm.hours_spent[at] * cost})
    nothing = pd.DataFrame({"buyer_id": pd.Series(dtype=np.int64), "returned": pd.Series(dtype=float), "told": 0,
                            "untold": 0})
    ledger = drain_ledger(problem, settings(firm), spent, nothing, set(names), "EUR").table.to_pandas()
    called = {kind: dict(zip(of["id"], of["drains"], strict=True)) for kind, of in ledger.groupby("kind")}
    keys = problem.rows["source_id"].to_pylist()
    return {UNITS[0]: _flags(called["segment"], names), UNITS[1]: _flags(called["buyer"], keys)}


def _flags(called: dict[str, bool], names: list[str]) -> np.ndarray:
    return np.array([bool(called.get(name, False)) for name in names])


def settings(firm: Firm) -> Settings:
    """What the ledger asks of a project file."""
    plan = firm.market.company.plan
    market = Market("EUR", hour_cost=plan.hour_cost, approach_hours=plan.approach_hours,
                    horizon_days=plan.horizon_days)
    return Settings(Path("."), market, Steps(), Since(), StrataSettings(), ModelSettings(), MarketingSettings(),
                    RecordSettings(), AlarmSettings(), PlanSettings(weeks=WEEKS), {}, {}, {}, frozenset())

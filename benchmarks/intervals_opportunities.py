"""Opportunities of one simulated company, run through files and engine: does the interval hold the planted chance?"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from truth_measures import Figures

import marketsofone as m1
from marketsofone.sources.simulated import Plan, market_toml, simulate

SHOWN = ["competitiveness", "competitiveness_low", "competitiveness_high"]


def opportunity_figures(plan: Plan, seed: int) -> Figures:
    """How many intervals hold, of how many: of all opportunities, of open ones, and of their buyers' own chance.

    ``error:opportunity`` holds the squared error to the planted chance, and that of the buyer's chance alone.
    """
    rows = _rows(plan, seed)
    held = rows["planted"].between(rows["win_low"], rows["win_high"])
    of_open = held[rows["outcome"] == "open"]
    of_buyer = rows["buyer_planted"].between(rows["competitiveness_low"], rows["competitiveness_high"])
    errors = [float(np.sum((rows[name] - rows["planted"]) ** 2)) for name in ("win", "competitiveness")]
    return {f"cover:{name}": [float(found.sum()), float(len(found))]
            for name, found in (("opportunity", held), ("open", of_open), ("buyer", of_buyer))} | {
        "error:opportunity": errors}


def _rows(plan: Plan, seed: int) -> pd.DataFrame:
    """Each opportunity with what is said and what was planted of it and of its buyer."""
    company = simulate(plan, seed=seed)
    with TemporaryDirectory() as name:
        folder = Path(name)
        company.write(folder / "files")
        (folder / "market.toml").write_text(market_toml(company, folder / "files"))
        run = m1.run(folder)
        told, buyers = m1.frame(run, "opportunities"), m1.frame(run, "buyers")
    planted = company.opportunity_truth.to_pandas().set_index("opportunity_id")["win"]
    of_buyer = company.truth.to_pandas().set_index("account_id")["competitiveness"]
    buyers["buyer_planted"] = buyers["source_id"].map(of_buyer)
    told["planted"] = told["source_id"].map(planted)
    return told.merge(buyers[["buyer_id", "buyer_planted", *SHOWN]], on="buyer_id")

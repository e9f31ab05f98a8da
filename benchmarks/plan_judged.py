"""What judgement of effort does to a plan: right and wrong, on thin and on long records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import ibis
import numpy as np
import pandas as pd
from plan_company import Firm, company, earns

from marketsofone.allocation import Curves
from marketsofone.estimates.response_curves import with_judgements
from marketsofone.project.planning_solve import place
from marketsofone.sources.simulated import Plan

SCALES = (0.25, 1.0, 4.0, 16.0)
SURE, EVERY, TIMES = 5.0, 5, 3.0
WRONG = "wrong, thrice the worth"


def judged(seed: int) -> Iterator[dict[str, float]]:
    """What the plan earns without judgement, with right, and with wrong, by how much is on record."""
    for scale in SCALES:
        firm = company(Plan(accounts=600, trials_scale=scale), seed)
        said = {"none": firm.problem.curves, "right": _pooled(firm, 1.0), WRONG: _pooled(firm, TIMES)}
        yield {"trials_scale": scale} | {name: earns(firm, place(replace(firm.problem, curves=curves)).hours)
                                         for name, curves in said.items()}


def _pooled(firm: Firm, times: float) -> Curves:
    """The product's curves with a judgement of every fifth prospect pooled in, as the product pools it."""
    curves, ids = firm.problem.curves, np.arange(len(firm.trials))
    rows = pd.DataFrame({"buyer_id": ids, "ceiling": curves.ceiling, "scale": curves.scale, "shape": curves.shape,
                         "status": "adjusted"})
    some = ids[::EVERY]
    told = pd.DataFrame({"buyer_id": some, "sure": SURE, "ceiling": firm.truth.ceiling[some] * times,
                         "scale": firm.truth.scale[some], "shape": np.inf})
    trials = pd.DataFrame({"buyer_id": ids, "trials": firm.trials})
    found = with_judgements(ibis.memtable(rows), ibis.memtable(told), ibis.memtable(trials))
    found = found.order_by("buyer_id").execute()
    return Curves(found["ceiling"].to_numpy(float), found["scale"].to_numpy(float), found["shape"].to_numpy(float))

"""What judgement of effort does to a plan: right and wrong in two ways, on thin and on long records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import ibis
import numpy as np
import pandas as pd
from plan_company import Firm, company, earns
from truth_market import Floats

from marketsofone.allocation import Curves
from marketsofone.estimates.judged import as_trusted, fetch_judges, with_judgements
from marketsofone.project.planning.solving import place
from marketsofone.sources.simulated import Plan

SCALES = (0.25, 1.0, 4.0, 16.0)
SURE, EVERY, TIMES = 5.0, 5, 3.0
RIGHT, WRONG, AT_RANDOM = "right", "wrong, thrice the worth", "wrong, threefold either way by chance"
JUDGES = (RIGHT, WRONG, AT_RANDOM)


def judged(seed: int) -> Iterator[dict[str, float]]:
    """What the plan earns without judgement, and with each kind of judge, by how much is on record."""
    for scale in SCALES:
        firm = company(Plan(accounts=600, trials_scale=scale), seed)
        chance = np.random.default_rng(seed).standard_normal(len(firm.trials))
        said = {"none": firm.problem.curves}
        for name, times in zip(JUDGES, (1.0, TIMES, TIMES**chance), strict=True):
            said[name] = _pooled(firm, np.broadcast_to(times, len(firm.trials)))
        yield {"trials_scale": scale} | {name: earns(firm, place(replace(firm.problem, curves=curves)).hours)
                                         for name, curves in said.items()}


def _pooled(firm: Firm, times: Floats) -> Curves:
    """The product's curves with a judgement of every fifth prospect pooled in, as the product pools it."""
    curves, ids = firm.problem.curves, np.arange(len(firm.trials))
    rows = ibis.memtable(pd.DataFrame({"buyer_id": ids, "ceiling": curves.ceiling, "scale": curves.scale,
                                       "shape": curves.shape, "status": "adjusted"}))
    some = ids[::EVERY]
    told = ibis.memtable(pd.DataFrame({
        "buyer_id": some, "stated_by": "one", "about": "account", "about_id": some.astype(str), "sure": SURE,
        "ceiling": (firm.truth.ceiling * times)[some], "scale": firm.truth.scale[some], "shape": np.inf}))
    worth = firm.problem.rows["worth_spread"].to_numpy() ** 2
    known = ibis.memtable(pd.DataFrame({"buyer_id": ids, "ceiling_known": 1.0 / worth,
                                        "slope_known": 1.0 / (worth + 1.0 / curves.shape)}))
    judges = ibis.memtable(fetch_judges(rows, told, known))
    found = with_judgements(rows, as_trusted(told, judges), known).order_by("buyer_id").execute()
    return Curves(found["ceiling"].to_numpy(float), found["scale"].to_numpy(float), found["shape"].to_numpy(float))

"""What judgement of effort does to a plan: right and wrong in three ways, on thin and on long records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import ibis
import numpy as np
import pandas as pd
from plan_company import Firm, company, earns

from marketsofone.allocation import Curves
from marketsofone.estimates.judged import as_trusted, fetch_judges, with_judgements
from marketsofone.project.planning.solving import place
from marketsofone.sources.simulated import Plan

SCALES = (0.25, 1.0, 4.0, 16.0)
SURE, EVERY, TIMES = 5.0, 5, 3.0
RIGHT, WRONG, AT_RANDOM = "right", "wrong, thrice the worth", "wrong, threefold either way by chance"
MIXED_UP = "wrong, of one prospect what is true of another"
JUDGES = (RIGHT, WRONG, AT_RANDOM, MIXED_UP)
"""All but the last know each prospect's true chance, and its worth but for what is said."""


def judged(seed: int) -> Iterator[dict[str, float]]:
    """What the plan earns without judgement, and with each kind of judge, by how much is on record."""
    for scale in SCALES:
        firm = company(Plan(accounts=600, trials_scale=scale), seed)
        rng = np.random.default_rng(seed)
        chance, other = rng.standard_normal(len(firm.trials)), rng.permutation(len(firm.trials))
        opinions = (firm.truth, firm.truth.times(TIMES), firm.truth.times(TIMES**chance), firm.truth.of(other))
        said = {"none": firm.problem.curves} | {
            name: _pooled(firm, opinion) for name, opinion in zip(JUDGES, opinions, strict=True)}
        yield {"trials_scale": scale} | {name: earns(firm, place(replace(firm.problem, curves=curves)).hours)
                                         for name, curves in said.items()}


def _pooled(firm: Firm, opinion: Curves) -> Curves:
    """The product's curves with an opinion of every fifth prospect pooled in, as the product pools it."""
    curves, ids = firm.problem.curves, np.arange(len(firm.trials))
    rows = ibis.memtable(pd.DataFrame({"buyer_id": ids, "ceiling": curves.ceiling, "scale": curves.scale,
                                       "shape": curves.shape, "status": "adjusted"}))
    some = ids[::EVERY]
    told = ibis.memtable(pd.DataFrame({
        "buyer_id": some, "stated_by": "one", "about": "account", "about_id": some.astype(str), "sure": SURE,
        "ceiling": opinion.ceiling[some], "scale": opinion.scale[some], "shape": np.inf}))
    worth = firm.problem.rows["worth_spread"].to_numpy() ** 2
    known = ibis.memtable(pd.DataFrame({"buyer_id": ids, "ceiling_known": 1.0 / worth,
                                        "slope_known": 1.0 / (worth + 1.0 / curves.shape)}))
    judges = ibis.memtable(fetch_judges(rows, told, known))
    found = with_judgements(rows, as_trusted(told, judges), known).order_by("buyer_id").execute()
    return Curves(found["ceiling"].to_numpy(float), found["scale"].to_numpy(float), found["shape"].to_numpy(float))

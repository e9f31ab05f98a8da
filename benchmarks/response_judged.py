"""Whether right judgement helps and wrong judgement is outgrown, by what the product does with both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from ibis.backends.duckdb import Backend
from response_draws import MEAN_EFFORT, MEAN_OUTCOME, draw, in_cells

from marketsofone.engine import hold, open_engine
from marketsofone.estimates.judged import as_trusted, fetch_judges, judged_curves, with_judgements
from marketsofone.estimates.response import fit_response
from marketsofone.estimates.response_curves import Clock, customer_curves, response_doubt

FIRST_SEED = 234_500
PERIODS = (4, 8, 16, 32, 64)
DUE, SURE = 0.4, 6.0
BUYERS = 600
OUTGROWN = 0.01
CLOCK = Clock(approach_hours=1.0, horizon_days=30.0, period_days=30.0)
SAID = {"right": 1.0, "wrong, thrice the effect": 3.0}


@dataclass(frozen=True, slots=True)
class Judged:
    """Root mean squared error of the slope of a buyer, as a share of the true one, by what was used.

    ``where_identified`` is the same (``alone`` among it) over those markets in which the record identifies a response.
    """

    periods: int
    alone: float
    with_judgement: dict[str, float]
    identified: float
    where_identified: dict[str, float]


def judged(seeds: int) -> list[Judged]:
    """600 buyers, effort at random, a stated judgement worth six periods; the record grows from 4 to 64 periods."""
    engine = open_engine(threads=1)
    found = []
    for periods in PERIODS:
        errors = [_errors(engine, seed, periods) for seed in range(FIRST_SEED, FIRST_SEED + seeds)]
        frame = pd.DataFrame(errors)
        squares = frame.drop(columns="identified") ** 2
        mean, seen = np.sqrt(squares.mean()), np.sqrt(squares[frame["identified"] > 0].mean())
        found.append(Judged(periods, float(mean["alone"]), {name: float(mean[name]) for name in SAID},
                            float(frame["identified"].mean()), seen.to_dict()))
    engine.disconnect()
    return found


def _errors(engine: Backend, seed: int, periods: int) -> dict[str, float]:
    drawn = draw(seed, buyers=BUYERS, periods=periods, due=DUE, moved=0.0)
    rows = hold(engine, "judged_rows", in_cells(drawn.rows, seen=False))
    fit = fit_response(rows)
    customers = hold(engine, "judged_customers", pd.DataFrame(
        {"buyer_id": np.arange(BUYERS), "base": MEAN_OUTCOME, "touches": MEAN_EFFORT,
         "borrowed": 1.0}))
    curves = customer_curves(customers, fit, CLOCK)
    worth = 0.0 if fit.elasticity is None else periods + 1.0 / response_doubt(fit) ** 2
    known = hold(engine, "judged_known", pd.DataFrame({"buyer_id": np.arange(BUYERS), "ceiling_known": worth,
                                                       "slope_known": worth}))
    true_slope = MEAN_OUTCOME * DUE / MEAN_EFFORT
    found = {"alone": _error(curves, true_slope), "identified": float(fit.elasticity is not None)}
    for name, times in SAID.items():
        said = hold(engine, "judged_said", _points(times))
        judges = hold(engine, "judged_judges", fetch_judges(curves, said, known))
        found[name] = _error(with_judgements(curves, as_trusted(said, judges), known), true_slope)
    return found


def _points(times: float) -> pd.DataFrame:
    """The same judgement on every buyer: what the true curve says at the five efforts, its effect so many times."""
    due = min(DUE * times, 1.2)
    bend = 8.0
    at = np.array([0.0, 0.5, 1.0, 1.5])
    rise = due * bend * -np.expm1(-at / bend)
    none = max(MEAN_OUTCOME * (1.0 - DUE), 0.0)
    points = none + MEAN_OUTCOME * np.append(rise, due * bend)
    said = pd.DataFrame([{"stated_by": "one", "about": "buyer", "about_id": "1", "hours": MEAN_EFFORT,
                          "none": points[0], "half": points[1], "now": points[2], "more": points[3],
                          "most": points[4], "sure": SURE}])
    curve, _ = judged_curves(said)
    one = curve.drop(columns="misfit").iloc[[0] * BUYERS].reset_index(drop=True)
    return one.assign(buyer_id=np.arange(BUYERS), about_id=[str(buyer) for buyer in range(BUYERS)])


def _error(curves, true_slope: float) -> float:
    """Of the slope at the present effort, as a share of the true slope, mean over buyers."""
    frame = curves.execute()
    reached = MEAN_EFFORT / frame["scale"].to_numpy(float)
    shape = frame["shape"].to_numpy(float)
    fall = np.where(np.isinf(shape), np.exp(-reached), (1.0 + reached / np.minimum(shape, 1e9)) ** (-shape - 1.0))
    slope = frame["ceiling"].to_numpy(float) / frame["scale"].to_numpy(float) * fall
    return float(np.mean(slope / true_slope - 1.0))


def judged_part(found: list[Judged], seeds: int) -> str:
    """The section of the page."""
    names = list(SAID)
    told = " | ".join(f"with judgement, {name}" for name in names)
    lines = [f"| {each.periods} | {each.identified:.0%} | {each.alone:.0%} | "
             f"{' | '.join(f'{each.with_judgement[name]:.0%}' for name in names)} | "
             f"{each.where_identified['alone']:.1%} | {each.where_identified[names[1]]:.1%} |\n" for each in found]
    first, last = found[0], found[-1]
    helps = first.with_judgement[names[0]] < first.alone
    outgrown = [wrong <= alone + OUTGROWN for wrong, alone in (
        (last.with_judgement[names[1]], last.alone), (last.where_identified[names[1]], last.where_identified["alone"]))]
    everywhere, identified = ("yes" if of else "**no**" for of in outgrown)
    return f"""\
## Judgement, right and wrong

{seeds} markets (seeds from {FIRST_SEED:,}) of {BUYERS} buyers whose effort went by chance; {DUE:.0%} of what comes is
due to effort. A person states five points for every buyer, said to be worth {SURE:.0f} periods. The figures are the
root mean squared error of what the next hour adds, as a share of the truth. Where the record alone does not identify
the response no hour is credited, an error of 100%; the last two columns leave such markets out.

| periods on record | record identifies | record alone | {told} | where identified: alone | {names[1]} |
| --- | --- | --- | {' | '.join('---' for _ in names)} | --- | --- |
{"".join(lines)}
Right judgement helps where the record is thin: {"yes" if helps else "**no**"}.
Wrong judgement is outgrown (at {last.periods} periods it adds at most {OUTGROWN:.0%} to the error of the record alone):
over all markets {everywhere}, where the record identifies the response {identified}. There, a person who says thrice of
all buyers is seen to (docs/decisions/0017). The control refuses some sound markets however long their record is, and
there nothing can outgrow what a person says: whether any of them is among the markets decides the answer over all. On
60 other seeds (from 134,500) 2 were refused at 64 periods, and it was no: 31% beside 19% (5.5% beside 6.2% without
them).
"""

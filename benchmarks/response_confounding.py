"""Whether the estimate takes the reps' choice for effect: markets with the driver seen, hidden, and effort by lot."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow as pa
from ibis import _
from ibis.backends.duckdb import Backend
from response_draws import draw, in_cells

from marketsofone.customer import UserColumn
from marketsofone.engine import hold, open_engine
from marketsofone.estimates.response import ResponseFit, driver_cells, fit_response
from marketsofone.features import AsOf, buyers, known_by, owners
from marketsofone.features.effort import efforts, lots
from marketsofone.project.flow import load, opened
from marketsofone.project.settings.market_file import read_settings
from marketsofone.sources.simulated import Plan, simulate
from marketsofone.sources.simulated.settings import market_toml

FIRST_SEED = 34_000
COMPANY = Plan(accounts=16_000, buyer_spread=0.8, selective_entry=0.5, selective_on_pull=2.0, randomised_share=0.0)
LOT_COMPANY = replace(COMPANY, accounts=6_000, randomised_share=0.3)
PERIOD_DAYS = 182
SIZE = ("dim_size",)
TRAITS = "[sources.account.account.traits]\n"


@dataclass(frozen=True, slots=True)
class Case:
    """One market's answer beside the truth."""

    case: str
    seed: int
    truth: float
    fit: ResponseFit


def company_cases(seeds: int) -> list[Case]:
    """Companies written to files and read back by the product: driver seen, hidden, and effort by lot."""
    found = []
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        found += list(_company(COMPANY, seed, {"driver seen": (*SIZE, "trait_want"), "driver hidden": SIZE}))
        found += list(_company(LOT_COMPANY, seed, {"driver hidden, a lot": SIZE}))
        print(f"company {seed - FIRST_SEED + 1} of {seeds}", file=sys.stderr, flush=True)
    return found


def _company(plan: Plan, seed: int, cases: dict[str, tuple[str, ...]]) -> Iterator[Case]:
    """What the record says of wins to approaches. Each approach is a trial of its own, so the truth is 1."""
    company = simulate(plan, seed)
    want = dict(zip(company.truth["account_id"].to_pylist(), company.truth["pull"].to_pylist(), strict=True))
    account = company.tables["account"]
    told = pa.array([want[key] for key in account["account_id"].to_pylist()])
    tables = company.tables | {"account": account.append_column("want", told)}
    company = replace(company, tables={name: of for name, of in tables.items() if of.num_rows})
    with TemporaryDirectory(prefix="response-") as place:
        folder = Path(place)
        company.write(folder)
        text = market_toml(company, folder).replace(TRAITS, TRAITS + 'want = { from = "want", kind = "number" }\n')
        (folder / "market.toml").write_text(text, encoding="utf-8")
        with opened(folder) as engine:
            yield from _read_back(engine, folder, plan, seed, cases)


def _read_back(engine: Backend, folder: Path, plan: Plan, seed: int,
               cases: dict[str, tuple[str, ...]]) -> Iterator[Case]:
    loaded, _findings = load(engine, read_settings(folder))
    as_of = AsOf(plan.as_of)
    tables = known_by({name: engine.table(name) for name in (*loaded.tables, "entity_link")}, as_of)
    owner = {name: hold(engine, f"owner_{name}", of) for name, of in owners(tables, "account").items()}
    columns = tuple(UserColumn(c.name, c.table, c.role, c.kind or "text", c.on_many) for c in loaded.columns)
    everyone = hold(engine, "everyone", buyers(tables, owner, columns))
    wins = partial(efforts, tables, owner, as_of=as_of, period_days=PERIOD_DAYS, outcome="won",
                   approach_hours=plan.approach_hours)
    panel = hold(engine, "panel", wins(everyone=everyone.select("buyer_id")))
    arms = lots(tables, owner, everyone.select("buyer_id")) if plan.randomised_share else None
    drawn = None if arms is None else hold(engine, "by_lot", wins(
        everyone=arms.select("buyer_id"), drawn=True).inner_join(arms, "buyer_id").mutate(effort=_.touches))
    for name, drivers in cases.items():
        rows = panel.inner_join(driver_cells(everyone, drivers), "buyer_id").select(
            "buyer_id", "period", "cell", "outcome", effort=_.touches)
        yield Case(name, seed, 1.0, fit_response(hold(engine, "rows", rows), drawn, drivers=drivers))


def panel_cases(seeds: int, due: float = 0.4) -> list[Case]:
    """Markets drawn period by period, the driver moving: seen, hidden (both designs), and by lot.

    Among buyers drawn by lot effort goes with nothing else, so that the planted share holds as it is.
    """
    found = []
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        engine = open_engine(threads=2)
        drawn = draw(seed, buyers=3_000, periods=12, due=due)
        some = draw(seed, buyers=3_000, periods=12, due=due, lot=0.3)
        seen, hidden = (in_cells(drawn.rows, of) for of in (True, False))
        arms = hold(engine, "arms", some.rows.merge(some.arms))
        for name, rows, truth, fit in (
            ("driver seen", seen, drawn.elasticity, partial(fit_response, drivers=("driver",))),
            ("driver hidden", hidden, drawn.elasticity, fit_response),
            ("driver hidden, buyers with themselves", hidden, drawn.elasticity,
             partial(fit_response, design="within")),
            ("driver hidden, a lot", in_cells(some.rows, seen=False), due,
             partial(fit_response, lots=arms)),
        ):
            found.append(Case(name, seed, truth, _answer(engine, rows, fit)))
        engine.disconnect()
    return found


def _answer(engine: Backend, rows: pd.DataFrame, fit: Callable[..., ResponseFit]) -> ResponseFit:
    return fit(hold(engine, "drawn", rows))


def summary(found: list[Case]) -> list[list[str]]:
    """One line a case: answers by status, bias of the mean, coverage, and what the naive slope would have said."""
    lines = []
    for case in dict.fromkeys(each.case for each in found):
        mine = [each for each in found if each.case == case]
        told = [each for each in mine if each.fit.elasticity is not None]
        naive = np.mean([each.fit.naive / each.truth - 1 for each in mine])
        lines.append([case, str(len(mine)), f"{len(mine) - len(told)} ({1 - len(told) / len(mine):.0%})",
                      *_told(told), f"{naive:+.0%}"])
    return lines


def _told(told: list[Case]) -> list[str]:
    if not told:
        return ["", ""]
    ratio = np.array([each.fit.elasticity / each.truth - 1 for each in told])
    inside = np.mean([each.fit.low <= each.truth <= each.fit.high for each in told])
    error = ratio.std(ddof=1) / np.sqrt(len(ratio)) if len(ratio) > 1 else float("nan")
    return [f"{ratio.mean():+.1%} ± {error:.1%}", f"{inside:.0%} of {len(told)}"]

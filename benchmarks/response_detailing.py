"""Calls on physicians and what they prescribe: 15 months to learn from, 8 to judge, beside Poisson mixed models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from accuracy_sets import DATA
from scipy import optimize, special

from marketsofone.engine import hold, open_engine
from marketsofone.estimates.response import ResponseFit, fit_response
from marketsofone.pooling.response_levels import Levels, fit_levels

LEARNED = 15
NODES = np.linspace(-6.0, 6.0, 401)
UNSEEN_BEND = 8.0


@dataclass(frozen=True, slots=True)
class Panel:
    """``scripts`` and ``calls``, shape (physicians, months), and the specialty of each physician as a number."""

    scripts: np.ndarray
    calls: np.ndarray
    specialty: np.ndarray


def read_panel() -> Panel | None:
    """The data, or None where they are not there."""
    folder = DATA / "detailing_sales_calls"
    if not folder.is_dir():
        return None
    counts = pd.read_csv(folder / "counts.csv.gz")
    demo = pd.read_csv(folder / "demo.csv.gz").set_index("id")
    month = counts.groupby("id").cumcount()
    wide = counts.assign(month=month).pivot(index="id", columns="month")
    demo = demo.loc[wide.index]
    specialty = (demo["generalphys"] + 2 * demo["specialist"]).to_numpy(np.int64)
    return Panel(wide["scripts"].to_numpy(float), wide["detailing"].to_numpy(float), specialty)


def fits(panel: Panel) -> dict[str, ResponseFit]:
    """What the first 15 months say, both designs."""
    physicians = len(panel.specialty)
    rows = pd.DataFrame({
        "buyer_id": np.repeat(np.arange(physicians), LEARNED),
        "period": np.tile(np.arange(LEARNED)[::-1], physicians),
        "cell": np.repeat(panel.specialty, LEARNED),
        "effort": panel.calls[:, :LEARNED].ravel(), "outcome": panel.scripts[:, :LEARNED].ravel()})
    engine = open_engine(threads=2)
    table = hold(engine, "detailing", rows)
    found = {"between": fit_response(table, drivers=("specialty",)), "within": fit_response(table, design="within")}
    engine.disconnect()
    return found


def levels(panel: Panel, elasticity: float) -> tuple[Levels, float]:
    """Levels learned with this elasticity, and the log likelihood of the months held out."""
    mean = panel.calls[:, :LEARNED].mean()
    response = np.maximum(1.0 - elasticity + elasticity * panel.calls / mean, 1e-9)
    found = fit_levels(panel.scripts[:, :LEARNED], response[:, :LEARNED], panel.specialty)
    return found, float(found.log_chance(panel.scripts[:, LEARNED:], response[:, LEARNED:]).sum())


def mixed_model(panel: Panel, random_slope: bool) -> tuple[float, float]:
    """A Poisson mixed model, by maximum likelihood: its slope of calls, and its held-out log likelihood.

    Log mean: specialty, calls, a normal intercept a physician and, if asked, a normal slope of calls; the integral
    on a grid fine enough for the sharpest posterior. Each held-out count is foretold from the months learned.
    """
    scripts, calls = panel.scripts[:, :LEARNED], panel.calls[:, :LEARNED]
    slopes = np.linspace(-3.0, 3.0, 17) if random_slope else np.zeros(1)
    total, with_calls = scripts.sum(axis=1), (scripts * calls).sum(axis=1)
    constant = special.gammaln(scripts + 1).sum()

    def parts(place: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Intercept (physicians, nodes), slope (slopes,), log weight (physicians, nodes, slopes)."""
        fixed, beta, spread, slope_spread = place[:3][panel.specialty], place[3], np.exp(place[4]), np.exp(place[5])
        intercept = fixed[:, None] + spread * NODES
        slope = beta + slope_spread * slopes
        rate = np.exp(calls[:, :, None] * slope).sum(axis=1)
        weight = (total[:, None, None] * intercept[:, :, None] + with_calls[:, None, None] * slope
                  - np.exp(intercept)[:, :, None] * rate[:, None, :]
                  - NODES[:, None] ** 2 / 2 - slopes**2 / 2)
        return intercept, slope, weight

    prior = special.logsumexp(-NODES[:, None] ** 2 / 2 - slopes**2 / 2)

    def misfit(place: np.ndarray) -> float:
        return -float((special.logsumexp(parts(place)[2], axis=(1, 2)) - prior).sum() - constant)

    start = np.array([*np.log(np.bincount(panel.specialty, total, 3) / np.maximum(
        np.bincount(panel.specialty, minlength=3), 1) / LEARNED + 0.1) - 0.4, 0.02, 0.0, -3.0])
    found = optimize.minimize(misfit, start, method="L-BFGS-B", options={"maxiter": 60, "maxfun": 600})
    return float(found.x[3]), _held_out(panel, *parts(found.x))


def _held_out(panel: Panel, intercept: np.ndarray, slope: np.ndarray, weight: np.ndarray) -> float:
    known = weight - special.logsumexp(weight, axis=(1, 2), keepdims=True)
    total = 0.0
    for month in range(LEARNED, panel.scripts.shape[1]):
        count, calls = panel.scripts[:, month], panel.calls[:, month]
        log_mean = intercept[:, :, None] + calls[:, None, None] * slope
        chance = count[:, None, None] * log_mean - np.exp(log_mean) - special.gammaln(count + 1)[:, None, None]
        total += float(special.logsumexp(known + chance, axis=(1, 2)).sum())
    return total


@dataclass(frozen=True, slots=True)
class Moved:
    """A reallocation of the calls of the last 8 months: share of calls moved, and scripts it is expected to add."""

    calls: float
    moved: float
    gained: float
    scripts: float


def reallocation(panel: Panel, elasticity: float) -> Moved:
    """The same calls a month, placed where this elasticity says the next one adds most.

    Returns diminish by the curve the product uses where no bend is seen: at eight times the mean effort.
    """
    found, _ = levels(panel, elasticity)
    mean = panel.calls[:, :LEARNED].mean()
    bend = UNSEEN_BEND * mean
    gain = found.mean * elasticity * bend / (bend * -np.expm1(-mean / bend))
    now = panel.calls[:, LEARNED:].mean(axis=1)
    best = _placed(gain, bend, float(now.sum()))
    value = (gain * (np.exp(-now / bend) - np.exp(-best / bend))).sum()
    usual = (found.mean * (1.0 - elasticity)).sum() + (gain * -np.expm1(-now / bend)).sum()
    return Moved(float(now.sum()), float(np.abs(best - now).sum() / 2 / now.sum()), float(value), float(usual))


def _placed(gain: np.ndarray, bend: float, calls: float) -> np.ndarray:
    def of(log_price: float) -> np.ndarray:
        return bend * np.maximum(np.log(gain) - log_price, 0.0)

    top = float(np.log(gain.max()))
    price = optimize.brentq(lambda log_price: of(log_price).sum() - calls, top - 60.0, top)
    return of(price)


def detailing_part(panel: Panel | None) -> str:
    """The section of the page."""
    head = "## Calls on physicians: `detailing_sales_calls`\n\n"
    if panel is None:
        return head + "The data are not here; not measured.\n"
    told = fits(panel)
    within = told["within"]
    used = within.elasticity or 0.0
    ours, naive, none = (levels(panel, e)[1] for e in (used, within.naive, 0.0))
    peers = {name: mixed_model(panel, slope) for name, slope in (
        ("random intercept", False), ("random intercept and slope", True))}
    best = max(held for _, held in peers.values())
    rows = [["levels that drift, response as estimated", f"{used:.3f}", f"{ours:,.1f}"],
            ["the same, naive response", f"{within.naive:.3f}", f"{naive:,.1f}"],
            ["the same, no response", "0", f"{none:,.1f}"],
            *([f"Poisson mixed model, {name}", f"{beta * panel.calls[:, :LEARNED].mean():.3f} (slope x mean calls)",
               f"{held:,.1f}"] for name, (beta, held) in peers.items())]
    moves = {name: reallocation(panel, e) for name, e in (("ours", used), ("naive", within.naive)) if e > 0}
    return head + f"""\
1,000 physicians, 23 months; all fits on the first {LEARNED}, judged on the last {panel.scripts.shape[1] - LEARNED}.
A held-out count is foretold from the months learned and the calls made in its own month, each on its own.

- Physicians compared with each other within a specialty: **{told['between'].status}**. {told['between'].reason}
- Each compared with itself: **{within.status}**{_said(within)}. {within.reason}
- Naive, all compared with all: {within.naive:.3f} of all scripts would be due to calls.

| foretells by | share of scripts due to calls | log likelihood, {panel.scripts[:, LEARNED:].size:,} counts |
| --- | --- | --- |
{_lines(rows)}
Bar, at least the better mixed model's: {"met" if ours >= best else "**not met**"} ({ours - best:+,.1f}). The mixed
models have no drift and no noise beyond Poisson, which is where most of the gap comes from, not the response.

{_moves(moves)}"""


def _said(fit: ResponseFit) -> str:
    return "" if fit.elasticity is None else f", {fit.elasticity:.3f} ({fit.low:.3f} to {fit.high:.3f})"


def _lines(rows: list[list[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _moves(moves: dict[str, Moved]) -> str:
    if "ours" not in moves:
        return "The response is not identified, so no reallocation is implied: a plan would lean on judgement.\n"
    said = [f"With {name}: {moved.moved:.0%} of {moved.calls:,.0f} calls a month change hands; expected scripts "
            f"{moved.gained / moved.scripts:+.1%}." for name, moved in moves.items()]
    return ("The reallocation it implies, the same number of calls placed where the next adds most: "
            + " ".join(said) + " What a plan would gain by the naive slope is mostly not there.\n")

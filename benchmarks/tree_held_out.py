"""Real data: do segments grown on one part of the buyers keep their order on the other part?"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis
import numpy as np
import pandas as pd
from ibis import _
from numpy.typing import NDArray
from scipy import stats

from marketsofone.estimates.candidates import gather_evidence
from marketsofone.project.flow import load, opened
from marketsofone.project.ground.gathered import Gathered
from marketsofone.project.ground.gathering import gather
from marketsofone.project.ground.stratifying import stratify
from marketsofone.project.settings.market_file import Settings, read_settings
from marketsofone.strata import place

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("M1_DATA", ROOT.parent / "shared" / "data"))
DRAWS, LEAST_TRIALS = 500, 20


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A public set: the score its segments are ordered by, in words, and whether the later part is held out."""

    name: str
    score: str
    words: str
    later: bool = False
    divisions: int = 5


SETS = (
    HeldOut("ibm_win_loss", "competitiveness", "win rate"),
    HeldOut("olist_funnel", "pull", "close rate", later=True, divisions=1),
    HeldOut("complete_journey", "pull", "redemption"),
)
WHOLE = "maven_crm"


def held_out_lines() -> str:
    """A table of rank correlations, and what is said of the set that should stay whole; absent sets are named."""
    lines = ["| set | ordered by | held out | segments judged | rank correlation | 90% | weighted by trials | 90% |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for each in SETS:
        lines += _lines_of(each) if (DATA / each.name).is_dir() else [f"| {each.name} | | not in M1_DATA | | | | | |"]
        print(lines[-1], flush=True)
    said = _why_whole() if (DATA / WHOLE).is_dir() else "not in M1_DATA."
    return "\n".join([
        *lines, "", "Spearman's, between a segment's rate among the buyers its tree was grown on and among those held "
        f"out; segments with {LEAST_TRIALS} held-out trials or more. Buyers are held out at random, half of them, by "
        "seed; where the set is dated the later half is. The range is over held-out buyers drawn anew.", "",
        f"`{WHOLE}`: {said}"])


def _lines_of(of: HeldOut) -> list[str]:
    with TemporaryDirectory() as folder, opened(ROOT / "examples" / of.name) as engine:
        settings = _settings(of.name, Path(folder))
        gathered = gather(engine, settings, load(engine, settings)[0])
        found = [kept_order(engine, settings, gathered, of, seed) for seed in range(of.divisions)]
    held = ["later half" if of.later else f"half, seed {seed}" for seed in range(of.divisions)]
    return [f"| {of.name} | {of.words} | {part} | {told.segments} | {_range(told.plain)} | {_range(told.weighted)} |"
            for part, told in zip(held, found, strict=True)]


def _range(values: Floats) -> str:
    low, high = np.quantile(values[1:], (0.05, 0.95)) if len(values) > 1 else (np.nan, np.nan)
    return f"{values[0]:.2f} | {low:.2f} to {high:.2f}"


def _settings(name: str, folder: Path) -> Settings:
    text = (ROOT / "examples" / name / "market.toml").read_text(encoding="utf-8")
    (folder / "market.toml").write_text(text.replace("${M1_DATA}", str(DATA)), encoding="utf-8")
    return read_settings(folder)


@dataclass(frozen=True, slots=True)
class Order:
    """How many segments were judged; their rank correlation as seen, then with held-out buyers drawn anew."""

    segments: int
    plain: Floats
    weighted: Floats


def kept_order(engine: Any, settings: Settings, gathered: Gathered, of: HeldOut, seed: int) -> Order:
    """The tree grown on one part of the buyers, its deepest segments judged on the other."""
    ids = np.sort(gathered.buyers.buyer_id.to_pyarrow().to_numpy())
    seen = _earlier(gathered, ids) if of.later else np.random.default_rng(seed).permutation(len(ids)) < len(ids) // 2
    part = ibis.memtable(pd.DataFrame({"buyer_id": ids[seen]}))
    known = replace(gathered, buyers=gathered.buyers.semi_join(part, "buyer_id"),
                    tallies={score: rows.semi_join(part, "buyer_id") for score, rows in gathered.tallies.items()})
    made = stratify(engine, settings, known)
    evidence = gather_evidence(engine, gathered.buyers, made.dimensions, gathered.tallies)
    rows = place(evidence, made.strata, made.dimensions).join(gathered.tallies[of.score], "buyer_id").execute()
    rows = rows.sort_values("buyer_id", ignore_index=True)
    split = {stratum.parent for stratum in made.strata}
    rows = rows[~rows["node"].isin(split)]
    learnt = np.isin(rows["buyer_id"], ids[seen])
    return _order(rows[learnt], rows[~learnt], len(made.strata), seed)


def _earlier(gathered: Gathered, ids: Ints) -> NDArray[np.bool_]:
    """Buyers whose first opportunity lies in the earlier half."""
    opened_at = gathered.tables["opportunity"].select("opportunity_id", "opened_at")
    owner = gathered.owner["opportunity"].join(opened_at, "opportunity_id")
    first = owner.group_by("buyer_id").agg(at=_.opened_at.min()).execute().set_index("buyer_id")["at"]
    place_in_time = first.reindex(ids).rank(method="first").to_numpy()
    return np.asarray(place_in_time <= len(ids) / 2)


def _order(learnt: pd.DataFrame, held: pd.DataFrame, nodes: int, seed: int) -> Order:
    rng = np.random.default_rng(seed)
    ours, _trials = _rates(learnt, np.ones(len(learnt)), nodes)
    rates, trials = _rates(held, np.ones(len(held)), nodes)
    judged = np.flatnonzero((trials >= LEAST_TRIALS) & np.isfinite(ours))
    plain, weighted = [], []
    for draw in range(DRAWS + 1 if len(judged) > 1 else 0):
        again = rates if draw == 0 else _rates(held, rng.poisson(1.0, len(held)).astype(float), nodes)[0]
        pair = (stats.rankdata(ours[judged]), stats.rankdata(np.nan_to_num(again[judged])))
        plain.append(_correlation(*pair, np.ones(len(judged))))
        weighted.append(_correlation(*pair, trials[judged]))
    return Order(len(judged), np.array(plain or [np.nan]), np.array(weighted or [np.nan]))


def _rates(rows: pd.DataFrame, times: Floats, nodes: int) -> tuple[Floats, Floats]:
    node = rows["node"].to_numpy(np.int64)
    trials, total = (np.bincount(node, rows[name].to_numpy(float) * times, minlength=nodes)
                     for name in ("trials", "total"))
    with np.errstate(invalid="ignore"):
        return total / trials, trials


def _correlation(one: Floats, other: Floats, weight: Floats) -> float:
    a, b = (of - np.average(of, weights=weight) for of in (one, other))
    return float(np.sum(weight * a * b) / np.sqrt(np.sum(weight * a * a) * np.sum(weight * b * b)))


def _why_whole() -> str:
    with TemporaryDirectory() as folder, opened(ROOT / "examples" / WHOLE) as engine:
        settings = _settings(WHOLE, Path(folder))
        strata: Sequence[Any] = stratify(engine, settings, gather(engine, settings, load(engine, settings)[0])).strata
    told = "stays whole" if len(strata) == 1 else f"is split into {len(strata) - 1} strata"
    return f"{told}. {strata[0].why}"

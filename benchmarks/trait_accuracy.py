"""How well the prior on traits foretells held-out rows, beside two tuned peers on the same columns.

Run ``python benchmarks/trait_accuracy.py [--splits 10] [SET ...]``; the public sets are read
from ``$M1_DATA`` (default ``../shared/data``). Columns filled in after the outcome are dropped. Every
model chooses its settings inside the training rows.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from collections.abc import Callable
from itertools import product
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegressionCV
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from marketsofone.estimates.traits import Traits, fit_prior

DATA = Path(os.environ.get("M1_DATA", Path(__file__).parents[2] / "shared" / "data"))
Made = tuple[pd.DataFrame, np.ndarray, pd.Series | None]


def ibm_win_loss() -> Made:
    t = pd.read_csv(DATA / "ibm_win_loss/WA_Fn-UseC_-Sales-Win-Loss.csv.gz", keep_default_na=False)
    late = ["Elapsed Days In Sales Stage", "Sales Stage Change Count", "Total Days Identified Through Closing",
            "Total Days Identified Through Qualified", *(c for c in t if c.startswith("Ratio Days"))]
    won = t["Opportunity Result"].eq("Won").to_numpy()
    return t.drop(columns=[*late, "Opportunity Result", "Opportunity Number"]), won, None


def olist_funnel() -> Made:
    leads = pd.read_csv(DATA / "olist_funnel/olist_marketing_qualified_leads_dataset.csv.gz")
    deals = pd.read_csv(DATA / "olist_funnel/olist_closed_deals_dataset.csv.gz")
    day = pd.to_datetime(leads.first_contact_date)
    columns = leads[["landing_page_id", "origin"]].assign(month=(day.dt.year * 12 + day.dt.month).astype(float))
    return columns, leads.mql_id.isin(deals.mql_id).to_numpy(), day


def x_education_leads() -> Made:
    t = pd.read_csv(DATA / "x_education_leads/Leads.csv.gz", na_values=["Select"])
    late = ["Tags", "Lead Quality", "Last Activity", "Last Notable Activity", "Lead Profile", "Prospect ID",
            "Lead Number", "Converted", *(c for c in t if c.startswith("Asymmetrique"))]
    return t.drop(columns=late), t["Converted"].eq(1).to_numpy(), None


def bank_marketing() -> Made:
    t = pd.read_csv(DATA / "bank_marketing/bank-additional-full.csv.gz", sep=";", keep_default_na=False)
    return t.drop(columns=["duration", "y"]), t["y"].eq("yes").to_numpy(), None


def coil2000() -> Made:
    t = pd.read_csv(DATA / "coil2000/ticdata.csv.gz", keep_default_na=False).query("part == 'train'")
    t = t.reset_index(drop=True)
    return t.drop(columns=["part", "CARAVAN"]), t["CARAVAN"].ne("noinsurance").to_numpy(), None


SETS: dict[str, Callable[[], Made]] = {make.__name__: make for make in (
    ibm_win_loss, olist_funnel, x_education_leads, bank_marketing, coil2000)}


def ours(t: pd.DataFrame, y: np.ndarray, train: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray:
    numbers = t.select_dtypes("number")
    texts = t.drop(columns=numbers.columns)
    codes = [pd.Index(texts[c].iloc[train].dropna().unique()).get_indexer(texts[c]) for c in texts]
    known = np.column_stack(codes) if codes else np.zeros((len(t), 0), int)
    names = (*numbers.columns, *texts.columns)
    traits = [Traits(numbers.to_numpy(float)[rows], known[rows], names) for rows in (train, test)]
    folds = np.random.default_rng(seed).integers(0, 6, len(train))
    prior = fit_prior(traits[0], np.ones(len(train), int), y[train].astype(int), folds, seed=seed)
    return prior.predict(traits[1])


def logistic(t: pd.DataFrame, y: np.ndarray, train: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray:
    numbers = t.select_dtypes("number").columns
    texts = t.columns.difference(numbers)
    prepared = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=3), texts))
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    model = make_pipeline(prepared, LogisticRegressionCV(
        Cs=[0.003, 0.01, 0.03, 0.1, 0.3, 1, 10], cv=folds, scoring="neg_log_loss", max_iter=500))
    return model.fit(t.iloc[train], y[train]).predict_proba(t.iloc[test])[:, 1]


def boosted(t: pd.DataFrame, y: np.ndarray, train: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray:
    t = t.set_axis([f"c{i}" for i in range(t.shape[1])], axis=1)
    t = t.astype(dict.fromkeys(t.select_dtypes(exclude="number"), "category"))
    whole, best = t.iloc[train], (np.inf, {}, 0)
    data = lightgbm.Dataset(whole, y[train].astype(float), free_raw_data=False)
    for leaves, rate, least in product((7, 31), (0.05, 0.1), (20, 100)):
        grid = {"objective": "binary", "num_leaves": leaves, "learning_rate": rate, "min_child_samples": least,
                "verbose": -1, "num_threads": 1, "seed": seed, "feature_pre_filter": False}
        found = lightgbm.cv(grid, data, 1000, nfold=5, stratified=True, seed=seed,
                            callbacks=[lightgbm.early_stopping(30, verbose=False)])["valid binary_logloss-mean"]
        if found[-1] < best[0]:
            best = (found[-1], grid, len(found))
    return lightgbm.train(best[1], data, best[2]).predict(t.iloc[test])


MODELS = {"marketsofone": ours, "logistic": logistic, "LightGBM": boosted}


def calibration(p: np.ndarray, y: np.ndarray) -> float:
    """Expected calibration error over ten bins of like size."""
    bins = np.array_split(np.argsort(p, kind="stable"), 10)
    return sum(abs(p[rows].sum() - y[rows].sum()) for rows in bins) / len(p)


def perfect(p: np.ndarray, rng: np.random.Generator) -> float:
    """95th percentile of the calibration error of a model that is right."""
    return float(np.quantile([calibration(p, rng.random(len(p)) < p) for _ in range(200)], 0.95))


def splits(rows: int, day: pd.Series | None, count: int):
    """Random 70/30 splits; where rows are dated, the past against the following tenth at moving dates."""
    for seed in range(count):
        order = np.random.default_rng(seed).permutation(rows)
        yield "random", seed, np.sort(order[:int(0.7 * rows)]), np.sort(order[int(0.7 * rows):])
    if day is not None:
        order = np.argsort(day.to_numpy(), kind="stable")
        for seed in range(count):
            cut = int(rows * (0.5 + 0.4 * seed / max(1, count - 1)))
            yield "time", seed, order[:cut], order[cut:cut + rows // 10]


def measure(name: str, count: int) -> pd.DataFrame:
    t, y, day = SETS[name]()
    found = []
    for kind, seed, train, test in splits(len(t), day, count):
        for model, fit in MODELS.items():
            start, spent = time.perf_counter(), time.process_time()
            p = np.clip(fit(t, y, train, test, seed), 1e-6, 1 - 1e-6)
            found.append({
                "set": f"{name}, {kind}", "seed": seed, "model": model, "log loss": log_loss(y[test], p),
                "Brier": np.mean((p - y[test]) ** 2), "AUC": roc_auc_score(y[test], p),
                "calibration error": calibration(p, y[test]),
                "perfect model, 95%": perfect(p, np.random.default_rng(seed)),
                "seconds": time.perf_counter() - start, "processor seconds": time.process_time() - spent})
    return pd.DataFrame(found)


def against_better(found: pd.DataFrame) -> str:
    """Our mean log loss beside the better peer's, in percent, with a paired 95% interval over splits."""
    losses = found.pivot(index="seed", columns="model", values="log loss")
    peer = losses.drop(columns="marketsofone").mean().idxmin()
    gaps = 100 * (losses["marketsofone"] / losses[peer] - 1)
    margin = 1.96 * gaps.std() / np.sqrt(len(gaps)) if len(gaps) > 1 else float("nan")
    return f"{gaps.mean():+.2f}% [{gaps.mean() - margin:+.2f}, {gaps.mean() + margin:+.2f}] against {peer}"


def table(found: pd.DataFrame) -> str:
    columns = list(found.columns[3:])
    lines = [f"| set | model | {' | '.join(columns)} |", "| --- " * (len(columns) + 2) + "|"]
    for (name, model), rows in found.groupby(["set", "model"], sort=False):
        values = " | ".join(f"{value:.4f}" if value < 1 else f"{value:.1f}" for value in rows[columns].mean())
        lines.append(f"| {name} | {model} | {values} |")
    lines += ["", "Log loss beside the better peer (negative is better), mean of splits:", ""]
    lines += [f"- {name}, {rows['seed'].nunique()} splits: {against_better(rows)}"
              for name, rows in found.groupby("set", sort=False)]
    return "\n".join(lines)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("sets", nargs="*", help=f"of {', '.join(SETS)}; default: all")
    asked.add_argument("--splits", type=int, default=10)
    chosen = asked.parse_args()
    warnings.filterwarnings("ignore")
    found: list[pd.DataFrame] = []
    with threadpool_limits(1):
        for name in chosen.sets or SETS:
            found.append(measure(name, chosen.splits))
            print(table(found[-1]), file=sys.stderr, flush=True)
    print(table(pd.concat(found)))


if __name__ == "__main__":
    main()

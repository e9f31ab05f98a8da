"""What is compared: the whole product as a user gets it, and two tuned peers on the same columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import lightgbm
import numpy as np
import pandas as pd
from accuracy_sets import Division, Market, PublicSet, hide
from numpy.typing import NDArray
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegressionCV
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from marketsofone import check
from marketsofone.project.flow import load, opened
from marketsofone.project.ground.gathered import Gathered
from marketsofone.project.ground.gathering import gather
from marketsofone.project.ground.stratifying import Stratified, stratify
from marketsofone.project.main_job.priors import Priors, fit_priors
from marketsofone.project.main_job.scoring import score_market
from marketsofone.project.main_job.winning import wins
from marketsofone.project.settings.market_file import read_settings

Floats = NDArray[np.float64]
OURS, PLAIN, PRIOR = "marketsofone", "without traits", "trait model alone"


@dataclass(frozen=True, slots=True)
class Foretold:
    """What the product says of the rows whose outcome it did not see.

    Parameters
    ----------
    shares : mapping
        ``marketsofone``, the same ``without traits``, and the ``trait model alone``: shape (test rows,).
    strata : DataFrame
        One row a stratum, parents first: ``parent``, ``mean`` and ``variance`` of its rate.
    node : int array, shape (test rows,)
        Where each row stands.
    """

    shares: dict[str, Floats]
    strata: pd.DataFrame
    node: NDArray[np.int64]


def ours(of: PublicSet, market: Market, division: Division) -> Foretold:
    """Run the product, from files to scores, on a copy of the files that hides the test rows' outcomes."""
    with TemporaryDirectory(prefix="accuracy-") as place:
        folder = Path(place)
        hide(of, market, division, folder)
        return foretell(folder, of.score, market.ids[division.test])


def told_since(of: PublicSet, market: Market, division: Division) -> date | None:
    """The day that `m1 check` proposes to count from, where it tells that the rate has moved."""
    with TemporaryDirectory(prefix="accuracy-") as place:
        hide(of, market, division, Path(place))
        findings = check(Path(place)).findings.to_pylist()
    proposed = [row["repair"].split()[-1] for row in findings if row["code"] == "rate_moved"]
    return date.fromisoformat(proposed[0]) if proposed else None


def foretell(folder: Path, score: str, ids: NDArray[np.int64]) -> Foretold:
    """What the project in ``folder`` says of some of its opportunities."""
    settings = read_settings(folder)
    with opened(folder) as engine:
        gathered = gather(engine, settings, load(engine, settings)[0])
        stratified = stratify(engine, settings, gathered)
        priors = fit_priors(engine, settings, gathered)
        found = {}
        for name, given in ((PLAIN, Priors()), (OURS, priors)):
            made = score_market(engine, gathered, stratified, given.buyers, settings.market.horizon_days)[score]
            if score == "competitiveness":
                said = wins(engine, gathered, made, given.opportunities).select("opportunity_id", share="win")
            else:
                owner = gathered.owner["opportunity"].select("opportunity_id", "buyer_id")
                said = owner.inner_join(made.buyers.select("buyer_id", share="value"), "buyer_id")
            found[name] = said.execute().set_index("opportunity_id")["share"].loc[ids].to_numpy(float)
        found[PRIOR] = _expected(gathered, priors, score, ids, found[PLAIN])
        node = _nodes(gathered, stratified).loc[ids].to_numpy(np.int64)
    strata = pd.DataFrame({"parent": [s.parent for s in stratified.strata], "mean": made.nodes.mean,
                           "variance": made.nodes.variance})
    return Foretold(found, strata, node)


def _expected(gathered: Gathered, priors: Priors, score: str, ids: NDArray[np.int64], otherwise: Floats) -> Floats:
    """What traits alone lead one to expect, before any stratum or record speaks."""
    if score not in priors.buyers:
        return otherwise
    owner = gathered.owner["opportunity"].select("opportunity_id", "buyer_id")
    told = owner.inner_join(priors.buyers[score], "buyer_id").execute()
    return np.asarray(told.set_index("opportunity_id")["expected"].loc[ids].to_numpy(float))


def _nodes(gathered: Gathered, stratified: Stratified) -> pd.Series:
    owner = gathered.owner["opportunity"].select("opportunity_id", "buyer_id")
    return owner.inner_join(stratified.placed, "buyer_id").execute().set_index("opportunity_id")["node"]


def logistic(market: Market, division: Division) -> Floats:
    """Ridge logistic regression, one-hot and scaled, its penalty by inner cross-validation."""
    t = market.columns
    numbers = t.select_dtypes("number").columns
    texts = t.columns.difference(numbers)
    prepared = make_column_transformer(
        (make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=3), texts))
    folds = StratifiedKFold(5, shuffle=True, random_state=division.seed)
    model = make_pipeline(prepared, LogisticRegressionCV(
        Cs=[0.003, 0.01, 0.03, 0.1, 0.3, 1, 10], cv=folds, scoring="neg_log_loss", max_iter=500))
    model.fit(t.iloc[division.train], market.success[division.train])
    return np.asarray(model.predict_proba(t.iloc[division.test])[:, 1])


GRID = tuple(product((7, 31), (0.05, 0.1), (20, 100)))
"""Leaves, rate and least rows in a leaf that LightGBM is tuned over."""


def boosted(market: Market, division: Division, tried: Sequence[tuple[int, float, int]] = GRID) -> Floats:
    """LightGBM with native categories; leaves, rate, least rows and number of trees by inner cross-validation."""
    t = market.columns.set_axis([f"c{i}" for i in range(market.columns.shape[1])], axis=1)
    t = t.astype(dict.fromkeys(t.select_dtypes(exclude="number"), "category"))
    train, best = division.train, (np.inf, {}, 0)
    data = lightgbm.Dataset(t.iloc[train], market.success[train].astype(float), free_raw_data=False)
    for leaves, rate, least in tried:
        grid = {"objective": "binary", "num_leaves": leaves, "learning_rate": rate, "min_child_samples": least,
                "verbose": -1, "num_threads": 1, "seed": division.seed, "feature_pre_filter": False}
        found = lightgbm.cv(grid, data, 1000, nfold=5, stratified=True, seed=division.seed,
                            callbacks=[lightgbm.early_stopping(30, verbose=False)])["valid binary_logloss-mean"]
        if found[-1] < best[0]:
            best = (found[-1], grid, len(found))
    return np.asarray(lightgbm.train(best[1], data, best[2]).predict(t.iloc[division.test]))


PEERS = {"logistic regression": logistic, "LightGBM": boosted}

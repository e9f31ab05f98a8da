"""Repeat buyers through the whole hinge: CDNOW, and what a ledger's buyers are expected to contribute."""

import os
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from marketsofone.estimates import estimate
from marketsofone.estimates.repeat import estimate_repeat, fit_histories
from marketsofone.features import AsOf, histories, known_by, owners, purchase_days
from marketsofone.pooling import Tree

DATA = Path(os.environ.get("M1_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
CDNOW = DATA / "cdnow" / "CDNOW_sample.txt.gz"
TREE = Tree(np.array([-1, 0, 0]))


@pytest.mark.skipif(not CDNOW.exists(), reason=f"needs {CDNOW.name}: set M1_DATA to the folder of data sets")
def test_cdnow_read_as_a_ledger_gives_the_published_parameters(tables, arrow, engine):
    """Fader, Hardie & Lee (2005): r 0.243, alpha 4.414 weeks, a 0.793, b 2.426, log-likelihood -9582.4."""
    said = pd.read_csv(CDNOW, sep=r"\s+", header=None, usecols=[1, 2, 4], names=["buyer", "day", "dollars"])
    said["day"] = pd.to_datetime(said["day"].astype(str)).astype("datetime64[us]")
    lines = [{"order_id": i, "account_id": int(buyer), "ordered_at": day.to_pydatetime(), "amount": round(100 * paid)}
             for i, (buyer, day, paid) in enumerate(said.itertuples(index=False))]
    market = {"account": [{"account_id": int(buyer)} for buyer in said["buyer"].unique()], "order_line": lines}
    held = {name: engine.create_table(f"cdnow_{name}", rows, overwrite=True) for name, rows in arrow(market).items()}
    as_of = AsOf(date(1997, 9, 30))
    known = known_by(held, as_of)
    days = purchase_days(known, owners(known, "account"), 1.0, 100)
    found = engine.create_table("cdnow_histories", histories(days, as_of), overwrite=True)
    ledger = fit_histories(found)
    assert ledger.share == 0.0
    model = ledger.repeat
    assert model.buyers == 2357
    assert (model.r, model.alpha / 7, model.a, model.b) == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=2e-3)
    in_weeks = model.log_likelihood + float(found.x.sum().execute()) * np.log(7)
    assert in_weeks == pytest.approx(-9582.4, abs=0.1)


@pytest.fixture
def ahead(engine):
    """A ledger of 60 buyers in two strata, half of whom came back, and six who never bought."""
    chance = np.random.default_rng(3)
    x = np.where(np.arange(60) % 2, chance.integers(1, 6, 60), 0).astype(float)
    t_x = np.where(x > 0, chance.integers(20, 90, 60), 0).astype(float)
    age = t_x + chance.integers(1, 60, 60)
    total = (x + 1) * chance.gamma(5, 10, 60)
    history = engine.create_table("rep_history", pd.DataFrame({
        "buyer_id": np.arange(60), "x": x, "t_x": t_x, "age": age, "total": total, "squares": 1.2 * total**2 / (x + 1),
    }), overwrite=True)
    placed = engine.create_table("rep_placed", pd.DataFrame({
        "buyer_id": np.arange(66), "node": 1 + np.arange(66) % 2, "expected": 50.0,
        "told_trials": 0.0, "told_total": 0.0}), overwrite=True)
    tallies = history.select("buyer_id", "total", "squares", rows=history.x + 1, trials=history.x + 1)
    spend = estimate(engine, "rep_spend", tallies, placed, TREE, amounts=True)
    one_purchase = spend.buyers.select("buyer_id", "value", "prior").order_by("buyer_id").execute()
    made = estimate_repeat(engine, history, spend, fit_histories(history), TREE, 365)
    return made, made.buyers.order_by("buyer_id").execute(), one_purchase


def test_every_buyer_of_a_ledger_comes_back_once_with_its_interval_around_its_value(ahead):
    _, buyers, _ = ahead
    assert list(buyers["buyer_id"]) == list(range(66))
    assert np.all((buyers["low"] <= buyers["value"]) & (buyers["value"] <= buyers["high"]))
    assert np.all(buyers["value"] > 0)


def test_a_buyer_who_never_bought_counts_as_one_who_just_bought_for_the_first_time(ahead):
    _, buyers, one_purchase = ahead
    never = buyers["buyer_id"] >= 60
    assert np.all(buyers["value"][never] > one_purchase["value"][never])
    assert buyers["value"][never].to_numpy() == pytest.approx(buyers["prior"][never].to_numpy())


def test_what_stays_without_its_record_is_the_same_for_every_buyer_of_a_stratum(ahead):
    _, buyers, _ = ahead
    assert np.all(buyers.groupby("node")["prior"].agg(np.ptp) < 1e-9)


def test_the_strata_of_a_ledger_are_the_means_of_their_buyers(ahead):
    made, buyers, _ = ahead
    means = buyers.groupby("node")["value"].mean()
    assert made.nodes.mean == pytest.approx([buyers["value"].mean(), means[1], means[2]])
    assert np.all((made.nodes.low < made.nodes.mean) & (made.nodes.mean < made.nodes.high))

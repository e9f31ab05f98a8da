"""The chance of every opportunity, beside the one that was planted, given whom it meets."""

import numpy as np
import pytest

import marketsofone as m1
from marketsofone.sources.simulated import Plan, market_toml, simulate


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Opportunities with their planted chance (``true``) and what is said of their buyer (``competitiveness``)."""
    folder = tmp_path_factory.mktemp("deals")
    company = simulate(Plan(accounts=2_000), seed=20_261)
    company.write(folder / "files")
    (folder / "market.toml").write_text(market_toml(company, folder / "files"))
    run = m1.run(folder)
    truth = company.opportunity_truth.to_pandas().rename(columns={"opportunity_id": "source_id", "win": "true"})
    buyers = m1.frame(run, "buyers")[["buyer_id", "competitiveness", "competitiveness_low", "competitiveness_high"]]
    return m1.frame(run, "opportunities").merge(truth, on="source_id").merge(buyers, on="buyer_id")


def test_whom_an_opportunity_meets_brings_its_chance_nearer_to_the_planted_one(told):
    """On four working companies the squared error fell by 8 to 18%."""
    with_rivals, buyer_alone = ((told[name] - told["true"]) ** 2 for name in ("win", "competitiveness"))
    assert with_rivals.mean() < 0.97 * buyer_alone.mean()


def test_opportunities_of_one_buyer_differ_by_whom_they_meet_and_stay_shares(told):
    assert told["win"].between(0, 1, inclusive="neither").all()
    assert (told["win_low"] < told["win"]).all()
    assert (told["win"] < told["win_high"]).all()
    spread = told.groupby("buyer_id")["win"].agg(np.ptp)
    assert spread.max() > 0.1
    assert told["reasons"].str.contains("whom else it considers").any()


def test_the_interval_of_an_opportunity_holds_its_planted_chance_as_often_as_it_says(told):
    """Chances of one company go together: over companies of this size the share that is held has a deviation of 3%."""
    held = told["true"].between(told["win_low"], told["win_high"])
    assert held.mean() == pytest.approx(0.9, abs=0.08)


def test_whom_an_opportunity_meets_makes_its_chance_less_sure_than_its_buyers(told):
    width = {name: np.diff(np.log(told[[f"{name}_low", f"{name}_high"]] / (1 - told[[f"{name}_low", f"{name}_high"]])))
             for name in ("win", "competitiveness")}
    assert (width["win"] > width["competitiveness"]).all()

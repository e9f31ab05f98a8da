"""To whom an opportunity was lost, written down once it was lost, foretells no loss; it still says whom buyers met."""

import numpy as np
import pandas as pd
import pytest

import marketsofone as m1

SETTINGS = """
[steps]
competitiveness = "opportunity.outcome"

[sources.deals.opportunity]
opportunity_id = "id"
account_id = "buyer"
outcome = "outcome"
opened_at = "opened"
closed_at = "closed"

[sources.deals.account]
account_id = "buyer"

[sources.met.rival_met]
opportunity_id = "id"
competitor_id = "rival"
known_at = "noted"
"""
RIVAL = """
[sources.met.rival_met.dimensions]
rival = { from = "rival", on_many = "latest" }
"""


@pytest.fixture(scope="module")
def company(small_company, tmp_path_factory):
    """Three deals for each of 200 buyers, a third of them won; of every lost one Boz is noted two days later."""
    rng = np.random.default_rng(20_260)
    deals = pd.DataFrame({"id": range(600), "buyer": [f"B{n // 3:03d}" for n in range(600)],
                          "outcome": np.where(rng.random(600) < 1 / 3, "won", "lost"),
                          "opened": "2026-02-01", "closed": "2026-03-05"})
    early = deals.iloc[::20].assign(rival="Cip", noted="2026-02-02")
    late = deals[deals["outcome"] == "lost"].assign(rival="Boz", noted="2026-03-07")
    met = pd.concat([early, late])[["id", "rival", "noted"]]

    def run(dimension=""):
        return m1.run(small_company(tmp_path_factory.mktemp("late"), SETTINGS + dimension, deals=deals, met=met))

    return run


@pytest.fixture(scope="module")
def late(company):
    return company()


def test_a_rival_noted_after_the_loss_moves_no_chance_and_splits_no_market(late, company):
    wins = m1.frame(late, "opportunities")
    lost = wins["outcome"] == "lost"
    assert wins["win"][lost].mean() == pytest.approx(wins["win"][~lost].mean(), abs=0.05)
    assert len(m1.frame(company(RIVAL), "strata")) == 1


def test_it_still_says_whom_buyers_met(late):
    identity = m1.frame(late, "identity")
    met = identity[identity["criterion"] == "competitors"].set_index("value")["buyers"]
    assert met.max() > 150

"""Buyers of whom a dimension that splits the market is not stated."""

import random

import pytest

import marketsofone as m1
from marketsofone.project.flow import run_project

SETTINGS = """
[market]
currency = "EUR"

[steps]
competitiveness = "opportunity.outcome"

[sources.deals.opportunity]
opportunity_id = "id"
outcome = "outcome"

[sources.deals.opportunity.dimensions]
need = "need"
"""


@pytest.fixture(scope="module")
def won(small_company, tmp_path_factory):
    """Mean foretold chance of opportunities by stated need, half of the unstated ones still open."""
    rng = random.Random(1)
    rows = [f"{need or 'none'}-{i},{need},{'won' if rng.random() < rate else 'lost'}"
            for need, rate in (("speed", 0.7), ("price", 0.4), ("", 0.1)) for i in range(300)]
    rows += [f"open-{i},,open" for i in range(50)]
    folder = small_company(tmp_path_factory.mktemp("unstated"), SETTINGS, deals=["id,need,outcome", *rows])
    found = run_project(folder).table("opportunities").to_pandas()
    return found.groupby(found["source_id"].str.split("-").str[0])["win"].mean()


def test_not_to_state_a_value_tells_what_it_told_of_others(won):
    assert won["open"] == pytest.approx(0.1, abs=0.05)


def test_those_who_state_a_value_are_not_foretold_by_those_who_do_not(won):
    assert won["speed"] == pytest.approx(0.7, abs=0.06)
    assert won["price"] == pytest.approx(0.4, abs=0.06)


def test_prospects_are_not_foretold_by_those_who_turned_us_away_before_their_rival_was_known(tmp_path):
    """The market is split on the rival met, known of those who answered: whom nobody tried keeps the market's pull."""
    m1.simulate(tmp_path, accounts=600, seed=7)
    toml = tmp_path / "market.toml"
    toml.write_text(toml.read_text() + '\n[strata]\npin = ["rival"]\nmost_depth = 1\n')
    run = run_project(tmp_path)
    buyers, strata = (run.table(name).to_pandas() for name in ("buyers", "strata"))
    assert strata["split_on"].iloc[0] == "rival"
    untried = buyers[buyers["pull_trials"] == 0]["pull"]
    market = strata.set_index("stratum_id").loc["market"]
    assert len(untried) > 100
    assert untried.mean() == pytest.approx(market["pull"], abs=0.03)
    assert (strata.loc[strata["level"] == 1, "pull_borrowed"] == 1.0).all()
    parts = strata.loc[strata["level"] == 1, "stratum_id"]
    told = m1.distinct(tmp_path, *parts[:2]).set_index("criterion")["by_construction"]
    assert told["pull"]  # who is in them is known because they let us in
    assert not told["attractiveness"]

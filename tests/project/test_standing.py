"""Prospects of whom a splitting dimension is not known, placed by what is: through a run on real files."""

import random

import pytest

from marketsofone.project.flow import run_project

SETTINGS = """
[market]
currency = "EUR"

[steps]
competitiveness = "opportunity.outcome"

[marketing]
column = "persona"

[sources.deals.account]
account_id = "account"

[sources.deals.account.dimensions]
need = "need"
town = "town"

[sources.deals.account.traits]
persona = "persona"

[sources.deals.opportunity]
opportunity_id = "deal"
account_id = "account"
outcome = "outcome"
"""


@pytest.fixture(scope="module")
def run(small_company, tmp_path_factory):
    """Speed is needed in Port nine times in ten and in Hill once; of a third of the accounts the need is not known."""
    rng, rows = random.Random(41), []
    for number in range(1200):
        town = rng.choice(["Port", "Hill", ""])
        need = "speed" if rng.random() < {"Port": 0.9, "Hill": 0.1, "": 0.5}[town] else "price"
        outcome = "won" if rng.random() < {"speed": 0.7, "price": 0.2}[need] else "lost"
        known = number % 3 > 0
        rows.append({"account": f"{town or 'nowhere'}-{'known' if known else 'prospect'}-{number}",
                     "need": need if known else "", "town": town, "persona": rng.choice(["young", "old"]),
                     "deal": f"D{number}", "outcome": outcome})
    return run_project(small_company(tmp_path_factory.mktemp("standing"), SETTINGS, deals=rows))


@pytest.fixture(scope="module")
def shares(run):
    """The share in the stratum of those who need speed, by buyer."""
    strata = run.table("strata").to_pandas().set_index("name")["stratum_id"]
    members = run.table("memberships").to_pandas()
    names = run.table("buyers").to_pandas().set_index("buyer_id")["source_id"]
    speedy = members[members["stratum_id"] == strata["need: speed"]]
    return speedy.set_index(speedy["buyer_id"].map(names))["share"]


def of(shares, start):
    return shares[shares.index.str.startswith(start)]


def test_what_is_known_of_a_prospect_says_where_it_stands(shares):
    assert of(shares, "Port-prospect").nunique() == 1
    assert of(shares, "Port-prospect").iloc[0] == pytest.approx(0.9, abs=0.05)
    assert of(shares, "Hill-prospect").iloc[0] == pytest.approx(0.1, abs=0.05)


def test_a_prospect_of_whom_nothing_is_known_stands_as_all_who_are_known(shares):
    assert of(shares, "nowhere-prospect").iloc[0] == pytest.approx(0.5, abs=0.06)


def test_who_is_known_stands_in_one_stratum_whole(shares):
    assert set(of(shares, "Port-known")) == {1.0}


def test_the_crosswalk_counts_the_same_proportions(run):
    members = run.table("memberships").to_pandas().groupby(["level", "stratum_id"])["share"].sum()
    walk = run.table("crosswalk").to_pandas().groupby(["level", "stratum_id"])["buyers"].sum()
    assert walk.to_numpy() == pytest.approx(members[walk.index].to_numpy(), abs=1e-2)
    assert walk.groupby("level").sum().tolist() == [1200.0, 1200.0]

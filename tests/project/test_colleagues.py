"""Contacts who decide for one company: what its others did speaks for each of them, and never for itself."""

import re

import numpy as np
import pandas as pd
import pytest

from marketsofone.project.flow import run_project
from marketsofone.project.snapshots.readback import read_buyer

SETTINGS = """
margin_rate = 0.5
buyer = "contact"

[steps]
competitiveness = "opportunity.outcome"

[sources.people.contact]
contact_id = "id"
account_id = "company"
decides = "true"

[sources.deals.opportunity]
opportunity_id = "id"
account_id = "company"
contact_id = "person"
outcome = "outcome"
opened_at = "at"
"""
OBJECTIONS = """
[sources.objections.objection]
about = "'contact'"
about_id = "person"
"""


def company():
    """150 companies of one to six contacts who resemble each other; of the first, six won all and one was never met."""
    rng = np.random.default_rng(20_261)
    of = np.concatenate([np.zeros(7, int), np.repeat(np.arange(1, 150), rng.integers(1, 7, 149))])
    people = pd.DataFrame({"id": [f"P{n}" for n in range(len(of))], "company": [f"C{n}" for n in of]})
    rate = rng.beta(1.2, 1.8, 150)[of]
    rate[of == 0] = 1.0
    count = rng.poisson(2.5, len(of))
    count[:6], count[6] = 4, 0
    who = np.repeat(np.arange(len(of)), count)
    deals = pd.DataFrame({
        "id": [f"D{n}" for n in range(len(who))], "company": people["company"].to_numpy()[who],
        "person": people["id"].to_numpy()[who], "at": "2026-02-01",
        "outcome": np.where(rng.random(len(who)) < rate[who], "won", "lost")})
    return people, deals


@pytest.fixture(scope="module")
def read(small_company, tmp_path_factory):
    """The run of a project with these deals, read back one buyer at a time."""

    def made(deals, settings="", objections=None, people=None):
        files = {"people": company()[0] if people is None else people, "deals": deals}
        files |= {} if objections is None else {"objections": objections}
        snapshot = run_project(small_company(tmp_path_factory.mktemp("colleagues"), SETTINGS + settings, **files))
        return lambda key: read_buyer(snapshot, key).buyer

    return made


@pytest.fixture(scope="module")
def everybody(read):
    return read(company()[1])


def value(buyer):
    return buyer.scores["competitiveness"].value


def brought(buyer):
    """The points that the reasons say others of its company bring, as a share."""
    found = re.search(r"others of its company bring ([+-][0-9.]+) points", " ".join(buyer.reasons))
    return float(found.group(1)) / 100 if found else 0.0


def test_one_who_was_never_met_is_told_by_its_colleagues(everybody):
    """Six of them won all of 24; without a record of its own it stands above the market, and below those six."""
    unmet = everybody("P6")
    assert unmet.scores["competitiveness"].trials == 0
    assert 0.55 < value(unmet) < value(everybody("P0"))
    assert brought(unmet) > 0.1
    assert unmet.reasons[-1].endswith("points; no decided opportunity of its own counted yet")
    assert "stratum" not in unmet.reasons[-1]


def test_without_its_colleagues_the_value_moves_by_what_the_reason_says(read, everybody):
    """150 companies hold the market where it is, though six people of it are gone."""
    deals = company()[1]
    apart = read(deals[~deals["person"].isin([f"P{n}" for n in range(1, 6)])])
    assert value(everybody("P0")) - value(apart("P0")) == pytest.approx(brought(everybody("P0")), abs=0.03)
    assert brought(apart("P0")) == 0.0


def test_its_own_record_comes_back_to_nobody_through_its_company(read, everybody):
    """Without its own wins it is what its reason says: what colleagues tell was told by them alone."""
    deals = company()[1]
    without = read(deals[deals["person"] != "P0"])("P0")
    said = next(text for text in everybody("P0").reasons if text.startswith("competitiveness"))
    assert value(without) == pytest.approx(float(re.search(r"\(([0-9.]+)% without", said).group(1)) / 100, abs=0.02)


def test_who_objected_says_nothing_of_colleagues(read):
    """An objection takes a record out of everything: those left are told as if it had never been there."""
    deals = company()[1]
    objected = pd.DataFrame({"person": ["P1", "P2"]})
    told, gone = read(deals, OBJECTIONS, objected)("P6"), read(deals[~deals["person"].isin(["P1", "P2"])])("P6")
    assert value(told) == pytest.approx(value(gone), abs=0.005)


def test_strangers_say_nothing_of_each_other(read):
    """Each contact of a company of its own: no reason names others."""
    people, deals = company()
    alone = read(deals.assign(company=deals["person"]), people=people.assign(company=people["id"]))
    assert not any("others of its company" in text for n in range(20) for text in alone(f"P{n}").reasons)

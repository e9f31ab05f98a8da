"""What a group is worth: the mean of its buyers, as sure as what they share allows."""

import ibis
import numpy as np
import pandas as pd
import pytest
from scipy import special

from marketsofone.estimates.segments import group_score, group_sums

REACH = float(special.ndtri(0.95))
MARKET, LEFT, RIGHT, UNSTATED, HIDDEN = 4.0, 8.0, 3.5, 1.5, 5.0
"""Variances of the levels of a market and of the two strata below it, each its own."""
PASSED, SWING = {"l": 0.5, "r": 0.8}, {"l": 1.5, "r": -1.0}
LEANS = 0.7
STOOD = {"l": LEFT + 2.25 + 0.25 * MARKET, "r": RIGHT + 1.0 + 0.64 * MARKET, "m": 99.0}


def loads(part, own):
    """Of a part of the market: with the market's level, with how alike its parts are, with what is its own."""
    return [PASSED[part] * np.sqrt(MARKET), SWING[part], 0.0, np.sqrt(own), 0.0, 0.0]


DOUBTS = pd.DataFrame({
    "stratum_id": ["m", "l", "r"], "parent_id": [None, "m", "m"], "level": [0, 1, 1], "buyers": [400.0, 100.0, 300.0],
    "moves": [[np.sqrt(MARKET), *[0.0] * 5], loads("l", LEFT), loads("r", RIGHT)],
    "leans": [LEANS, 1.0, 1.0], "unstated": [UNSTATED, 0.0, 0.0],
    "whole": [0.0, STOOD["l"], STOOD["r"]], "hidden": 0.0, "alike": 0.0})

NOTHING = DOUBTS.assign(moves=[[0.0] * 6] * 3, whole=0.0, unstated=0.0)


def sure(stratum, borrowed, count, prior=100.0):
    """Buyers of whom nothing is unknown but what ``doubts`` says."""
    return buyers(stratum, borrowed, 0.0, count, prior).assign(worth_variance=0.0)


def buyers(stratum, borrowed, alone, count, prior=100.0, *, inside=True):
    """Buyers worth 100, whose variance is ``alone`` beside what they share with their stratum."""
    return pd.DataFrame({"stratum_id": stratum, "worth": 100.0, "worth_prior": prior, "worth_borrowed": borrowed,
                         "worth_variance": alone + borrowed**2 * DOUBTS.set_index("stratum_id").loc[stratum, "whole"],
                         "inside": inside}, index=range(count))


def scored(engine, rows, doubts=DOUBTS):
    table = ibis.memtable(rows)
    sums = engine.to_pandas(table.group_by("stratum_id").agg(**group_sums(table, "worth", table.inside)))
    return group_score("worth", sums, doubts, money=True)


def deviation(found):
    return (found.high - found.low) / (2 * REACH)


def test_a_group_of_one_is_as_unsure_as_its_buyer(engine):
    found = scored(engine, buyers("l", 0.7, 12.0, 1))
    assert found.value == pytest.approx(100)
    assert deviation(found) == pytest.approx(np.sqrt(12.0 + 0.49 * STOOD["l"]), rel=0.01)


def test_neighbours_who_borrow_all_are_together_as_unsure_as_their_stratum(engine):
    found = scored(engine, buyers("l", 1.0, 0.0, 50))
    assert deviation(found) == pytest.approx(np.sqrt(STOOD["l"]), rel=0.01)


def test_the_interval_is_as_wide_as_draws_of_what_is_shared_and_what_is_not(engine, rng):
    """Who stands in the market, its part not known, leans on both parts, a quarter and three quarters of the buyers."""
    parts = [("l", 0.6, 20.0, 12), ("r", 0.9, 8.0, 30), ("m", 0.5, 12.0, 5)]
    found = scored(engine, pd.concat([buyers(*part) for part in parts], ignore_index=True))
    draws = 40_000
    market, alike = rng.normal(0, np.sqrt(MARKET), draws), rng.normal(0, 1, draws)
    of = {name: PASSED[name] * market + SWING[name] * alike + rng.normal(0, np.sqrt(own), draws)
          for name, own in (("l", LEFT), ("r", RIGHT))}
    of["m"] = LEANS * (0.25 * of["l"] + 0.75 * of["r"]) + rng.normal(0, np.sqrt(UNSTATED), draws)
    mean = sum(count * borrowed * of[name] + rng.normal(0, np.sqrt(count * alone), draws)
               for name, borrowed, alone, count in parts) / 47
    assert deviation(found) == pytest.approx(mean.std(), rel=0.02)


def test_who_is_picked_for_its_record_hangs_on_how_alike_buyers_are(engine):
    """A prior size larger by a tenth draws a buyer that borrows half and departs by 20 one further towards its stratum:
    from 100 to (1.1 x 80 + 120) / 2.1, which is 99.05."""
    doubts = NOTHING.assign(alike=0.01)
    drawn = scored(engine, sure("l", 0.5, 50, prior=80.0), doubts)
    assert deviation(drawn) == pytest.approx(1.0, rel=0.01)
    both = [sure("l", 0.5, 50, prior=prior) for prior in (80.0, 120.0)]
    assert deviation(scored(engine, pd.concat(both, ignore_index=True), doubts)) == pytest.approx(0.0, abs=1e-6)


def test_a_part_of_a_stratum_may_depart_from_it_the_more_the_smaller_it_is_and_all_of_it_does_not(engine):
    doubts = NOTHING.assign(hidden=HIDDEN)
    whole = sure("l", 0.8, 40)
    assert deviation(scored(engine, whole, doubts)) == pytest.approx(0.0, abs=1e-6)
    whole["inside"] = np.arange(40) < 10
    assert deviation(scored(engine, whole, doubts)) == pytest.approx(0.8 * np.sqrt(np.log(4) * HIDDEN), rel=0.01)


def test_a_factor_that_all_values_have_in_common_is_no_surer_of_many_than_of_one(engine):
    doubts = NOTHING.assign(common=0.0009)
    alone = buyers("l", 0.0, 16.0 + 9.0, 1)   # of its variance 0.0009 x 100 squared is the factor's
    assert deviation(scored(engine, alone, doubts)) == pytest.approx(5.0, rel=0.01)
    many = buyers("l", 0.0, 16.0 + 9.0, 10_000)
    assert deviation(scored(engine, many, doubts)) == pytest.approx(3.0, rel=0.01)


def test_nobody_inside_has_no_score_and_a_share_stays_between_none_and_all(engine):
    assert scored(engine, buyers("l", 0.5, 4.0, 3, inside=False)) is None
    shares = buyers("l", 0.5, 0.0, 2).assign(worth=0.02, worth_prior=0.03, worth_variance=0.02)
    table = ibis.memtable(shares)
    sums = engine.to_pandas(table.group_by("stratum_id").agg(**group_sums(table, "worth", table.inside)))
    found = group_score("worth", sums, DOUBTS.assign(moves=[[3e-3, *[0.0] * 5]] * 3, whole=1e-5), money=False)
    assert 0 <= found.low < found.value < found.high < 1
    assert group_score("worth", sums, DOUBTS, money=False).high < 1

"""What a group is worth: the mean of its buyers, as sure as what they share allows."""

import ibis
import numpy as np
import pandas as pd
import pytest
from scipy import special

from marketsofone.estimates.segments import group_score, group_sums

REACH = float(special.ndtri(0.95))
MARKET, LEFT, RIGHT = 4.0, 9.0, 6.0
STRATA = pd.DataFrame({
    "stratum_id": ["m", "l", "r"], "parent_id": [None, "m", "m"], "level": [0, 1, 1],
    "worth_low": [100 - REACH * np.sqrt(v) for v in (MARKET, LEFT, RIGHT)],
    "worth_high": [100 + REACH * np.sqrt(v) for v in (MARKET, LEFT, RIGHT)], "worth_borrowed": [0.0, 0.5, 0.8]})


def buyers(stratum, borrowed, variance, count):
    reach = REACH * np.sqrt(variance)
    return pd.DataFrame({"stratum_id": stratum, "worth": 100.0, "worth_low": 100 - reach, "worth_high": 100 + reach,
                         "worth_borrowed": borrowed, "inside": True}, index=range(count))


def scored(engine, rows):
    table = ibis.memtable(rows)
    sums = engine.to_pandas(table.group_by("stratum_id").agg(**group_sums(table, "worth", table.inside)))
    return group_score("worth", sums, STRATA, money=True)


def test_a_group_of_one_is_as_unsure_as_its_buyer(engine):
    found = scored(engine, buyers("l", 0.7, 16.0, 1))
    assert found.value == pytest.approx(100)
    assert found.high - found.low == pytest.approx(2 * REACH * 4, rel=0.01)


def test_neighbours_who_borrow_all_are_together_as_unsure_as_their_stratum(engine):
    found = scored(engine, buyers("l", 1.0, LEFT, 50))
    assert found.high - found.low == pytest.approx(2 * REACH * 3, rel=0.01)


def test_the_interval_is_as_wide_as_draws_of_what_is_shared_and_what_is_not(engine, rng):
    parts = [("l", 0.6, 20.0, 12), ("r", 0.9, 8.0, 30), ("m", 0.5, 12.0, 5)]
    found = scored(engine, pd.concat([buyers(*part) for part in parts], ignore_index=True))
    draws = 40_000
    market = rng.normal(0, np.sqrt(MARKET), draws)
    of = {"m": market, "l": 0.5 * market + rng.normal(0, np.sqrt(LEFT - 0.25 * MARKET), draws),
          "r": 0.8 * market + rng.normal(0, np.sqrt(RIGHT - 0.64 * MARKET), draws)}
    spread = {"m": MARKET, "l": LEFT, "r": RIGHT}
    alone = {name: np.sqrt(count * (variance - borrowed**2 * spread[name]))
             for name, borrowed, variance, count in parts}
    mean = sum(count * borrowed * of[name] + rng.normal(0, alone[name], draws)
               for name, borrowed, _variance, count in parts) / 47
    assert (found.high - found.low) / (2 * REACH) == pytest.approx(mean.std(), rel=0.02)


def test_nobody_inside_has_no_score_and_a_share_stays_between_none_and_all(engine):
    rows = buyers("l", 0.5, 4.0, 3).assign(inside=False)
    assert scored(engine, rows) is None
    shares = buyers("l", 0.5, 4.0, 2).assign(worth=0.02, worth_low=0.0, worth_high=0.3)
    table = ibis.memtable(shares)
    sums = engine.to_pandas(table.group_by("stratum_id").agg(**group_sums(table, "worth", table.inside)))
    found = group_score("worth", sums, STRATA.assign(worth_low=0.01, worth_high=0.03), money=False)
    assert 0 <= found.low < found.value < found.high < 1
    assert group_score("worth", sums, STRATA, money=False).high < 1

"""The value of an hour, against draws of the scores it is made of."""

import ibis
import pandas as pd
import pytest

from marketsofone.scores.hour import Hour, with_hour_value

ALL = ("pull", "competitiveness", "attractiveness")
HOUR = Hour(approach_hours=2.0, hour_cost=50.0)


def valued(rows, scores=ALL, hour=HOUR):
    return with_hour_value(ibis.memtable(pd.DataFrame(rows)), scores, hour, 0.90).execute()


def of(means, variances):
    named = zip(ALL, means, variances, strict=True)
    return {key: [value] for s, mean, variance in named for key, value in ((s, mean), (f"{s}_variance", variance))}


def test_the_value_of_an_hour_and_its_interval_are_those_of_drawn_scores(rng):
    """400,000 draws: chance moves the share inside by 0.05 points; the lognormal form costs one point here."""
    pull, win, money = rng.beta(12, 28, 400_000), rng.beta(20, 20, 400_000), rng.gamma(16, 4000 / 16, 400_000)
    drawn = pull * win * money / HOUR.approach_hours - HOUR.hour_cost
    row = valued(of((0.3, 0.5, 4000.0), (pull.var(), win.var(), money.var()))).iloc[0]
    assert row["value_per_hour"] == pytest.approx(drawn.mean(), rel=0.01)
    inside = (row["value_per_hour_low"] <= drawn) & (drawn <= row["value_per_hour_high"])
    assert inside.mean() == pytest.approx(0.90, abs=0.02)


def test_the_spread_of_the_product_is_that_of_independent_factors(rng):
    pull, money = rng.beta(3, 9, 400_000), rng.gamma(4, 250, 400_000)
    row = valued({"pull": [0.25], "pull_variance": [pull.var()], "attractiveness": [1000.0],
                  "attractiveness_variance": [money.var()]}, ("pull", "attractiveness")).iloc[0]
    assert row["worth"] == pytest.approx(250.0)
    assert row["worth_variance"] == pytest.approx((pull * money).var(), rel=0.02)


def test_scores_that_are_surely_known_leave_no_interval():
    row = valued(of((0.5, 0.5, 800.0), (0.0, 0.0, 0.0))).iloc[0]
    assert row[["value_per_hour_low", "value_per_hour", "value_per_hour_high"]].to_list() == pytest.approx([50.0] * 3)


def test_a_buyer_who_costs_more_than_it_brings_has_a_value_below_the_hours_cost():
    row = valued(of((0.5, 0.5, -800.0), (0.01, 0.01, 100.0))).iloc[0]
    assert row["value_per_hour"] == pytest.approx(-150.0)
    assert row["value_per_hour_low"] < -150.0 < row["value_per_hour_high"] < 0


def test_without_attractiveness_there_is_a_rank_but_no_money():
    row = valued({"pull": [0.4], "pull_variance": [0.01]}, ("pull",)).iloc[0]
    assert row["worth"] == pytest.approx(0.4)
    assert pd.isna(row["value_per_hour"])
    assert pd.isna(row["value_per_hour_low"])

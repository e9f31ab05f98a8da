import numpy as np
import pandas as pd
import pytest

from marketsofone.engine import hold, open_engine
from marketsofone.estimates.response import ResponseFit
from marketsofone.estimates.response_curves import (
    JUDGED,
    NO_HOURS_CREDITED,
    Clock,
    buyers_curves,
    customer_curves,
    judged_curves,
    prospect_curves,
    with_judgements,
)
from marketsofone.pooling.response import NOTHING
from marketsofone.pooling.response_curve import matched

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
CLOCK = Clock(approach_hours=1.5, horizon_days=360, period_days=90)
UNKNOWN = ResponseFit("not identified", None, None, None, 0.4, 0.0, 2.0, float("inf"), NOTHING, "")
SEEN = ResponseFit("adjusted", 0.3, 0.2, 0.4, 0.4, 900.0, 2.0, 4.0, NOTHING, "")
SCORES = ("pull", "competitiveness", "attractiveness")


@pytest.fixture(scope="module")
def engine():
    opened = open_engine(threads=1)
    yield opened
    opened.disconnect()


def prospects(engine):
    return hold(engine, "prospects", pd.DataFrame({
        "buyer_id": [1, 2, 3], "pull": [0.4, 0.1, 0.7], "pull_variance": [0.02, 0.0, 0.01],
        "competitiveness": [0.5, 0.3, 0.9], "competitiveness_variance": [0.01, 0.0, 0.005],
        "attractiveness": [1000.0, 50.0, -10.0]}))


def customers(engine):
    return hold(engine, "customers", pd.DataFrame({"buyer_id": [7, 8], "base": [500.0, 100.0], "touches": [2.0, 0.0]}))


def said(**changes):
    points = {"about": "buyer", "about_id": "7", "hours": 12.0, "none": 100.0, "half": 250.0, "now": 300.0,
              "more": 325.0, "most": 400.0, "sure": 5.0}
    return pd.DataFrame([points | changes])


def rows(table):
    return table.order_by("buyer_id").execute().set_index("buyer_id")


def value(row, hours):
    reached = hours / row["scale"]
    left = np.exp(-reached) if np.isinf(row["shape"]) else (1 + reached / row["shape"]) ** -row["shape"]
    return row["ceiling"] * (1 - left)


def test_the_first_approach_to_a_prospect_is_worth_the_product_of_its_scores(engine):
    found = rows(prospect_curves(prospects(engine), SCORES, UNKNOWN, 1.5))
    assert value(found.loc[1], 1.5) == pytest.approx(0.4 * 0.5 * 1000, rel=1e-6)
    assert value(found.loc[2], 1.5) == pytest.approx(0.1 * 0.3 * 50, rel=1e-6)
    assert found.loc[3, "ceiling"] == -10.0
    assert set(found["status"]) == {"not identified"}


def test_the_engine_and_numpy_give_the_same_curve(engine):
    found = rows(prospect_curves(prospects(engine), SCORES, UNKNOWN, 1.0))
    variance = (0.16 + 0.02) * (0.25 + 0.01) - 0.04
    scale, shape = matched(np.array([0.2]), np.array([variance]))
    assert found.loc[1, ["scale", "shape"]].to_list() == pytest.approx([scale[0], shape[0]])


def test_a_record_that_says_approaches_do_less_makes_the_curve_flatter(engine):
    weaker = rows(prospect_curves(prospects(engine), SCORES, SEEN, 1.5))
    assert value(weaker.loc[1], 1.5) < 0.5 * 0.4 * 0.5 * 1000
    assert value(weaker.loc[1], 1.5) > 0.3 * 0.4 * 0.5 * 1000 * 0.99


def test_a_customer_is_credited_no_hour_where_nobody_can_tell(engine):
    found = rows(customer_curves(customers(engine), UNKNOWN, CLOCK))
    assert set(found["ceiling"]) == {0.0}
    assert set(found["status"]) == {NO_HOURS_CREDITED}
    without = rows(buyers_curves(prospects(engine), customers(engine), SCORES, UNKNOWN, None, CLOCK))
    assert without.loc[7, ["ceiling", "status"]].to_list() == [0.0, NO_HOURS_CREDITED]
    assert len(without) == 5


def test_the_present_effort_of_a_customer_brings_the_share_that_is_due_to_it(engine):
    found = rows(customer_curves(customers(engine), SEEN, CLOCK))
    assert value(found.loc[7], 2.0 * CLOCK.hours) == pytest.approx(0.3 * 500.0, rel=1e-6)
    assert found.loc[8, "ceiling"] > 0


def test_a_judgement_stands_alone_where_the_record_cannot_tell(engine):
    curves = customer_curves(customers(engine), UNKNOWN, CLOCK)
    told, problems = judged_curves(said())
    judged = hold(engine, "told", told.assign(buyer_id=7))
    trials = hold(engine, "trials", pd.DataFrame({"buyer_id": [7], "trials": [1000.0]}))
    found = rows(with_judgements(curves, judged, trials))
    assert problems == ()
    assert found.loc[7, "status"] == JUDGED
    assert value(found.loc[7], 12.0) == pytest.approx(200.0, rel=0.05)
    assert found.loc[8, ["ceiling", "status"]].to_list() == [0.0, NO_HOURS_CREDITED]


def test_the_record_outgrows_a_judgement(engine):
    curves = customer_curves(customers(engine), SEEN, CLOCK)
    judged = hold(engine, "told", judged_curves(said(most=4000.0, sure=5))[0].assign(buyer_id=7))
    away = []
    for periods in (0.0, 5.0, 50.0, 500.0, 5e6):
        trials = hold(engine, "trials", pd.DataFrame({"buyer_id": [7], "trials": [periods]}))
        pooled = rows(with_judgements(curves, judged, trials))
        away.append(abs(pooled.loc[7, "ceiling"] - rows(curves).loc[7, "ceiling"]))
    assert away == sorted(away, reverse=True)
    assert away[1] == pytest.approx(away[0] / 2)
    assert away[-1] < 1e-3 * away[0]


def test_a_judgement_that_falls_is_left_out_and_named(engine):
    told, problems = judged_curves(said(half=90.0))
    assert told.empty
    assert "never falls" in problems[0]

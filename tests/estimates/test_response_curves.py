from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from marketsofone.engine import hold, open_engine
from marketsofone.estimates.response import ResponseFit
from marketsofone.estimates.response_curves import (
    NO_HOURS_CREDITED,
    Clock,
    buyers_curves,
    customer_curves,
    prospect_curves,
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
    return hold(engine, "customers", pd.DataFrame({
        "buyer_id": [7, 8], "base": [500.0, 100.0], "touches": [2.0, 0.0], "borrowed": [0.0, 0.5]}))


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


def curve_of(engine, fit=SEEN, **changes):
    one = {"buyer_id": [7], "base": [500.0], "touches": [2.0], "borrowed": [0.5]}
    return rows(customer_curves(hold(engine, "one", pd.DataFrame(one | changes)), fit, CLOCK)).loc[7]


def test_what_is_expected_of_a_customer_after_others_does_not_depend_on_its_own_few_touches(engine):
    few = [curve_of(engine, touches=[touches], borrowed=[1.0])["ceiling"] for touches in (0.0, 0.5, 2.0, 20.0)]
    assert few == pytest.approx([few[0]] * 4)


def test_a_customer_that_brought_it_with_fewer_calls_gains_more_by_a_call_as_far_as_it_is_its_own_record(engine):
    usual = curve_of(engine)["ceiling"]
    gain = [curve_of(engine, touches=[0.0], borrowed=[borrowed])["ceiling"] / usual for borrowed in (0.9, 0.5, 0.1)]
    assert 1.0 < gain[0] < gain[1] < gain[2] < 1 / (1 - 0.3)
    assert curve_of(engine, touches=[6.0])["ceiling"] < usual


def test_no_call_is_said_to_bring_many_times_what_a_customer_ever_brought(engine):
    """Where all is due to effort, what a customer brought without any call is no guide to what one brings."""
    strong = replace(SEEN, elasticity=1.0, low=0.9, high=1.1)
    for borrowed in (0.5, 0.2):
        found = curve_of(engine, strong, touches=[0.0], borrowed=[borrowed])
        assert value(found, 2.0 * CLOCK.hours) == pytest.approx(500.0 / borrowed)


def test_pooling_by_effort_is_pooling_with_effort_as_trials(engine):
    """Prior size 6, four trials of its own at half the usual effort: the level that gamma and Poisson give."""
    straight = replace(SEEN, bend=1e9)
    size, trials, total, parent, due = 6.0, 4.0, 3200.0, 500.0, 0.3
    exposure = trials * (1 - due + due * 0.5)
    level = (size * parent + total) / (size + exposure)
    base = (size * parent + total) / (size + trials)
    found = curve_of(engine, straight, base=[base], touches=[1.0], borrowed=[size / (size + trials)])
    assert value(found, 2.0 * CLOCK.hours) == pytest.approx(due * level, rel=1e-6)


def test_an_answer_that_seldom_becomes_an_opportunity_earns_as_much_less(engine):
    whole, half = (rows(prospect_curves(prospects(engine), SCORES, UNKNOWN, 1.5, opened)) for opened in (1.0, 0.5))
    assert value(half.loc[1], 1.5) == pytest.approx(0.5 * value(whole.loc[1], 1.5), rel=1e-6)

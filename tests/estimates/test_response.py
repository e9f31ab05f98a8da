import numpy as np
import pandas as pd
import pytest

from marketsofone.engine import hold, open_engine
from marketsofone.estimates.response import driver_cells, fit_response

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


@pytest.fixture(scope="module")
def engine():
    opened = open_engine(threads=1)
    yield opened
    opened.disconnect()


def market(seed, driven, due=0.5, buyers=1500, periods=8, lot=False):
    """A driver that stays with the buyer multiplies effort and outcome; with the share of outcome due to effort."""
    rng = np.random.default_rng(seed)
    driver = rng.normal(size=(buyers, 1))
    arm = rng.integers(2, size=buyers)
    mean = np.where(arm == 1, 2.0, 1.0)[:, None] if lot else 1.5 * np.exp(driven * driver - driven**2 / 2)
    effort = rng.poisson(mean * np.ones((buyers, periods))).astype(float)
    without, through = np.exp(driven * driver) * (1 - due), np.exp(driven * driver) * due * effort / 1.5
    outcome = rng.poisson(without + through).astype(float)
    share = float(through.sum() / (without * np.ones_like(effort) + through).sum())
    rows = pd.DataFrame({"buyer_id": np.repeat(np.arange(buyers), periods),
                         "period": np.tile(np.arange(periods), buyers), "effort": effort.ravel(),
                         "outcome": outcome.ravel(), "cell": "all"})
    who = pd.DataFrame({"buyer_id": np.arange(buyers), "driver": driver.ravel(), "arm": arm.astype(str)})
    return rows, who, share


def drawn(engine, rows, who):
    """All buyers in all periods, with their arm."""
    return hold(engine, "lots", rows.merge(who[["buyer_id", "arm"]]))


def test_effort_at_random_gives_the_planted_share(engine):
    rows, _, share = market(12, driven=0.0)
    found = fit_response(hold(engine, "rows", rows))
    assert found.status == "adjusted"
    assert found.low < share < found.high
    assert found.high - found.low < 0.3


def test_a_hidden_driver_without_a_lot_gives_no_number(engine):
    rows, *_ = market(2, driven=0.6)
    found = fit_response(hold(engine, "rows", rows))
    assert (found.status, found.elasticity, found.low, found.high) == ("not identified", None, None, None)
    assert found.naive > 0.6
    assert "unseen" in found.reason


def test_the_same_driver_seen_gives_the_planted_share(engine):
    rows, who, share = market(3, driven=0.6)
    cells = driver_cells(hold(engine, "who", who), ["driver"])
    seen = hold(engine, "rows", rows.drop(columns="cell")).inner_join(cells, "buyer_id")
    found = fit_response(seen, drivers=["driver"])
    assert found.status == "adjusted"
    assert found.low < share < found.high
    assert "driver" in found.reason


def test_a_driver_that_stays_with_the_buyer_is_taken_out_by_comparing_it_with_itself(engine):
    rows, _, share = market(3, driven=0.6)
    found = fit_response(hold(engine, "rows", rows), design="within")
    assert found.status == "adjusted"
    assert found.low < share < found.high


def test_a_lot_needs_no_driver(engine):
    rows, who, share = market(4, driven=0.6, lot=True)
    found = fit_response(hold(engine, "rows", rows), drawn(engine, rows, who))
    assert found.status == "randomised"
    assert found.low < share < found.high


def test_an_arm_that_is_seen_in_more_periods_shows_no_effect_by_that(engine):
    rows, who, _share = market(9, driven=0.0, due=0.0, lot=True)
    late = rows.merge(who[["buyer_id", "arm"]]).query("arm == '1' or period < 4")
    found = fit_response(hold(engine, "rows", rows), hold(engine, "lots", late))
    assert found.status == "randomised"
    assert found.low < 0.0 < found.high


def test_arms_of_like_effort_are_no_lot(engine):
    rows, who, _ = market(5, driven=0.6)
    found = fit_response(hold(engine, "rows", rows), drawn(engine, rows, who))
    assert found.status == "not identified"
    assert "drawn by lot hardly differ" in found.reason


@pytest.mark.parametrize("effort", [0.0, 2.0])
def test_effort_that_never_differs_gives_no_number(engine, effort):
    rows, *_ = market(6, driven=0.0, buyers=50)
    found = fit_response(hold(engine, "rows", rows.assign(effort=effort)))
    assert found.status == "not identified"
    assert found.elasticity is None


def test_few_buyers_are_too_few_rather_than_a_wide_number(engine):
    rows, *_ = market(7, driven=0.0, buyers=12, periods=3)
    assert fit_response(hold(engine, "rows", rows)).status == "not identified"


def test_the_order_of_rows_and_the_unit_of_the_outcome_change_nothing(engine):
    rows, *_ = market(8, driven=0.0, buyers=400)
    first = fit_response(hold(engine, "rows", rows))
    moved = rows.sample(frac=1.0, random_state=1).assign(outcome=lambda r: r.outcome * 100.0)
    second = fit_response(hold(engine, "rows", moved))
    assert second.status == first.status
    assert second.naive == pytest.approx(first.naive)
    assert (second.elasticity or 0.0) == pytest.approx(first.elasticity or 0.0)

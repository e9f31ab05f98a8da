"""The query that places hours gives the same hours on every engine."""

import numpy as np
import pyarrow as pa
import pytest

from marketsofone.allocation import Curves, hours_expression, solve_hours

pytestmark = [
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),  # pyspark 4.0 on pandas 3
    pytest.mark.filterwarnings("ignore:.*socket:pytest.PytestUnraisableExceptionWarning"),  # left open by pyspark
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]


@pytest.mark.parametrize("hour_cost", [0.0, 20.0])
def test_hours_are_the_solvers_on_every_engine(on, hour_cost):
    ceiling, scale = np.array([100.0, 300.0, 50.0, -5.0, 80.0, 1e6]), np.array([1.0, 2.0, 1.0, 1.0, 0.5, 3.0])
    rep, least = np.array([0, 0, 0, 0, 1, 1]), np.array([0.0, 0.0, 0.5, 0.0, 0.0, 0.0])
    most, capacity = np.array([0.8, np.inf, 2.0, 1.0, np.inf, 4.0]), np.array([3.0, 9.0])
    buyers = on.hold("hours_buyers", pa.table({
        "buyer_id": np.arange(6), "rep_id": rep, "ceiling": ceiling, "scale": scale, "least": least,
        "most": pa.array(most, mask=np.isinf(most))}))
    reps = on.hold("hours_reps", pa.table({"rep_id": np.arange(2), "capacity": capacity}))
    found = on.backend.to_pyarrow(hours_expression(buyers, reps, hour_cost).order_by("buyer_id"))
    placed = solve_hours(Curves(ceiling, scale), rep, capacity, hour_cost, least, most)
    assert found["hours"].to_numpy() == pytest.approx(placed.hours, abs=1e-9)
    assert found["price"].to_numpy() == pytest.approx(placed.price[rep], rel=1e-9, abs=1e-9)

import ibis
import numpy as np
import pyarrow as pa
import pytest

from marketsofone.allocation import Curves, hours_expression, solve_hours


def market(seed, buyers=60, reps=4):
    rng = np.random.default_rng(seed)
    least = np.where(rng.random(buyers) < 0.2, 0.3, 0.0)
    rep = rng.integers(0, reps, buyers)
    return {
        "curves": Curves(10 ** rng.uniform(0, 8, buyers) * rng.choice([1, 1, 1, -1], buyers),
                         10 ** rng.uniform(-1, 1, buyers)),
        "rep": rep, "least": least, "most": least + rng.choice([0.0, 0.5, 4.0, np.inf], buyers),
        "capacity": np.bincount(rep, least, minlength=reps) + rng.choice([0.0, 2.0, 30.0, 1e4], reps),
    }


def tables(market):
    buyers = len(market["rep"])
    rows = {"buyer_id": np.arange(buyers), "rep_id": market["rep"], "ceiling": market["curves"].ceiling,
            "scale": market["curves"].scale, "least": market["least"],
            "most": pa.array(market["most"], mask=np.isinf(market["most"]))}
    reps = {"rep_id": np.arange(len(market["capacity"])), "capacity": market["capacity"]}
    return ibis.memtable(pa.table(rows)), ibis.memtable(pa.table(reps))


def asked(engine, market, hour_cost=0.0):
    found = engine.to_pyarrow(hours_expression(*tables(market), hour_cost).order_by("buyer_id"))
    return found["hours"].to_numpy(), found["price"].to_numpy()


@pytest.fixture(scope="module")
def engine():
    backend = ibis.duckdb.connect()
    yield backend
    backend.disconnect()


@pytest.mark.parametrize("hour_cost", [0.0, 3.0, 1e4])
@pytest.mark.parametrize("seed", range(5))
def test_the_query_places_the_hours_that_the_solver_places(engine, seed, hour_cost):
    case = market(seed)
    if hour_cost == 0:
        case["capacity"] = np.minimum(case["capacity"], 1e3)
    hours, price = asked(engine, case, hour_cost)
    placed = solve_hours(**case, hour_cost=hour_cost)
    assert hours == pytest.approx(placed.hours, rel=1e-9, abs=1e-9)
    assert price == pytest.approx(placed.price[case["rep"]], rel=1e-9, abs=1e-6)


def test_a_rep_whose_agreed_hours_do_not_fit_gets_no_plan_that_looks_right(engine):
    case = {"curves": Curves([10.0, 20.0], 1.0), "rep": np.array([0, 1]), "least": np.array([2.0, 0.0]),
            "most": np.array([3.0, 3.0]), "capacity": np.array([1.0, 1.0])}
    hours, price = asked(engine, case)
    assert np.isnan(hours).tolist() == [True, False]
    assert np.isnan(price).tolist() == [True, False]


def test_a_buyer_of_an_unknown_rep_is_left_out(engine):
    case = {"curves": Curves([10.0, 20.0], 1.0), "rep": np.array([0, 7]), "least": np.zeros(2),
            "most": np.full(2, np.inf), "capacity": np.array([1.0])}
    assert len(asked(engine, case)[0]) == 1

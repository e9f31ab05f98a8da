"""Tallies of candidate splits: sums by node, half, dimension and value."""

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketsofone.estimates.candidates import PARTS, Dimension, fetch_candidates, fetch_cuts, gather_evidence, readable

SECTOR, SIZE = Dimension("sector", "dim_sector"), Dimension("size", "dim_size", (20.0, 100.0))


@pytest.fixture
def evidence(engine):
    """Four known buyers and one of whom nothing is known; all but one of them tried."""
    buyers = engine.create_table("cand_buyers", pa.table({
        "buyer_id": [1, 2, 3, 4, 5], "dim_sector": ["a", "a", "b", "b", None],
        "dim_size": [10.0, 20.0, 99.9, 100.0, None]}), overwrite=True)
    wins = ibis.memtable({"buyer_id": [1, 2, 3, 5], "trials": [2.0, 4.0, 1.0, 1.0], "total": [1.0, 3.0, 0.0, 1.0]})
    money = ibis.memtable({"buyer_id": [1, 2, 5], "trials": [1.0, 2.0, 1.0], "total": [100.0, 600.0, -50.0]})
    return gather_evidence(engine, buyers, [SECTOR, SIZE], {"pull": wins, "attractiveness": money})


def test_a_number_becomes_its_step_and_a_limit_belongs_to_the_step_above(evidence, engine):
    coded = evidence.select("buyer_id", "dim_sector", "dim_size").order_by("buyer_id").execute()
    assert list(coded["dim_size"])[:4] == ["0", "1", "1", "2"]
    assert coded["dim_size"].isna()[4]
    assert coded["dim_sector"].isna()[4]


def test_sums_are_those_of_the_buyers_by_half_and_value(evidence, engine):
    placed = ibis.memtable({"buyer_id": [1, 2, 3, 4, 5], "node": [0, 0, 0, 7, 0]})
    frame = fetch_candidates(evidence, placed, [SECTOR, SIZE], ["pull", "attractiveness"])
    rows = {(r["node"], r["half"], r["dimension"], r["value"] if isinstance(r["value"], str) else None): r
            for r in frame.to_dict("records")}
    first = rows[0, 1, "sector", "a"]
    assert [first[f"pull_{part}"] for part in PARTS[:6]] == [1, 2, 1, 4, 2, 1]
    second = rows[0, 0, "sector", "a"]
    assert [second[f"pull_{part}"] for part in PARTS[:6]] == [1, 4, 3, 16, 12, 9]
    assert rows[0, 1, "sector", None]["people"] == 1
    assert rows[7, 0, "sector", "b"]["people"] == 1
    assert rows[0, 1, "size", "1"]["pull_n"] == 1
    # the typical mean amount is the middle one of 100, 300 and -50
    assert first["attractiveness_g"] == pytest.approx(0.693147, abs=1e-5)
    assert second["attractiveness_g"] == pytest.approx(1.386294, abs=1e-5)


def test_a_part_adds_up_over_the_values_of_any_dimension(evidence, engine):
    placed = ibis.memtable({"buyer_id": [1, 2, 3, 4, 5], "node": [0] * 5})
    frame = fetch_candidates(evidence, placed, [SECTOR, SIZE], ["pull"])
    assert set(frame.groupby("dimension")["pull_n"].sum()) == {8.0}
    assert set(frame.groupby("dimension")["people"].sum()) == {5}


def test_cuts_are_readable_and_divide_the_known_values(engine):
    values = pa.table({"dim_size": [float(i) for i in range(1, 3201)]})
    sizes = engine.create_table("cand_sizes", values, overwrite=True)
    cuts = fetch_cuts(sizes, "dim_size")
    assert len(cuts) == 15
    assert cuts[0] == 200.0
    assert cuts[-1] == 3000.0


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=15))
def test_readable_limits_rise_and_at_least_half_of_them_stay_apart(values):
    cuts = readable(values)
    assert list(cuts) == sorted(set(cuts))
    assert len(cuts) >= len(set(values)) / 2


def test_years_stay_apart_although_their_first_two_digits_agree():
    assert readable([float(year) for year in range(1990, 2020, 2)]) == tuple(float(y) for y in range(1990, 2020, 2))


def test_nothing_known_gives_no_limits():
    assert readable([float("nan")]) == ()

"""Every buyer in exactly one stratum of each level, or in known proportions."""

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketsofone.customer import MARKET, Stratum
from marketsofone.estimates.candidates import Dimension
from marketsofone.strata import place, shares

SECTOR, SIZE = Dimension("sector", "dim_sector"), Dimension("size", "dim_size", (20.0,))
STRATA = (
    Stratum(0, -1, "whole market", "", (), 0, MARKET),
    Stratum(1, 0, "retail", "sector", ("retail",), 1, "s1"),
    Stratum(2, 0, "care or public", "sector", ("care", "public"), 1, "s2"),
    Stratum(3, 1, "small", "size", ("0",), 2, "s3"),
    Stratum(4, 1, "large", "size", ("1",), 2, "s4"),
)


@pytest.fixture
def placed(engine):
    """The node of each buyer, by sector and size step."""

    def find(buyers, strata=STRATA):
        evidence = ibis.memtable({"buyer_id": list(range(len(buyers))), "dim_sector": [b[0] for b in buyers],
                                  "dim_size": [b[1] for b in buyers]},
                                 schema={"buyer_id": "int64", "dim_sector": "string", "dim_size": "string"})
        rows = engine.to_pyarrow(place(evidence, strata, [SECTOR, SIZE]).order_by("buyer_id")).to_pydict()
        assert rows["buyer_id"] == list(range(len(buyers)))
        return rows["node"]

    return find


def test_a_buyer_stands_in_the_deepest_stratum_its_values_lead_to(placed):
    assert placed([("retail", "0"), ("retail", "1"), ("care", "0"), ("public", None)]) == [3, 4, 2, 2]


def test_a_buyer_whose_next_value_is_not_known_stays_above(placed):
    assert placed([("retail", None), (None, "0"), ("sport", "1")]) == [1, 0, 0]


def test_in_a_market_left_whole_everyone_stands_in_it(placed):
    assert placed([("retail", "0"), (None, None)], STRATA[:1]) == [0, 0]


def test_a_buyer_not_known_for_certain_is_spread_as_those_who_are_known():
    frame = shares(STRATA, [110, 60, 40, 15, 45])
    of = {(row.node, row.level, row.stratum_id): row.share for row in frame.itertuples()}
    assert (of[0, 1, "s1"], of[0, 1, "s2"]) == (0.6, 0.4)
    assert (of[0, 2, "s3"], of[0, 2, "s4"], of[0, 2, "s2"]) == pytest.approx((0.15, 0.45, 0.4))
    assert (of[1, 2, "s3"], of[1, 2, "s4"]) == (0.25, 0.75)
    assert (of[2, 2, "s2"], of[4, 1, "s1"], of[4, 0, MARKET]) == (1.0, 1.0, 1.0)


@given(counts=st.lists(st.integers(0, 50), min_size=3, max_size=3))
def test_shares_of_a_buyer_sum_to_one_on_every_level(counts):
    small, large, care = counts
    frame = shares(STRATA, [sum(counts) + 5, small + large + 2, care, small, large])
    assert frame.groupby(["node", "level"])["share"].sum().to_numpy() == pytest.approx(1.0)
    assert set(frame["node"]) == set(range(5))

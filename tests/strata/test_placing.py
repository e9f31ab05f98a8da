"""Every buyer in exactly one stratum of each level, or in known proportions."""

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.customer import MARKET, Stratum
from marketsofone.estimates.candidates import Dimension
from marketsofone.strata import place, shares, with_place
from marketsofone.strata.placing_telling import fit_partings

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


NOTHING = pd.DataFrame(columns=["node", "half", "dimension", "value", "people"])


def spread(buyers, places, tallies=NOTHING):
    """Shares by place, level and stratum."""
    partings = fit_partings(STRATA, tallies, buyers)
    frame = shares(STRATA, partings, pd.DataFrame(places, columns=["place", "node", "sector", "size", "town"]))
    return frame, {(row.place, row.level, row.stratum_id): row.share for row in frame.itertuples()}


def nowhere(*nodes):
    return [(node, node, None, None, None) for node in nodes]


def test_a_buyer_of_whom_nothing_is_known_is_spread_as_those_who_are_known():
    _frame, of = spread([110, 60, 40, 15, 45], nowhere(0, 1, 2, 3, 4))
    assert (of[0, 1, "s1"], of[0, 1, "s2"]) == (0.6, 0.4)
    assert (of[0, 2, "s3"], of[0, 2, "s4"], of[0, 2, "s2"]) == pytest.approx((0.15, 0.45, 0.4))
    assert (of[1, 2, "s3"], of[1, 2, "s4"]) == (0.25, 0.75)
    assert (of[2, 2, "s2"], of[4, 1, "s1"], of[4, 0, MARKET]) == (1.0, 1.0, 1.0)


def test_what_is_known_further_down_is_not_spread():
    """Its sector is not known, but if it is in retail it is a small one."""
    _frame, of = spread([110, 60, 40, 15, 45], [(9, 0, None, "0", None)])
    assert of == {(9, 0, MARKET): 1.0, (9, 1, "s1"): 0.6, (9, 1, "s2"): 0.4, (9, 2, "s3"): 0.6, (9, 2, "s2"): 0.4}


def towns(related, rng, buyers=2000, places=8):
    """Tallies of sectors and towns: 60% retail everywhere, or from 10 to 90% by town."""
    town = rng.integers(places, size=buyers)
    chance = np.linspace(0.1, 0.9, places)[town] if related else np.full(buyers, 0.6)
    part = np.where(rng.random(buyers) < chance, 1, 2)
    rows = pd.DataFrame({"node": part, "half": np.arange(buyers) % 2, "dimension": "town", "value": town.astype(str)})
    counts = rows.groupby(["node", "half", "dimension", "value"], as_index=False).size()
    return counts.rename(columns={"size": "people"}), town, part


def log_loss(related, seed, buyers):
    """Of buyers whose sector is hidden, as those seen foretell it: by town, and by the share of all."""
    rng = np.random.default_rng(seed)
    tallies, _, part = towns(related, rng, buyers)
    counts = [buyers, int((part == 1).sum()), int((part == 2).sum()), 0, 0]
    _, town, truth = towns(related, rng, 4000)
    _, of = spread(counts, [(10 + t, 0, None, None, str(t)) for t in range(8)], tallies)
    told = np.array([of[10 + t, 1, f"s{p}"] for t, p in zip(town, truth, strict=True)])
    all_alike = np.array([counts[p] / buyers for p in truth])
    return -np.log(told).mean(), -np.log(all_alike).mean()


@pytest.mark.parametrize("buyers", [60, 400, 3000])
def test_a_related_dimension_that_is_known_places_unseen_buyers_better(buyers):
    losses = np.array([log_loss(True, seed, buyers) for seed in range(30000, 30010)])
    better = losses[:, 1] - losses[:, 0]
    assert better.mean() > 0.03
    assert better.min() > -0.01


@pytest.mark.parametrize("buyers", [60, 400, 3000])
def test_an_unrelated_dimension_places_them_no_worse(buyers):
    losses = np.array([log_loss(False, seed, buyers) for seed in range(30000, 30012)])
    assert (losses[:, 0] - losses[:, 1]).mean() < 0.002


def test_a_thin_value_leans_on_all_and_an_unheard_one_is_as_all():
    rows = [(part, half, "town", town, n) for half in (0, 1) for part, town, n in
            [(1, "a", 90), (2, "a", 10), (1, "b", 10), (2, "b", 90), (2, "thin", 1 - half)]]
    tallies = pd.DataFrame(rows, columns=["node", "half", "dimension", "value", "people"])
    places = [(i, 0, None, None, town) for i, town in enumerate(["a", "b", "thin", "unheard of"], start=10)]
    _frame, of = spread([401, 200, 201, 0, 0], places, tallies)
    assert of[10, 1, "s1"] == pytest.approx(0.9, abs=0.02)
    assert of[11, 1, "s1"] == pytest.approx(0.1, abs=0.02)
    assert 0.15 < of[12, 1, "s1"] < 0.45
    assert of[13, 1, "s1"] == pytest.approx(200 / 401)


def test_buyers_stand_in_the_same_place_where_the_same_is_known_of_them(engine):
    rows = [("retail", "0", "a"), ("retail", None, "a"), ("retail", None, "b"), (None, "1", "a"), (None, "1", "a"),
            (None, None, None), ("care", "1", "a"), ("care", None, None)]
    evidence = ibis.memtable({"buyer_id": list(range(8)), **{f"dim_{name}": [row[i] for row in rows] for i, name in
                                                             enumerate(("sector", "size", "town"))}},
                             schema={"buyer_id": "int64", "dim_sector": "string", "dim_size": "string",
                                     "dim_town": "string"})
    partings = fit_partings(STRATA, NOTHING, [4, 2, 2, 1, 1])
    dimensions = [SECTOR, SIZE, Dimension("town", "dim_town")]
    placed = place(evidence, STRATA, dimensions)
    found = engine.to_pyarrow(with_place(evidence, placed, STRATA, partings, dimensions).order_by("buyer_id"))
    places = found["place"].to_pylist()
    assert places[0] == 3
    assert places[6] == places[7] == 2
    assert places[1] == places[2] >= len(STRATA), "a town that tells nothing sets nobody apart"
    assert places[3] == places[4] != places[5]


@settings(max_examples=20, deadline=None)
@given(counts=st.lists(st.integers(0, 50), min_size=3, max_size=3))
def test_shares_of_a_place_sum_to_one_on_every_level(counts):
    small, large, care = counts
    frame, _of = spread([sum(counts) + 5, small + large + 2, care, small, large],
                        [*nowhere(*range(5)), (5, 0, None, "0", None)])
    assert frame.groupby(["place", "level"])["share"].sum().to_numpy() == pytest.approx(1.0)
    assert set(frame["place"]) == set(range(6))

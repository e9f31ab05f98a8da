"""The crosswalk on a market one can count by hand, and whatever the proportions: nobody is lost."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketsofone.customer import Stratum
from marketsofone.strata import shares
from marketsofone.strata.crosswalk import audiences, by_place, crosswalk
from marketsofone.strata.placing_telling import fit_partings

MARKET = (Stratum(0, -1, "market", "", (), 0, "m"), Stratum(1, 0, "retail", "sector", ("retail",), 1, "r"),
          Stratum(2, 0, "care", "sector", ("care",), 1, "c"))


def spread(strata, counts):
    """Where the buyers of each stratum stand when nothing else is known of them."""
    nothing = pd.DataFrame(columns=["node", "half", "dimension", "value", "people"])
    numbers = [s.number for s in strata]
    partings = fit_partings(strata, nothing, counts)
    return shares(strata, partings, pd.DataFrame({"place": numbers, "node": numbers, "sector": None}))


def walk(node, chances, spend=None, chosen=("m", "r")):
    """The crosswalk of buyers placed in nodes, with their chances of two classes."""
    node, chances = np.array(node), np.array(chances, dtype=np.float32)
    placed = np.bincount(node, minlength=3)
    counts = [int(placed.sum()), int(placed[1]), int(placed[2])]
    spend = np.ones(len(node)) if spend is None else np.array(spend, dtype=float)
    return crosswalk(by_place(node, chances, 3), by_place(node, chances, 3, spend), spread(MARKET, counts),
                     ("young", "old"), {s.stratum_id: s.stratum_id in chosen for s in MARKET})


def cell(table, level, stratum, of_class):
    return table[(table["level"] == level) & (table["stratum_id"] == stratum) & (table["class"] == of_class)].iloc[0]


def test_containment_and_overlap_counted_by_hand():
    """Four in retail, three of them young; two in care, one young: young are 4 of 6."""
    young = [1, 1, 1, 0, 1, 0]
    table = walk([1, 1, 1, 1, 2, 2], [young, [1 - y for y in young]])
    retail_young = cell(table, 1, "r", "young")
    assert retail_young["buyers"] == 3
    assert retail_young["in_class"] == pytest.approx(3 / 4)
    assert retail_young["in_stratum"] == pytest.approx(3 / 4)
    assert retail_young["overlap"] == pytest.approx(3 / 5)
    assert cell(table, 0, "m", "old")["in_class"] == pytest.approx(2 / 6)
    assert cell(table, 1, "c", "old")["in_stratum"] == pytest.approx(1 / 2)


def test_a_buyer_not_yet_placed_stands_in_both_sectors_in_proportion():
    """One buyer at the market, three known in retail and one in care: it counts three quarters in retail."""
    table = walk([0, 1, 1, 1, 2], [[1, 0, 0, 0, 0], [0, 1, 1, 1, 1]])
    assert cell(table, 1, "r", "young")["buyers"] == 0.75
    assert cell(table, 1, "c", "young")["buyers"] == 0.25


def test_spend_outside_the_chosen_segments():
    """Marketing spends 10 and 30 on the young, 5 on the old; sales works retail only."""
    table = walk([1, 2, 1], [[1, 1, 0], [0, 0, 1]], spend=[10, 30, 5])
    young, old = audiences(table)
    assert (young.name, young.spend, young.outside, young.outside_share) == ("young", 40, 30, 0.75)
    assert (old.spend, old.outside_share) == (5, 0)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2**20)), min_size=1, max_size=60))
def test_every_level_adds_up_to_all_buyers_exactly(buyers):
    node, parts = zip(*buyers, strict=True)
    young = np.array(parts) / 2**20
    table = walk(node, [young, 1 - young])
    totals = table.groupby("level")["buyers"].sum()
    assert (totals == len(buyers)).all()
    by_class = table.pivot_table("buyers", "level", "class", aggfunc="sum")
    assert (by_class["young"] == young.sum()).all()


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 1)), min_size=1, max_size=30))
def test_shares_of_a_stratum_sum_to_one_where_it_has_buyers(buyers):
    node, young = (np.array(of) for of in zip(*buyers, strict=True))
    table = walk(node, [young, 1 - young])
    sums = table.groupby(["level", "stratum_id"])[["buyers", "in_class"]].sum()
    held = sums[sums["buyers"] > 1e-4]
    assert held["in_class"].to_numpy() == pytest.approx(np.ones(len(held)))


def test_a_market_that_is_one_stratum_and_one_class_is_a_table_of_one_cell():
    table = crosswalk(np.array([[5.0]]), np.array([[0.0]]), spread(MARKET[:1], [5]), ("all",), {"m": False})
    assert len(table) == 1
    assert table.loc[0, ["buyers", "in_class", "in_stratum", "overlap"]].tolist() == [5, 1, 1, 1]
    assert audiences(table)[0].outside_share == 0
    assert isinstance(table, pd.DataFrame)

"""What a segment is like: counted by hand, never told from noise, found where it was planted."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.customer import MARKET, Stratum
from marketsofone.strata.identity import COLUMNS, identities

STRATA = (
    Stratum(0, -1, "whole market", "", (), 0, MARKET),
    Stratum(1, 0, "sector: retail", "sector", ("retail",), 1, "retail"),
    Stratum(2, 0, "sector: care", "sector", ("care",), 1, "care"),
    Stratum(3, 1, "size under 20", "size", ("0",), 2, "small"),
    Stratum(4, 1, "size 20 or more", "size", ("1",), 2, "large"),
)
MADE_BY = {"sector": "sector", "size": "size"}


def told(node, values, order=("needs",), **asked):
    """Identities of buyers placed in nodes, from one value each by criterion."""
    frames = [pd.DataFrame({"node": node, "criterion": name, "value": of}) for name, of in values.items()]
    rows = pd.concat(frames, ignore_index=True)
    rows = rows[rows["value"].notna()]
    seen = rows.groupby(["node", "criterion", "value"], as_index=False).size().rename(columns={"size": "buyers"})
    known = rows.groupby(["node", "criterion"], as_index=False).size().rename(columns={"size": "buyers"})
    return identities(STRATA, seen, known, order, MADE_BY, **asked)


def row(table, stratum, criterion, value):
    found = table[(table["stratum_id"] == stratum) & (table["criterion"] == criterion) & (table["value"] == value)]
    return found.iloc[0]


def test_shares_are_counted_of_the_buyers_of_whom_it_is_known():
    """Retail: one of two above its parts, three of four small, none of two large; one care of whom nothing is known."""
    node = [1, 1, 3, 3, 3, 3, 4, 4, 2]
    table = told(node, {"needs": ["speed", "price", "speed", "speed", "speed", "price", "price", "price", None]})
    assert row(table, "retail", "needs", "speed")[["share", "buyers", "parent_share"]].tolist() == [0.5, 8, 0.5]
    assert row(table, "small", "needs", "speed")[["share", "buyers", "parent_share"]].tolist() == [0.75, 4, 0.5]
    assert row(table, "large", "needs", "price")["high"] == 1.0
    assert np.isnan(row(table, MARKET, "needs", "speed")["parent_share"])
    care = table[table["stratum_id"] == "care"]
    assert care["reason"].tolist() == ["Nothing is recorded of it."]
    assert list(table.columns) == list(COLUMNS)


def test_a_need_planted_in_one_segment_departs_there_and_nowhere_else(rng):
    node = rng.integers(1, 5, 2000)
    node[node == 1] = 3
    needs = np.where(rng.random(2000) < np.where(node == 4, 0.8, 0.3), "speed", "price")
    table = told(node, {"needs": needs, "colour": rng.choice(["red", "blue", "green"], 2000)}, ("needs", "colour"))
    departs = set(table[table["departs"]]["stratum_id"] + " " + table[table["departs"]]["value"])
    assert {"large speed", "large price", "small speed", "small price"} <= departs
    assert not any(of.endswith(("red", "blue", "green")) for of in departs)
    reason = row(table, "large", "needs", "speed")["reason"]
    assert reason.startswith("Departs: ")
    assert reason.endswith("points above the rest of its parent.")


def test_from_noise_nothing_departs_more_often_than_is_stated(rng):
    """20 markets in which nothing differs, eight criteria each: at a chance of 5% each, five or more tell of a
    departure by luck in 1 of 390 runs of fresh chance."""
    false = 0
    for _ in range(20):
        node = rng.integers(2, 5, rng.integers(30, 600))
        values = {f"c{i}": rng.choice(2 + 3 * i, len(node), p=rng.dirichlet(np.ones(2 + 3 * i))).astype(str)
                  for i in range(8)}
        false += told(node, values, tuple(values))["departs"].any()
    assert false < 5


def test_thousands_of_rare_values_do_not_hide_a_departure(rng):
    node = rng.integers(2, 5, 600)
    needs = np.where(rng.random(600) < np.where(node == 2, 0.75, 0.5), "speed", "price")
    alone = told(node, {"needs": needs})
    beside = told(node, {"needs": needs, "postcode": [f"{i:05d}" for i in range(600)]}, ("needs", "postcode"))
    assert row(alone, "care", "needs", "speed")["departs"]
    assert row(beside, "care", "needs", "speed")["reason"] == row(alone, "care", "needs", "speed")["reason"]
    assert set(beside[beside["criterion"] == "postcode"]["reason"]) == {"", "Too rare to tell."}


def test_what_it_was_split_off_by_is_told_and_no_discovery(rng):
    node = rng.integers(2, 5, 300)
    sector = np.where(node == 2, "care", "retail")
    table = told(node, {"sector": sector}, ("sector",))
    assert row(table, "care", "sector", "care")[["departs", "reason"]].tolist() == [True, "What it was split off by."]
    small = row(table, "small", "sector", "retail")
    assert small[["departs", "reason"]].tolist() == [False, "The same in all of its parent."]


def test_shares_shown_to_lie_close_are_alike_and_not_a_departure(rng):
    node = rng.integers(2, 5, 60_000)
    needs = np.where(rng.random(60_000) < np.where(node == 2, 0.55, 0.5), "speed", "price")
    said = row(told(node, {"needs": needs}), "care", "needs", "speed")
    assert said["reason"] == "As the rest of its parent, within 10 points."
    assert not said["departs"]


def test_buyers_may_show_several_values_of_one_criterion():
    seen = pd.DataFrame({"node": [2, 2], "criterion": "competitors", "value": ["Volt", "Norde"], "buyers": [9, 6]})
    table = identities(STRATA, seen, pd.DataFrame({"node": [2], "criterion": "competitors", "buyers": [10]}),
                       ("competitors",), MADE_BY)
    assert table[table["stratum_id"] == "care"]["share"].tolist() == [0.9, 0.6]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("abcdefg")), min_size=1, max_size=60))
def test_a_share_lies_in_its_interval_and_the_order_of_rows_does_not_matter(buyers):
    node, values = zip(*buyers, strict=True)
    table = told(node, {"needs": values})
    known = table[table["value"].notna()]
    assert ((known["low"] <= known["share"]) & (known["share"] <= known["high"])).all()
    assert known["high"].between(0, 1).all()
    again = told(node[::-1], {"needs": values[::-1]})
    pd.testing.assert_frame_equal(table, again)


def test_four_people_of_each_company_who_say_the_same_are_one_witness():
    """40 of 100 want speed, and 60: beyond chance if each spoke for itself, and they are 25 companies."""
    seen = pd.DataFrame({"node": [1, 1, 2, 2], "criterion": "needs", "value": ["speed", "price"] * 2,
                         "buyers": [40, 60, 60, 40]})
    known = pd.DataFrame({"node": [1, 2], "criterion": "needs", "buyers": [100, 100]})
    people = pd.DataFrame({"node": [0, 1, 2], "criterion": "needs", "witnesses": [200.0, 100.0, 100.0]})
    alone, together = (identities(STRATA, seen, known, ("needs",), MADE_BY,
                                  witnesses=people.assign(witnesses=people["witnesses"] / each)) for each in (1, 4))
    pd.testing.assert_frame_equal(alone, identities(STRATA, seen, known, ("needs",), MADE_BY))
    assert alone.loc[alone["stratum_id"] == "care", "departs"].all()
    assert not together["departs"].any()
    one, other = (table.sort_values(["stratum_id", "value"])[["share", "low", "high", "buyers"]].to_numpy(float)
                  for table in (alone, together))
    np.testing.assert_array_equal(one[:, [0, 3]], other[:, [0, 3]])
    wider = (other[:, 2] - other[:, 1]) / (one[:, 2] - one[:, 1])
    np.testing.assert_allclose(wider[~np.isnan(wider)], 2.0, atol=0.1)

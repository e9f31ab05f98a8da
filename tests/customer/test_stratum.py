"""Strata as plain values: their ids, paths and children."""

from marketsofone.customer import MARKET, Stratum, UserColumn, children, path, stratum_id

STRATA = (
    Stratum(0, -1, "whole market", "", (), 0, MARKET),
    Stratum(1, 0, "sector: retail", "sector", ("retail",), 1, "s1"),
    Stratum(2, 0, "sector: care", "sector", ("care",), 1, "s2"),
    Stratum(3, 2, "size under 20", "size", ("0",), 2, "s3"),
)


def test_a_path_names_every_stratum_from_the_whole_market_down():
    assert path(STRATA, 3) == ("whole market", "sector: care", "size under 20")
    assert path(STRATA, 0) == ("whole market",)


def test_children_are_the_strata_right_below():
    assert [s.number for s in children(STRATA, 0)] == [1, 2]
    assert children(STRATA, 3) == []


def test_a_stratum_keeps_its_id_whatever_the_order_of_its_values():
    assert stratum_id(MARKET, "sector", ["a", "b"]) == stratum_id(MARKET, "sector", ["b", "a"])


def test_another_parent_dimension_or_set_of_values_is_another_stratum():
    ids = {stratum_id(MARKET, "sector", ["a"]), stratum_id("s1", "sector", ["a"]), stratum_id(MARKET, "need", ["a"]),
           stratum_id(MARKET, "sector", ["a", "b"]), stratum_id(MARKET, "sector", ["ab"])}
    assert len(ids) == 5


def test_the_column_of_a_users_own_says_what_it_is_for():
    assert UserColumn("sector", "account", "dimension", "text").column == "dim_sector"
    assert UserColumn("age", "account", "trait", "number").column == "trait_age"

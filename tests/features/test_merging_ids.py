"""Ids that mean one thing become one in every table, and rows that say what it is become one row."""

from datetime import date

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketsofone.customer.merged import roots
from marketsofone.features import known_by, owners, with_buyer
from marketsofone.features.merging import with_merged

ALDER, BIRCH, ELM = 1, 2, 5
PAIRS = st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=12)
SCHEMA = {"entity": "string", "entity_id": "int64", "into_id": "int64", "valid_from": "date"}


@pytest.fixture
def merged(market, tables):
    """The everyday market with one account or opportunity led into another."""

    def make(entity, one, into):
        rows = [{"entity": entity, "entity_id": one, "into_id": into, "valid_from": date(2026, 3, 1)}]
        return with_merged(tables(market), ibis.memtable(rows, schema=SCHEMA))

    return make


@given(PAIRS)
def test_each_id_leads_to_the_least_key_it_is_joined_to_whatever_the_order(pairs):
    keys = {each: str(each) for each in range(1, 9)}
    found = roots(pairs, keys)
    assert roots([(two, one) for one, two in reversed(pairs)], keys) == found
    for one, two in pairs:
        assert found.get(one, one) == found.get(two, two)
    assert all(root < each and root not in found for each, root in found.items())


def test_events_of_both_belong_to_one_buyer(merged, as_of, answer):
    known = known_by(merged("account", BIRCH, ALDER), as_of)
    owner = owners(known, "account")
    found = answer(with_buyer(known["opportunity"], owner).select("opportunity_id", "buyer_id"))
    assert found == [(11, ALDER), (12, ALDER), (13, ALDER), (14, 4), (15, ELM)]
    assert answer(known["account"].select("account_id")) == [(1,), (3,), (4,), (5,)]


def test_what_one_row_leaves_open_the_other_fills(market, merged, as_of, answer):
    market["account"][0]["dim_sector"] = None
    known = known_by(merged("account", BIRCH, ALDER), as_of)
    account = known["account"].filter(known["account"].account_id == ALDER)
    assert answer(account.select("dim_sector", "dim_size", "trait_age")) == [("retail", 10.0, 3.0)]


@pytest.mark.parametrize("turned", [False, True])
def test_where_both_tell_the_one_it_is_shown_by_stands_wherever_its_row_stands(market, merged, as_of, answer, turned):
    alder, birch = market["account"][:2]
    alder.update(dim_sector="care", dim_size=None)
    birch.update(dim_sector="retail", dim_size=70.0)
    market["account"][:2] = [birch, alder] if turned else [alder, birch]
    known = known_by(merged("account", BIRCH, ALDER), as_of)
    account = known["account"].filter(known["account"].account_id == ALDER)
    assert answer(account.select("dim_sector", "dim_size")) == [("care", 70.0)]


def test_what_holds_always_fills_what_a_dated_row_leaves_open(market, merged, as_of, answer):
    market["account"][0]["valid_from"] = date(2026, 1, 1)
    market["account"][0]["dim_sector"] = None
    known = known_by(merged("account", BIRCH, ALDER), as_of)
    assert answer(known["account"].filter(known["account"].account_id == ALDER).select("dim_sector")) == [("retail",)]


def test_what_was_known_only_later_fills_nothing(market, merged, as_of, answer):
    market["account"][0]["dim_sector"] = None
    market["account"][1]["valid_from"] = date(2026, 9, 1)
    known = known_by(merged("account", BIRCH, ALDER), as_of)
    assert answer(known["account"].filter(known["account"].account_id == ALDER).select("dim_sector")) == [(None,)]


def test_two_rows_of_one_opportunity_are_one_trial(merged, as_of, answer):
    known = known_by(merged("opportunity", 12, 11), as_of)
    assert answer(known["opportunity"].select("opportunity_id")) == [(11,), (13,), (14,), (15,)]
    assert answer(known["entity_link"].filter(known["entity_link"].entity_id == 11).select("source_id")) == [
        ("o11",), ("o12",)]


def test_an_account_merged_into_the_one_above_it_is_no_site_and_leaves_the_others_where_they_were(
        market, merged, as_of, answer):
    alder, birch, cedar = market["account"][:3]
    alder.update(form="site", parent_id=BIRCH)
    cedar.update(form="site", parent_id=BIRCH)
    birch.update(form="company")
    known = known_by(merged("account", BIRCH, ALDER), as_of)
    assert answer(known["account"].filter(known["account"].account_id == ALDER).select("parent_id", "form")) == [
        (None, "company")]
    assert answer(owners(known, "account")["account"].select("account_id", "buyer_id"))[:2] == [(1, 1), (3, 1)]


@pytest.mark.parametrize(("told", "quantities"), [((11, 12), [2.0]), ((12,), [3.0])])
def test_lines_told_under_both_keys_of_an_opportunity_are_those_of_one(market, merged, as_of, answer, told, quantities):
    market["opportunity_line"] = [{"opportunity_id": each, "product_id": 81, "quantity": each - 9.0} for each in told]
    lines = known_by(merged("opportunity", 12, 11), as_of)["opportunity_line"]
    assert answer(lines.select("opportunity_id", "quantity")) == [(11, each) for each in quantities]


def test_lines_are_those_of_the_row_that_stands(market, merged, as_of, answer):
    market["opportunity"][0]["source"] = "later"
    market["opportunity_line"] = [{"opportunity_id": of, "product_id": 81, "quantity": of - 9.0} for of in (11, 12)]
    lines = known_by(merged("opportunity", 12, 11), as_of)["opportunity_line"]
    assert answer(lines.select("opportunity_id", "quantity")) == [(11, 3.0)]


def test_a_rival_told_of_both_keys_of_an_opportunity_was_met_once(merged, as_of, answer):
    met = known_by(merged("opportunity", 12, 11), as_of)["rival_met"]
    assert answer(met.select("opportunity_id", "competitor_id")) == [(11, 71), (13, 71), (13, 72)]

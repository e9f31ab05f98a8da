"""Who the buyer is, and what is known of each."""

from datetime import date, datetime
from itertools import permutations

import pytest

from marketsofone.customer import UserColumn
from marketsofone.features import AsOf, buyers, companies, known_by, owners, with_buyer, with_workplaces

DAY = AsOf(date(2026, 6, 30))


@pytest.fixture
def who(tables, answer):
    """Buyer id, kind, account and source id of everyone."""

    def find(market, level):
        known = known_by(tables(market), DAY)
        return answer(buyers(known, owners(known, level), ()))

    return find


@pytest.fixture
def told(tables, answer):
    """What one user column says of each buyer, by buyer id; those of whom nothing is known left out."""

    def find(market, level, column):
        known = known_by(tables(market), DAY)
        found = buyers(known, owners(known, level), [column])
        return {buyer: value for buyer, value in answer(found.select("buyer_id", column.column)) if value is not None}

    return find


def test_the_buyer_is_the_account_where_no_contact_is_said_to_decide(market, who):
    market["contact"] = [{"contact_id": 51, "account_id": 1}]
    assert who(market, "contact")[0] == (1, "account", 1, "alder")
    assert len(who(market, "contact")) == 5


def test_the_buyer_is_the_deciding_contact_and_the_account_is_then_no_buyer_of_its_own(market, who):
    market["contact"] = [{"contact_id": 51, "account_id": 1, "decides": True},
                         {"contact_id": 52, "account_id": 1, "decides": False}]
    market["entity_link"].append({"entity": "contact", "entity_id": 51, "source": "crm", "source_id": "ann"})
    found = who(market, "contact")
    assert (51, "contact", 1, "ann") in found
    assert [buyer for buyer, *_ in found] == [2, 3, 4, 5, 51]


def test_a_contact_of_whom_nothing_is_said_decides_where_an_opportunity_names_it(market, who):
    market["contact"] = [{"contact_id": 51, "account_id": 1}, {"contact_id": 52, "account_id": 2, "decides": False}]
    market["opportunity"][0]["contact_id"] = 51
    market["opportunity"][2]["contact_id"] = 52
    assert [buyer for buyer, *_ in who(market, "contact")] == [2, 3, 4, 5, 51]


def test_two_deciding_contacts_of_one_account_are_two_buyers_each_with_its_own_opportunities(market, tables, answer):
    market["contact"] = [{"contact_id": 51, "account_id": 1, "decides": True},
                         {"contact_id": 52, "account_id": 1, "decides": True}]
    market["opportunity"][1]["contact_id"] = 52
    market["touch"][0]["contact_id"] = 52
    known = known_by(tables(market), DAY)
    owner = owners(known, "contact")
    assert {(11, 51), (12, 52)} <= set(answer(owner["opportunity"].select("opportunity_id", "buyer_id")))
    assert (21, 52) in answer(with_buyer(known["touch"], owner).select("touch_id", "buyer_id"))
    assert {51, 52} <= {row[0] for row in answer(buyers(known, owner, ()))}


def test_facts_of_an_account_are_told_of_each_contact_who_decides_there(market, told):
    market["contact"] = [{"contact_id": 51, "account_id": 1, "decides": True},
                         {"contact_id": 52, "account_id": 1, "decides": True}]
    said = told(market, "contact", UserColumn("sector", "account", "dimension", "text"))
    assert said[51] == said[52] == "retail"


def test_a_contact_who_decides_for_a_site_stands_for_the_site(market, who):
    market["account"].append({"account_id": 6, "parent_id": 1, "form": "site"})
    market["contact"] = [{"contact_id": 51, "account_id": 1, "site_id": 6, "decides": True}]
    found = {buyer: (kind, account) for buyer, kind, account, _ in who(market, "contact")}
    assert found[51] == ("contact", 6)
    assert found[1] == ("account", 1)
    assert 6 not in found


def test_a_site_is_a_buyer_of_its_own_unless_accounts_were_asked_for(market, who):
    market["account"].append({"account_id": 6, "parent_id": 1, "form": "site"})
    assert (6, "site", 6, None) in who(market, "site")
    assert [buyer for buyer, *_ in who(market, "account")] == [1, 2, 3, 4, 5]


def test_a_site_whose_parent_is_not_known_stays_a_buyer_of_its_own(market, who):
    market["account"].append({"account_id": 6, "parent_id": 99, "form": "site"})
    assert (6, "account", 6, None) in who(market, "account")


def test_a_site_of_a_site_counts_as_the_account_of_both(market, tables, answer):
    market["account"] += [{"account_id": 6, "parent_id": 1, "form": "site"},
                          {"account_id": 7, "parent_id": 6, "form": "site"}]
    of = answer(owners(known_by(tables(market), DAY), "account")["account"].select("account_id", "buyer_id"))
    assert {(6, 1), (7, 1)} <= set(of)


def test_sites_that_lead_in_a_circle_stay_buyers_of_their_own(market, tables, answer):
    market["account"] += [{"account_id": 6, "parent_id": 7, "form": "site"},
                          {"account_id": 7, "parent_id": 6, "form": "site"},
                          {"account_id": 8, "parent_id": 8, "form": "site"}]
    of = answer(owners(known_by(tables(market), DAY), "account")["account"].select("account_id", "buyer_id"))
    assert {(6, 6), (7, 7), (8, 8)} <= set(of)


def test_an_opportunity_without_a_known_account_is_its_own_buyer(market, who):
    market["opportunity"][4]["account_id"] = None
    assert (15, "opportunity", None, "o15") in who(market, "account")


def test_each_opportunity_is_a_buyer_where_opportunities_were_asked_for(market, who):
    found = who(market, "opportunity")
    assert [row[0] for row in found] == [11, 12, 13, 14, 15]
    assert found[0] == (11, "opportunity", 1, "o11")


def test_events_that_belong_to_nobody_are_left_out(market, tables, answer):
    market["touch"] += [{"touch_id": 28, "account_id": 99}, {"touch_id": 29}]
    known = known_by(tables(market), DAY)
    assert len(answer(with_buyer(known["touch"], owners(known, "account")))) == 5


def test_what_names_a_person_only_belongs_to_the_buyer_where_that_person_works(market, tables, answer):
    market["account"].append({"account_id": 6, "parent_id": 1, "form": "site"})
    market["contact"] = [{"contact_id": 51, "account_id": 2}, {"contact_id": 52, "account_id": 1, "site_id": 6}]
    market["touch"] = [{"touch_id": 28, "contact_id": 51}, {"touch_id": 29, "contact_id": 52, "account_id": 3},
                       {"touch_id": 30, "contact_id": 52}]
    market["opportunity"][4] |= {"account_id": None, "contact_id": 52}
    known = with_workplaces(known_by(tables(market), DAY))
    owner = owners(known, "site")
    assert sorted(answer(with_buyer(known["touch"], owner).select("touch_id", "buyer_id"))) == [
        (28, 2), (29, 3), (30, 6)]
    assert (15, 6, "site") in answer(owner["opportunity"].select("opportunity_id", "buyer_id", "kind"))


def test_events_that_name_neither_account_nor_opportunity_belong_to_nobody(market, tables, answer):
    known = known_by(tables({"opportunity": market["opportunity"], "order_line": market["order_line"]}), DAY)
    assert answer(with_buyer(known["order_line"], owners(known, "opportunity"))) == []


def test_the_dominant_value_is_the_most_frequent_and_of_equals_the_one_first_seen(market, told):
    market["opportunity"].append({"opportunity_id": 16, "account_id": 4, "opened_at": datetime(2026, 5, 1)})
    market["rival_met"] += [{"opportunity_id": 14, "competitor_id": 71, "dim_rival": "Known"},
                            {"opportunity_id": 16, "competitor_id": 72, "dim_rival": "Other"}]
    said = told(market, "account", UserColumn("rival", "rival_met", "dimension", "text", "dominant"))
    assert said == {1: "Known", 2: "Known", 4: "Other"}


def test_what_is_dominant_does_not_depend_on_where_rows_stand_in_their_files(market, told):
    """Alder met Other in January and Known in March, once each; Birch met both at once."""
    rival = UserColumn("rival", "rival_met", "dimension", "text", "dominant")
    met = [{"opportunity_id": 11, "competitor_id": 72, "dim_rival": "Other"},
           {"opportunity_id": 12, "competitor_id": 71, "dim_rival": "Known"},
           {"opportunity_id": 13, "competitor_id": 72, "dim_rival": "Other"},
           {"opportunity_id": 13, "competitor_id": 71, "dim_rival": "Known"}]
    for rows in permutations(met):
        market["rival_met"] = list(rows)
        assert told(market, "account", rival) == {1: "Other", 2: "Known"}


def test_the_latest_value_is_that_of_the_last_event_that_says_one(market, told):
    market["order_line"].append({"order_id": 36, "account_id": 1, "ordered_at": datetime(2026, 6, 1)})
    said = told(market, "account", UserColumn("colour", "order_line", "dimension", "text", "latest"))
    assert said == {1: "blue", 5: "red"}


def test_the_latest_of_values_known_at_once_does_not_depend_on_where_rows_stand_in_their_files(market, told):
    """Birch met both at once, and what was met on an opportunity without a day is older than all that has one."""
    market["opportunity"].append({"opportunity_id": 16, "account_id": 2, "opened_at": None})
    rival = UserColumn("rival", "rival_met", "dimension", "text", "latest")
    met = [{"opportunity_id": 13, "competitor_id": 72, "dim_rival": "Other"},
           {"opportunity_id": 13, "competitor_id": 71, "dim_rival": "Known"},
           {"opportunity_id": 16, "competitor_id": 73, "dim_rival": "Elder"}]
    for rows in permutations(met):
        market["rival_met"] = list(rows)
        assert told(market, "account", rival) == {2: "Known"}


def test_the_latest_of_numbers_known_at_once_is_the_smallest_wherever_rows_stand(market, told):
    size = UserColumn("size", "order_line", "dimension", "number", "latest")
    lines = [{"order_id": 31, "account_id": 1, "ordered_at": datetime(2026, 5, 1), "dim_size": size}
             for size in (30.0, 4.0, 200.0)]
    for rows in permutations(lines):
        market["order_line"] = list(rows)
        assert told(market, "account", size) == {1: 4.0}


def test_differing_values_are_mixed_and_one_value_stays_itself(market, told):
    said = told(market, "account", UserColumn("rival", "rival_met", "dimension", "text", "mixed"))
    assert said == {1: "Known", 2: "mixed"}


def test_differing_numbers_are_not_known_as_one(market, told):
    for row, size in zip(market["order_line"], [1.0, 1.0, 2.0, 3.0, 2.0, 2.0], strict=True):
        row["dim_size"] = size
    said = told(market, "account", UserColumn("size", "order_line", "dimension", "number", "mixed"))
    assert said == {1: 1.0}


def test_a_dimension_of_a_product_reaches_the_buyers_it_was_offered_to(market, told):
    market["product"] = [{"product_id": 81, "dim_colour": "red"}, {"product_id": 82, "dim_colour": "blue"}]
    for row, product in zip(market["opportunity"], [81, 82, 82, 81, None], strict=True):
        row["product_id"] = product
    said = told(market, "account", UserColumn("colour", "product", "dimension", "text", "latest"))
    assert said == {1: "blue", 2: "blue", 4: "red"}


def test_a_dimension_of_a_product_reaches_buyers_by_their_orders_where_no_opportunity_names_one(market, told):
    market["product"] = [{"product_id": 81, "dim_colour": "red"}, {"product_id": 82, "dim_colour": "blue"}]
    market["opportunity"][0]["product_id"] = 81
    for row in market["order_line"]:
        row["product_id"] = 82
    said = told(market, "account", UserColumn("colour", "product", "dimension", "text", "latest"))
    assert said == {1: "red", 5: "blue"}


def test_a_dimension_of_a_rep_reaches_buyers_by_their_opportunities_where_accounts_name_none(market, told):
    market["rep"] = [{"rep_id": 61, "dim_colour": "red"}, {"rep_id": 62, "dim_colour": "blue"}]
    for row in market["opportunity"]:
        row["rep_id"] = 61
    market["account"][4]["rep_id"] = 62
    said = told(market, "account", UserColumn("colour", "rep", "dimension", "text", "latest"))
    assert said == {1: "red", 2: "red", 4: "red", 5: "blue"}


def test_the_latest_rival_is_that_of_the_latest_opportunity_wherever_its_row_stands(market, told):
    market["rival_met"] = [{"opportunity_id": 11, "competitor_id": 71, "dim_rival": "Known"},
                           {"opportunity_id": 12, "competitor_id": 72, "dim_rival": "Other"}]
    column = UserColumn("rival", "rival_met", "dimension", "text", "latest")
    assert told(market, "account", column) == {1: "Other"}
    market["rival_met"].reverse()
    assert told(market, "account", column) == {1: "Other"}


def test_a_dimension_of_a_contact_reaches_the_account_it_works_for(market, told):
    market["contact"] = [{"contact_id": 51, "account_id": 1, "dim_colour": "red"}]
    assert told(market, "account", UserColumn("colour", "contact", "dimension", "text")) == {1: "red"}


@pytest.mark.parametrize("table", ["contact", "opportunity_contact", "membership"])
def test_nothing_that_is_told_of_a_person_who_objects_describes_the_account(market, told, table):
    """Two people at Alder, who decide nothing: the one of whom red is known objects."""
    rows = {"contact": [{"contact_id": 51, "account_id": 1, "decides": False},
                        {"contact_id": 52, "account_id": 2, "decides": False}],
            "opportunity_contact": [{"opportunity_id": 11, "contact_id": 51}, {"opportunity_id": 13, "contact_id": 52}],
            "membership": [{"list_name": "fair", "account_id": 1, "contact_id": 51},
                           {"list_name": "fair", "account_id": 2, "contact_id": 52}]}
    market["contact"] = rows["contact"]
    market[table] = [{**row, "dim_colour": colour} for row, colour in zip(rows[table], ["red", "blue"], strict=True)]
    market["entity_link"].append({"entity": "contact", "entity_id": 51, "source": "crm", "source_id": "C51"})
    colour = UserColumn("colour", table, "dimension", "text")
    assert told(market, "account", colour) == {1: "red", 2: "blue"}
    market["objection"] = [{"about": "contact", "about_id": "C51"}]
    assert told(market, "account", colour) == {2: "blue"}


def test_nothing_known_of_a_buyer_is_null_not_a_value(market, tables, answer):
    known = known_by(tables(market), DAY)
    found = buyers(known, owners(known, "account"), [UserColumn("colour", "order_line", "dimension", "text")])
    assert answer(found.filter(found.buyer_id == 3).select("dim_colour")) == [(None,)]


OBJECTIONS = [("account", "elm"), ("buyer", "elm"), ("opportunity", "o15")]


@pytest.mark.parametrize(("about", "key"), OBJECTIONS)
def test_who_objected_leaves_no_trace_among_the_buyers(market, who, about, key):
    market["objection"] = [{"about": about, "about_id": key, "valid_from": date(2027, 1, 1)}]
    assert [buyer for buyer, *_ in who(market, "account")] == [1, 2, 3, 4]


def test_an_objecting_contact_is_no_buyer_and_neither_is_the_account_it_decides_for(market, who):
    market["contact"] = [{"contact_id": 51, "account_id": 5, "decides": True}]
    market["entity_link"].append({"entity": "contact", "entity_id": 51, "source": "crm", "source_id": "eve"})
    market["objection"] = [{"about": "contact", "about_id": "eve"}]
    assert [buyer for buyer, *_ in who(market, "contact")] == [1, 2, 3, 4]


def test_an_objection_of_a_buyer_does_not_silence_another_whose_opportunity_has_the_same_key(market, who):
    market["entity_link"].append({"entity": "opportunity", "entity_id": 11, "source": "erp", "source_id": "elm"})
    market["objection"] = [{"about": "buyer", "about_id": "elm"}]
    assert [buyer for buyer, *_ in who(market, "account")] == [1, 2, 3, 4]


def test_an_objection_that_was_lifted_by_the_day_no_longer_holds(market, who):
    market["objection"] = [{"about": "account", "about_id": "elm", "valid_to": date(2026, 6, 30)},
                           {"about": "account", "about_id": "birch", "valid_to": date(2026, 7, 1)}]
    assert [buyer for buyer, *_ in who(market, "account")] == [1, 3, 4, 5]


def test_people_and_sites_belong_to_the_company_above_them_and_a_buyer_without_an_account_to_itself(
    market, tables, answer
):
    market["account"] += [{"account_id": 8, "parent_id": 1, "form": "site"},
                          {"account_id": 9, "parent_id": 8, "form": "site"}]
    market["contact"] = [{"contact_id": 51, "account_id": 1, "decides": True},
                         {"contact_id": 52, "account_id": 1, "site_id": 9, "decides": True}]
    market["opportunity"] += [{"opportunity_id": 77, "outcome": "won"}]
    known = known_by(tables(market), DAY)
    found = dict(answer(companies(known, buyers(known, owners(known, "contact"), ()))))
    assert (found[51], found[52], found[8]) == (1, 1, 1)
    assert (found[2], found[77]) == (2, 77)

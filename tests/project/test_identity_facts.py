"""What buyers were seen to do and say, on the everyday market."""

import pytest

from marketsofone.features import known_by, owners
from marketsofone.features.buyers import buyers
from marketsofone.project.ground.identity_facts import dealings

ALDER, BIRCH, ELM = 1, 2, 5


@pytest.fixture
def facts(tables, answer, market, as_of):
    """The facts of a market, by criterion."""

    def find(told=(), **more):
        made = known_by(tables({**market, **more}), as_of)
        owner = owners(made, "account")
        found = dealings(made, owner, buyers(made, owner, ()), told)
        every = answer(found) if found is not None else []
        return {name: {(who, value) for who, criterion, value, _times in every if criterion == name}
                for name in {row[1] for row in every}}

    return find


def keys(market, entity, **ids):
    return [*market["entity_link"], *({"entity": entity, "entity_id": number, "source": "crm", "source_id": name}
                                      for name, number in ids.items())]


def test_approaches_are_the_channels_that_were_answered(facts, market):
    for touch, channel in zip(market["touch"], ["call", "call", "visit", "mail", "web"], strict=True):
        touch["channel"] = channel
    assert facts()["approach"] == {(ALDER, "call"), (BIRCH, "visit"), (ELM, "mail")}


def test_rivals_are_named_by_the_keys_of_their_source(facts, market):
    rivals = facts(entity_link=keys(market, "competitor", Volt=71, Norde=72))["competitors"]
    assert rivals == {(ALDER, "Volt"), (BIRCH, "Volt"), (BIRCH, "Norde")}


def test_versions_are_of_what_was_bought_and_not_sent_back(facts, market):
    for line, product in zip(market["order_line"], [81, 82, 81, 83, 83, 82], strict=True):
        line["product_id"] = product
    products = [{"product_id": 81, "version": "plus", "family": "pumps"}, {"product_id": 82, "family": "valves"}]
    found = facts(product=products, entity_link=keys(market, "product", P81=81, P82=82, P83=83))["version"]
    assert found == {(ALDER, "plus"), (ALDER, "valves"), (ELM, "plus"), (ELM, "P83")}


def test_versions_are_of_what_was_won_where_the_ledger_names_no_product(facts, market):
    market["opportunity"][0]["product_id"], market["opportunity"][2]["product_id"] = 81, 82
    assert facts(entity_link=keys(market, "product", P81=81, P82=82))["version"] == {(ALDER, "P81")}


def test_needs_are_all_those_stated_and_other_wishes_are_none(facts):
    wishes = [{"about": "account", "about_id": "alder", "kind": kind, "theme": theme}
              for kind, theme in (("need", "speed"), ("need", "price"), ("desire", "glamour"))]
    assert facts(wish=wishes)["needs"] == {(ALDER, "speed"), (ALDER, "price")}


def test_adjustments_are_told_by_their_type(facts):
    asked = [{"about": "opportunity", "about_id": "o13", "type": "colour"}]
    assert facts(adjustment=asked)["adjustment"] == {(BIRCH, "colour")}


def test_a_criterion_that_a_dimension_speaks_of_is_left_to_it(facts, market):
    assert "competitors" not in facts(told=("competitors",), entity_link=keys(market, "competitor", Volt=71))


def test_who_objected_is_in_none_of_it(facts, market):
    objection = [{"about": "account", "about_id": "birch"}]
    rivals = facts(objection=objection, entity_link=keys(market, "competitor", Volt=71))["competitors"]
    assert rivals == {(ALDER, "Volt")}

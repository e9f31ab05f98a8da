"""A rule as a person writes it: read, refused with its place, and followed in three values."""

import itertools
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketsofone.errors import RuleInvalid
from marketsofone.strata.rules import Clause, Every, Not, leaves
from marketsofone.strata.rules_binding import bound, parsed_segments
from marketsofone.strata.rules_fields import Field, Stratum, Vocabulary, columns_of
from marketsofone.strata.rules_reading import DEEPEST, LONGEST, parse_rule
from marketsofone.strata.rules_truth import truth
from marketsofone.strata.rules_why import decided, truth_of

FIELDS = (
    Field("sector", "dim_sector", "text", "dim"), Field("size", "dim_size", "number", "dim"),
    Field("size", "trait_size", "number", "trait"), Field("pull", "pull", "share", "score"),
    Field("pull_low", "pull_low", "share", "score"), Field("touches", "touches", "number"),
    Field("last_order_on", "last_order_on", "date"), Field("web_shop", "web_shop", "flag"),
    Field("class", "class", "text"), Field("frozen_3", "frozen_3", "flag"),
)
STRATA = (Stratum("m", None, "market", "market", "sector"), Stratum("r", "m", "retail", "market / retail", "size"),
          Stratum("r1", "r", "small", "market / retail / small"), Stratum("f", "m", "food", "market / food"))
RULES = parsed_segments({"other": "touches > 2", "both": "in_segment('other') and sector = 'food'"})
KNOWN = Vocabulary(FIELDS, STRATA, RULES, {"other": "frozen_3", "other@3": "frozen_3"}, ("class 1", "class 2"))


def follow(text, **values):
    """A rule's answer for one buyer, who has nothing but these values."""
    row = dict.fromkeys([field.column for field in FIELDS]) | {"stratum_id": None} | values
    return truth_of(bound(parse_rule(text), KNOWN), row)


def test_and_binds_closer_than_or_and_not_closer_than_both():
    rule = parse_rule("not a = 1 and b = 2 or c = 3")
    first, last = rule.parts
    assert isinstance(first, Every)
    assert isinstance(first.parts[0], Not)
    assert isinstance(last, Clause)
    assert [clause.text for clause in leaves(rule)] == ["a = 1", "b = 2", "c = 3"]
    assert [clause.at for clause in leaves(rule)] == [5, 15, 24]


@pytest.mark.parametrize(("text", "values", "expected"), [
    ("sector in ('retail', 'food')", {"dim_sector": "food"}, True),
    ("sector not in ('retail', 'food')", {"dim_sector": "food"}, False),
    ("sector <> 'food'", {"dim_sector": "it''s"}, True),
    ("sector = 'it''s'", {"dim_sector": "it's"}, True),
    ("dim.size between 2 and 4", {"dim_size": 4.0}, True),
    ("trait_size >= -1.5e1", {"trait_size": -15.0}, True),
    ("2 < touches", {"touches": 3}, True),
    ("pull > pull_low", {"pull": 0.4, "pull_low": 0.3}, True),
    ("last_order_on >= '2026-01-31'", {"last_order_on": date(2026, 2, 1)}, True),
    ("web_shop and not web_shop = false", {"web_shop": True}, True),
    ("class = 2 or class = 'class 1'", {"class": "class 2"}, True),
    ("in_segment('both')", {"touches": 3, "dim_sector": "food"}, True),
    ("in_frozen('other') and in_frozen('other@3')", {"frozen_3": True}, True),
    ("in_stratum('retail')", {"stratum_id": "r1"}, True),
    ("in_stratum('market / retail / small')", {"stratum_id": "f"}, False),
    ("in_stratum('small')", {"stratum_id": "r"}, None),
    ("touches is known", {}, False),
    ("touches is not known and sector is null", {}, True),
    ("touches > 2", {}, None),
    ("touches > 2", {"touches": float("nan")}, None),
    ("touches > 2 or sector = 'food'", {"dim_sector": "food"}, True),
    ("touches > 2 and sector = 'retail'", {"dim_sector": "food"}, False),
    ("not (touches > 2 and sector = 'food')", {"dim_sector": "food"}, None),
])
def test_a_rule_holds_does_not_or_is_not_known(text, values, expected):
    assert follow(text, **values) is expected


@pytest.mark.parametrize(("text", "said"), [
    ("sectr = 'x'", "'sectr' at character 1"),
    ("sectr = 'x'", "If 'sector' is meant"),
    ("touches > 1 and size > 3", "'size' is called dim.size, trait.size"),
    ("sector > 3", "no larger and smaller"),
    ("touches = 'ann@example.com'", "touches is a number and is held against a text"),
    ("sector = 3", "sector is a text and is held against a number"),
    ("sector = touches", "sector is a text, touches is a number"),
    ("pull > 30", "30% is 0.3"),
    ("last_order_on > 'June'", "a date and is held against a text that is none"),
    ("web_shop = 'yes'", "web_shop is yes or no"),
    ("touches between 250 and 50", "Write:  touches between 50 and 250"),
    ("dim.size not between 1200000 and 0.5", "Write:  dim.size not between 0.5 and 1200000"),
    ("last_order_on between '2026-02-01' and '2026-01-01'", "between '2026-01-01' and '2026-02-01'"),
    ("in_stratum('retial')", "If 'retail' is meant"),
    ("in_segment('others')", "If 'other' is meant"),
    ("in_frozen('other@4')", "If 'other@3' is meant"),
    ("class = 7", "There are: class 1, class 2"),
])
def test_what_a_rule_cannot_ask_is_refused_with_place_and_repair(text, said):
    with pytest.raises(RuleInvalid) as told:
        bound(parse_rule(text), KNOWN)
    assert said in str(told.value)
    assert "example.com" not in str(told.value)


@pytest.mark.parametrize(("said", "repair"), [
    ("food", "If this one is meant, write:  in_stratum('market / sector: food ''n'' drinks')"),
    ("Retail", "If one of these is meant, write it:  in_stratum('market / sector: retail'), "
               "in_stratum('market / sector: online retail')"),
    ("marekt", "If 'market' is meant, write that."),
    ("7", "There are: market, market / sector: retail, market / sector: online retail, "
          "market / sector: food 'n' drinks, sector: retail, sector: online retail, sector: food 'n' drinks."),
])
def test_a_bare_value_of_a_stratum_leads_to_the_strata_that_are_made_by_it(said, repair):
    names = ["sector: retail", "sector: online retail", "sector: food 'n' drinks"]
    strata = (STRATA[0], *(Stratum(name, "m", name, f"market / {name}") for name in names))
    with pytest.raises(RuleInvalid) as told:
        bound(parse_rule(f"in_stratum('{said}')"), Vocabulary((), strata))
    assert str(told.value).splitlines()[-1] == repair


@pytest.mark.parametrize(("text", "said"), [
    ("", "at character 1"), ("touches >", "the end of the rule"), ("touches > 3 sector = 'x'", "at character 13"),
    ("touches > 3; drop table x", "';'"), ("(touches > 3", "')' at character 13"), ("3 < 4", "the name of a field"),
    ('sector = "retail"', "single quotes"), ("touches + 1 > 3", "'+'"), ("sector in ()", "a text in single quotes"),
    ("in_stratum(retail)", "a name in single quotes"), ("sector = 'retail", "'''"), ("sector is 3", "known"),
    ("count(touches) > 3", "'('"), ("'ann@example.com'", "a comparison"), ("3 between 2 and 4", "a comparison"),
])
def test_what_is_no_rule_is_refused_at_the_character(text, said):
    with pytest.raises(RuleInvalid) as told:
        parse_rule(text)
    assert said in str(told.value)
    assert "ann" not in str(told.value)


def test_a_rule_too_long_too_deep_or_of_too_many_clauses_is_refused():
    for text, said in ((f"sector = '{'x' * LONGEST}'", "characters"), ("not " * (DEEPEST + 1) + "a = 1", "deep"),
                       ("(" * 900 + "a = 1" + ")" * 900, "deep"), (" or ".join(["a = 1"] * 300), "clauses")):
        with pytest.raises(RuleInvalid, match=said):
            parse_rule(text)
    assert parse_rule("(" * DEEPEST + "a = 1" + ")" * DEEPEST)


@pytest.mark.parametrize(("rules", "said"), [
    ({"a": "in_segment('a')"}, "asks for itself"),
    ({"a": "in_segment('b')", "b": "x = 1 or in_segment('c')", "c": "not in_segment('a')"}, "a -> b -> c -> a"),
    ({"big": "in_segment('bgi')"}, "If 'big' is meant"),
])
def test_rules_that_never_come_to_an_end_are_refused(rules, said):
    with pytest.raises(RuleInvalid, match=said):
        parsed_segments(rules)


def test_the_columns_of_a_rule_are_those_of_the_segments_it_asks_for_too():
    assert columns_of(bound(parse_rule("in_segment('both') or pull > pull_low"), KNOWN)) == {
        "touches", "dim_sector", "pull", "pull_low"}


VALUES = {"dim_sector": ["retail", "food", None], "dim_size": [1.0, 2.0, 3.0, float("nan"), None],
          "touches": [0, 1, 2, None], "web_shop": [True, False, None], "stratum_id": ["m", "r", "r1", "f"]}
MARKET = [dict(zip(VALUES, row, strict=True)) for row in itertools.product(*VALUES.values())]


@pytest.fixture(scope="module")
def market(engine):
    kinds = pa.schema([("dim_sector", pa.string()), ("dim_size", pa.float64()), ("touches", pa.int64()),
                       ("web_shop", pa.bool_()), ("stratum_id", pa.string())])
    rows = [row | {"place": place} for place, row in enumerate(MARKET)]
    table = pa.Table.from_pylist(rows, schema=kinds.append(pa.field("place", pa.int64())))
    return engine.create_table("rules_market", table, temp=True, overwrite=True)


def known(value):
    return value is not None and value == value


# A clause as its text and as plain Python over the buyer's values; None where the value is not known.
CLAUSES = {
    "sector = 'food'": lambda b: b["dim_sector"] == "food" if known(b["dim_sector"]) else None,
    "sector not in ('food', 'x')": lambda b: b["dim_sector"] not in ("food", "x") if known(b["dim_sector"]) else None,
    "dim.size >= 2": lambda b: b["dim_size"] >= 2 if known(b["dim_size"]) else None,
    "dim.size between 1 and 2": lambda b: 1 <= b["dim_size"] <= 2 if known(b["dim_size"]) else None,
    "dim.size > touches": lambda b: b["dim_size"] > b["touches"]
    if known(b["dim_size"]) and known(b["touches"]) else None,
    "touches != 1": lambda b: b["touches"] != 1 if known(b["touches"]) else None,
    "touches is known": lambda b: known(b["touches"]),
    "dim.size is null": lambda b: not known(b["dim_size"]),
    "web_shop": lambda b: b["web_shop"],
    "in_stratum('retail')": lambda b: None if b["stratum_id"] == "m" else b["stratum_id"] in ("r", "r1"),
    "in_segment('other')": lambda b: b["touches"] > 2 if known(b["touches"]) else None,
}


def conjoined(parts):
    return False if False in parts else None if None in parts else True


def denied(part):
    return None if part is None else not part


def written(inner):
    """Rules built of smaller ones: their text, and the same in Python."""
    pairs = st.lists(inner, min_size=2, max_size=4)
    return st.one_of(
        inner.map(lambda one: (f"not ({one[0]})", lambda b: denied(one[1](b)))),
        pairs.map(lambda some: (" and ".join(f"({text})" for text, _ in some),
                                lambda b: conjoined([of(b) for _, of in some]))),
        pairs.map(lambda some: (" or ".join(f"({text})" for text, _ in some),
                                lambda b: denied(conjoined([denied(of(b)) for _, of in some])))))


RULE_TEXTS = st.recursive(st.sampled_from(list(CLAUSES.items())), written, max_leaves=8)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RULE_TEXTS)
def test_the_engine_and_plain_python_agree_on_who_is_in(engine, market, written_rule):
    text, follows = written_rule
    rule = bound(parse_rule(text), KNOWN)
    answers = engine.to_pyarrow(market.select("place", inside=truth(rule, market)).order_by("place"))
    assert answers["inside"].to_pylist() == [follows(buyer) for buyer in MARKET]
    assert [truth_of(rule, buyer) for buyer in MARKET] == [follows(buyer) for buyer in MARKET]


def replayed(rule, said):
    """The membership if the clauses came out as said, from left to right."""
    answers = iter(said)

    def follow_on(part):
        if isinstance(part, Not):
            return denied(follow_on(part.part))
        if not hasattr(part, "parts"):
            return next(answers)
        parts = [follow_on(each) for each in part.parts]
        return conjoined(parts) if isinstance(part, Every) else denied(conjoined([denied(each) for each in parts]))

    return follow_on(rule)


@settings(max_examples=100, deadline=None)
@given(RULE_TEXTS, st.sampled_from(MARKET), st.data())
def test_the_clauses_that_decide_are_enough_and_flipping_them_flips_the_result(written_rule, buyer, data):
    text, follows = written_rule
    rule = bound(parse_rule(text), KNOWN)
    inside, said = decided(rule, buyer)
    assert inside is follows(buyer)
    flipped = [denied(each.holds) if each.decides else each.holds for each in said]
    if inside is None:
        known_now = [True if each.decides else each.holds for each in said]
        assert replayed(rule, known_now) is not None
        return
    any_other = [each.holds if each.decides else data.draw(st.sampled_from([True, False, None])) for each in said]
    assert replayed(rule, any_other) is inside
    assert replayed(rule, flipped) is not inside
    for place, each in enumerate(said):
        turned = [denied(one.holds) if spot == place else one.holds for spot, one in enumerate(said)]
        assert each.alone == (each.holds is not None and replayed(rule, turned) is not inside)


@pytest.mark.parametrize("text", ["sector not in ('food')", "sector is not known", "dim.size not between 1 and 3"])
def test_a_clause_with_a_not_of_its_own_is_told_as_it_was_written(text):
    rule = bound(parse_rule(text), KNOWN)
    inside, (said,) = decided(rule, {"dim_sector": "food", "dim_size": 2.0})
    assert (inside, said.holds) == (False, False)
    assert said.leaf.clause.text == text


def test_a_text_without_quotes_is_told_as_such():
    with pytest.raises(RuleInvalid) as told:
        bound(parse_rule("sector = retail"), KNOWN)
    assert "'retail' at character 10 is no field; a text stands in single quotes" in told.value.found

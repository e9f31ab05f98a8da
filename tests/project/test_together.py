"""A rule that asks for one of several values which the tree keeps together says so, and what would part them."""

import pandas as pd
import pytest

from marketsofone.project.segments.together import kept_together
from marketsofone.strata.rules_binding import bound, parsed_segments
from marketsofone.strata.rules_fields import Field, Stratum, Vocabulary
from marketsofone.strata.rules_reading import parse_rule

MARKET = {"stratum_id": "m", "parent_id": None, "split_on": "sector", "path": "whole market", "buyers": 400.0}
FOOD = {"stratum_id": "a", "parent_id": "m", "split_on": None, "path": "whole market / sector: bakers, cooks",
        "buyers": 300.0}
CARE = {"stratum_id": "b", "parent_id": "m", "split_on": None, "path": "whole market / sector: care", "buyers": 100.0}
VALUES = {"stratum_id": "a", "dimension": "dim_sector", "value": ["bakers", "cooks"], "from": None, "to": None,
          "share": [0.6, 0.4]}
WIDER = "they are told from each other only as far as is known, so the intervals are wider"
FIELDS = (Field("sector", "dim_sector", "text"), Field("staff", "dim_staff", "number"), Field("pull", "pull", "share"),
          Field("last", "last_order_on", "date"))
WHERE = tuple(Stratum(row["stratum_id"], row["parent_id"], row["path"], row["path"]) for row in (MARKET, FOOD, CARE))


def told(rule, values=VALUES, strata=(MARKET, FOOD, CARE), least=0):
    known = Vocabulary(FIELDS, WHERE, parsed_segments({"bread": "sector = 'bakers'"}))
    fused = pd.DataFrame(values).astype({"from": float, "to": float})
    return kept_together(bound(parse_rule(rule), known), fused, strata, least)


@pytest.mark.parametrize("rule", [
    "sector = 'bakers'", "sector != 'cooks'", "sector in ('bakers', 'care') and pull > 0.3", "in_segment('bread')",
    "pull > 0.3 or sector = 'bakers'", "sector = 'bakers' and last is known",
    "in_stratum('whole market / sector: bakers, cooks') and not sector = 'cooks'"])
def test_a_rule_that_asks_for_one_of_two_values_that_stand_together_says_so(rule):
    assert told(rule) == (f"'bakers' stands together with 'cooks' in '{FOOD['path']}': {WIDER}; "
                          "pin = [\"sector\"] in [strata], or more evidence, would part them.",)


@pytest.mark.parametrize("rule", [
    "sector in ('bakers', 'cooks')", "sector = 'bakers' or sector = 'cooks'", "sector = 'care'", "pull > 0.3",
    "sector is known", "in_stratum('whole market / sector: care') and sector = 'bakers'"])
def test_a_rule_that_takes_them_alike_says_nothing(rule):
    assert told(rule) == ()


def test_values_that_a_further_split_by_the_dimension_parts_are_not_said_to_stand_together():
    assert told("sector = 'bakers'", strata=(MARKET, {**FOOD, "split_on": "sector"}, CARE)) == ()


def test_steps_of_a_number_are_told_by_their_limits_and_no_pin_would_part_them():
    steps = {**VALUES, "dimension": "dim_staff", "value": ["0", "1"], "from": [None, 10.0], "to": [10.0, 1200.0]}
    said = f"'{FOOD['path']}': {WIDER}; more evidence would part them."
    assert told("staff >= 10", steps) == (f"10 to 1,200 stands together with under 10 in {said}",)
    assert told("staff between 40 and 50", steps) == (f"10 to 1,200 stands together with under 10 in {said}",)
    assert told("staff >= 0 or staff < 0", steps) == ()


def test_a_split_further_down_is_pinned_where_it_stands():
    top = {**MARKET, "stratum_id": "top", "split_on": "region"}
    under = {**MARKET, "parent_id": "top", "path": "whole market / region: north"}
    (said,) = told("sector = 'bakers'", strata=(top, under, FOOD, CARE))
    assert 'pin = [{ at = "whole market / region: north", on = "sector" }] in [strata]' in said


def test_no_pin_is_named_where_it_would_put_them_together_again():
    (said,) = told("sector = 'bakers'", least=150)
    assert said.endswith("; more evidence would part them.")
    many = {**VALUES, "value": [f"v{number}" for number in range(13)], "share": 1 / 13}
    (said,) = told("sector = 'v3'", many)
    assert said.startswith("'v3' stands together with 'v0', 'v1', 'v2', 'v4', 'v5' and 7 more in ")
    assert said.endswith("; more evidence would part them.")


def test_a_value_that_few_buyers_have_is_counted_and_not_named_unless_the_rule_names_it():
    few = {**VALUES, "value": ["bakers", "Jo Smith"], "share": [0.99, 0.01]}
    assert told("sector = 'bakers'", few)[0].startswith("'bakers' stands together with 1 value in ")
    assert told("sector = 'Jo Smith'", few)[0].startswith("'Jo Smith' stands together with 'bakers' in ")


def test_the_same_values_in_several_strata_are_told_once_with_the_largest():
    more = [{**FOOD, "stratum_id": f"a{number}", "buyers": 50.0 + number} for number in range(2)]
    values = pd.concat([pd.DataFrame({**VALUES, "stratum_id": row["stratum_id"]}) for row in (FOOD, *more)])
    (said,) = told("sector = 'bakers'", values, (MARKET, FOOD, CARE, *more))
    assert f" in '{FOOD['path']}' and 2 more strata: " in said

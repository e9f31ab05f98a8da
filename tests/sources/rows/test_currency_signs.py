"""Euros and dollars in one column are never added up as one currency."""

from __future__ import annotations

import pytest

from marketsofone.errors import ValuesInvalid

SETTINGS = """
[sources.deals]
file = "deals.csv"

[sources.deals.opportunity]
opportunity_id = "id"
closed_at = "day"
outcome = "'won'"
amount = "value"
"""


def write(market, *amounts):
    rows = [f"D{n},2026-01-{n + 1:02d},{amount}" for n, amount in enumerate(amounts)]
    market.write("deals.csv", "\n".join(["id,day,value", *rows]) + "\n")


def test_two_signs_are_told_with_what_to_do(market):
    write(market, "€ 10", "€ 20", "$ 30")
    with pytest.raises(ValuesInvalid) as problem:
        market.load(SETTINGS)
    assert problem.value.found == "2 with € and 1 with $."
    assert "[sources.deals.opportunity]\ncurrency = " in problem.value.repair


def test_a_column_that_names_the_currency_settles_it(market):
    write(market, "€ 10,EUR", "€ 20,EUR", "$ 30,EUR")
    text = (market.folder / "deals.csv").read_text(encoding="utf-8").replace("id,day,value", "id,day,value,unit")
    market.write("deals.csv", text)
    market.load(SETTINGS + 'currency = "unit"\n')
    assert market.column("select sum(amount) from opportunity") == [6000]


@pytest.mark.parametrize("amounts", [("€ 10", "€ 20"), ("10", "€ 20"), ("10", "20")])
def test_one_sign_or_none_is_as_before(market, amounts):
    write(market, *amounts)
    market.load(SETTINGS)
    assert market.column("select sum(amount) from opportunity") == [3000]


def test_a_filter_on_the_amounts_themselves_hides_no_second_sign(market):
    write(market, "€ 10", "€ 20", "$ 30")
    with pytest.raises(ValuesInvalid, match="2 with € and 1 with"):
        market.load(SETTINGS.replace('file = "deals.csv"', 'file = "deals.csv"\nwhere = "value > 5"'))


def test_rows_that_are_left_out_say_nothing_of_the_others(market):
    write(market, "€ 10", "$ 30")
    market.load(SETTINGS.replace('file = "deals.csv"', 'file = "deals.csv"\nwhere = "id <> \'D1\'"'))
    assert market.column("select sum(amount) from opportunity") == [1000]

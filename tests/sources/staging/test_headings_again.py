"""Rows of a text that are none: empty ones, the headings once more; in another order these are an error."""

from __future__ import annotations

import pytest

from marketsofone.errors import ValuesInvalid

SETTINGS = """
[sources.deals]
file = "deals.csv"
[sources.deals.opportunity]
opportunity_id = "source_row"
account_id = "Company"
outcome = "lower(\\"Status\\")"
"""
HEAD, ROWS = "Company,Status,Value\n", "Ash,won,10\nBirch,lost,20\n"


def test_empty_rows_and_headings_once_more_are_no_rows(market):
    market.write("deals.csv", f"{HEAD}{ROWS},,\n{HEAD} , ,\n{ROWS}")
    market.load(SETTINGS)
    assert market.rows("select source_row from opportunity order by 1") == [(1,), (2,), (6,), (7,)]
    assert [(row, why) for row, _, why in market.refused()] == [
        (3, "nothing stands in it"), (4, "the headings once more, not a row"), (5, "nothing stands in it")]


@pytest.mark.parametrize("head", ["Company,Value,Status\n", "Status,Company,Value,\n"])
def test_headings_in_another_order_are_an_error(market, head):
    market.write("deals.csv", f"{HEAD}{ROWS}{head}{ROWS}")
    with pytest.raises(ValuesInvalid, match="row 3 holds headings again, in another order"):
        market.load(SETTINGS)


def test_a_row_that_says_a_heading_or_two_is_a_row(market):
    market.write("deals.csv", f"{HEAD}Status,won,10\nCompany,lost,Value\n")
    market.load(SETTINGS)
    assert market.rows("select count(*) from opportunity") == [(2,)]


@pytest.mark.parametrize(("below", "told"), [
    ("Client,Town,\nAsh,Ulm,\n", True), ("Ash,7,won\n", False), ("Ash,,\n", False)])
def test_another_table_below_an_empty_row_is_told(market, below, told):
    market.write("deals.csv", "Company,Value,Status\nAsh,10,won\nBirch,20,lost\nCedar,30,won\n,,\n" + below)
    loaded = market.load(SETTINGS)
    assert [one.message.split(":")[0] for one in loaded.findings if one.code == "another_table"] == [
        "Below the empty row 4 another table seems to begin, with headings of its own"] * told

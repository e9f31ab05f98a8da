"""Rows that only name a group: the rows below are of it, and they are none themselves."""

from __future__ import annotations

import pytest

from marketsofone.errors import ValuesInvalid

SETTINGS = """
[sources.deals]
file = "deals.csv"
groups = "Stage"
[sources.deals.opportunity]
opportunity_id = "source_row"
account_id = "Company"
outcome = "case \\"Stage\\" when 'Won' then 'won' when 'Lost' then 'lost' else 'open' end"
"""
HEAD = "Deal,Company,Value\n"


def test_rows_take_the_group_from_the_row_of_one_cell_above_them(market):
    market.write("deals.csv", f"{HEAD}Won,,\nA,Ash,1\nB,Birch,2\nLost,,\nC,Cedar,3\nTalks,,\nD,,4\n")
    loaded = market.load(SETTINGS)
    assert market.rows("select source_row, outcome from opportunity order by 1") == [
        (2, "won"), (3, "won"), (5, "lost"), (7, "open")]
    assert market.refused() == [(row, "", "the name of the rows below it, not a row of its own") for row in (1, 4, 6)]
    told = next(one for one in loaded.findings if one.code == "groups_above")
    assert told.message == "3 rows name the group of the 4 others (Stage)."


def test_a_first_group_named_above_the_headings_holds_until_the_next_also_where_its_rows_are_cut_short(market):
    market.write("deals.csv", f"Pipeline\n\nWon\n{HEAD}A,Ash,1\nLost\n{HEAD}B,Birch,2\n")
    market.load(SETTINGS)
    assert market.rows("select source_row, outcome from opportunity order by 1") == [(1, "won"), (4, "lost")]


def test_rows_before_any_group_are_of_none(market):
    market.write("deals.csv", f"{HEAD}A,Ash,1\nWon,,\nB,Birch,2\n")
    market.load(SETTINGS)
    assert market.column("select outcome from opportunity order by source_row") == ["open", "won"]


def test_groups_are_told_in_files_with_types_too(market):
    market.write("deals.jsonl", "\n".join(['{"Deal": 2025, "Company": null, "Value": null}',
                                          '{"Deal": 1, "Company": "Ash", "Value": 10}',
                                          '{"Deal": 2, "Company": "Birch", "Value": 20}']))
    market.load(SETTINGS.replace("deals.csv", "deals.jsonl") + """[sources.deals.opportunity.dimensions]
year = "Stage"
""")
    assert market.column("select dim_year from opportunity order by source_row") == ["2025", "2025"]


def test_a_column_of_the_name_that_groups_are_to_have_is_an_error(market):
    market.write("deals.csv", f"{HEAD}A,Ash,1\n")
    with pytest.raises(ValuesInvalid, match="has no column 'company'"):
        market.load(SETTINGS.replace('groups = "Stage"', 'groups = "company"'))

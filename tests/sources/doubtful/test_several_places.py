"""A person at two accounts is told with lines that keep every row."""

from __future__ import annotations

import pytest

PEOPLE = """
[sources.crm]
file = "people.csv"
[sources.crm.contact]
contact_id = "id"
account_id = "company no"
role = "role"
"""


def written(market, rows, header="id,company no,role,since"):
    market.write("people.csv", "\n".join([header, *rows]) + "\n")
    return market


def told(loaded):
    return [one for one in loaded.findings if one.code == "people_at_several"]


ROWS = ["P1,A,buyer,2024-01-01", "P1,B,chair,2025-01-01", "P2,A,buyer,2024-01-01", "P2,A,chair,2024-01-01"]


@pytest.mark.parametrize("rows", [ROWS, [row.translate({ord(one): None for one in "P"}) for row in ROWS]])
def test_the_line_that_is_told_keeps_a_person_at_each_account(market, rows):
    found, = told(written(market, rows).load(PEOPLE))
    assert "more than one account at once: 1." in found.message
    line = found.repair.rsplit("\n", 1)[1]
    assert market.rows("select count(*) from contact") == [(2,)]
    again = market.load(PEOPLE.replace('contact_id = "id"', line))
    assert not told(again)
    keys = {f"{row.split(',')[0]} {row.split(',')[1]}" for row in rows}
    assert {key for key, in market.rows("select source_id from entity_link where entity = 'contact'")} == keys
    assert market.rows("select count(*) from contact") == [(3,)]


def test_the_day_since_when_a_row_holds_keeps_a_person_who_moved(market):
    found, = told(written(market, ROWS).load(PEOPLE))
    assert 'valid_from = "<column of that day>"' in found.repair
    loaded = market.load(PEOPLE + 'valid_from = "since"\n')
    assert not told(loaded)
    assert market.rows("select count(*) from contact") == [(3,)]


def test_people_at_one_account_each_are_not_told_of(market):
    assert not told(written(market, ROWS[2:]).load(PEOPLE))

"""Contracts with a first and a last day: each month of one that has begun is a sale."""

from __future__ import annotations

import pytest

from marketsofone.errors import ColumnMissing, SettingsInvalid, ValuesInvalid

CONTRACTS = """Contract,Customer,Start,End,MRR
C1,Ash,2025-01-15,2025-04-14,10
C2,Birch,2025-01-31,,20
C3,Cedar,2025-03-01,2025-03-31,30
C4,Dogwood,2025-03-20,2027-01-01,40
C5,Elm,2025-02-01,2025-02-01,50
"""
SAID = 'from = "Start", to = "End"'
LINES = """
[sources.subs.order_line]
order_id = "\\"Contract\\" || ' ' || \\"months.day\\""
account_id = "Customer"
ordered_at = "months.day"
amount = "MRR"
"""
BEGUN = {"C1": ["2025-01-15", "2025-02-15", "2025-03-15"], "C2": ["2025-01-31", "2025-02-28"],
         "C3": ["2025-03-01"], "C4": ["2025-03-20"]}
WORTH = {"C1": 10_00, "C2": 20_00, "C3": 30_00, "C4": 40_00}


def settings(months=SAID, more=""):
    return f'[sources.subs]\nfile = "subs.csv"\nmonths = {{ {months} }}\n{more}{LINES}'


def rows(market):
    return market.rows("select cast(cast(ordered_at as date) as varchar), amount from order_line order by 1, 2")


def test_each_month_that_has_begun_is_a_sale_and_none_after_the_last_day_that_is_known(market):
    market.write("subs.csv", CONTRACTS)
    loaded = market.load(settings())
    assert rows(market) == sorted((day, WORTH[key]) for key, days in BEGUN.items() for day in days)
    told = next(one for one in loaded.findings if one.code == "months_begun")
    assert told.severity == "warning"
    assert "5 rows hold for a time: 7 months of theirs had begun by 2025-03-20" in told.message
    assert "1 have no last day and go on. 3 end later than that day" in told.message
    assert 'until = "2025-03-20"' in told.repair


def test_the_day_of_the_export_tells_how_far_contracts_go_on(market):
    market.write("subs.csv", CONTRACTS)
    loaded = market.load(settings(f'{SAID}, until = "2025-05-31"'))
    months = {**BEGUN, "C2": ["2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31"],
              "C4": ["2025-03-20", "2025-04-20", "2025-05-20"]}
    assert rows(market) == sorted((day, WORTH[key]) for key, days in months.items() for day in days)
    assert next(one for one in loaded.findings if one.code == "months_begun").severity == "info"


def test_the_day_after_the_last_is_no_month_more(market):
    market.write("subs.csv", CONTRACTS.replace("2025-03-31,30", "2025-04-01,30").replace("2025-04-14", "2025-04-15"))
    market.load(settings(f"{SAID}, until = 2026-01-01"))
    assert market.rows("select count(*) from order_line where amount in (1000, 3000)") == [(4,)]


def test_rows_whose_days_cannot_be_read_are_refused(market):
    market.write("subs.csv", CONTRACTS + "C6,Fir,soon,,5\nC7,Gum,2025-01-01,never,5\nC8,Holm,1001-01-01,,5\n")
    market.load(settings())
    assert market.rows("select count(*) from order_line") == [(7,)]
    assert market.rows("select count(*) from quarantine") == [(3,)]


def test_rows_keep_the_number_of_their_contract(market):
    market.write("subs.csv", CONTRACTS)
    market.load(settings())
    assert market.rows("select source_row, count(*) from order_line group by 1 order by 1") == [
        (1, 3), (2, 2), (3, 1), (4, 1)]


@pytest.mark.parametrize(("months", "more", "error"), [
    ('from = "Start"', "", SettingsInvalid),
    (f'{SAID}, every = "month"', "", SettingsInvalid),
    (f'{SAID}, until = "soon"', "", SettingsInvalid),
    (SAID, 'across = "month"', SettingsInvalid),
    (SAID, '[sources.subs.account]\naccount_id = "Customer"\n', SettingsInvalid),
    ('from = "Start", to = "Ends"', "", ColumnMissing),
    (f'{SAID}, until = "2024-12-31"', "", ValuesInvalid)])
def test_what_names_no_days_is_an_error(market, months, more, error):
    market.write("subs.csv", CONTRACTS)
    with pytest.raises(error):
        market.load(settings(months, more))

from __future__ import annotations

from datetime import date

import pytest

from marketsofone.errors import ValuesInvalid

LEDGER = """
[sources.rates]
file = "rates.csv"
[sources.rates.rate]
currency = "cur"
rate_on = "day"
rate = "rate"

[sources.a]
file = "a.csv"
[sources.a.order_line]
order_id = "id"
ordered_at = "day"
amount = "sum"
currency = "cur"
"""


@pytest.fixture
def ledger(market):
    market.write("rates.csv", "cur,day,rate\nUSD,2026-01-01,0.9\nUSD,2026-02-01,0.8\nJPY,2026-01-01,0.006\n")
    market.write(
        "a.csv",
        "id,day,sum,cur\n1,2026-01-31,10,USD\n2,2026-02-01,10,usd\n3,2026-02-01,1000,JPY\n4,2026-02-01,10,EUR\n"
        "5,2026-02-01,10,\n6,2025-12-31,10,USD\n7,2026-02-01,10,GBP\n8,2026-02-01,10,dollars\n9,2025-12-31,,USD\n",
    )
    return market


def test_amounts_are_converted_by_the_rate_of_their_day_and_the_rest_is_refused(ledger):
    ledger.load(LEDGER)
    assert ledger.rows("select source_row, amount, currency from order_line order by 1") == [
        (1, 900, "EUR"),
        (2, 800, "EUR"),
        (3, 600, "EUR"),
        (4, 1000, "EUR"),
        (5, 1000, "EUR"),
        (9, None, "EUR"),
    ]
    assert ledger.refused() == [
        (6, "amount", "no exchange rate on that day"),
        (7, "amount", "no exchange rate on that day"),
        (8, "currency", "unknown currency"),
    ]


def test_how_many_amounts_were_converted_is_told(ledger):
    loaded = ledger.load(LEDGER)
    (finding,) = [one for one in loaded.findings if one.code == "mixed_currencies"]
    assert "7 rows of order_line name another currency" in finding.message
    assert "2 have none and were refused" in finding.message
    assert finding.severity == "warning"
    assert "[sources.rates.rate]" in finding.repair


def test_without_rates_foreign_amounts_are_refused(ledger):
    loaded = ledger.load(LEDGER[LEDGER.index("[sources.a]") :])
    assert [one.accepted for one in loaded.health] == [3]


def test_a_market_in_yen_counts_whole_yen(market):
    market.write("a.csv", "id,day,sum\n1,2026-01-01,10.5\n")
    text = LEDGER[LEDGER.index("[sources.a]") :].replace('currency = "cur"\n', "")
    market.load(text, currency="JPY")
    assert market.column("select amount from order_line") == [11]
    market.load(text, currency="KWD")
    assert market.column("select amount from order_line") == [10500]


def test_a_file_all_in_an_unknown_currency_is_an_error(market):
    market.write("a.csv", "id,day,sum,cur\n1,2026-01-01,10.5,XXX\n")
    with pytest.raises(ValuesInvalid, match="unknown currency"):
        market.load(LEDGER[LEDGER.index("[sources.a]") :])


def test_the_amount_of_an_opportunity_still_open_is_converted_by_the_day_it_was_opened(market):
    market.write("rates.csv", "cur,day,rate\nUSD,2026-01-01,0.9\nUSD,2026-02-01,0.8\n")
    market.write("a.csv", "id,opened,closed,sum,cur\n1,2026-01-05,2026-02-10,10,USD\n2,2026-01-06,,10,USD\n"
                 "3,,,10,USD\n")
    loaded = market.load(LEDGER[:LEDGER.index("[sources.a]")] + """
[sources.a]
file = "a.csv"
[sources.a.opportunity]
opportunity_id = "id"
opened_at = "opened"
closed_at = "closed"
amount = "sum"
currency = "cur"
""")
    assert market.column("select amount from opportunity order by source_row") == [800, 900, 800]
    assert market.refused() == []
    assert "none and were refused" not in "".join(one.message for one in loaded.findings)


def test_an_opportunity_without_a_rate_counts_with_its_outcome_and_without_its_amount(market):
    """A currency that is none, and an amount that is no number where a rate would convert it, are refused as ever."""
    market.write("rates.csv", "cur,day,rate\nUSD,2026-01-01,0.9\n")
    market.write("a.csv", "id,closed,out,sum,cost,cur\n1,2026-02-10,won,10,4,USD\n2,2026-02-10,won,10,4,GBP\n"
                 "3,2025-02-10,lost,10,,USD\n4,2026-02-10,won,,,GBP\n5,2026-02-10,won,10,4,EUR\n"
                 "6,2026-02-10,won,10,4,dollars\n7,2026-02-10,won,lots,4,USD\n")
    loaded = market.load(LEDGER[:LEDGER.index("[sources.a]")] + """
[sources.a]
file = "a.csv"
[sources.a.opportunity]
opportunity_id = "id"
closed_at = "closed"
outcome = "out"
amount = "sum"
cost = "cost"
currency = "cur"
""")
    assert market.rows("select source_row, outcome, amount, cost from opportunity order by source_row") == [
        (1, "won", 900, 360), (2, "won", None, None), (3, "lost", None, None), (4, "won", None, None),
        (5, "won", 1000, 400)]
    assert market.refused() == [(6, "currency", "unknown currency"), (7, "amount", "text in a number")]
    (finding,) = [one for one in loaded.findings if one.code == "mixed_currencies"]
    assert finding.message.endswith("; 2 have none: they count, and their amounts are not known.")
    assert finding.severity == "warning"
    assert "m1_unrated" not in market.column("select column_name from duckdb_columns() where table_name='opportunity'")


def test_a_price_without_a_first_day_is_converted_by_the_last_rate(market):
    market.write("rates.csv", "cur,day,rate\nUSD,2026-01-01,0.9\nUSD,2026-02-01,0.8\n")
    market.write("a.csv", "id,since,cost,cur\np,,10,USD\nq,2026-01-03,10,USD\n")
    market.load(LEDGER[:LEDGER.index("[sources.a]")] + """
[sources.a]
file = "a.csv"
[sources.a.product]
product_id = "id"
valid_from = "since"
unit_cost = "cost"
currency = "cur"
""")
    assert market.column("select unit_cost from product order by source_row") == [800, 900]


def test_a_rate_of_a_day_after_that_of_the_run_converts_nothing(market):
    market.write("rates.csv", "cur,day,rate\nUSD,2026-01-01,0.9\nUSD,2026-08-01,0.5\n")
    market.write("a.csv", "id,closed,sum,cur\n1,2026-09-30,10,USD\n2,,10,USD\n")
    settings = LEDGER[:LEDGER.index("[sources.a]")] + """
[sources.a]
file = "a.csv"
[sources.a.opportunity]
opportunity_id = "id"
closed_at = "closed"
amount = "sum"
currency = "cur"
"""
    market.load(settings, as_of=date(2026, 6, 30))
    assert market.column("select amount from opportunity order by source_row") == [900, 900]
    market.load(settings, as_of=date(2026, 8, 1))
    assert market.column("select amount from opportunity order by source_row") == [500, 500]


def test_halves_that_a_rate_makes_are_rounded_away_from_zero_whatever_the_line_is_part_of(market):
    market.write("rates.csv", "cur,day,rate\nUSD,2026-01-01,1\nGBP,2026-01-01,0.5\n")
    market.write("a.csv", "id,day,sum,cur\n1,2026-01-31,1.005,USD\n2,2026-02-01,-1.005,USD\n3,2026-02-01,0.29,GBP\n"
                 "4,2026-02-01,1.005,EUR\n")
    market.load(LEDGER)
    assert market.column("select amount from order_line order by source_row") == [101, -101, 15, 101]
    market.write("b.csv", "id,closed\n1,2026-01-31\n")
    market.load(LEDGER[:LEDGER.index("[sources.a]")] + """
[sources.b]
file = "b.csv"
[sources.b.opportunity]
opportunity_id = "id"
closed_at = "closed"
[sources.a]
file = "a.csv"
[sources.a.opportunity_line]
opportunity_id = "'1'"
product_id = "'p'"
amount = "sum"
currency = "cur"
""")
    assert market.column("select amount from opportunity_line order by source_row") == [101, -101, 15, 101]


def test_quantity_times_price_times_a_rate_is_rounded_once(market):
    market.write("rates.csv", "cur,day,rate\nUSD,2026-01-01,0.1\n")
    market.write("a.csv", "id,day,n,price,cur\n1,2026-01-31,3,3.35,USD\n2,2026-02-01,7,0.45,USD\n")
    market.load(LEDGER.replace('"sum"', """'n * price * (1 - 0.0)'"""))
    assert market.column("select amount from order_line order by source_row") == [101, 32]

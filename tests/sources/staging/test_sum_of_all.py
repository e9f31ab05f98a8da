"""A row that is the sum of all others is no row of its own, wherever it stands and whatever it says."""

from __future__ import annotations

import pytest

from marketsofone.sources.staging.totals import TOTAL

SETTINGS = """
[sources.deals]
file = "deals.csv"
decimal = ","

[sources.deals.order_line]
order_id = "source_row"
account_id = "customer"
ordered_at = "day"
amount = "value"
quantity = "pieces"
"""
HEADER = "customer;day;value;pieces"


def loaded(market, rows, settings=SETTINGS):
    market.write("deals.csv", "\n".join([HEADER, *rows]) + "\n")
    market.load(settings)
    return market.refused()


def sales(count=6):
    return [f"Firm {n};2026-01-{n:02d};{10 * n},50;{n}" for n in range(1, count + 1)]


TOTALS = ["All customers;;213,00;21", "Total;2026-01-31;213,00;21", ";;213,00;21", "Alle;;213,00;21"]


@pytest.mark.parametrize("total", TOTALS)
def test_at_the_top_and_at_the_end_it_is_refused_with_the_reason(market, total):
    assert loaded(market, [total, *sales()]) == [(1, "", TOTAL)]
    assert loaded(market, [*sales(), total]) == [(7, "", TOTAL)]
    assert market.column("select sum(amount) from order_line") == [21300]


@pytest.mark.parametrize("figures", ["213,00;20", "214,00;21", "213,00;", ";21"])
def test_a_buyer_of_which_some_number_only_is_the_sum_of_all_others_stays(market, figures):
    assert loaded(market, [f"Firm 7;2026-01-07;{figures}", *sales()]) == []


def test_of_three_buyers_one_may_buy_what_the_others_do(market):
    rows = ["A;2026-01-01;1,00;1", "B;2026-01-02;2,00;2", "C;2026-01-03;3,00;3"]
    assert loaded(market, rows) == []


def test_months_across_are_counted_once_where_a_first_row_sums_them_up(market):
    market.write("months.csv", "customer,2025-01,2025-02,2025-03\nEverybody,9,12,6\nA,2,4,1\nB,3,5,2\nC,4,3,3\n")
    market.load('[sources.months]\nfile = "months.csv"\nacross = "month"\n[sources.months.order_line]\n'
                'order_id = "source_row"\naccount_id = "customer"\nordered_at = \'"across.day"\'\n'
                'amount = \'"across.value"\'\n')
    assert market.column("select sum(amount) from order_line") == [2700]

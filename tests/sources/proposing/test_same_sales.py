"""Two ledgers in one folder: of the same sales one counts, of different ones both."""

from __future__ import annotations

import pytest
from tests.sources.proposing.test_unusual import lines, loaded, one_value, written

from marketsofone.sources.proposing.proposal import propose

SUM = "select sum(amount) from order_line"


def sold(year=2025, factor=37, first=0):
    return [(f"SO{first + n}", f"{year}-{n % 12 + 1:02d}-{n % 27 + 1:02d}", f"C{n % 40}", 100 + n * factor % 900)
            for n in range(160)]


def orders(rows):
    return lines("Order No,Order Date,Customer No,Amount", rows)


WORTH = 100 * sum(row[-1] for row in sold())


@pytest.mark.parametrize("with_order", [True, False])
def test_orders_and_their_invoices_count_once(tmp_path, with_order):
    invoices = lines(f"Invoice No,Invoice Date,Customer No,{'Order No,' if with_order else ''}Net Amount", (
        (f"IN{n}", f"{day[:-2]}{int(day[-2:]) + 1:02d}", who, *([order] if with_order else []), amount)
        for n, (order, day, who, amount) in enumerate(sold())))
    proposal = propose(written(tmp_path, orders=orders(sold()), invoices=invoices), "Acme")
    assert one_value(loaded(proposal.text), SUM) == WORTH
    assert any("nothing counts twice" in one for one in proposal.unsure)


def test_a_summary_by_month_beside_the_orders_does_not_count_again(tmp_path):
    months: dict[tuple[str, str], int] = {}
    for _, day, who, amount in sold():
        months[day[:7], who] = months.get((day[:7], who), 0) + amount
    summary = lines("Month,Customer No,Revenue", ((f"{month}-01", who, each) for (month, who), each in months.items()))
    proposal = propose(written(tmp_path, orders=orders(sold()), summary=summary), "Acme")
    assert one_value(loaded(proposal.text), SUM) == WORTH


def test_what_customers_buy_each_year_at_the_same_price_counts_each_year(tmp_path):
    both = {"y2024": orders(sold(2024)), "y2025": orders(sold(first=1_000))}
    proposal = propose(written(tmp_path, **both), "Acme")
    assert one_value(loaded(proposal.text), SUM) == 2 * WORTH
    assert not any("the same customers in the same time" in one for one in proposal.unsure)


def test_two_shops_that_sell_to_the_same_customers_both_count_and_that_is_told(tmp_path):
    shop = lines("Receipt No,Date,Customer No,Total", sold(factor=53, first=9_000))
    proposal = propose(written(tmp_path, orders=orders(sold()), shop=shop), "Acme")
    assert one_value(loaded(proposal.text), SUM) == WORTH + 100 * sum(row[-1] for row in sold(factor=53))
    assert any("the same customers in the same time" in one and "all count" in one for one in proposal.unsure)

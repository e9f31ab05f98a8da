"""A pivot table in one column: the sums of its parts are no rows of their own, whatever they are called."""

from __future__ import annotations

import pytest

from marketsofone.sources.staging.totals import TOTAL

SETTINGS = """
[sources.sales]
file = "sales.csv"
across = "month"

[sources.sales.order_line]
order_id = "customer || \\"across.heading\\""
account_id = "customer"
ordered_at = "across.day"
amount = "across.value"
"""
MONTHS = 3


def figures(of, place):
    """What a customer bought in each month; nothing in some."""
    return [0 if (of + place + month) % 7 == 0 else 100 * of + 10 * place + month + 1.25 for month in range(MONTHS)]


def table(turned, sizes=(3, 1, 5)):
    """Rows of regions with their customers below, or above; the sum of regions; and what was sold, in cents."""
    rows, whole = [], [0.0] * MONTHS
    for of, size in enumerate(sizes, start=1):
        own = [(f"Firm {of}.{place}", figures(of, place)) for place in range(size)]
        head = (f"Region {of}", [sum(column) for column in zip(*(each for _, each in own), strict=True)])
        whole = [a + b for a, b in zip(whole, head[1], strict=True)]
        rows += [*own, head] if turned else [head, *own]
    return rows, ("All", whole), round(100 * sum(whole))


def loaded(market, rows):
    lines = [f"{name},{','.join(str(each) if each else '' for each in numbers)}" for name, numbers in rows]
    market.write("sales.csv", "\n".join(["customer,Jan 2025,Feb 2025,Mar 2025", *lines]) + "\n")
    market.load(SETTINGS)
    return [reason for *_, reason in market.refused()], market.column("select sum(amount) from order_line")


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("at", ["first", "last", "nowhere"])
def test_sums_of_regions_and_of_all_are_refused_wherever_they_stand(market, turned, at):
    rows, whole, sold = table(turned)
    rows = [*([whole] if at == "first" else []), *rows, *([whole] if at == "last" else [])]
    assert loaded(market, rows) == ([TOTAL] * (3 if at == "nowhere" else 4), [sold])


@pytest.mark.parametrize("change", [(0, 1), (2, 0), (9, 2)])
def test_where_one_number_is_no_sum_nothing_is_refused(market, change):
    rows, _, sold = table(False)
    place, month = change
    rows[place][1][month] += 0.5
    assert loaded(market, rows) == ([], [2 * sold + 50])


def test_what_two_customers_buy_may_add_up_to_what_a_third_buys(market):
    rows = [("A", [30.0, 50.0, 70.0]), ("B", [10.0, 20.0, 30.0]), ("C", [20.0, 30.0, 40.0]),
            *((f"D{n}", [5.0 + n, 6.0, 7.0 * n]) for n in range(6))]
    assert loaded(market, rows)[0] == []

"""A few rows of a year far beyond all others are mistyped: they move the day of no run, and are told."""

from datetime import date, timedelta

import pytest

import marketsofone as m1

SETTINGS = """
[market]
currency = "EUR"
margin_rate = 0.3
{as_of}
[steps]
attractiveness = "order_line"
[sources.orders.order_line]
order_id = "order"
account_id = "account"
ordered_at = "day"
amount = "amount"
"""
LAST = date(2025, 12, 20)


@pytest.fixture
def project(small_company, tmp_path):
    """Three hundred orders of thirty accounts until 20 December 2025, and some of another day."""

    def made(*odd, as_of=""):
        days = [LAST - timedelta(days=n % 200) for n in range(300)] + list(odd)
        rows = [f"O{n},A{n % 30},{day},{100 + n % 7}" for n, day in enumerate(days)]
        return small_company(tmp_path, SETTINGS.format(as_of=as_of), orders=["order,account,day,amount", *rows])

    return made


def told(checked):
    return [row["message"] for row in checked.findings.to_pylist() if row["code"] == "dated_beyond"]


def test_a_mistyped_year_moves_no_day_and_is_told(project):
    folder = project(date(2204, 6, 24), date(2052, 6, 24))
    assert told(m1.check(folder)) == [
        "2 rows are dated more than a year beyond all others; they are taken for mistyped, and count as not known on "
        "2025-12-20, the last day of the others."]
    assert m1.run(folder).manifest["as_of"] == "2025-12-20"


@pytest.mark.parametrize(("odd", "as_of"), [
    ((date(2026, 3, 1),), ""), (tuple(date(2027, 1, 1 + n) for n in range(9)), ""),
    ((date(2204, 6, 24),), "as_of = 2025-11-30")])
def test_days_that_follow_on_or_are_many_count_and_a_day_that_is_fixed_stands(project, odd, as_of):
    folder = project(*odd, as_of=as_of)
    assert told(m1.check(folder)) == []
    assert m1.run(folder).manifest["as_of"] == (as_of[-10:] or str(odd[-1]))

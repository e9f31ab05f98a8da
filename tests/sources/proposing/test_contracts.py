"""Exports of subscriptions with a row for each contract: the months that have begun are counted to the cent."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.sources.proposing.test_unusual import lines, loaded, one_value, written

from marketsofone.sources.proposing.proposal import propose


def made():
    """Eighty contracts from January 2024 on: customer, first and last day (none of every third), fee."""
    first = dt.date(2024, 1, 5)
    for n in range(80):
        start = first + dt.timedelta(days=n * 9)
        yield n, f"K{n % 30}", start, None if n % 3 == 0 else start + dt.timedelta(days=60 + n * 5), 10 + n % 7


def months(start, end, last):
    """How many months have begun, counted one by one."""
    count = 0
    while True:
        year, month = divmod(start.month - 1 + count, 12)
        day = dt.date(start.year + year, month + 1, min(start.day, 28))
        if day > last or (end and day >= end):
            return count
        count += 1


def days28():
    return [(n, who, start.replace(day=min(start.day, 28)), end, fee) for n, who, start, end, fee in made()]


def worth():
    last = max(start for _, _, start, _, _ in days28())
    return round(100 * sum(fee * months(start, end, last) for _, _, start, end, fee in days28()))


@pytest.mark.parametrize(("header", "row"), [
    ("Subscription ID,Customer ID,Start Date,End Date,MRR,Plan", lambda n, who, start, end, fee: (
        f"S{n}", who, start, end or "", fee, "ab"[n % 2])),
    ("id,Customer ID,Plan,Interval,Amount,Status,Start (UTC),Ended At (UTC)", lambda n, who, start, end, fee: (
        f"sub_{n}", who, "ab"[n % 2], ("month", "year")[n % 2], fee * (1, 12)[n % 2],
        "canceled" if end else "active", f"{start} 10:12", f"{end} 00:00" if end else "")),
    ("Vertragsnummer,Kunde,Vertragsbeginn,Vertragsende,Jahresgebühr,Tarif", lambda n, who, start, end, fee: (
        f"V{n}", who, f"{start:%d.%m.%Y}", f"{end:%d.%m.%Y}" if end else "", fee * 12, "ab"[n % 2])),
])
def test_months_of_subscriptions_that_have_begun_are_sales(tmp_path, header, row):
    subscriptions = lines(header, (row(*each) for each in days28()))
    proposal = propose(written(tmp_path, subscriptions=subscriptions), "Acme")
    assert one_value(loaded(proposal.text), "select sum(amount) from order_line") == worth()
    assert any("each month that has begun counts as a sale" in one for one in proposal.unsure)


def test_trials_bring_nothing_and_what_ended_on_no_day_is_left_out(tmp_path):
    rows = [(f"S{n}", who, start, end or "", fee, "active" if end else ("trialing", "cancelled")[n % 2])
            for n, who, start, end, fee in days28()]
    proposal = propose(written(tmp_path, subs=lines("Subscription ID,Customer ID,Start,End,MRR,Status", rows)), "Acme")
    assert one_value(loaded(proposal.text), "select count(distinct source_row) from order_line") == sum(
        bool(row[3]) for row in rows)
    assert any("nothing tells when they ended" in one for one in proposal.unsure)


def test_subscriptions_beside_invoices_do_not_count_again(tmp_path):
    subs = lines("Subscription ID,Customer ID,Start,End,MRR", (
        (f"S{n}", who, start, end or "", fee) for n, who, start, end, fee in days28()))
    invoices = lines("Invoice No,Customer ID,Invoice Date,Amount", (
        (f"I{n}", f"K{n % 30}", f"2025-01-{n % 28 + 1:02d}", 10) for n in range(120)))
    proposal = propose(written(tmp_path, subs=subs, invoices=invoices), "Acme")
    assert one_value(loaded(proposal.text), "select sum(amount) from order_line") == 120 * 1000
    assert any("months = { from = " in one and "nothing counts twice" in one for one in proposal.unsure)

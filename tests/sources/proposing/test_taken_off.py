"""What stands beside an amount and does not belong in it: taxes, discounts, what was cancelled."""

from __future__ import annotations

import pytest
from tests.sources.proposing.test_unusual import lines, loaded, one_value, written

from marketsofone.sources.proposing.proposal import propose

SUM = "select sum(amount) from order_line"
NET = 100 * sum(100 + n for n in range(200))


def day(n):
    return f"2025-{n % 12 + 1:02d}-{n % 28 + 1:02d}"


@pytest.mark.parametrize("headings", [
    "Total,Tax,Subtotal", "Amount,VAT amount,Amount excl. VAT", "Betrag,MwSt,Warenwert"])
def test_the_amount_without_its_tax_is_what_was_sold_whatever_it_is_called(tmp_path, headings):
    rows = lines(f"Invoice No,Date,Customer,{headings}", (
        (f"IN{n}", day(n), f"Firm {n % 30}", f"{(100 + n) * 1.2:.2f}", f"{(100 + n) * 0.2:.2f}", 100 + n)
        for n in range(200)))
    assert one_value(loaded(propose(written(tmp_path, invoices=rows), "Acme").text), SUM) == NET


def test_a_tax_beside_an_amount_that_may_hold_it_is_told_with_the_line_that_takes_it_off(tmp_path):
    rows = lines("Invoice No,Date,Customer,Amount,VAT", (
        (f"IN{n}", day(n), f"Firm {n % 30}", 100 + n, (100 + n) / 5) for n in range(200)))
    proposal = propose(written(tmp_path, invoices=rows), "Acme")
    assert any("""VAT is not taken off Amount""" in one and """'"Amount" - "VAT"'""" in one for one in proposal.unsure)


@pytest.mark.parametrize("heading", ["Discount %", "Rabatt", "Line Discount", "Returned Qty"])
def test_a_discount_beside_quantity_and_price_is_told(tmp_path, heading):
    rows = lines(f"Invoice No,Date,Customer,SKU,Qty,Unit Price,{heading}", (
        (f"IN{n // 2}", day(n // 2), f"Firm {n // 2 % 30}", f"S{n % 9}", n % 5 + 1, 10 + n, n % 3) for n in range(200)))
    proposal = propose(written(tmp_path, invoices=rows), "Acme")
    assert any(f"{heading} is not taken off quantity times price" in one for one in proposal.unsure)


@pytest.mark.parametrize(("heading", "mark"), [
    ("Cancelled", "x"), ("Storno", "ja"), ("Annulé", "oui"), ("Void", "TRUE"), ("Cancelled at", "2025-05-05 10:00:00")])
@pytest.mark.parametrize("other", ["", "no"])
def test_rows_marked_as_cancelled_are_no_sales(tmp_path, heading, mark, other):
    rows = lines(f"Order No,Date,Customer,Amount,{heading}", (
        (f"SO{n}", day(n), f"Firm {n % 30}", 100 + n, mark if n % 10 == 0 else other if " at" not in heading else "")
        for n in range(200)))
    proposal = propose(written(tmp_path, orders=rows), "Acme")
    assert one_value(loaded(proposal.text), SUM) == NET - 100 * sum(100 + n for n in range(0, 200, 10))
    assert any("left out" in one and heading in one for one in proposal.unsure)


def sold(headings, cost):
    """Lines of one to five units at a price, each with a cost; and what all units cost, in cents."""
    rows = lines(headings, ((f"IN{n // 2}", day(n // 2), f"Firm {n // 2 % 30}", f"S{n % 9}", n % 5 + 1, 20 + n % 9,
                             cost(n % 5 + 1, 12 + n % 7)) for n in range(200)))
    return rows, 100 * sum((n % 5 + 1) * (12 + n % 7) for n in range(200))


@pytest.mark.parametrize("name", ["Cost", "Unit Cost", "EK", "Prix de revient"])
def test_the_cost_of_a_unit_counts_for_each_unit(tmp_path, name):
    text, whole = sold(f"Invoice No,Date,Customer,SKU,Qty,Price,{name}", lambda units, each: each)
    engine = loaded(propose(written(tmp_path, invoices=text), "Acme").text)
    assert one_value(engine, "select sum(cost) from order_line") == whole


def test_the_cost_of_a_line_counts_once(tmp_path):
    text, whole = sold("Invoice No,Date,Customer,SKU,Qty,Price,Cost", lambda units, each: units * each)
    engine = loaded(propose(written(tmp_path, invoices=text), "Acme").text)
    assert one_value(engine, "select sum(cost) from order_line") == whole


def test_what_was_given_back_beside_an_amount_is_told(tmp_path):
    rows = lines("Order No,Date,Customer,Amount,Amount Refunded", (
        (f"SO{n}", day(n), f"Firm {n % 30}", 100 + n, 0 if n % 9 else 7) for n in range(200)))
    proposal = propose(written(tmp_path, charges=rows), "Acme")
    assert any("Amount Refunded is not taken off Amount" in one for one in proposal.unsure)


def payments(net=False):
    """A hundred payments, of which the tenth was given back whole and the fifth in part."""
    back = [40 + n if n % 10 == 0 else 7 if n % 5 == 0 else 0 for n in range(100)]
    return lines("id,Created,Customer ID,Amount,Amount Refunded,Status", (
        (f"ch{n}", f"2025-03-{n % 28 + 1:02d}", f"C{n % 20}", 40 + n - (back[n] if net else 0), back[n],
         "Refunded" if n % 10 == 0 else "Paid") for n in range(100))), 100 * sum(40 + n - back[n] for n in range(100))


def test_what_was_given_back_is_taken_off_amounts_that_still_hold_it(tmp_path):
    text, worth = payments()
    proposal = propose(written(tmp_path, payments=text), "Acme")
    assert one_value(loaded(proposal.text), "select sum(amount) from order_line") == worth


def test_so_it_is_where_it_stands_in_a_second_currency_too(tmp_path):
    text, worth = payments()
    head, *rows = text.splitlines()
    text = "\n".join([f"{head},Converted Amount Refunded", *(f"{row},{row.split(',')[4]}" for row in rows)])
    proposal = propose(written(tmp_path, payments=text), "Acme")
    assert one_value(loaded(proposal.text), "select sum(amount) from order_line") == worth
    assert not any("is not taken off" in one for one in proposal.unsure)


def test_what_was_given_back_is_not_taken_off_twice(tmp_path):
    text, worth = payments(net=True)
    proposal = propose(written(tmp_path, payments=text), "Acme")
    assert one_value(loaded(proposal.text), "select sum(amount) from order_line") == worth
    assert any("Amount Refunded is not taken off" in one for one in proposal.unsure)


def test_amounts_that_stand_in_another_column_where_one_is_empty_are_told(tmp_path):
    rows = lines("Invoice No,Customer,Date,Amount €,Amount $", (
        (f"I{n}", f"Firm {n % 30}", day(n), n if n % 4 else "", "" if n % 4 else n) for n in range(200)))
    proposal = propose(written(tmp_path, invoices=rows), "Acme")
    assert any("50 of 200 rows leave Amount € empty and count without an amount, while Amount $ is filled in 50" in one
               for one in proposal.unsure)

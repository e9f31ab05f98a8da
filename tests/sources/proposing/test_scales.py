"""Headings that say in what numbers are written: thousands, millions, and of which currency."""

from __future__ import annotations

import tomllib

import pytest
from tests.sources.proposing.test_unusual import lines, loaded, one_value, written

from marketsofone.sources.profiling.headings import scale_of
from marketsofone.sources.proposing.proposal import propose


@pytest.mark.parametrize("heading", [
    "Amount (k EUR)", "Value (kEUR)", "Wert in TEUR", "Amount (EUR '000)", "Deal value k€", "Revenue (in thousands)",
    "Betrag (Tsd. €)", "Montant (en milliers d'euros)", "Umsatz T€", "Amount (€k)", "Value (000s)", "Amount (k)"])
def test_what_a_heading_says_is_in_thousands_counts_as_thousands(tmp_path, heading):
    deals = "\n".join([f"Deal ID;Customer ID;Status;{heading};Created", *(
        f"D{n};{n % 20};{('Won', 'Lost')[n % 2]};{n},5;2025-01-{n % 28 + 1:02d}" for n in range(60))])
    proposal = propose(written(tmp_path, deals=deals), "Acme")
    assert one_value(loaded(proposal.text), "select sum(amount) from opportunity") == 100 * sum(
        1_000 * n + 500 for n in range(60))
    assert any("in what it counts: * 1000" in one for one in proposal.guessed)


@pytest.mark.parametrize(("heading", "scale"), [
    *((heading, "* 1000000") for heading in ("Umsatz Mio. €", "Revenue (€m)", "Value (in millions)", "Amount MEUR")),
    *((heading, "/ 100") for heading in ("Amount (cents)", "amount_cents", "amount_in_minor_units", "Total in pence")),
    *((heading, "") for heading in ("Amount (EUR)", "Amount 2000", "Top 1000", "Amount", "Discount EUR", "Kosten",
                                    "Percent", "Center", "Recent amount"))])
def test_scales_are_read_from_headings_and_from_nothing_else(heading, scale):
    assert scale_of(heading) == scale


def test_months_in_thousands_are_sales_in_thousands(tmp_path):
    rows = lines("Customer,Jan 2025 (k€),Feb 2025 (k€),Mar 2025 (k€)", (
        (f"Firm {n}", n + 1, n + 2, n + 3) for n in range(20)))
    engine = loaded(propose(written(tmp_path, sales=rows), "Acme").text)
    assert one_value(engine, "select sum(amount) from order_line") == 100_000 * sum(3 * n + 6 for n in range(20))


@pytest.mark.parametrize(("heading", "code"), [("Amount ($)", "USD"), ("Amount TCHF", "CHF"), ("Value £", "GBP")])
def test_the_currency_is_that_of_the_sign_or_code_in_a_heading(tmp_path, heading, code):
    deals = lines(f"Deal ID,Customer ID,Status,{heading},Created", (
        (f"D{n}", n % 20, ("Won", "Lost")[n % 2], n, f"2025-01-{n % 28 + 1:02d}") for n in range(60)))
    assert tomllib.loads(propose(written(tmp_path, deals=deals), "Acme").text)["market"]["currency"] == code


@pytest.mark.parametrize("heading", ["Amount (cents)", "amount_cents", "amount_in_minor_units"])
def test_amounts_in_cents_are_a_hundredth(tmp_path, heading):
    rows = lines(f"Invoice No,Date,Customer,{heading}", (
        (f"IN{n}", f"2025-03-{n % 28 + 1:02d}", f"Firm {n % 20}", 12_345 + n) for n in range(60)))
    engine = loaded(propose(written(tmp_path, invoices=rows), "Acme").text)
    assert one_value(engine, "select sum(amount) from order_line") == sum(12_345 + n for n in range(60))


@pytest.mark.parametrize("heading", ["Sum of Amount", "Summe von Umsatz", "Somme de Montant HT"])
def test_what_a_pivot_table_writes_before_a_name_is_no_part_of_it(tmp_path, heading):
    rows = lines(f"Customer,Order Date,{heading}", (
        (f"Firm {n % 20}", f"2025-03-{n % 28 + 1:02d}", 100 + n) for n in range(60)))
    engine = loaded(propose(written(tmp_path, pivot=rows), "Acme").text)
    assert one_value(engine, "select sum(amount) from order_line") == 100 * sum(100 + n for n in range(60))


def test_a_ledger_whose_amounts_are_all_below_zero_is_told_with_the_line_that_turns_them(tmp_path):
    rows = lines("Invoice No,Date,Customer,Amount", (
        (f"IN{n}", f"2025-03-{n % 28 + 1:02d}", f"Firm {n % 20}", -100 - n) for n in range(60)))
    proposal = propose(written(tmp_path, invoices=rows), "Acme")
    assert any("""'-1 * "Amount"'""" in one for one in proposal.unsure)

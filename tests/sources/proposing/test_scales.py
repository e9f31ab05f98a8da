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
    assert any("1 is 1,000" in one for one in proposal.guessed)


@pytest.mark.parametrize(("heading", "scale"), [
    ("Umsatz Mio. €", 1_000_000), ("Revenue (€m)", 1_000_000), ("Value (in millions)", 1_000_000),
    ("Amount MEUR", 1_000_000), ("Amount (EUR)", 1),
    ("Amount 2000", 1), ("Top 1000", 1), ("Amount", 1), ("Discount EUR", 1), ("Kosten", 1)])
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

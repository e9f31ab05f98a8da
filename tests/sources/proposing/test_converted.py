"""Amounts beside the same converted into one currency: these are read where the rows show that they are that."""

from __future__ import annotations

import pytest
from tests.sources.proposing.test_unusual import lines, loaded, one_value, written

from marketsofone.sources.proposing.proposal import propose

RATES = {"USD": 0.92, "EUR": 1.0, "GBP": 1.17, "JPY": 0.0062}
CODES = ("USD", "USD", "EUR", "USD", "GBP", "JPY")


def rows(rate=lambda n, code: RATES[code] * (1 + (n % 9 - 4) / 100 * (code != "EUR")), codes=CODES):
    for n in range(1, 181):
        code, amount = codes[n % len(codes)], 1000 + n * 37 % 900
        yield n, code, amount, round(amount * rate(n, code), 2)


def deals(heading, made):
    return lines(f"Deal ID,Company,Created,Closed,Stage,{heading}", (
        (f"D{n}", f"Firm {n % 40}", f"2025-01-{n % 28 + 1:02d}", f"2025-03-{n % 28 + 1:02d}",
         ("Closed Won", "Closed Lost")[n % 2], *rest) for n, *rest in made))


def total(made):
    return round(100 * sum(row[3] for row in made))


@pytest.mark.parametrize("heading", [
    "Amount Currency,Amount,Amount (converted)", "Currency,Amount,Amount in company currency",
    "Transaction Currency,Est. Revenue,Est. Revenue (Base)", "Currency,Amount,Amount EUR",
    "Währung,Betrag,Betrag (HW)"])
def test_converted_amounts_are_read_in_the_currency_in_which_both_are_the_same(tmp_path, heading):
    proposal = propose(written(tmp_path, deals=deals(heading, rows())), "Acme")
    engine = loaded(proposal.text)
    assert 'currency = "EUR"  # guessed' in proposal.text
    assert one_value(engine, "select count(*) from quarantine") == 0
    assert one_value(engine, "select sum(amount) from opportunity") == pytest.approx(total(rows()), abs=2)
    assert any("is EUR, and" in one and "at a rate in rows of" in one for one in proposal.guessed)


def test_orders_of_a_payment_provider_are_read_as_it_converted_them(tmp_path):
    made = lines("id,Created date (UTC),Amount,Currency,Converted Amount,Converted Currency,Customer ID,Status", (
        (f"ch_{n}", f"2025-{n % 12 + 1:02d}-11 10:00", amount, code.lower(), into, "eur", f"cus_{n % 40}", "Paid")
        for n, code, amount, into in rows()))
    engine = loaded(propose(written(tmp_path, payments=made), "Acme").text)
    assert one_value(engine, "select sum(amount) from order_line") == pytest.approx(total(rows()), abs=2)


def test_a_currency_that_no_row_is_in_is_that_which_the_heading_names(tmp_path):
    made = list(rows(codes=("USD", "GBP")))
    proposal = propose(written(tmp_path, deals=deals("Currency,Amount,Amount EUR", made)), "Acme")
    assert one_value(loaded(proposal.text), "select sum(amount) from opportunity") == pytest.approx(total(made), abs=2)
    other = propose(written(tmp_path, deals=deals("Currency,Amount,Amount (converted)", made)), "Acme")
    assert "\ncurrency = \"'" not in other.text
    assert any("rows do not show that" in one for one in other.unsure)


@pytest.mark.parametrize("rate", [lambda n, code: 0.2 + n % 7 / 10, lambda n, code: 1.0,
                                  lambda n, code: RATES[code] * (1 + n % 5)])
def test_what_is_no_rate_is_not_read_and_that_is_said(tmp_path, rate):
    turned = ((n, code, into, amount) for n, code, amount, into in rows(rate))
    proposal = propose(written(tmp_path, deals=deals("Currency,Amount (converted),Amount", turned)), "Acme")
    assert '\namount = "Amount"' in proposal.text
    assert "\ncurrency = \"'" not in proposal.text
    assert any("rows do not show that" in one for one in proposal.unsure)


def test_costs_that_are_not_converted_are_left_to_a_person(tmp_path):
    made = [(*row, 7) for row in rows()]
    proposal = propose(written(tmp_path, deals=deals("Currency,Amount,Amount (converted),Cost", made)), "Acme")
    assert "cost =" not in proposal.text.replace("hour_cost", "").split("[sources")[1]
    assert any("may be in the currency of the row" in one for one in proposal.unsure)

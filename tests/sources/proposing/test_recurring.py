"""Exchange rates, and what subscriptions bring month by month: proposed so that money is counted to the cent."""

from __future__ import annotations

import tomllib

import pytest
from tests.sources.proposing.test_unusual import deals, lines, loaded, written

from marketsofone.sources.proposing.proposal import propose

MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]


def sold(codes=("EUR", "USD")):
    """A ledger: a hundred and twenty lines of 10.00, the currencies in turn."""
    return lines("Invoice No,Customer ID,Invoice Date,Amount,Currency", (
        (n, f"C{n % 20}", f"2025-03-{n % 28 + 1:02d}", "10.00", codes[n % len(codes)]) for n in range(120)))


def amounts(engine):
    return engine.con.execute("select amount, count(*) from order_line group by 1 order by 1").fetchall()


def told(proposal, words):
    return [one for one in proposal.unsure if words in one]


@pytest.mark.parametrize(("name", "text"), [
    ("rates", "currency,date,rate\nUSD,2025-01-01,0.9\nUSD,2025-02-01,0.5\nGBP,2025-01-01,1.2\n"),
    ("fx", "from,to,valid_from,rate\nUSD,EUR,2025-01-01,0.9\nUSD,EUR,2025-02-01,0.5\nGBP,EUR,2025-01-01,1.2\n"),
    ("kurse", "Währung;Datum;Kurs\nUSD;01.01.2025;0,9\nUSD;01.02.2025;0,5\nGBP;13.01.2025;1,2\n"),
    ("monthly", "Currency Code,Month,Exchange Rate\nUSD,2025-01,0.9\nUSD,2025-02,0.5\nGBP,2025-01,1.2\n"),
    ("all_pairs", "from,to,date,rate\nUSD,EUR,2025-01-01,0.5\nUSD,GBP,2025-01-01,0.4\nEUR,USD,2025-01-01,2\n"),
    ("fixed", "currency,rate\nUSD,0.5\nGBP,1.2\n"),
])
def test_amounts_are_converted_by_a_file_of_rates(tmp_path, name, text):
    proposal = propose(written(tmp_path, sales=sold(), **{name: text}), "Acme")
    assert amounts(loaded(proposal.text)) == [(500, 60), (1_000, 60)]
    assert len(told(proposal, "If it is the other way round, write in "
                              f"[sources.{name}.rate]: rate = '1 / \"")) == 1


def test_rates_for_one_unit_of_our_own_currency_are_turned_round(tmp_path):
    text = "base,quote currency,date,rate\nEUR,USD,2025-01-01,2\nEUR,GBP,2025-01-01,0.8\n"
    proposal = propose(written(tmp_path, sales=sold(), ecb=text), "Acme")
    assert amounts(loaded(proposal.text)) == [(500, 60), (1_000, 60)]
    assert told(proposal, "is rate in quote currency for one EUR? It is taken so.")


def test_rates_with_a_column_for_each_currency_fill_those_that_amounts_are_in(tmp_path):
    text = lines("Date,USD,JPY,GBP", (
        (f"2025-01-{day:02d}", "N/A" if day == 3 else 2, 160, 0.8) for day in range(1, 20)))
    proposal = propose(written(tmp_path, sales=sold(), ecb=text), "Acme")
    engine = loaded(proposal.text)
    assert amounts(engine) == [(500, 60), (1_000, 60)]
    assert engine.con.execute("select currency, count(*) from rate group by 1").fetchall() == [("USD", 18)]
    assert told(proposal, "ecb: are its rates units of each currency for one EUR? They are taken so.")


def test_the_line_that_turns_rates_round_works(tmp_path):
    text = "currency,date,rate\nUSD,2025-01-01,2\nGBP,2025-01-01,0.8\n"
    proposal = propose(written(tmp_path, sales=sold(), rates=text), "Acme")
    line = told(proposal, "the other way round")[0].rsplit("rate = ", 1)[1].rstrip(".")
    settings = proposal.text.splitlines()
    settings = [f"rate = {line}" if one.startswith('rate = "rate"') else one for one in settings]
    assert amounts(loaded("\n".join(settings))) == [(500, 60), (1_000, 60)]


def test_the_markets_currency_is_the_one_that_the_rates_lead_to(tmp_path):
    text = "from,to,date,rate\nUSD,CHF,2025-01-01,0.5\nEUR,CHF,2025-01-01,0.9\n"
    proposal = propose(written(tmp_path, sales=sold(("USD", "USD", "CHF")), rates=text), "Acme")
    assert tomllib.loads(proposal.text)["market"]["currency"] == "CHF"
    assert amounts(loaded(proposal.text)) == [(500, 80), (1_000, 40)]


def test_a_ledger_with_the_rate_of_each_line_is_no_file_of_rates(tmp_path):
    text = lines("Invoice No,Customer ID,Date,Amount,Currency,Exchange Rate", (
        (n, f"C{n % 20}", f"2025-03-{n % 28 + 1:02d}", 10, "EUR", 1.1) for n in range(120)))
    assert set(tomllib.loads(propose(written(tmp_path, ledger=text), "Acme").text)["sources"]["ledger"]) == {
        "file", "order_line"}


def subscribed(header, month=str, value=lambda cents: f"{cents / 100:.2f}"):
    """Forty subscriptions of twenty customers, each for some months of two years, one cancelled with rows of zero."""
    rows = [(f"S{n}", f"C{n % 20}", month(MONTHS[at]), value(0 if n == 7 and at > 12 else 1_234 + 7 * n), "EUR")
            for n in range(40) for at in range(n % 5, 24)]
    cents = {}
    for n in range(40):
        paid = sum(1 for at in range(n % 5, 24) if not (n == 7 and at > 12))
        cents[f"C{n % 20}"] = cents.get(f"C{n % 20}", 0) + paid * (1_234 + 7 * n)
    return lines(header, rows), cents


def paid(engine):
    return dict(engine.con.execute(
        "select l.source_id, sum(o.amount) from order_line o join entity_link l on l.entity = 'account' "
        "and l.entity_id = o.account_id group by 1").fetchall())


@pytest.mark.parametrize(("header", "month"), [
    ("subscription_id,customer_id,month,mrr,currency", str),
    ("Subscription,Customer ID,Invoice Month,MRR,Currency", lambda at: f"{at[5:]}/{at[:4]}"),
    ("Vertragsnummer,Kundennummer,Monat,MRR,Währung", lambda at: f"{at}-01"),
    ("Contract ID,Client,Period,Monthly Recurring Revenue,Currency", lambda at: at.replace("-", "")),
])
def test_each_month_of_a_subscription_is_a_purchase(tmp_path, header, month):
    text, cents = subscribed(header, month)
    proposal = propose(written(tmp_path, deals=deals(), mrr=text), "Acme")
    engine = loaded(proposal.text)
    assert paid(engine) == cents
    orders, days, first = engine.con.execute(
        "select count(distinct order_id), count(distinct ordered_at), min(ordered_at)::date::varchar "
        "from order_line").fetchall()[0]
    assert (orders, days, first) == (sum(24 - n % 5 for n in range(40)) - 11, 24, "2024-01-01")
    assert tomllib.loads(proposal.text)["steps"]["attractiveness"] == "order_line"
    assert told(proposal, "each row is taken for one month that was paid")


def test_months_with_a_decimal_comma_are_counted_to_the_cent(tmp_path):
    text, cents = subscribed("Vertragsnummer,Kundennummer,Monat,MRR,Währung", lambda at: f"{at[5:]}.{at[:4]}")
    text = "\n".join(";".join(part.replace(".", ",") if n == 3 else part for n, part in enumerate(line.split(",")))
                     for line in text.splitlines())
    assert paid(loaded(propose(written(tmp_path, deals=deals(), umsatz=text), "Acme").text)) == cents


def test_what_a_year_brings_counts_a_twelfth_a_month_and_is_told(tmp_path):
    text, cents = subscribed("subscription_id,customer_id,month,arr,currency", value=lambda each: f"{each * 12 / 100}")
    proposal = propose(written(tmp_path, deals=deals(), arr=text), "Acme")
    assert paid(loaded(proposal.text)) == cents
    assert told(proposal, "a row counts a twelfth of it")


def test_subscriptions_of_another_file_tell_whose_each_month_is(tmp_path):
    text, cents = subscribed("subscription_id,x,month,mrr,currency")
    text = "\n".join(",".join(part for n, part in enumerate(line.split(",")) if n != 1) for line in text.splitlines())
    owners = lines("subscription_id,customer_id,plan", ((f"S{n}", f"C{n % 20}", "AB"[n % 2]) for n in range(40)))
    engine = loaded(propose(written(tmp_path, deals=deals(), mrr=text, subscriptions=owners), "Acme").text)
    assert paid(engine) == cents


def test_months_of_subscriptions_beside_invoices_are_not_counted_again(tmp_path):
    text, _ = subscribed("subscription_id,customer_id,month,mrr,currency")
    proposal = propose(written(tmp_path, invoices=sold(("EUR",)), mrr=text), "Acme")
    assert amounts(loaded(proposal.text)) == [(1_000, 120)]
    assert told(proposal, "mrr: what each month brought may stand in invoices too")


def test_a_list_of_subscriptions_is_no_ledger_of_months(tmp_path):
    text = lines("subscription_id,customer_id,created_at,mrr", (
        (f"S{n}", f"C{n % 20}", f"2025-01-{n % 28 + 1:02d}", 10 + n) for n in range(100)))
    proposal = propose(written(tmp_path, deals=deals(), subscriptions=text), "Acme")
    assert "order_line" not in proposal.text


def test_changes_of_recurring_revenue_are_no_sales(tmp_path):
    text, _ = subscribed("subscription_id,customer_id,month,monthly_recurring_revenue_change,currency")
    assert "order_line" not in propose(written(tmp_path, deals=deals(), moves=text), "Acme").text


def monthly(header, rows=(("USD", 0.5), ("GBP", 1.2))):
    return lines(header, ((code, f"2025-{month:02d}-01", f"{rate:.4f}") for month in (1, 2, 3) for code, rate in rows))


@pytest.mark.parametrize("header", ["cur,day,rate", "ccy,as_of,fx_rate", "Monnaie,Jour,Cours", "a,b,c"])
def test_rates_are_told_by_their_values_whatever_the_columns_are_called(tmp_path, header):
    proposal = propose(written(tmp_path, sales=sold(), table=monthly(header)), "Acme")
    assert amounts(loaded(proposal.text)) == [(500, 60), (1_000, 60)]


@pytest.mark.parametrize("text", [
    lines("a,b,c", (("USD", "2025-01-01", 0.5), ("USD", "2025-01-01", 0.6), ("GBP", "2025-01-01", 1.2))),
    lines("a,b,c", (("USD", "2025-01-01", 10), ("USD", "2025-01-02", 900), ("GBP", "2025-01-01", 12))),
    lines("a,b,c", (("USD", "2025-01-01", -1.1), ("USD", "2025-01-02", -1.2), ("GBP", "2025-01-01", -1.2))),
    lines("a,b,c", (("XUA", "2025-01-01", 1.1), ("USD", "2025-01-02", 1.2), ("GBP", "2025-01-01", 1.2))),
    monthly("cur,day,Net Sales"),
])
def test_numbers_by_currency_and_day_that_do_not_behave_as_rates_are_none(tmp_path, text):
    assert "rate" not in loaded(propose(written(tmp_path, sales=sold(), deals=deals(), table=text), "A").text
                                ).list_tables()


@pytest.mark.parametrize(("text", "each"), [
    (monthly("cur,day,rate", (("JPY", 160.0), ("USD", 1.25))), 1_000 / 160),
    (monthly("cur,day,rate", (("JPY", 1 / 160), ("USD", 0.8))), 1_000 * round(1 / 160, 4)),
    (lines("Date,JPY,USD", ((f"2025-0{n}-01", 160, 1.25) for n in (1, 2, 3))), 1_000 / 160),
    (lines("Date,JPY,USD", ((f"2025-0{n}-01", 0.00625, 0.8) for n in (1, 2, 3))), 1_000 / 160),
])
def test_rates_of_a_size_that_is_possible_one_way_round_are_taken_that_way(tmp_path, text, each):
    proposal = propose(written(tmp_path, sales=sold(("EUR", "JPY")), table=text), "Acme")
    assert amounts(loaded(proposal.text)) == [(round(each), 60), (1_000, 60)]

"""Exports in the manner of small companies: their words, their few rows and their slips; what was planted comes out."""

from __future__ import annotations

import tomllib

import pytest
from tests.sources.proposing.test_unusual import deals, lines, loaded, one_value, written

from marketsofone.sources.proposing.proposal import propose


def mapped(tmp_path, source, table, **files):
    """What is proposed for a table of a source, and the proposal."""
    proposal = propose(written(tmp_path, **files), "Acme")
    return tomllib.loads(proposal.text)["sources"][source].get(table, {}), proposal


def customers(headings="Customer ID,Sector", more=(), rows=50):
    return lines(headings, [*((n, "ab"[n % 2]) for n in range(1, rows + 1)), *more])


@pytest.mark.parametrize("headings", [
    "Rep,Team,Region,Hours per week,Cost per hour,Currency",
    "Kürzel,Vertriebsteam,Gebiet,Std./Woche,Stundensatz,Währung",
    "Commercial,Équipe,Secteur,Heures par semaine,Coût horaire,Devise",
    "Employee ID,Team Lead,Sales Territory,Selling hours,Hourly rate,Ccy",
])
def test_the_hours_costs_and_teams_of_reps_are_told_in_three_languages(tmp_path, headings):
    reps = lines(headings, ((f"R{n}", "AB"[n % 2], "NS"[n % 2], 38, 55.5, "EUR") for n in range(4)))
    engine = loaded(propose(written(tmp_path, deals=deals(), reps=reps), "Acme").text)
    told = "select team, region, week_hours, hour_cost, currency from rep order by source_row limit 1"
    assert engine.con.execute(told).fetchall() == [("A", "N", 38.0, 5_550, "EUR")]


@pytest.mark.parametrize("headings", [
    "Product,Product Group,Variant,RRP,Purchase price", "Art.-Nr.,Warengruppe,Ausführung,VK,EK",
    "Référence,Gamme,Modèle,Prix de vente,Prix d'achat",
])
def test_the_prices_and_families_of_products_are_told_in_three_languages(tmp_path, headings):
    products = lines(headings, ((f"A{n}", "xy"[n % 2], f"v{n % 3}", 10, 5) for n in range(9)))
    engine = loaded(propose(written(tmp_path, deals=deals(), products=products), "Acme").text)
    told = "select family, version, list_price, unit_cost from product order by source_row limit 1"
    assert engine.con.execute(told).fetchall() == [("x", "v0", 1_000, 500)]


@pytest.mark.parametrize("headings", [
    "Contact ID,Customer ID,Site,Job,Decider", "Kontakt-ID,Kunde,Standort,Funktion,Entscheider",
    "ID contact,Client,Établissement,Fonction,Décideur",
])
def test_the_role_the_site_and_the_say_of_a_person_are_told_in_three_languages(tmp_path, headings):
    people = lines(headings, ((f"P{n}", n % 10 + 1, n, "CEO", ("yes", "no")[n % 2]) for n in range(1, 51)))
    files = {"deals": deals(), "customers": customers(), "contacts": people}
    engine = loaded(propose(written(tmp_path, **files), "Acme").text)
    told = "select count(role), count_if(decides), count(distinct site_id), count(distinct account_id) from contact"
    assert engine.con.execute(told).fetchall() == [(50, 25, 50, 10)]


@pytest.mark.parametrize(("values", "expected"), [
    (("company", "site", "group"), ("company", "site", "group")),
    (("HQ", "Branch", "Holding"), ("company", "site", "group")),
    (("Zentrale", "Standort", "Konzern"), ("company", "site", "group")),
    (("HQ", "Branch", "Depot X"), ("company", "site", None)),
])
def test_what_an_account_is_in_its_tree_is_no_dimension(tmp_path, values, expected):
    rows = lines("Customer ID,Account Form,Sector", ((n, values[n % 3], "ab"[n % 2]) for n in range(1, 31)))
    _, proposal = mapped(tmp_path, "customers", "account", deals=deals(), customers=rows)
    assert "account_form" not in proposal.text.replace('"Account Form"', "")
    forms = loaded(proposal.text).con.execute("select form from account where source = 'customers' order by source_row "
                                              "limit 3").fetchall()
    assert [form for form, in forms] == [expected[n % 3] for n in (1, 2, 3)]


def test_a_group_that_says_what_customers_are_like_is_no_parent(tmp_path):
    rows = lines("Customer ID,Group,Parent Account", (
        (n, ("Gold", "Silver")[n % 2], "" if n < 11 else n % 10 + 1) for n in range(1, 51)))
    fields, _ = mapped(tmp_path, "customers", "account", deals=deals(), customers=rows)
    assert fields["parent_id"] == "Parent Account"
    assert "group" in fields["dimensions"]


@pytest.mark.parametrize("name", ["customers", "sheet1"])
@pytest.mark.parametrize("key", ["Customer ID", "Id"])
def test_accounts_of_which_some_come_twice_are_told_and_the_later_rows_refused(tmp_path, name, key):
    rows = customers(f"{key},Sector", more=((3, "b"), (7, "a"), ("", "")))
    _, proposal = mapped(tmp_path, name, "account", deals=deals(), **{name: rows})
    assert any(f"{name}: 2 of 5" in one and "quarantine" in one for one in proposal.unsure)
    engine = loaded(proposal.text)
    assert one_value(engine, f"select count(*) from account where source = '{name}'") == 50
    assert one_value(engine, "select count(*) from quarantine where reason like 'duplicate key%' "
                             "or reason like 'exact duplicate%'") == 2


def test_the_number_by_which_deals_name_customers_is_their_key_though_one_comes_twice(tmp_path):
    rows = lines("Customer ID,Company,Mitarbeiter", [
        *((n, f"Firm {n}", 3 * n) for n in range(1, 31)), (4, "Firm X", 9)])
    fields, _ = mapped(tmp_path, "customers", "account", customers=rows, deals=lines(
        "Deal ID,Customer ID,Created,Result,Value",
        ((f"D{n}", n % 30 + 1, f"2025-01-{n % 28 + 1:02d}", ("Won", "Lost")[n % 2], n) for n in range(1, 91))))
    assert fields["account_id"] == "Customer ID"
    assert "rep_id" not in fields
    assert "mitarbeiter" in fields["traits"]


@pytest.mark.parametrize("rows", [2, 3])
def test_names_tell_who_would_buy_where_rows_are_too_few_for_values_to(tmp_path, rows):
    few = lines("opportunity_id,account_id,owner,opened_on,outcome,amount", (
        (f"O{n}", "A1", ("Jo", "Mia")[n % 2], f"2025-01-{n + 1:02d}", ("won", "lost", "open")[n], 100)
        for n in range(rows)))
    fields, _ = mapped(tmp_path, "deals", "opportunity", deals=few)
    assert (fields["account_id"], fields["rep_id"]) == ("account_id", "owner")


def offers(headings, first=0, rows=80, separator=","):
    said = ("Won", "Lost", "Open")
    return "\n".join([headings.replace(",", separator), *(separator.join((
        f"Co {(n + first) % 40}", said[n % 3], f"2025-{n % 12 + 1:02d}-{n % 28 + 1:02d}", str(n + first)))
        for n in range(rows))]) + "\n"


@pytest.mark.parametrize("second", ["Company,Stage,Created,Value", "Kunde,Status,Datum,Wert"])
def test_a_second_file_of_deals_without_keys_is_no_ledger(tmp_path, second):
    engine = loaded(propose(written(tmp_path, deals=offers("Company,Stage,Created,Value"),
                                    old_deals=offers(second, 500, 60)), "Acme").text)
    assert "order_line" not in engine.list_tables()
    assert engine.con.execute("select count(*), sum(amount) from opportunity").fetchall() == [
        (140, 100 * (sum(range(80)) + sum(range(500, 560))))]


def test_two_deals_of_one_name_are_two(tmp_path):
    named = lines("Opportunity,Account,Result,Opened,Amount", (
        ("Renewal" if n % 20 == 0 else f"Deal {n}", f"A{n % 30}", ("won", "lost")[n % 2], f"2025-01-{n % 28 + 1:02d}",
         n)
        for n in range(100)))
    engine = loaded(propose(written(tmp_path, pipeline=named), "Acme").text)
    assert one_value(engine, "select count(*) from opportunity") == 100


def test_a_column_of_dates_tells_which_of_day_and_month_comes_first_in_another(tmp_path):
    rows = lines("Opportunity ID,Account,Result,Opened,Closed,Amount", (
        (n, f"A{n % 30}", ("won", "lost")[n % 2], f"{n % 12 + 1}/{n % 9 + 1}/26", f"{n % 12 + 1}/{n % 27 + 1}/26", n)
        for n in range(100)))
    proposal = propose(written(tmp_path, pipeline=rows), "Acme")
    assert str(one_value(loaded(proposal.text), "select opened_at from opportunity order by source_row offset 2 limit 1"
                         )) == "2026-03-03 00:00:00"
    assert str(one_value(loaded(proposal.text), "select max(opened_at) from opportunity")) == "2026-12-09 00:00:00"
    assert any("month first: another column of dates tells" in one for one in proposal.guessed)


@pytest.mark.parametrize(("heading", "written_as", "minutes"), [
    ("Duration", lambda s: f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}", lambda s: s / 60),
    ("Dauer", lambda s: f"{s // 60:02d}:{s % 60:02d}", lambda s: s / 60),
    ("Durée (hh:mm)", lambda s: f"{s // 3600:02d}:{s // 60 % 60:02d}", lambda s: s // 60),
])
def test_how_long_a_call_took_is_read_where_it_is_written_as_a_clock(tmp_path, heading, written_as, minutes):
    seconds = [37 * n + 5 for n in range(1, 90)]
    calls = lines(f"Date,Customer ID,Direction,{heading}", (
        (f"2025-03-{n % 28 + 1:02d}", n % 50 + 1, "outbound", written_as(each)) for n, each in enumerate(seconds)))
    engine = loaded(propose(written(tmp_path, deals=deals(), calls=calls), "Acme").text)
    assert one_value(engine, "select sum(minutes) from touch") == pytest.approx(sum(map(minutes, seconds)))


def test_a_length_that_may_be_hours_or_minutes_is_told_and_not_read(tmp_path):
    calls = lines("Date,Customer ID,Direction,Duration", (
        (f"2025-03-{n % 28 + 1:02d}", n % 50 + 1, "outbound", f"{n % 9}:{n % 60:02d}") for n in range(1, 90)))
    fields, proposal = mapped(tmp_path, "calls", "touch", deals=deals(), calls=calls)
    assert "minutes" not in fields
    assert any("Duration may be hours and minutes or minutes and seconds" in one for one in proposal.unsure)


def test_a_ledger_whose_heading_of_dates_nobody_knows_is_no_list_of_contacts(tmp_path):
    sold = lines("Receipt,Zugegangen,Customer #,Art,Netto,Brutto", (
        (9_000 + n // 2, f"{n // 2 % 28 + 1}.{n // 2 % 12 + 1}.25", n // 2 % 50 + 1, ("RE", "GS")[n % 2], n, 2 * n)
        for n in range(250)))
    engine = loaded(propose(written(tmp_path, op_list=sold, customers=customers("Customer #,Sector")), "Acme").text)
    assert "touch" not in engine.list_tables()
    assert engine.con.execute("select sum(amount), count(distinct order_id) from order_line").fetchall() == [
        (100 * sum(-n if n % 2 else n for n in range(250)), 125)]

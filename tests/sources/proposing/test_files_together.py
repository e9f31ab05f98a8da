"""Proposals for files that belong together: joined where it is safe, told why where it is not."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import openpyxl
import pytest

from marketsofone.engine import open_engine
from marketsofone.errors import SourceMissing
from marketsofone.sources import load_sources, sources_from
from marketsofone.sources.proposing.proposal import propose


def written(folder: Path, name: str, header: str, rows) -> None:
    text = "\n".join([header, *(";".join(map(str, row)) for row in rows)])
    (folder / name).write_text(text + "\n", encoding="utf-8")


def orders(folder: Path, heads: int = 90, twice: int = 0, missing: int = 0) -> None:
    """Orders of three lines of 10.50 each; their heads, of which some stand twice or are missing."""
    said = [(f"A-{n:05d}", f"KD{n % 40:03d}", f"{1 + n % 28:02d}.03.2026", "31,50", "Web" if n % 2 else "Tel")
            for n in range(heads)]
    written(folder, "koepfe.csv", "Auftragsnummer;Debitor;Belegdatum;Betrag;Weg", said[missing:] + said[-twice:]
            if twice else said[missing:])
    written(folder, "zeilen.csv", "Auftragsnummer;Artikel;Menge;Nettowert;Kosten",
            [(f"A-{n // 3:05d}", f"P{n % 5}", 1, "10,50", "4,00") for n in range(3 * heads)])
    written(folder, "kunden.csv", "Debitor;Branche", [(f"KD{n:03d}", "Bau" if n % 2 else "Chemie") for n in range(40)])


def loaded(proposal):
    settings = tomllib.loads(proposal.text)
    engine = open_engine(threads=2)
    result = load_sources(engine, sources_from(settings["sources"], Path()), currency=settings["market"]["currency"],
                          time_zone="UTC")
    return engine.con, result


def test_lines_are_joined_with_their_heads_and_load_as_they_stand(tmp_path):
    orders(tmp_path)
    proposal = propose(tmp_path, "Acme")
    sources = tomllib.loads(proposal.text)["sources"]
    assert sources.keys() == {"zeilen", "kunden"}
    assert sources["zeilen"]["join"]["koepfe"]["on"] == "Auftragsnummer"
    assert ("zeilen is joined with koepfe: every Auftragsnummer stands once in koepfe, and 270 of 270 rows find theirs."
            in proposal.guessed)
    assert "weg" in sources["zeilen"]["order_line"]["dimensions"]
    con, result = loaded(proposal)
    assert {one.source: one.accepted for one in result.health} == {"kunden": 40, "zeilen": 270}
    query = "select sum(amount), sum(cost), count(distinct account_id), count(ordered_at) from order_line"
    assert con.execute(query).fetchall() == [(283500, 108000, 40, 270)]


def test_the_currency_that_only_the_heads_name_is_that_of_the_market(tmp_path):
    """Else every line would be refused for want of a rate, and the file left out."""
    said = [(f"I{n:03d}", f"C{n % 20}", f"{1 + n % 28:02d}.03.2026", "CHF") for n in range(90)]
    written(tmp_path, "invoices.csv", "Invoice No;Customer ID;Invoice Date;Currency", said)
    written(tmp_path, "lines.csv", "Invoice No;Article;Qty;Unit price",
            [(f"I{n // 3:03d}", f"P{n % 5}", 2, "10.50") for n in range(270)])
    proposal = propose(tmp_path, "Acme")
    assert "currency = CHF: most rows of invoices say so in 'Currency'." in proposal.guessed
    con, _result = loaded(proposal)
    assert con.execute("select sum(amount), count(*) from order_line").fetchall() == [(567000, 270)]


def test_heads_of_which_some_stand_twice_are_not_joined_and_that_is_said(tmp_path):
    orders(tmp_path, heads=200, twice=1)
    proposal = propose(tmp_path, "Acme")
    assert "join" not in tomllib.loads(proposal.text)["sources"].get("zeilen", {})
    assert any("does not tell the rows of koepfe apart (200 different in 201 rows)" in said for said in proposal.unsure)


def test_lines_of_which_many_find_no_head_are_not_joined_and_that_is_said(tmp_path):
    orders(tmp_path, missing=20)
    proposal = propose(tmp_path, "Acme")
    assert "join" not in tomllib.loads(proposal.text)["sources"].get("zeilen", {})
    assert any("only 210 of 270 rows find their Auftragsnummer in koepfe" in said for said in proposal.unsure)


def test_heads_beside_lines_that_say_all_themselves_do_not_count_twice(tmp_path):
    said = [(f"A-{n:05d}", f"KD{n % 40:03d}", f"{1 + n % 28:02d}.03.2026", "31,50") for n in range(90)]
    written(tmp_path, "orders.csv", "Order No;Customer No;Order Date;Amount", said)
    written(tmp_path, "lines.csv", "Order No;Customer No;Order Date;SKU;Amount",
            [(*said[n // 3][:3], f"P{n % 5}", "10,50") for n in range(270)])
    proposal = propose(tmp_path, "Acme")
    con, _ = loaded(proposal)
    assert con.execute("select sum(amount) from order_line").fetchall() == [(283500,)]
    assert any(said.startswith("orders: it holds one row an order, whose lines stand in lines")
               for said in proposal.unsure)


def deals(folder: Path, **changed) -> None:
    """Exports of a CRM whose keys are all called Id, and whose lists of keys are cut by semicolons."""
    company = [str(7_000_000_000 + 37 * n) for n in range(50)]
    written(folder, "all-companies.csv", '"Record ID";Company name;Industry',
            [(key, f"Company {n}", "food" if n % 2 else "steel") for n, key in enumerate(company)])
    stages = ["Closed Won (Sales Pipeline)", "Closed Lost (Sales Pipeline)", "Contract Sent"]
    rows = [(9000 + n, f"Deal {n}", stages[n % 3], n * 10.5, f"2026-01-{1 + n % 28:02d}", f"Company {n % 50}",
             f'"{company[n % 50]};{company[(n + 1) % 50]}"' if n % 10 == 0 else company[n % 50]) for n in range(300)]
    written(folder, "all-deals.csv",
            "Record ID;Deal Name;Deal Stage;Amount;Create Date;Associated Company;Associated Company IDs", rows)
    written(folder, "line-items.csv", "Record ID;Deal Id;SKU;Quantity;Net amount",
            [(n, 9000 + n // 2, f"S{n % 4}", 1, n * 5.25) for n in range(600)])


def test_a_key_with_a_semicolon_in_it_is_no_list(tmp_path):
    company = [f"Meyer; Sons {n}" if n % 5 == 0 else f"Meyer {n}" for n in range(50)]
    written(tmp_path, "firms.csv", "Firm;Industry", [(f'"{name}"', "food") for name in company])
    written(tmp_path, "deals.csv", "Deal Id;Where;Stage;Amount;Create Date",
            [(n, f'"{company[n % 50]}"', "Won" if n % 3 else "Lost", n * 10.5, "2026-01-02") for n in range(300)])
    opportunity = tomllib.loads(propose(tmp_path, "Acme").text)["sources"]["deals"]["opportunity"]
    assert opportunity["account_id"] == "Where"


def test_keys_are_told_by_their_values_whatever_they_are_called_and_lists_by_their_first(tmp_path):
    deals(tmp_path)
    proposal = propose(tmp_path, "Acme")
    sources = tomllib.loads(proposal.text)["sources"]
    assert sources["all_companies"]["account"]["account_id"] == "Record ID"
    opportunity = sources["all_deals"]["opportunity"]
    assert opportunity["opportunity_id"] == "Record ID"
    assert opportunity["account_id"] == "trim(split_part(\"Associated Company IDs\", ';', 1))"
    assert any("300 of 300 are found there, the first of several in 30" in said for said in proposal.guessed)
    assert any("the others count as open: 'contract sent'" in said for said in proposal.guessed)
    con, _ = loaded(proposal)
    query = "select count(distinct account_id), count_if(outcome = 'won'), count_if(outcome = 'lost') from opportunity"
    assert con.execute(query).fetchall() == [(50, 100, 100)]
    assert con.execute("select count(*) from account").fetchall() == [(50,)]


def test_lines_of_deals_fill_the_lines_of_opportunities(tmp_path):
    deals(tmp_path)
    line = tomllib.loads(propose(tmp_path, "Acme").text)["sources"]["line_items"]["opportunity_line"]
    assert line == {"opportunity_id": "Deal Id", "product_id": "SKU", "quantity": "Quantity", "amount": "Net amount"}


def test_short_numbers_are_no_keys_unless_their_heading_says_so(tmp_path):
    written(tmp_path, "customers.csv", "Id;Sector", [(n, "x" if n % 2 else "y") for n in range(60)])
    written(tmp_path, "deals.csv", "Deal ID;Status;Amount;Created;Seats;Customer Id",
            [(f"D{n}", "won" if n % 2 else "lost", n, f"2026-01-{1 + n % 28:02d}", n % 30, (n * 7) % 60)
             for n in range(120)])
    sources = tomllib.loads(propose(tmp_path, "Acme").text)["sources"]
    assert sources["customers"]["account"]["account_id"] == "Id"
    assert sources["deals"]["opportunity"]["account_id"] == "Customer Id"


def test_keys_that_do_not_meet_are_said(tmp_path):
    deals(tmp_path)
    written(tmp_path, "clients.csv", "Customer No;Region", [(f"K{n:04d}", "N" if n % 2 else "S") for n in range(60)])
    for name in ("all-companies.csv", "all-deals.csv", "line-items.csv"):
        (tmp_path / name).unlink()
    written(tmp_path, "deals.csv", "Deal ID;Customer No;Status;Amount;Created",
            [(f"D{n}", f"K{n % 60 + 15:04d}", "won" if n % 2 else "lost", n, f"2026-01-{1 + n % 28:02d}")
             for n in range(120)])
    assert any("90 of 120 of its values are keys of clients (Customer No)" in said
               for said in propose(tmp_path, "Acme").guessed)


def test_rows_exported_twice_do_not_hide_the_key_of_deals(tmp_path):
    rows = [(f"D{n}", f"K{n % 30}", "won" if n % 2 else "lost", n, f"2026-01-{1 + n % 28:02d}") for n in range(100)]
    written(tmp_path, "deals.csv", "Deal ID;Customer No;Status;Amount;Created", rows + rows[:5])
    proposal = propose(tmp_path, "Acme")
    assert any("5 rows repeat the key of an earlier one and will be refused" in said for said in proposal.guessed)
    assert loaded(proposal)[0].execute("select count(*) from opportunity").fetchall() == [(100,)]


def test_headings_that_all_begin_alike_are_known_by_the_rest(tmp_path):
    written(tmp_path, "export1.csv", "Deal - ID;Deal - Organisation;Deal - Status;Deal - Wert;Deal - Deal erstellt am",
            [(n, f"Firma {n % 30}", "Gewonnen" if n % 2 else "Verloren", "1.234,50", "13.02.2026") for n in range(90)])
    deal = tomllib.loads(propose(tmp_path, "Acme").text)["sources"]["export1"]["opportunity"]
    assert deal.items() >= {"opportunity_id": "Deal - ID", "account_id": "Deal - Organisation",
                            "amount": "Deal - Wert"}.items()


def test_flags_of_won_and_closed_tell_the_outcome_where_stages_have_names_of_their_own(tmp_path):
    ends = [("true", "true", "Signed off"), ("true", "false", "Parked"), ("false", "false", "Talking")]
    written(tmp_path, "Opportunity.csv", "Id;AccountId;StageName;IsClosed;IsWon;Amount;CreatedDate",
            [(f"0065g{n:010d}AAA", f"0015g{n % 20:010d}AAA", ends[n % 3][2], ends[n % 3][0], ends[n % 3][1], n,
              "2026-01-05T10:00:00.000+0000") for n in range(90)])
    con, _ = loaded(propose(tmp_path, "Acme"))
    assert con.execute("select outcome, count(*) from opportunity group by 1 order by 1").fetchall() == [
        ("lost", 30), ("open", 30), ("won", 30)]


def test_amounts_that_stand_in_the_first_row_of_an_order_are_no_amounts_of_its_lines(tmp_path):
    rows = [(f"#{1000 + n // 2}", f"b{n // 2 % 30}@shop.example", "" if n % 2 else "25.00", "2026-01-05 10:00:00 +0100",
             2, "10.00", f"S{n % 3}") for n in range(120)]
    written(tmp_path, "orders.csv", "Name;Email;Total;Created at;Lineitem quantity;Lineitem price;Lineitem sku", rows)
    proposal = propose(tmp_path, "Acme")
    con, _ = loaded(proposal)
    assert con.execute("select sum(amount), count(*), count(distinct order_id), count(distinct account_id) "
                       "from order_line").fetchall() == [(240000, 120, 60, 30)]
    assert any("Total is filled in fewer rows, once an order it seems" in said for said in proposal.guessed)
    assert ('order_line.account_id = Email: its name; lists will show it, md5("Email") would hide it.'
            in proposal.guessed)


def test_the_e_mail_of_a_person_is_not_where_the_person_works(tmp_path):
    deals(tmp_path)
    written(tmp_path, "contacts.csv", "Contact ID;Email;Job Title",
            [(f"P{n}", f"p{n}@x.example", "buyer" if n % 2 else "boss") for n in range(60)])
    contact = tomllib.loads(propose(tmp_path, "Acme").text)["sources"]["contacts"]["contact"]
    assert contact == {"contact_id": "Contact ID", "role": "Job Title"}


def calls(folder, call):
    """The engine with a log of 200 calls beside the deals loaded, as it is proposed."""
    deals(folder)
    rows = [{"call_id": f"c{n}", **call(n), "result": "connected" if n % 4 else "no_answer",
             "company": {"id": str(7_000_000_000 + 37 * (n % 50))}} for n in range(200)]
    (folder / "calls.jsonl").write_text("\n".join(map(json.dumps, rows)))
    con, _ = loaded(propose(folder, "Acme"))
    return con


def test_a_log_of_calls_tells_direction_answers_and_minutes(tmp_path):
    con = calls(tmp_path, lambda n: {"started_at": f"2026-01-{1 + n % 28:02d}T23:30:00-05:00",
                                     "duration_s": n % 4 * 60, "direction": "inbound" if n % 5 == 0 else "outbound"})
    query = ("select count(*), count_if(direction = 'in'), count_if(answered), sum(minutes), "
             "count(distinct account_id), min(happened_at)::date::varchar from touch")
    assert con.execute(query).fetchall() == [(200, 40, 150, 300.0, 50, "2026-01-02")]


def test_contacts_of_marketing_are_told_from_those_of_sales(tmp_path):
    con = calls(tmp_path, lambda n: {"started_at": f"2026-01-{1 + n % 28:02d}T09:30:00", "duration_s": 60,
                                     "direction": "outbound", "owner_group": "Marketing" if n % 4 else "Vertrieb"})
    query = "select count_if(team = 'sales'), count_if(team = 'marketing') from touch"
    assert con.execute(query).fetchall() == [(50, 150)]


def test_every_sheet_of_a_workbook_is_a_source(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Prepared by RevOps"])
    sheets = {"Pipeline": [("Opp ID", "Customer No", "Stage", "Opened", "Amount (USD)"), *(
        (f"O{n}", f"{n % 30:05d}", "Won" if n % 2 else "Lost", f"2026-01-{1 + n % 28:02d}", n) for n in range(90))],
        "Customers": [("Customer No", "Industry"), *((f"{n:05d}", "a" if n % 2 else "b") for n in range(30))]}
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "pack.xlsx")
    proposal = propose(tmp_path, "Acme")
    settings = tomllib.loads(proposal.text)
    assert {name: said["sheet"] for name, said in settings["sources"].items()} == {
        "pipeline": "Pipeline", "customers": "Customers"}
    assert settings["market"]["currency"] == "USD"
    assert loaded(proposal)[1].tables == ("account", "opportunity")


@pytest.mark.parametrize("codes", [("USD",), ("USD", "USD", "CHF")])
def test_the_currency_is_that_of_most_rows(tmp_path, codes):
    written(tmp_path, "deals.csv", "Deal ID;Customer No;Status;Amount;Currency;Created",
            [(f"D{n}", f"K{n % 30}", "won" if n % 2 else "lost", n, codes[n % len(codes)], f"2026-01-{1 + n % 28:02d}")
             for n in range(90)])
    proposal = propose(tmp_path, "Acme")
    assert tomllib.loads(proposal.text)["market"]["currency"] == "USD"
    assert any(said.startswith("currency = USD: most rows of deals say so") for said in proposal.guessed)
    assert ("; rows in CHF need rates" in proposal.guessed[0]) == (len(codes) > 1)


def test_dates_cut_by_points_are_day_first_and_that_is_said(tmp_path):
    written(tmp_path, "orders.csv", "Order No;Customer No;Order Date;Amount",
            [(f"A{n}", f"K{n % 30}", f"{1 + n % 9:02d}.02.2026", "10,50") for n in range(90)])
    proposal = propose(tmp_path, "Acme")
    assert "orders writes the day first: its dates are cut by points." in proposal.guessed
    con, _ = loaded(proposal)
    assert con.execute("select distinct month(ordered_at) from order_line").fetchall() == [(2,)]


def test_dates_cut_by_strokes_stay_in_doubt_and_heads_without_a_sure_date_are_not_joined(tmp_path):
    written(tmp_path, "heads.csv", "Order No;Customer No;Order Date",
            [(f"A{n}", f"K{n % 30}", f"{1 + n % 9:02d}/02/2026") for n in range(90)])
    written(tmp_path, "lines.csv", "Order No;SKU;Quantity;Unit Price", [(f"A{n % 90}", "P", 1, 9) for n in range(180)])
    written(tmp_path, "clients.csv", "Customer No;Region", [(f"K{n}", "N" if n % 2 else "S") for n in range(30)])
    unsure = propose(tmp_path, "Acme").unsure
    assert any("no column of heads tells surely when an order was placed" in said for said in unsure)


def test_rows_that_say_that_they_are_no_sale_are_left_out_and_other_kinds_are_named(tmp_path):
    states = ["Sales Order", "Cancelled", "Quotation", ""]
    written(tmp_path, "orders.csv", "Order No;Customer No;Order Date;Amount;Status;Belegart;Is Deleted",
            [(f"A{n}", f"K{n % 30}", f"2026-02-{1 + n % 20:02d}", 10, states[n % 4], "TA" if n % 3 else "AG",
              "true" if n == 0 else "false") for n in range(120)])
    proposal = propose(tmp_path, "Acme")
    con, result = loaded(proposal)
    assert con.execute("select count(*) from order_line").fetchall() == [(59,)]
    assert result.health[0].left_out == 61
    assert any("rows whose Status is 'cancelled', 'quotation' are left out" in said for said in proposal.unsure)
    assert any("""where = '''lower("Belegart") <> 'ag''''""" in said for said in proposal.unsure)


def test_amounts_with_the_code_or_the_sign_of_a_currency_are_read_and_give_the_currency(tmp_path):
    rows = [(f"D{n}", f"K{n % 30}", "won" if n % 2 else "lost", f"USD {n * 1000 + 0.5:,.2f}",
             f"2026-01-{1 + n % 28:02d}") for n in range(90)]
    written(tmp_path, "deals.csv", "Deal ID;Customer No;Status;Amount;Created", rows)
    proposal = propose(tmp_path, "Acme")
    assert proposal.guessed[0] == "currency = USD: most rows of deals say so in 'Amount'."
    assert loaded(proposal)[0].execute("select sum(amount) from opportunity").fetchall() == [(400_504_500,)]
    written(tmp_path, "deals.csv", "Deal ID;Customer No;Status;Amount;Created",
            [(*row[:3], row[3].replace("USD ", "£"), row[4]) for row in rows])
    proposal = propose(tmp_path, "Acme")
    assert "currency = GBP: the amounts of deals in 'Amount' are written with its sign." in proposal.guessed
    assert loaded(proposal)[0].execute("select sum(amount) from opportunity").fetchall() == [(400_504_500,)]


def test_what_scores_rest_on_and_no_column_tells_is_said(tmp_path):
    written(tmp_path, "deals.csv", "Deal ID;Status;Created;Organisation Type",
            [(f"D{n}", "won" if n % 2 else "lost", f"2026-01-{1 + n % 28:02d}", f"type {n % 8}") for n in range(90)])
    assert ("deals: no column was recognised for opportunity: account_id (who would buy), amount (its value), "
            "closed_at (when it was decided).") in propose(tmp_path, "Acme").unsure


def test_a_file_whose_rows_others_call_customers_lists_accounts(tmp_path):
    written(tmp_path, "res.csv", "Ref;Display;Tags", [(n, f"Azure {n}", "a" if n % 2 else "b") for n in range(40)])
    written(tmp_path, "orders.csv", "Order No;Customer;Order Date;Lines/Subtotal",
            [(f"A{n}", f"Azure {n % 40}", f"2026-02-{1 + n % 20:02d}", 10) for n in range(120)])
    proposal = propose(tmp_path, "Acme")
    assert tomllib.loads(proposal.text)["sources"]["res"]["account"]["account_id"] == "Display"
    assert loaded(proposal)[0].execute("select sum(amount) from order_line").fetchall() == [(120_000,)]


def test_a_folder_of_which_nothing_is_recognised_says_why_of_each_file(tmp_path):
    written(tmp_path, "notes.csv", "a;b", [("some", "words"), ("other", "words")])
    (tmp_path / "nothing.csv").write_text("")
    with pytest.raises(SourceMissing) as raised:
        propose(tmp_path, "Acme")
    assert "nothing.csv was not used." in raised.value.found
    assert "notes: no customer table was recognised in its columns" in raised.value.found


def test_what_describes_a_buyer_names_none(tmp_path):
    written(tmp_path, "campaigns.csv", "Campaign Id;Theme", [(n, f"theme {n % 3}") for n in range(1, 28)])
    written(tmp_path, "orders.csv", "Order No;Household Id;Order Date;Amount;Household Size;Organisation Type",
            [(f"A{n}", f"H{n % 40}", f"2026-02-{1 + n % 20:02d}", 10, 1 + n % 5, f"kind {n % 7}") for n in range(120)])
    sources = tomllib.loads(propose(tmp_path, "Acme").text)["sources"]
    assert sources.keys() == {"orders"}
    assert sources["orders"]["order_line"]["account_id"] == "Household Id"
    assert sources["orders"]["order_line"]["dimensions"].keys() >= {"household_size", "organisation_type"}


def test_a_file_that_fills_nothing_but_whose_rows_others_name_is_pointed_out(tmp_path):
    deals(tmp_path)
    written(tmp_path, "plants.csv", "Plant Code;Town", [(f"W{n:03d}", f"town {n % 4}") for n in range(20)])
    written(tmp_path, "all-deals.csv", "Record ID;Deal Stage;Amount;Create Date;Plant Code",
            [(9000 + n, "Won" if n % 2 else "Lost", n, f"2026-01-{1 + n % 28:02d}", f"W{n % 20:03d}")
             for n in range(300)])
    assert any(said.startswith("plants: each Plant Code stands once in it, and Plant Code of all_deals names them")
               and "[sources.all_deals.join.plants]" in said for said in propose(tmp_path, "Acme").unsure)


def sales(start: int, end: int) -> list[tuple]:
    return [(f"A{n}", f"K{n % 30}", f"2026-02-{1 + n % 20:02d}", n) for n in range(start, end)]


def test_opportunities_in_a_file_for_each_year_are_opportunities_and_no_steps(tmp_path):
    for year, first in ((2024, 0), (2025, 80)):
        written(tmp_path, f"opps_{year}.csv", "Deal ID;Customer No;Status;Amount;Created",
                [(f"D{n}", f"K{n % 30}", "won" if n % 2 else "lost", n, f"{year}-01-{1 + n % 28:02d}")
                 for n in range(first, first + 80 + first // 4)])
    con, _ = loaded(propose(tmp_path, "Acme"))
    assert con.execute("select count(*), sum(amount) from opportunity").fetchall() == [(180, 1_611_000)]


def test_a_copy_of_a_file_is_not_used_and_rows_in_two_files_are_told(tmp_path):
    header = "Order No;Customer No;Order Date;Amount"
    written(tmp_path, "orders.csv", header, sales(0, 100))
    written(tmp_path, "orders (1).csv", header, sales(0, 100))
    written(tmp_path, "orders_march.csv", header, sales(90, 150))
    proposal = propose(tmp_path, "Acme")
    assert tomllib.loads(proposal.text)["sources"].keys() == {"orders", "orders_march"}
    assert "orders_1: a copy of orders; only that one is used." in proposal.unsure
    assert any(said.startswith("orders_march: 10 of its 60 rows stand word for word in orders too")
               for said in proposal.unsure)

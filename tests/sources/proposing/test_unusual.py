"""Exports of shapes that few programs write: what is proposed for them counts what they hold, and nothing else."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from marketsofone.engine import open_engine
from marketsofone.sources import load_sources, sources_from
from marketsofone.sources.proposing.proposal import propose

STAGES = ("Closed Won", "Closed Lost", "Proposal")


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def lines(header: str, rows) -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def loaded(text: str):
    engine, settings = open_engine(), tomllib.loads(text)
    load_sources(engine, sources_from(settings["sources"], Path()), currency=settings["market"]["currency"],
                 time_zone="UTC")
    return engine


def one_value(engine, query: str):
    return engine.con.execute(query).fetchall()[0][0]


def deals(rows=120):
    return lines("Deal ID,Customer ID,Created,Closed,Result,Value", (
        (n, n % 50 + 1, f"2025-01-{n % 28 + 1:02d}", f"2025-02-{n % 28 + 1:02d}", ("Won", "Lost")[n % 2], 100 + n)
        for n in range(1, rows + 1)))


def test_numbers_of_customers_are_no_numbers_of_deals_or_invoices(tmp_path):
    invoices = lines("Invoice No,Customer ID,Invoice Date,Product,Quantity,Amount", (
        (n, n % 50 + 1, f"2025-03-{n % 28 + 1:02d}", f"P{n % 4}", 2, 10) for n in range(1, 201)))
    customers = lines("Customer ID,Sector", ((n, "ab"[n % 2]) for n in range(1, 51)))
    engine = loaded(propose(written(tmp_path, deals=deals(), invoices=invoices, customers=customers), "Acme").text)
    assert one_value(engine, "select count(*) from order_line") == 200
    assert one_value(engine, "select count(*) from account") == 50


def test_dates_that_are_counted_in_days_or_milliseconds_are_read(tmp_path):
    invoices = lines("Invoice No,Customer ID,Invoice Date,Amount", (
        (n, f"{n % 50 + 1}.0", 45_658 + n % 60, 10) for n in range(1, 201)))
    opened = lines("dealId,customerId,createdAt,status,value", (
        (n, n % 50 + 1, 1_735_689_600_000 + n * 86_400_000, ("won", "lost")[n % 2], 10) for n in range(1, 101)))
    customers = lines("Customer ID,Sector", ((n, "ab"[n % 2]) for n in range(1, 51)))
    engine = loaded(propose(written(tmp_path, deals=opened, invoices=invoices, customers=customers), "Acme").text)
    assert str(one_value(engine, "select min(ordered_at) from order_line")) == "2025-01-01 00:00:00"
    assert str(one_value(engine, "select min(opened_at) from opportunity")) == "2025-01-02 00:00:00"


def test_a_customer_number_with_a_decimal_zero_names_the_same_customer(tmp_path):
    invoices = lines("Invoice No,Customer ID,Invoice Date,Amount", (
        (n, f"{n % 50 + 1}.0", f"2025-03-{n % 28 + 1:02d}", 10) for n in range(1, 201)))
    engine = loaded(propose(written(tmp_path, deals=deals(), invoices=invoices), "Acme").text)
    assert one_value(engine, "select count(*) from account") == 50


def changes(last=STAGES):
    rows = [(n, stage, f"2025-03-{day:02d}") for n in range(1, 91)
            for day, stage in ((1, "New"), (n % 20 + 2, last[n % 3]))]
    return lines("deal_id,stage,changed_at", rows)


def heads(more="", value=""):
    return lines(f"deal_id,customer_id,created_at,amount{more}", (
        (f"{n},{n % 30},2025-02-{n % 28 + 1:02d},{100 + n}{value}",) for n in range(1, 91)))


def test_the_last_change_of_a_deal_says_how_it_ended(tmp_path):
    proposal = propose(written(tmp_path, deals=heads(), stage_history=changes()), "Acme")
    engine = loaded(proposal.text)
    told = engine.con.execute("select outcome, count(*), count(closed_at), sum(amount) from opportunity group by 1 "
                              "order by 1").fetchall()
    amounts = [sum(10_000 + 100 * n for n in range(1, 91) if n % 3 == rest) for rest in (1, 2, 0)]
    assert told == [("lost", 30, 30, amounts[0]), ("open", 30, 0, amounts[1]), ("won", 30, 30, amounts[2])]
    assert "order_line" not in engine.list_tables()


def test_changes_of_deals_that_say_themselves_how_they_ended_are_not_counted(tmp_path):
    ended = heads(",status", ",won").replace("won\n", "lost\n", 40)
    proposal = propose(written(tmp_path, deals=ended, stage_history=changes()), "Acme")
    assert one_value(loaded(proposal.text), "select count(*) from opportunity") == 90
    assert any("stage_history: its rows tell of what deals lists" in sentence for sentence in proposal.unsure)


def test_who_objects_stands_in_no_list_of_customers(tmp_path):
    customers = lines("Customer ID,Sector", ((n, "ab"[n % 2]) for n in range(1, 51)))
    objections = lines("Customer ID,Date", ((n, "2025-01-05") for n in range(1, 9)))
    engine = loaded(propose(written(tmp_path, deals=deals(), customers=customers, objections=objections), "Acme").text)
    assert one_value(engine, "select count(*) from objection where about = 'account'") == 8


def test_what_buyers_said_against_offers_takes_nobody_off_the_lists(tmp_path):
    """A list by customer is taken for a no to profiling, and that is told."""
    said = lines("Deal ID,Customer ID,Objection,Date", (
        (n, n % 50 + 1, ("too dear", "no budget")[n % 2], "2025-01-05") for n in range(1, 90)))
    customers = lines("Customer ID,Sector", ((n, "ab"[n % 2]) for n in range(1, 51)))
    proposal = propose(written(tmp_path, deals=deals(), customers=customers, objections=said), "Acme")
    assert "objection" not in {table for source in tomllib.loads(proposal.text)["sources"].values() for table in source}
    assert any("map it as objection" in sentence for sentence in proposal.unsure)
    written(tmp_path, objections=lines("Customer ID,Objection", ((n, "too dear") for n in range(1, 9))))
    assert any("neither scored nor ranked" in each for each in propose(tmp_path, "Acme").unsure)


def test_a_list_of_objections_that_cannot_be_mapped_is_told_to_be_one(tmp_path):
    objections = lines("who,when", ((f"someone {n}", "2025-01-05") for n in range(1, 9)))
    proposal = propose(written(tmp_path, deals=deals(), objections=objections), "Acme")
    assert any("map it as objection before you run" in sentence for sentence in proposal.unsure)


def test_rivals_met_and_wishes_are_recognised(tmp_path):
    met = lines("Deal ID,Competitor", ((n, "XY"[n % 2]) for n in range(1, 100)))
    wishes = lines("Customer ID,Theme,Asked on", ((n, ("speed", "price")[n % 2], "2025-01-05") for n in range(1, 40)))
    customers = lines("Customer ID,Sector", ((n, "ab"[n % 2]) for n in range(1, 51)))
    folder = written(tmp_path, deals=deals(), competitors_met=met, wishes=wishes, customers=customers)
    engine = loaded(propose(folder, "Acme").text)
    assert one_value(engine, "select count(*) from rival_met") == 99
    assert one_value(engine, "select count(*) from wish where kind = 'need' and theme = 'speed'") == 19


def test_a_column_of_ticks_tells_who_answered_and_hours_are_minutes(tmp_path):
    calls = lines("activity id,Customer ID,date,type,direction,hours,replied", (
        (n, n % 50 + 1, f"2025-01-{n % 28 + 1:02d}", "call", "outbound", 0.5 * (n % 3 + 1), "x" if n % 4 else "")
        for n in range(1, 101)))
    engine = loaded(propose(written(tmp_path, deals=deals(), activities=calls), "Acme").text)
    assert one_value(engine, "select count(*) from touch where answered") == 75
    assert one_value(engine, "select count(*) from touch where not answered") == 25
    assert one_value(engine, "select sum(minutes) from touch") == sum(30 * (n % 3 + 1) for n in range(1, 101))


def test_amounts_with_a_currency_behind_and_a_decimal_comma_are_read(tmp_path):
    rows = "\n".join(f"V{n:03d};K{n % 9};{n % 28 + 1:02d}.03.25;{('gewonnen', 'verloren')[n % 2]};1.{n:03d},50 EUR"
                     for n in range(100, 180))
    (tmp_path / "vorgaenge.txt").write_text(f"Vorgangsnr;Kundennr.;Angelegt;Status;Auftragswert\n{rows}\n")
    proposal = propose(tmp_path, "Acme")
    engine = loaded(proposal.text)
    assert one_value(engine, "select sum(amount) from opportunity") == sum(100_050 + 100 * n for n in range(100, 180))
    assert tomllib.loads(proposal.text)["sources"]["vorgaenge"]["opportunity"]["opportunity_id"] == "Vorgangsnr"


def test_what_a_campaign_sent_is_touches_of_the_accounts_and_its_arms_are_arms(tmp_path):
    customers = lines("Customer ID,Sector", ((n, "ab"[n % 2]) for n in range(1, 51)))
    sent = lines("Customer ID,Campaign,Sent At,Arm,Responded", (
        (n, "spring", "2025-03-01", "AB"[n % 2], "yes" if n % 5 == 0 else "") for n in range(1, 51)))
    folder = written(tmp_path, deals=deals(), customers=customers, members=sent)
    engine = loaded(propose(folder, "Acme").text)
    told = "select arm, count(*), count_if(answered) from touch group by 1 order by 1"
    assert engine.con.execute(told).fetchall() == [("A", 25, 5), ("B", 25, 5)]


def test_a_column_that_two_files_have_is_named_after_its_table_in_one(tmp_path):
    customers = lines("Customer ID,Sector", ((n, "ab"[n % 2]) for n in range(1, 51)))
    sold = deals().replace("Value\n", "Value,Sector\n", 1)
    sold = "\n".join(line + ("" if line.endswith("Sector") else ",a" if n % 2 else ",b")
                     for n, line in enumerate(sold.splitlines()))
    sources = tomllib.loads(propose(written(tmp_path, deals=sold, customers=customers), "Acme").text)["sources"]
    assert set(sources["customers"]["account"]["dimensions"]) == {"sector"}
    assert set(sources["deals"]["opportunity"]["dimensions"]) == {"opportunity_sector"}


def test_a_column_named_after_its_table_takes_no_name_that_another_has(tmp_path):
    opened = deals().splitlines()
    bought = "\n".join([f"{opened[0]},Size,Opportunity Size", *(
        f"{line},{'xyz'[n % 3]},{'uv'[n % 2]}" for n, line in enumerate(opened[1:]))])
    for more in ("", ",Opportunity Size"):
        customers = lines(f"Customer ID,Size{more}", (
            (n, "ab"[n % 2], *("cd"[n % 2] for _one in more[:1])) for n in range(1, 51)))
        mapped = propose(written(tmp_path, deals=bought, customers=customers), "Acme").text
        sources_from(tomllib.loads(mapped)["sources"], Path())
        opportunity = tomllib.loads(mapped)["sources"]["deals"]["opportunity"]["dimensions"]
        assert {each["from"] for each in opportunity.values()} >= {"Size", "Opportunity Size"}
        loaded(mapped)


def test_months_as_columns_are_sales_and_no_traits(tmp_path):
    months = ",".join(f"2025-{month:02d}" for month in range(1, 13))
    sold = lines(f"Customer ID,Sector,{months}", (
        (n, "ab"[n % 2], *(n * month for month in range(1, 13))) for n in range(1, 51)))
    proposal = propose(written(tmp_path, deals=deals(), revenue=sold), "Acme")
    sources = tomllib.loads(proposal.text)["sources"]
    assert sources["revenue_months"]["across"] == "month"
    assert one_value(loaded(proposal.text), "select sum(amount) from order_line") == 50 * 51 // 2 * 78 * 100
    account = sources["revenue"]["account"]
    assert "traits" not in account
    assert set(account["dimensions"]) == {"sector"}


def test_databases_of_the_folder_are_looked_at(tmp_path):
    import sqlite3

    written(tmp_path, deals=deals())
    with sqlite3.connect(tmp_path / "erp.sqlite") as con:
        con.execute('create table "sales 2025" ("Invoice No" int, "Customer ID" int, "Invoice Date" text, Amount real)')
        con.executemany('insert into "sales 2025" values (?, ?, ?, ?)',
                        [(n, n % 50 + 1, "2025-03-05", 10.0) for n in range(80)])
    con.close()
    (tmp_path / "notes.db").write_text("no database")
    proposal = propose(tmp_path, "Acme", databases=True)
    assert one_value(loaded(proposal.text), "select count(*) from order_line") == 80
    assert any("notes.db was not used" in sentence for sentence in proposal.unsure)


def test_a_database_of_a_strange_name_is_read_and_nothing_is_written_beside_it(tmp_path):
    import sqlite3

    with sqlite3.connect(tmp_path / "crm.db") as con:
        con.execute("create table deals (deal_id text, account_id text, outcome text)")
        con.executemany("insert into deals values (?, ?, ?)",
                        [(f"D{n}", f"A{n % 9}", ("won", "lost")[n % 2]) for n in range(80)])
        con.execute('create view "gone\nWrote /etc/passwd" as select * from lost')
    con.close()
    (tmp_path / "crm.db").rename(tmp_path / "crm?x#%41.db")
    proposal = propose(tmp_path, "Acme", databases=True)
    assert one_value(loaded(proposal.text), "select count(*) from opportunity") == 80
    assert any(each.startswith("gone Wrote") for each in proposal.unsure)
    assert not any("\n" in each for each in proposal.unsure)
    assert [path.name for path in tmp_path.iterdir()] == ["crm?x#%41.db"]


def test_french_exports_are_understood(tmp_path):
    ends = ("Gagnée", "Perdue", "En cours")
    rows = "\n".join(f"{n};{n % 9};{n % 28 + 1:02d}/03/2025;{ends[n % 3]};1\u202f{n:03d},50\u00a0€"
                     for n in range(100, 190))
    (tmp_path / "affaires.csv").write_text(f"N° affaire;N° client;Date de création;Statut;Montant HT\n{rows}\n")
    engine = loaded(propose(tmp_path, "Acme").text)
    assert one_value(engine, "select sum(amount) from opportunity where outcome = 'won'") == sum(
        100_050 + 100 * n for n in range(100, 190) if n % 3 == 0)


def test_several_rivals_in_one_cell_are_told(tmp_path):
    met = ("North", "South", "North;South", "East;North")
    sold = deals().replace("Value\n", "Value,Competitor\n", 1)
    sold = "\n".join(line + ("" if not n else f",{met[n % 4]}") for n, line in enumerate(sold.splitlines()))
    unsure = propose(written(tmp_path, deals=sold), "Acme").unsure
    assert any("Competitor holds several at once, cut by semicolons (2 of its 4 values)" in one for one in unsure)


def test_a_history_with_numbers_of_its_own_does_not_count_its_deals_again(tmp_path):
    sold = lines("Id,AccountId,StageName,CreatedDate,Amount", (
        (f"006{n:05d}A", f"001{n % 30:05d}A", STAGES[n % 3], "2025-01-05", 100) for n in range(90)))
    past = lines("Id,OpportunityId,StageName,CreatedDate", (
        (f"008{n:02d}{step:03d}A", f"006{n:05d}A", stage, f"2025-02-{step + 1:02d}")
        for n in range(90) for step, stage in enumerate(("Proposal", STAGES[n % 3]))))
    engine = loaded(propose(written(tmp_path, Opportunity=sold, OpportunityHistory=past), "Acme").text)
    assert engine.con.execute("select outcome, count(*) from opportunity group by 1 order by 1").fetchall() == [
        ("lost", 30), ("open", 30), ("won", 30)]


def test_opportunities_that_name_their_leads_are_no_history_of_them(tmp_path):
    leads = lines("Lead ID,Company,Created Date,Converted", (
        (f"L{n:03d}", f"C{n}", "2025-01-02", int(n < 40)) for n in range(80)))
    sold = lines("Opportunity ID,Lead ID,Stage,Created Date,Amount", (
        (f"P{n:03d}", f"L{n % 40:03d}", STAGES[n % 3], "2025-01-05", 100) for n in range(120)))
    engine = loaded(propose(written(tmp_path, leads=leads, opportunities=sold), "Acme").text)
    assert one_value(engine, "select count(*) from opportunity where outcome = 'won'") == 40


def test_a_column_called_won_tells_the_outcome_where_some_rows_leave_it_open(tmp_path):
    quotes = lines("Quote Number,Client,Quote Date,Decision Date,Won?,Quote Value (USD)", (
        (f"Q{n:03d}", f"C{n % 20}", f"2025-01-{n % 28 + 1:02d}", f"2025-02-{n % 28 + 1:02d}",
         ("Yes", "No", "")[n % 3], n) for n in range(90)))
    engine = loaded(propose(written(tmp_path, quotes=quotes), "Acme").text)
    told = "select outcome, count(*), count(opened_at), sum(amount) from opportunity group by 1 order by 1"
    sums = [sum(100 * n for n in range(90) if n % 3 == rest) for rest in (1, 2, 0)]
    assert engine.con.execute(told).fetchall() == [("lost", 30, 30, sums[0]), ("open", 30, 30, sums[1]),
                                                   ("won", 30, 30, sums[2])]


def test_opportunities_that_say_why_they_were_lost_are_lost_where_no_stage_says_so(tmp_path):
    leads = lines("Opportunity,Customer,Stage,Expected Revenue,Created on,Lost Reason", (
        (f"Lead {n}", f"C{n % 20}", ("Won", "Qualified", "Qualified")[n % 3], n, f"2025-01-{n % 28 + 1:02d}",
         "Price" if n % 3 == 1 else "") for n in range(90)))
    engine = loaded(propose(written(tmp_path, leads=leads), "Acme").text)
    assert engine.con.execute("select outcome, count(*) from opportunity group by 1 order by 1").fetchall() == [
        ("lost", 30), ("open", 30), ("won", 30)]


@pytest.mark.parametrize(("stages", "said"), [(("Won", "Dead", "Demo"), True), (("Won", "Lost", "Demo"), False)])
def test_it_is_told_where_nothing_says_what_was_lost(tmp_path, stages, said):
    rows = lines("Deal,Company,Stage,Value,Created", (
        (f"D{n}", f"C{n % 20}", stages[n % 3], n, f"2025-01-{n % 28 + 1:02d}") for n in range(90)))
    proposal = propose(written(tmp_path, deals=rows), "Acme")
    assert any("nothing says what was lost" in one for one in proposal.unsure) is said


def test_offers_for_a_deal_do_not_count_it_again(tmp_path):
    offers = lines("Quote ID,Deal ID,Status,Created", (
        (f"Q{n}", n % 120 + 1, ("Accepted", "Rejected")[n % 2], "2025-01-05") for n in range(200)))
    engine = loaded(propose(written(tmp_path, deals=deals(), quotes=offers), "Acme").text)
    assert one_value(engine, "select count(*) from opportunity") == 120


def test_contacts_and_products_of_deals_are_kept_where_each_row_repeats_the_stage(tmp_path):
    calls = lines("Call ID,Deal ID,Direction,Date,Deal Stage", (
        (f"C{n}", n % 120 + 1, ("inbound", "outbound")[n % 2], "2025-01-05", STAGES[n % 3]) for n in range(400)))
    sold = lines("Deal ID,Product,Quantity,Amount,Stage", (
        (n % 120 + 1, f"P{n % 4}", 2, 10 + n, STAGES[n % 3]) for n in range(300)))
    customers = lines("Customer ID,Sector", ((n, "ab"[n % 2]) for n in range(1, 51)))
    engine = loaded(propose(written(tmp_path, deals=deals(), customers=customers, calls=calls, deal_lines=sold),
                            "Acme").text)
    assert [one_value(engine, f"select count(*) from {table}") for table in ("opportunity", "touch",
                                                                             "opportunity_line")] == [120, 400, 300]


def test_words_that_begin_like_months_or_are_french_too_stay_what_they_are(tmp_path):
    names = ("margin_10", "margin_20", "Marketing 21", "decile_10")
    customers = lines(f"Customer ID,Sector,Commercial Terms,Reference Customer,{','.join(names)}", (
        (n, "ab"[n % 2], ("net 30", "net 60")[n % 2], ("yes", "no")[n % 3 // 2], *(n * k for k in (3, 5, 7, 11)))
        for n in range(1, 51)))
    mapped = tomllib.loads(propose(written(tmp_path, deals=deals(), customers=customers), "Acme").text)
    account = mapped["sources"]["customers"]["account"]
    assert "rep_id" not in account
    assert {"commercial_terms", "reference_customer"} <= set(account["dimensions"])
    assert len(account["traits"]) == len(names)


def test_neither_a_telephone_number_nor_what_was_paid_is_the_number_of_a_deal(tmp_path):
    sold = lines("Phone number,Amount paid,Vorgangsnr.,Customer ID,Result", (
        (f"+49 30 {n}", 1000.5 + n, f"V-{n}", n % 50 + 1, ("Won", "Lost")[n % 2]) for n in range(90)))
    for column, key in (("", "Vorgangsnr."), ("Vorgangsnr.", "source_row")):
        mapped = propose(written(tmp_path, deals=sold.replace(column or "?", "Remark")), "Acme").text
        assert tomllib.loads(mapped)["sources"]["deals"]["opportunity"]["opportunity_id"] == key


def test_columns_called_by_what_happened_on_a_day_are_its_dates(tmp_path):
    made = written(
        tmp_path,
        deals=lines("deal_id,account_id,opened_on,closed_on,outcome,amount", (
            (f"D{n}", f"A{n % 50}", f"2025-01-{n % 28 + 1:02d}", f"2025-02-{n % 28 + 1:02d}", ("won", "lost")[n % 2],
             100 + n) for n in range(120))),
        touches=lines("touch_id,account_id,happened_on,channel,answered", (
            (f"T{n}", f"A{n % 50}", f"2025-01-{n % 28 + 1:02d}", "call", ("yes", "no")[n % 2]) for n in range(200))),
        sales=lines("order_id,account_id,ordered_on,quantity,amount", (
            (f"O{n}", f"A{n % 50}", f"2025-03-{n % 28 + 1:02d}", 2, 10) for n in range(200))))
    sources = tomllib.loads(propose(made, "Acme").text)["sources"]
    assert sources["deals"]["opportunity"]["opened_at"] == "opened_on"
    assert sources["touches"]["touch"]["happened_at"] == "happened_on"
    assert sources["sales"]["order_line"]["ordered_at"] == "ordered_on"


def test_a_column_called_code_or_v_does_not_hide_what_others_hold(tmp_path):
    invoices = lines("Invoice No,Code,v,Invoice Date,Amount", (
        (n, f"C{n % 50 + 1}", "xyz"[n % 3], f"2025-03-{n % 28 + 1:02d}", f"EUR {n}.50") for n in range(1, 201)))
    customers = lines("Customer,sign,Sector", ((f"C{n}", n, "ab"[n % 2]) for n in range(1, 51)))
    engine = loaded(propose(written(tmp_path, invoices=invoices, customers=customers), "Acme").text)
    assert one_value(engine, "select sum(amount) from order_line") == sum(100 * n + 50 for n in range(1, 201))


def with_commas(key, amount=lambda n: f"{n},50"):
    return "\n".join(["Vorgangsnr;Kundennr;Version;Angelegt;Status;Auftragswert;Menge", *(
        f"{n};{key(n)};{('9.0', '9.1', '10a')[n % 3]};{n % 28 + 1:02d}.03.2025;{('gewonnen', 'verloren')[n % 2]};"
        f"{amount(n)};{n}" for n in range(100, 180))]) + "\n"


@pytest.mark.parametrize("key", [lambda n: f"{n % 9}.0", lambda n: ("9.0", "A-10", "B-12")[n % 3]])
@pytest.mark.parametrize(("amount", "cents"), [(lambda n: f"{n},50", 50), (lambda n: f"1.{n}", 100_000)])
def test_keys_and_versions_with_a_point_do_not_hide_a_decimal_comma(tmp_path, key, amount, cents):
    engine = loaded(propose(written(tmp_path, chancen=with_commas(key, amount)), "Acme").text)
    expected = sum(100 * n + 50 if cents == 50 else 100 * (1000 + n) for n in range(100, 180))
    assert one_value(engine, "select sum(amount) from opportunity") == expected


def test_numbers_with_a_decimal_point_beside_texts_with_commas_keep_their_point(tmp_path):
    rows = "\n".join(f"{n};K{n % 9};3,4 und 5,6;2025-03-{n % 28 + 1:02d};{('won', 'lost')[n % 2]};{n}.50"
                     for n in range(100, 180))
    text = f"Deal ID;Customer;Masse;Created;Status;Value\n{rows}\n"
    engine = loaded(propose(written(tmp_path, deals=text), "A").text)
    assert one_value(engine, "select sum(amount) from opportunity") == sum(100 * n + 50 for n in range(100, 180))

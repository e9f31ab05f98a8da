"""Exports in which rows repeat what is true of a whole: a total in each line of an order, a deal once a contact."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from tests.sources.proposing.test_unusual import lines, loaded, one_value, written

from marketsofone.sources.proposing.proposal import propose

DEAL = "Opportunity ID,Account ID,Stage,Amount,Created Date,Close Date"
STAGES = ("Closed Won", "Closed Lost", "Proposal")


def orders(more: str = "", values=lambda quantity, price: (), heading="Order Total"):
    """Orders of one to three lines, each with the total of its order; and what all orders are worth, in cents."""
    rows, worth = [], 0
    for n in range(90):
        sold = [(k + n % 4 + 1, 250 + 13 * n + k) for k in range(1 + n % 3)]
        total = sum(quantity * price for quantity, price in sold)
        worth += total
        head = (4_000 + n, f"C{n % 30}", f"2025-{n % 12 + 1:02d}-{n % 28 + 1:02d}", f"P{n % 7}")
        rows += [(*head, quantity, price / 100, *values(quantity, price), total / 100) for quantity, price in sold]
    return lines(f"Order ID,Customer ID,Order Date,SKU,Quantity,Unit Price,{more}{heading}", rows), worth


@pytest.mark.parametrize("heading", ["Order Total", "Total", "Net amount"])
def test_the_total_of_an_order_that_each_of_its_lines_repeats_counts_once(tmp_path, heading):
    text, worth = orders(heading=heading)
    proposal = propose(written(tmp_path, orders=text), "Acme")
    assert one_value(loaded(proposal.text), "select sum(amount) from order_line") == worth
    assert any(f"{heading} is the same in all rows of each Order ID" in one for one in proposal.guessed)


def test_the_column_that_adds_up_to_the_total_of_an_order_is_what_a_line_is_worth(tmp_path):
    text, worth = orders("Ext.,", lambda quantity, price: (quantity * price / 100,))
    engine = loaded(propose(written(tmp_path, orders=text), "Acme").text)
    assert one_value(engine, "select sum(amount) from order_line") == worth


def test_instalments_of_an_invoice_count_and_not_the_invoice_with_each(tmp_path):
    rows = lines("Invoice No,Customer ID,Invoice Date,Due Date,Rate,Invoice Amount", (
        (f"RE-{n}", f"C{n % 20}", f"2025-03-{n % 28 + 1:02d}", f"2026-0{k + 1}-15", 100 + n, 3 * (100 + n))
        for n in range(60) for k in range(3)))
    engine = loaded(propose(written(tmp_path, invoices=rows), "Acme").text)
    assert one_value(engine, "select sum(amount) from order_line") == 100 * sum(3 * (100 + n) for n in range(60))


def test_a_total_that_lines_repeat_and_nothing_adds_up_to_is_told(tmp_path):
    rows = lines("Invoice No,Customer ID,Invoice Date,Remark,Invoice Amount", (
        (f"RE-{n}", f"C{n % 20}", f"2025-03-{n % 28 + 1:02d}", f"box {k}", 100 + n)
        for n in range(60) for k in range(2)))
    proposal = propose(written(tmp_path, invoices=rows), "Acme")
    assert any("Invoice Amount is the same in all rows of each Invoice No" in one for one in proposal.unsure)


def test_lines_exported_twice_do_not_turn_amounts_into_prices(tmp_path):
    rows = [(n, f"C{n % 20}", f"2025-03-{n % 28 + 1:02d}", 2, 100, 180 + n) for n in range(100)]
    text = lines("Invoice No,Customer ID,Invoice Date,Quantity,Unit Price,Amount", [*rows, *rows[:4]])
    engine = loaded(propose(written(tmp_path, invoices=text), "Acme").text)
    assert one_value(engine, "select sum(amount) from order_line") == 100 * sum(row[-1] for row in [*rows, *rows[:4]])


def deals(rows_of, key="006{:012d}"):
    """Deals, each in as many rows as `rows_of` gives remarks for it."""
    return [(key.format(n), f"C{n % 40}", STAGES[n % 3], 1_000 + n, f"2025-{n % 12 + 1:02d}-05",
             f"2025-{n % 12 + 1:02d}-25", *more) for n in range(120) for more in rows_of(n)]


WON = [(40, 100 * sum(1_000 + n for n in range(0, 120, 3)))]
WINS = "select count(*), sum(amount) from opportunity where outcome = 'won'"


@pytest.mark.parametrize("key", ["006{:012d}", "Deal for {}"])
def test_a_deal_that_stands_once_for_each_of_its_contacts_is_one_deal(tmp_path, key):
    rows = deals(lambda n: [(f"P{n}-{k}", "User") for k in range(1 + n // 3 % 3)], key)
    text = lines(f"{DEAL},Contact ID,Role", rows)
    if "Deal" in key:
        text = text.replace("Opportunity ID", "Opportunity Name")
    proposal = propose(written(tmp_path, opportunities=text), "Acme")
    engine = loaded(proposal.text)
    assert engine.con.execute(WINS).fetchall() == WON
    assert one_value(engine, "select count(contact_id) from opportunity") == 0
    assert any("nothing tells who decides" in one for one in proposal.unsure)


def test_a_deal_that_stands_once_for_each_of_its_products_is_one_deal_with_lines(tmp_path):
    text = lines(f"{DEAL},Product,Quantity,Total Price", deals(
        lambda n: [(f"P{k}", 1, (1_000 + n) / 4) for k in range(4)]))
    engine = loaded(propose(written(tmp_path, opportunities=text), "Acme").text)
    assert engine.con.execute(WINS).fetchall() == WON
    assert engine.con.execute("select count(*), sum(amount) from opportunity_line").fetchall() == [
        (480, 100 * sum(1_000 + n for n in range(120)))]


def test_products_that_are_all_that_tells_what_a_deal_is_worth_are_added_up(tmp_path):
    rows = [(*row[:3], row[3] + k, *row[4:], f"P{k}", 2) for row in deals(lambda n: [()]) for k in range(3)]
    proposal = propose(written(tmp_path, opportunities=lines(f"{DEAL},Product,Qty", rows)), "Acme")
    engine = loaded(proposal.text)
    assert one_value(engine, "select count(*) from opportunity where amount is null") == 120
    assert one_value(engine, "select sum(l.amount) from opportunity_line l join opportunity o using (opportunity_id) "
                             "where outcome = 'won'") == 100 * sum(3 * (1_000 + n) + 3 for n in range(0, 120, 3))
    assert 'attractiveness = "opportunity.amount"' in proposal.text


def test_of_a_deal_that_stands_once_a_change_the_last_row_says_how_it_is(tmp_path):
    rows = [(f"OP{n}", f"C{n % 40}", stage, 500 + n + k, f"2025-{n % 10 + 1:02d}-{5 + 7 * k:02d}")
            for n in range(99) for k, stage in enumerate(("Qualify", "Offer", STAGES[n % 3]))]
    text = lines("Deal ID,Account ID,Stage,Amount,Changed", rows)
    proposal = propose(written(tmp_path, history=text), "Acme")
    assert any("198 of 297 rows are changes" in one for one in proposal.unsure)
    engine = loaded(proposal.text)
    assert engine.con.execute(WINS).fetchall() == [(33, 100 * sum(502 + n for n in range(0, 99, 3)))]
    assert one_value(engine, "select count(*) from opportunity") == 99
    assert str(one_value(engine, "select min(closed_at) from opportunity")) == "2025-01-19 00:00:00"


def test_rows_of_a_project_that_say_different_things_stay_deals_and_that_is_told(tmp_path):
    text = lines("Project No,Account ID,Stage,Amount,Created Date", (
        (f"PR{n // 3}", f"C{n % 40}", STAGES[n % 3], 100 + n, f"2025-{n % 12 + 1:02d}-05") for n in range(120)))
    proposal = propose(written(tmp_path, deals=text), "Acme")
    assert one_value(loaded(proposal.text), "select count(*) from opportunity") == 120
    assert any("40 values of Project No stand in several rows" in one for one in proposal.unsure)


def test_changes_in_a_table_of_a_database_are_told_and_not_joined(tmp_path):
    rows = [(f"OP{n}", f"C{n % 40}", stage, 500 + n + k, f"2025-{n % 10 + 1:02d}-{5 + 7 * k:02d}")
            for n in range(99) for k, stage in enumerate(("Qualify", "Offer", STAGES[n % 3]))]
    with closing(sqlite3.connect(tmp_path / "crm.sqlite")) as base, base:
        base.execute('create table history ("Deal ID", "Account ID", "Stage", "Amount", "Changed")')
        base.executemany("insert into history values (?, ?, ?, ?, ?)", rows)
    proposal = propose(tmp_path, "Acme", databases=True)
    assert ".join." not in proposal.text
    assert any("99 values of Deal ID stand in several rows" in one for one in proposal.unsure)

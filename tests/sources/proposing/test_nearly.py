"""Files that are nearly sales: customers in rows of their own are read, and what a file lacks is said."""

from __future__ import annotations

import tomllib

import pytest
from tests.sources.proposing.test_unusual import deals, lines, loaded, one_value, written

from marketsofone.errors import SourceMissing
from marketsofone.sources.proposing.proposal import propose


def sold(n):
    return 100 + n


def test_customers_in_rows_of_their_own_above_what_they_bought_are_those_who_bought(tmp_path):
    rows = []
    for firm in range(12):
        own = [(f"{1 + n:02d}/{13 + n:02d}/2025", f"INV{3 * firm + n}", f"P{n}", sold(3 * firm + n)) for n in range(3)]
        rows += [(f"Firm {firm}", "", "", "", ""), *(("", *each) for each in own),
                 (f"Total for Firm {firm}", "", "", "", sum(each[-1] for each in own))]
    text = lines("Customer,Date,Num,Product,Amount", [*rows, ("TOTAL", "", "", "", sum(map(sold, range(36))))])
    proposal = propose(written(tmp_path, sales_by_customer=text), "Acme")
    found = "select count(*), sum(amount), count(distinct account_id) from order_line"
    assert loaded(proposal.text).con.execute(found).fetchall() == [(36, 100 * sum(map(sold, range(36))), 12)]
    assert any("stands in rows of its own" in one for one in proposal.unsure)


def ledger(**columns):
    """A ledger of these columns beside a list of deals; what is said of it."""
    rows = [[each(n) for each in columns.values()] for n in range(60)]
    return lines(",".join(name.replace("_", " ") for name in columns), rows)


def said_of(folder, text):
    return next(one for one in propose(written(folder, deals=deals(), ledger=text), "Acme").unsure
                if one.startswith("ledger: no customer table"))


def test_a_file_that_lacks_one_thing_to_be_sales_says_which(tmp_path):
    day, who = (lambda n: f"2025-03-{n % 28 + 1:02d}"), (lambda n: f"C{n % 20}")
    said = said_of(tmp_path, ledger(Customer=who, Order_Date=day, Gewicht=lambda n: n % 7 + 0.5))
    assert "no column is called as what was paid (is it among Gewicht?)" in said
    said = said_of(tmp_path, ledger(Order_Date=day, Amount=sold, Remark=who))
    assert "no column is called as who bought (is it among Remark?)" in said
    said = said_of(tmp_path, ledger(Customer=who, Order_Date=lambda n: f"0{n % 9 + 1}/0{n % 7 + 1}/2025", Amount=sold))
    assert "can be read day first or month first" in said
    said = said_of(tmp_path, ledger(Customer=who, Order_Date=lambda n: day(n) if n % 2 else f"{n % 28 + 1}.3.25",
                                    Amount=sold))
    assert "no column was read as their day (is it among Order Date?)" in said


def test_the_line_for_an_account_of_two_sides_works(tmp_path):
    sides = [("", f"{n},25") if n % 5 == 0 else (f"1.{100 + n},50", "") for n in range(60)]
    text = "Datum;Kunde;Soll;Haben\n" + "".join(
        f"{n % 28 + 1:02d}.03.2025;C{n % 20};{debit};{credit}\n" for n, (debit, credit) in enumerate(sides))
    with pytest.raises(SourceMissing) as error:
        propose(written(tmp_path, ledger=text), "Acme")
    line = error.value.found.partition("then ")[2].partition("'.")[0] + "'"
    settings = (f"[market]\ncurrency = 'EUR'\n[sources.ledger]\nfile = '{tmp_path}/ledger.csv'\ndecimal = ','\n"
                f"[sources.ledger.order_line]\norder_id = 'source_row'\naccount_id = 'Kunde'\nordered_at = 'Datum'\n"
                f"{line}\n")
    assert tomllib.loads(settings)
    assert one_value(loaded(settings), "select sum(amount) from order_line") == sum(
        -100 * n - 25 if n % 5 == 0 else 110_000 + 100 * n + 50 for n in range(60))


def test_a_meeting_that_stands_once_for_each_who_took_part_is_told(tmp_path):
    meetings = lines("Meeting ID,Date,Customer ID,Direction,Minutes,Attendee", (
        (f"M{n // 3}", f"2025-03-{n // 3 % 28 + 1:02d}", n // 3 % 50 + 1, "outbound", 60, f"Person {n}")
        for n in range(150)))
    proposal = propose(written(tmp_path, deals=deals(), meetings=meetings), "Acme")
    assert any("50 values of Meeting ID stand in several rows of the same time" in one for one in proposal.unsure)

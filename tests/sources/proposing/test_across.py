"""What is proposed for sheets with a column for each month: the sales they hold, and what was guessed of them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import openpyxl
import pytest

from marketsofone.engine import open_engine
from marketsofone.sources import load_sources, sources_from
from marketsofone.sources.proposing.proposal import propose

MONTHS = {
    "Customer;Product;Region": "Jan 2025;Feb 2025;Mar 2025;Apr 2025;May 2025;Jun 2025;Jul 2025;Aug 2025;Sep 2025;"
                               "Oct 2025;Nov 2025;Dec 2025",
    "Kunde;Artikel;Gebiet": "Jan. 25;Feb. 25;März 25;April 25;Mai 25;Juni 25;Juli 25;Aug. 25;Sept. 25;Okt. 25;"
                            "Nov. 25;Dez. 25",
    "Client;Produit;Secteur": "janv. 2025;févr. 2025;mars 2025;avril 2025;mai 2025;juin 2025;juil. 2025;août 2025;"
                              "sept. 2025;oct. 2025;nov. 2025;déc. 2025",
}
TOTALS = {"Customer;Product;Region": "Total", "Kunde;Artikel;Gebiet": "Summe", "Client;Produit;Secteur": "Cumul"}


def cell(line: int, month: int) -> int:
    """What a line sold in a month, in cents: nothing in a third of the months."""
    return 0 if (line + month) % 3 == 0 else (line * 137 + month * 1109) % 90_000 + 1


def sheet(head: str) -> str:
    """Forty customers with two products each, dashes where nothing was sold."""
    mark = "." if head.startswith("Customer") else ","

    def decimal(cents: int) -> str:
        return f"{cents / 100:.2f}".replace(".", mark)

    rows = []
    for line in range(80):
        sold = [cell(line, month) for month in range(1, 13)]
        written = [decimal(each) if each else ("", "-", "0")[line % 3] for each in sold]
        rows.append([f"C{line // 2:02d} GmbH", ("bolts", "nuts", "nails")[line % 3],
                     ("north", "south", "west")[line // 2 % 3],
                     *written, decimal(sum(sold))])
    return "\n".join([";".join([head, MONTHS[head], TOTALS[head]]), *(";".join(row) for row in rows)]) + "\n"


def loaded(text: str):
    engine, settings = open_engine(), tomllib.loads(text)
    found = load_sources(engine, sources_from(settings["sources"], Path()), currency=settings["market"]["currency"],
                         time_zone="UTC")
    return engine, found


@pytest.mark.parametrize("head", MONTHS)
def test_months_across_are_proposed_as_sales_and_load_to_the_cent(tmp_path, head):
    (tmp_path / "sales.csv").write_text(sheet(head))
    proposal = propose(tmp_path, "Acme")
    source = tomllib.loads(proposal.text)["sources"]["sales"]
    assert source["across"] == "month"
    assert set(source) == {"file", "across", "order_line", *({"decimal"} if "decimal" in source else ())}
    customer, product, region = head.split(";")
    assert set(source["order_line"]["dimensions"]) == {region.lower()}
    assert (source["order_line"]["account_id"], source["order_line"]["product_id"]) == (customer, product)
    engine, found = loaded(proposal.text)
    expected = [(line + 1, f"2025-{month:02d}-01", cell(line, month)) for line in range(80) for month in range(1, 13)
                if cell(line, month)]
    assert engine.con.execute("select source_row, ordered_at::date::varchar, amount from order_line order by 1, 2"
                              ).fetchall() == expected
    assert found.health[0].read == found.health[0].accepted == len(expected)
    assert engine.con.execute("select count(*) from account").fetchall()[0][0] == 40
    said = " ".join(proposal.guessed)
    assert "the first day of the month or quarter that a heading names" in said
    assert "what one buys in a month is taken for an order" in said
    assert any(TOTALS[head] in sentence and "not used" in sentence for sentence in proposal.unsure)


def test_a_sheet_that_lists_each_customer_once_lists_accounts_and_their_sales(tmp_path):
    (tmp_path / "customers.csv").write_text("Customer,Sector,2025-01,2025-02,2025-03,2025-04\n" + "".join(
        f"C{n},{'ab'[n % 2]},{n},{n * 2},,{n}\n" for n in range(1, 31)))
    proposal = propose(tmp_path, "Acme")
    sources = tomllib.loads(proposal.text)["sources"]
    assert sources["customers"]["account"]["dimensions"].keys() == {"sector"}
    assert sources["customers_months"]["across"] == "month"
    engine, _found = loaded(proposal.text)
    assert engine.con.execute("select sum(amount), count(*) from order_line").fetchall() == [(4 * 465_00, 90)]


def test_a_workbook_with_dates_as_headings_and_quarters_between_is_proposed_by_the_month(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Client", "Product", "2025-01-01", "2025-02-01", "2025-03-01", "Q1 2025", "2025-04-01", "YTD"])
    for n in range(40):
        book.active.append([f"C{n // 2}", "ab"[n % 2], n, 1, 2, n + 3, 5, n + 8])
    book.save(tmp_path / "sales.xlsx")
    engine, _found = loaded(propose(tmp_path, "Acme").text)
    assert engine.con.execute("select sum(amount) from order_line").fetchall() == [((780 + 40 * 8) * 100,)]


def test_beside_a_ledger_months_are_not_counted_again_and_the_lines_that_would_are_told(tmp_path):
    (tmp_path / "sales.csv").write_text(sheet("Customer;Product;Region"))
    (tmp_path / "invoices.csv").write_text("Invoice No,Customer,Invoice Date,Amount\n" + "".join(
        f"{n},C{n % 40:02d} GmbH,2025-03-{n % 28 + 1:02d},10\n" for n in range(200)))
    proposal = propose(tmp_path, "Acme")
    assert "across" not in tomllib.loads(proposal.text)["sources"].get("sales", {})
    assert any('across = "month"' in sentence and "counts twice" in sentence for sentence in proposal.unsure)
    engine, _found = loaded(proposal.text)
    assert engine.con.execute("select count(*) from order_line").fetchall()[0][0] == 200


def test_where_a_month_stands_twice_nothing_is_guessed_and_it_is_told(tmp_path):
    (tmp_path / "sales.csv").write_text("Customer,Qty 2025-01,Amount 2025-01,Qty 2025-02,Amount 2025-02\n" + "".join(
        f"C{n},{n},{n * 10},{n},{n * 10}\n" for n in range(1, 31)))
    proposal = propose(tmp_path, "Acme")
    assert "across" not in proposal.text.replace("write across", "")
    assert any("4 columns are months" in sentence for sentence in proposal.unsure)


def test_two_sheets_of_the_same_months_both_count_and_it_is_told(tmp_path):
    for name in ("north", "south"):
        (tmp_path / f"{name}.csv").write_text("Customer,Product,2025-01,2025-02,2025-03\n" + "".join(
            f"{name}{n // 2},{'ab'[n % 2]},{n},1,1\n" for n in range(40)))
    proposal = propose(tmp_path, "Acme")
    assert any("north, south: each has columns of the same months" in sentence for sentence in proposal.unsure)
    engine, _found = loaded(proposal.text)
    assert engine.con.execute("select sum(amount) from order_line").fetchall() == [(2 * (780 + 80) * 100,)]


def test_months_of_products_that_name_no_buyer_are_told_and_left(tmp_path):
    (tmp_path / "sales.csv").write_text("Customer,Product,2025-01,2025-02,2025-03\n" + "".join(
        f"C{n // 2},{'ab'[n % 2]},{n},1,1\n" for n in range(40)))
    (tmp_path / "products.csv").write_text("Product,Group,2025-01,2025-02,2025-03\n" + "".join(
        f"P{n},{'ab'[n % 2]},{n},1,1\n" for n in range(40)))
    proposal = propose(tmp_path, "Acme")
    sources = tomllib.loads(proposal.text)["sources"]
    assert [name for name, source in sources.items() if "across" in source] == ["sales"]
    assert any(sentence.startswith("products: 3 columns are months") for sentence in proposal.unsure)


def bare() -> str:
    return "Customer,Product,Jan,Feb,March,May,Total\n" + "".join(
        f"C{n // 2},{'abc'[n % 3]},{n},1,,2,{n + 3}\n" for n in range(40))


@pytest.mark.parametrize("name", ["sales 2025.csv", "2025_sales.csv"])
def test_months_without_a_year_are_of_the_year_that_the_file_is_called_by(tmp_path, name):
    (tmp_path / name).write_text(bare())
    proposal = propose(tmp_path, "Acme")
    (source,) = tomllib.loads(proposal.text)["sources"].values()
    assert source["across"] == "month 2025"
    assert any("of 2025 as the name of the file" in sentence for sentence in proposal.guessed)
    engine, _found = loaded(proposal.text)
    assert engine.con.execute("select max(ordered_at)::date::varchar, sum(amount) from order_line").fetchall() == [
        ("2025-05-01", (780 + 120) * 100)]


def test_each_sheet_of_a_workbook_may_be_a_year(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "2024"
    for sheet in (book.active, book.create_sheet("2025")):
        sheet.append(["Customer", "Product", "Jan", "Feb", "Mar"])
        for n in range(40):
            sheet.append([f"C{n // 2}", "abc"[n % 3], n, 1, 2])
    book.save(tmp_path / "sales.xlsx")
    proposal = propose(tmp_path, "Acme")
    sources = tomllib.loads(proposal.text)["sources"]
    assert [source["across"] for source in sources.values()] == ["month 2024", "month 2025"]
    assert not any("the same months" in sentence for sentence in proposal.unsure)


def test_a_month_whose_heading_is_not_understood_is_missed(tmp_path):
    (tmp_path / "sales.csv").write_text(sheet("Customer;Product;Region").replace("Mar 2025", "Mch 2025"))
    assert any("no column was understood to be of 2025-03" in sentence for sentence in propose(tmp_path, "A").unsure)


def test_months_of_no_year_are_told_and_are_no_traits(tmp_path):
    (tmp_path / "customers.csv").write_text("Customer ID,Sector,Jan,Feb,Mar\n" + "".join(
        f"{n},{'ab'[n % 2]},{n},{n},{n}\n" for n in range(1, 51)))
    proposal = propose(tmp_path, "Acme")
    assert any('"month" and the year' in sentence for sentence in proposal.unsure)
    account = tomllib.loads(proposal.text)["sources"]["customers"]["account"]
    assert "traits" not in account


def test_customers_named_in_their_first_line_alone_are_filled_down(tmp_path):
    (tmp_path / "sales.csv").write_text("Customer,Region,Product,2025-01,2025-02,2025-03\n" + "".join(
        f"{f'C{n // 4}' if n % 4 == 0 else ''},{'ns'[n // 4 % 2] if n % 4 == 0 else ''},{'abcd'[n % 4]},1,2,{n}\n"
        for n in range(80)))
    proposal = propose(tmp_path, "Acme")
    assert tomllib.loads(proposal.text)["sources"]["sales"]["fill_down"] == ["Customer", "Region"]
    engine, _found = loaded(proposal.text)
    counted = "select count(distinct account_id), count(*), sum(amount) from order_line"
    assert engine.con.execute(counted).fetchall() == [(20, 239, (3 * 80 + 79 * 40) * 100)]


@pytest.mark.parametrize("name", ["budget_2025", "Ziele", "sales plan"])
def test_what_is_hoped_for_is_no_sale(tmp_path, name):
    (tmp_path / "sales.csv").write_text(sheet("Customer;Product;Region"))
    (tmp_path / f"{name}.csv").write_text(sheet("Customer;Product;Region").replace("C0", "D0"))
    sources = tomllib.loads(propose(tmp_path, "Acme").text)["sources"]
    assert [each for each, source in sources.items() if "across" in source] == ["sales"]


def with_months(heading: str) -> str:
    """Thirty customers with three months below such a heading."""
    months = ",".join(heading.format(month) for month in ("2025-01", "2025-02", "2025-03"))
    return f"Customer,Product,{months}\n" + "".join(
        f"C{n},{'ab'[n % 2]},{n},{n + 1},{n + 2}\n" for n in range(1, 31))


def proposed(folder: Path) -> bool:
    """Whether months are proposed as sales; beside them stands a file that lists customers."""
    (folder / "customers.csv").write_text("Customer ID,Sector\n" + "".join(f"{n},{'ab'[n % 2]}\n" for n in range(40)))
    return any("across" in source for source in tomllib.loads(propose(folder, "Acme").text).get("sources", {}).values())


@pytest.mark.parametrize("heading", ["Headcount {}", "Stock {}", "NPS {}", "{} units", "Lagerbestand {}", "Stück {}",
                                     "Returns {}", "{} (Budget)", "{} [forecast]"])
def test_months_of_what_is_no_money_or_only_hoped_for_are_no_sales(tmp_path, heading):
    (tmp_path / "data.csv").write_text(with_months(heading))
    assert not proposed(tmp_path)


@pytest.mark.parametrize(("name", "sales"), [("headcount", False), ("stock levels", False), ("Lagerbestand", False),
                                             ("tickets 2025", False), ("sales by stock code", True), ("2025", True)])
def test_the_name_of_a_file_may_say_that_its_months_hold_no_sales(tmp_path, name, sales):
    (tmp_path / f"{name}.csv").write_text(with_months("{}"))
    assert proposed(tmp_path) is sales


def test_forecasts_beside_what_was_sold_are_left_out(tmp_path):
    months = ",".join(f"2025-0{month} ({'actual' if month < 4 else 'forecast'})" for month in range(1, 7))
    (tmp_path / "data.csv").write_text(f"Customer,Product,{months}\n" + "".join(
        f"C{n // 2},{'ab'[n % 2]},1,2,3,4,5,6\n" for n in range(40)))
    engine, _found = loaded(propose(tmp_path, "Acme").text)
    assert engine.con.execute("select sum(amount) from order_line").fetchall() == [(40 * 6 * 100,)]


@pytest.mark.parametrize(("values", "sales"), [
    (("Revenue", "Units", "Gross margin"), False), (("Actual", "Budget"), False), (("Bolts", "Nuts"), True),
    (("Budget", "Standard", "Premium"), True),
])
def test_rows_that_each_tell_another_measure_are_not_added_up(tmp_path, values, sales):
    (tmp_path / "data.csv").write_text("Customer,Kind,2025-01,2025-02,2025-03\n" + "".join(
        f"C{n // len(values)},{values[n % len(values)]},{n},{n + 1},{n + 2}\n" for n in range(1, 61)))
    assert proposed(tmp_path) is sales


def test_quarters_of_a_year_that_has_no_months_are_told_and_not_lost_silently(tmp_path):
    heads = "Q1 2024,Q2 2024,Q3 2024,Q4 2024,Jan 2025,Feb 2025,Mar 2025,Q1 2025"
    (tmp_path / "data.csv").write_text(f"Customer,Product,{heads}\n" + "".join(
        f"C{n // 2},{'ab'[n % 2]},3,3,3,3,1,1,1,3\n" for n in range(40)))
    (told,) = [sentence for sentence in propose(tmp_path, "Acme").unsure if "no other column" in sentence]
    assert "'Q1 2024', 'Q2 2024', 'Q3 2024', 'Q4 2024': not used" in told
    assert "Q1 2025" not in told


@pytest.mark.parametrize(("first", "sales"), [(8, False), (10, True)])
def test_days_of_a_month_are_not_taken_for_that_month_of_many_years(tmp_path, first, sales):
    heads = ",".join(f"Mar {day}" for day in range(first, 26))
    (tmp_path / "data.csv").write_text(f"Customer,Product,{heads}\n" + "".join(
        f"C{n // 2},{'ab'[n % 2]}{',7' * (26 - first)}\n" for n in range(40)))
    assert proposed(tmp_path) is sales

"""Sheets with a column for each month: each cell that holds something is a sale of its line."""

from __future__ import annotations

import datetime as dt

import duckdb
import openpyxl
import pytest

from marketsofone.errors import ColumnMissing, SettingsInvalid, ValuesInvalid
from marketsofone.sources.spelling import quoted_as_toml
from marketsofone.sources.sql import quoted

ENGLISH = """Customer,Product,Jan 2025,Feb 2025,Mar 2025,Q1 2025,Total
Ash Ltd,bolts,100.10,,50,150.10,150.10
Ash Ltd,nuts,0,20.05,,20.05,20.05
Birch Ltd,bolts,-10,"1,234.50",0.00,1224.50,1224.50
Cedar Ltd,nuts,,0,-,0,0
Total,,90.10,1254.55,50,1394.65,1394.65
"""
GERMAN = """Umsatz nach Kunden 2025

Kunde;Produkt;Januar 2025;Februar 2025;März 2025;1. Quartal 2025;Summe
Ash Ltd;bolts;100,10;;50;150,10;150,10
Ash Ltd;nuts;0;20,05;;20,05;20,05
Birch Ltd;bolts;-10;1.234,50;0,00;1.224,50;1.224,50
Cedar Ltd;nuts;;0;-;0;0
Summe;;90,10;1.254,55;50;1.394,65;1.394,65
"""
FRENCH = """Client;Produit;janv. 25;févr. 25;mars 25;T1 2025;Cumul
Ash Ltd;bolts;100,10;;50;150,10;150,10
Ash Ltd;nuts;0;20,05 €;;20,05;20,05
Birch Ltd;bolts;-10;1 234,50;0,00;1224,50;1224,50
Cedar Ltd;nuts;;0;–;0;0
Total;;90,10;1254,55;50;1394,65;1394,65
"""
SOLD = [(1, "2025-01-01", 100_10), (1, "2025-03-01", 50_00), (2, "2025-02-01", 20_05), (3, "2025-01-01", -10_00),
        (3, "2025-02-01", 1234_50)]


def settings(file="sales.csv", across='"month"', customer="Customer", product="Product", more=""):
    return f'''
[sources.sales]
file = "{file}"
across = {across}
{more}
[sources.sales.order_line]
order_id = "\\"{customer}\\" || ' ' || \\"across.day\\""
account_id = "{customer}"
product_id = "{product}"
ordered_at = "across.day"
amount = "across.value"
'''


def sold(market):
    return market.rows("select source_row, ordered_at::date::varchar, amount from order_line order by 1, 2")


def raised(market, *args, error=SettingsInvalid, **said):
    with pytest.raises(error) as found:
        market.load(settings(*args, **said))
    return found.value


@pytest.mark.parametrize(("text", "customer", "product", "decimal"), [
    (ENGLISH, "Customer", "Product", "."), (GERMAN, "Kunde", "Produkt", ","), (FRENCH, "Client", "Produit", ",")])
def test_a_sheet_in_three_languages_loads_to_the_cent_and_each_row_knows_its_line(
        market, text, customer, product, decimal):
    market.write("sales.csv", text)
    loaded = market.load(settings(customer=customer, product=product, more=f'decimal = "{decimal}"'))
    assert sold(market) == SOLD
    assert market.refused() == [(5, "", "a total of other rows, not a row of its own")]
    (health,) = loaded.health
    assert (health.read, health.accepted, health.refused, health.left_out) == (6, 5, 1, 0)
    assert market.column("select count(distinct order_id) from order_line") == [5]
    told = next(one for one in loaded.findings if one.code == "months_across")
    assert "3 columns are months" in told.message
    assert "5 of the 12 cells in 4 rows are neither empty nor 0" in told.message
    assert "Not taken" in told.message


def test_a_workbook_whose_headings_are_dates_loads_alike(market):
    book = openpyxl.Workbook()
    book.active.append(["Customer", "Product", *(dt.datetime(2025, month, 1) for month in (1, 2, 3)), "Total"])
    for row in (["Ash Ltd", "bolts", 100.10, None, 50, 150.10], ["Ash Ltd", "nuts", 0, 20.05, None, 20.05],
                ["Birch Ltd", "bolts", -10, 1234.5, 0.0, 1224.5], ["Cedar Ltd", "nuts", None, 0, None, 0]):
        book.active.append(row)
    book.save(market.folder / "sales.xlsx")
    market.load(settings("sales.xlsx"))
    assert sold(market) == SOLD


def test_a_file_with_types_keeps_them_and_numbers_of_several_types_are_numbers(market):
    duckdb.sql("select 'Ash Ltd' as Customer, 'bolts' as Product, 100.1::decimal(9, 2) as \"2025-01\", "
               "null::bigint as \"2025-02\", 50::double as \"2025-03\" union all select 'Ash Ltd', 'nuts', 0, 20, null"
               ).write_parquet(str(market.folder / "sales.parquet"))
    market.load(settings("sales.parquet"))
    assert sold(market) == [SOLD[0], SOLD[1], (2, "2025-02-01", 20_00)]


def test_quarters_are_taken_where_they_are_asked_for_and_columns_by_their_headings(market):
    market.write("sales.csv", ENGLISH)
    market.load(settings(across='"quarter"'))
    assert sold(market) == [(1, "2025-01-01", 150_10), (2, "2025-01-01", 20_05), (3, "2025-01-01", 1224_50)]
    market.load(settings(across='["feb 2025", "Mar 2025"]'))
    assert sold(market) == [each for each in SOLD if each[1] != "2025-01-01"]


def test_headings_without_a_year_are_of_the_one_that_across_names(market):
    market.write("sales.csv", ENGLISH.replace(" 2025", ""))
    market.load(settings(across='"month 2025"'))
    assert sold(market) == SOLD
    market.load(settings(across='"quarter 2024"'))
    assert [day for _row, day, _amount in sold(market)] == ["2024-01-01"] * 3
    market.write("sales.csv", ENGLISH.replace("Jan 2025", "01").replace("Feb 2025", "M2").replace(
        "Mar 2025", "03").replace("Q1 2025", "Level 3"))
    market.load(settings(across='"month 2025"'))
    assert sold(market) == SOLD
    market.write("sales.csv", ENGLISH.replace("Feb 2025", "Feb"))
    market.load(settings(across='"month 2024"'))
    assert {day for _row, day, _amount in sold(market)} == {"2025-01-01", "2024-02-01", "2025-03-01"}


def test_a_month_that_no_heading_is_understood_to_be_is_told(market):
    market.write("sales.csv", ENGLISH.replace("Feb 2025", "Fbr 2025"))
    told = next(one for one in market.load(settings()).findings if one.code == "months_across")
    assert told.severity == "warning"
    assert "None is of 2025-02." in told.message
    assert "Mar 2025" in told.repair


def test_a_cell_that_is_no_number_is_refused_with_its_line_and_the_others_of_the_line_stay(market):
    market.write("sales.csv", ENGLISH.replace("100.10,,50,", "a hundred or 100,7,50,"))
    loaded = market.load(settings())
    assert (1, "amount", "text in a number") in market.refused()
    assert [row for row in sold(market) if row[0] == 1] == [(1, "2025-02-01", 7_00), (1, "2025-03-01", 50_00)]
    (health,) = loaded.health
    assert health.read == health.accepted + health.refused == 7


def test_a_filter_speaks_of_cells_and_a_joined_file_stands_beside_each(market):
    market.write("sales.csv", ENGLISH)
    market.write("customers.csv", "name,sector\nAsh Ltd,wood\nBirch Ltd,steel\n")
    text = settings(more="""where = '''"across.day" < date '2025-03-01' and "across.value" <> '100.10' '''""")
    loaded = market.load(text.replace("[sources.sales.order_line]", """
[sources.sales.join.customer]
file = "customers.csv"
on = { Customer = "name" }
[sources.sales.order_line]""") + '[sources.sales.order_line.dimensions]\nsector = "customer.sector"\n')
    assert market.rows("select source_row, dim_sector from order_line order by 1") == [
        (2, "wood"), (3, "steel"), (3, "steel")]
    assert loaded.health[0].left_out == 2


def test_days_of_a_month_are_read_whatever_the_format_of_other_dates_and_the_zone(market):
    market.write("sales.csv", ENGLISH.replace("Product", "Since").replace("bolts", "31/12/2020"))
    market.load(settings(product="Since", more='date_format = "%d/%m/%Y"'), time_zone="America/New_York")
    assert market.column("select min(ordered_at)::varchar from order_line") == ["2025-01-01 05:00:00"]


def test_lines_that_break_keep_the_numbers_of_those_below_them(market):
    market.write("sales.csv", ENGLISH.replace("Ash Ltd,nuts,0,20.05,,20.05,20.05", "Ash Ltd,nuts,0,20.05,,1,2,3,4,5"))
    market.load(settings())
    assert [row for row in sold(market) if row[0] > 1] == SOLD[3:]


def test_a_heading_that_is_no_month_is_told_with_the_line_that_leaves_it_out(market):
    market.write("sales.csv", ENGLISH)
    error = raised(market, across='["Jan 2025", "Total", "Feb 2025"]')
    assert "'Total'" in error.found
    assert error.repair.endswith('[sources.sales]\nacross = ["Jan 2025", "Feb 2025"]')
    error = raised(market, across='["Jan 2025", "Febr 2025"]', error=ColumnMissing)
    assert error.repair.endswith('across = ["Jan 2025", "Feb 2025"]')


@pytest.mark.parametrize("again", ["2025-01", "Jan 2025", "Januar 2025", "Sales Jan 2025", "2025-01-31"])
def test_two_columns_of_the_same_month_are_told_with_the_line_that_takes_one(market, again):
    market.write("sales.csv", ENGLISH.replace("Q1 2025", again))
    error = raised(market)
    assert "'Jan 2025'" in error.found
    assert "the same month" in error.found
    assert error.repair.endswith('[sources.sales]\nacross = ["Jan 2025", "Feb 2025", "Mar 2025"]')


def test_a_quarter_beside_its_months_would_count_twice(market):
    market.write("sales.csv", ENGLISH)
    assert "'Jan 2025' and 'Q1 2025'" in raised(market, across='["Jan 2025", "Q1 2025"]').found


def test_where_no_heading_is_a_month_what_is_there_is_told(market):
    market.write("sales.csv", ENGLISH.replace(" 2025", ""))
    error = raised(market)
    assert "Jan, Feb, Mar" in error.found
    assert error.repair.endswith('[sources.sales]\nacross = "month 2025"')
    market.write("sales.csv", ENGLISH.replace(" 2025", "").replace("Jan", "One").replace("Feb", "Two").replace(
        "Mar", "Three").replace("Q1", "Four"))
    assert "Write the month and its year into each heading" in raised(market).repair
    market.write("sales.csv", "Customer,Product,Q1 2025,Q2 2025\nAsh Ltd,bolts,1,2\n")
    assert raised(market).repair.endswith('[sources.sales]\nacross = "quarter"')


def test_months_in_which_nothing_was_sold_are_an_error(market):
    market.write("sales.csv", "Customer,Product,Jan 2025,Feb 2025\nAsh Ltd,bolts,0,\nBirch Ltd,nuts,-,0.00\n")
    assert "every cell is empty or 0" in raised(market, error=ValuesInvalid).found


def test_a_word_that_means_nothing_and_a_table_of_things_are_told_where_they_stand(market):
    market.write("sales.csv", ENGLISH)
    assert raised(market, across='"months"').repair == '[sources.sales]\nacross = "month"'
    with pytest.raises(SettingsInvalid) as found:
        market.load(settings() + '[sources.sales.account]\naccount_id = "Customer"\n')
    assert found.value.repair.endswith("[sources.sales_account.account]")
    market.write("accounts.csv", ENGLISH)
    market.load(settings() + '[sources.sales_account]\nfile = "sales.csv"\n[sources.sales_account.account]\n'
                             'account_id = "Customer"\n')
    assert market.column("select count(*) from account") == [3]


@pytest.mark.parametrize("heading", [
    'x" from read_text(\'/etc/passwd\') --', "'), unnest([1", "cell", "m1_row", "heading", "m1_line", "%s {0} \\",
    "a.b", "across", "2025"])
def test_headings_of_attackers_stay_headings(market, heading):
    written = quoted(heading)
    market.write("sales.csv", ENGLISH.replace("Product", written).replace("Jan 2025", '"Jan 2025 (\'x\'\'; --"")"'))
    market.load(settings(product=quoted_as_toml(heading)[1:-1]))
    assert sold(market) == SOLD


@pytest.mark.parametrize("heading", ["across.day", "Across.Value", "across.heading"])
def test_a_column_that_is_called_as_those_that_are_added_is_told(market, heading):
    market.write("sales.csv", ENGLISH.replace("Product", heading))
    assert heading.casefold() in raised(market, product="Customer").found


def test_quarters_of_another_year_that_are_not_taken_are_told(market):
    months = "Jan 2025,Feb 2025,Mar 2025"
    market.write("sales.csv", f"Customer,Product,Q1 2024,Q2 2024,{months},Q1 2025\nAsh,bolts,9,9,1,2,3,6\n")
    told = next(one for one in market.load(settings()).findings if one.code == "months_across")
    assert "longer or shorter times: 'Q1 2024', 'Q2 2024', 'Q1 2025'." in told.message
    assert "No column that is taken is of the times of 'Q1 2024', 'Q2 2024'." in told.message
    assert "read the file once more" in told.repair


def test_a_month_that_across_does_not_name_is_told_as_that(market):
    market.write("sales.csv", "Customer,Product,Jan 2025,Feb 2025,Mar 2025\nAsh,bolts,1,2,3\n")
    told = next(one for one in market.load(settings(across='["Jan 2025", "Feb 2025"]')).findings
                if one.code == "months_across")
    assert "Not taken, for across does not name them: 'Mar 2025'." in told.message
    assert "longer or shorter" not in told.message

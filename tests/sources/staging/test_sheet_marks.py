"""What a sheet shows and does not hold, or holds and does not show, is told; a row counts as the file has it."""

from __future__ import annotations

import io
import zipfile

from openpyxl import Workbook

from marketsofone.sources.proposing.proposal import propose

SETTINGS = """
[sources.orders]
file = "orders.xlsx"
[sources.orders.order_line]
order_id = "Order No"
account_id = "Customer"
ordered_at = "Date"
amount = "Amount"
"""


def book(amount, hidden=(), rows=30):
    made, held = Workbook(), io.BytesIO()
    sheet = made.active
    sheet.append(["Order No", "Customer", "Date", "Amount"])
    for n in range(rows):
        sheet.append([f"O{n}", f"Firm {n % 9}", f"2025-03-{n % 28 + 1:02d}", amount(n)])
    for row in hidden:
        sheet.row_dimensions[row].hidden = True
    made.save(held)
    return held.getvalue()


def told(loaded, code):
    return [one.message for one in loaded.findings if one.code == code]


def test_formulas_whose_results_the_file_does_not_hold_are_told(market):
    path = market.write("orders.xlsx", book(lambda n: f"={n} + 1" if n < 4 else n))
    loaded = market.load(SETTINGS)
    message, = told(loaded, "formulas_unsaved")
    assert message == "4 cells of the sheet hold a formula whose result is not in the file: they are read as empty."
    assert market.rows("select count(*), count(amount) from order_line") == [(30, 26)]
    assert f"orders: {message}" in propose(path.parent, "Acme").unsure


def test_formulas_that_give_an_empty_text_are_not(market):
    market.write("orders.xlsx", with_results(book(lambda n: "=A1" if n < 4 else n)))
    assert told(market.load(SETTINGS), "formulas_unsaved") == []


def with_results(content):
    """A workbook in which each formula gives an empty text."""
    source, held = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(held, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name.startswith("xl/worksheets/"):
                part = part.replace(b"><f>", b' t="str"><f>')
            target.writestr(name, part)
    return held.getvalue()


def test_rows_that_are_hidden_count_and_are_told(market):
    path = market.write("orders.xlsx", book(lambda n: n, hidden=range(5, 12)))
    loaded = market.load(SETTINGS)
    message, = told(loaded, "hidden_rows")
    assert message.startswith("7 rows of the sheet are hidden")
    assert market.rows("select count(*) from order_line") == [(30,)]
    assert f"orders: {message}" in propose(path.parent, "Acme").unsure


def test_of_a_plain_sheet_nothing_is_told(market):
    market.write("orders.xlsx", book(lambda n: n))
    loaded = market.load(SETTINGS)
    assert told(loaded, "formulas_unsaved") == told(loaded, "hidden_rows") == []

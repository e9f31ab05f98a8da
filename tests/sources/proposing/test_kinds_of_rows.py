"""Ledgers in which not every row is a sale: credit notes, payments, taxes, as words of theirs say."""

from __future__ import annotations

import pytest
from tests.sources.proposing.test_unusual import lines, loaded, one_value, written

from marketsofone.sources.proposing.proposal import propose

SUM = "select sum(amount) from order_line"
SOLD, OTHER = (100 * sum(n for n in range(1, 201) if (n % 5 == 2) is which) for which in (False, True))


def docs(head, cells):
    """200 rows, every fifth of another kind, with number, day and customer; what both kinds are worth, in cents.

    ``cells`` gives the first cell and the last ones of a row, of its number and whether it is of the other kind.
    """
    rows = [(first, f"2025-{n % 12 + 1:02d}-{n % 28 + 1:02d}", f"C{n % 30}", *last)
            for n in range(1, 201) for first, *last in [cells(n, n % 5 == 2)]]
    return lines(head, rows), SOLD, OTHER


def ledger(heading, words, sign=1, amount=lambda n: n):
    """Such a ledger in which a column of words tells the kind."""
    return docs(f"Invoice No,Date,Customer,{heading},Amount",
                lambda n, other: (n, words[other], amount(sign * n if other else n)))


CREDITS = [("Doc Type", ("IN", "CN")), ("Belegart", ("Rechnung", "Gutschrift")), ("Type", ("Sale", "RMA")),
           ("Type de pièce", ("Facture", "Avoir")), ("Transaction Type", ("Invoice", "Credit Memo")),
           ("Belegart", ("Rechnung", "Stornorechnung")), ("Document Type", ("Invoice", "Reversal"))]


@pytest.mark.parametrize(("heading", "words"), CREDITS)
@pytest.mark.parametrize("sign", [1, -1])
def test_credit_notes_count_below_zero_whatever_sign_they_are_written_with(tmp_path, heading, words, sign):
    text, sold, credited = ledger(heading, words, sign)
    proposal = propose(written(tmp_path, docs=text), "Acme")
    assert one_value(loaded(proposal.text), SUM) == sold - credited
    assert any("are taken for returns" in one for one in proposal.unsure) is (sign == 1)


def test_credit_notes_beside_a_code_of_their_currency_count_below_zero(tmp_path):
    text, sold, credited = ledger(*CREDITS[4], amount=lambda n: f"USD {n}")
    assert one_value(loaded(propose(written(tmp_path, docs=text), "Acme").text), SUM) == sold - credited


def test_credit_notes_with_a_negative_quantity_are_turned_once(tmp_path):
    text, sold, credited = ledger("Document Type", ("Invoice", "Credit Note"))
    rows = text.splitlines()
    text = "\n".join([rows[0] + ",Quantity", *(f"{row},{-1 if 'Credit' in row else 1}" for row in rows[1:])])
    assert one_value(loaded(propose(written(tmp_path, docs=text), "Acme").text), SUM) == sold - credited


def test_an_order_whose_status_is_refunded_is_no_return_beside_a_sale(tmp_path):
    text, sold, refunded = ledger("Financial Status", ("paid", "refunded"))
    proposal = propose(written(tmp_path, docs=text), "Acme")
    assert one_value(loaded(proposal.text), SUM) == sold + refunded
    assert any("every Financial Status counts as a sale" in one for one in proposal.unsure)


@pytest.mark.parametrize(("heading", "words"), [
    ("Transaction Type", ("Invoice", "Payment")), ("Belegart", ("Rechnung", "Zahlung")),
    ("Type de pièce", ("Facture", "Règlement"))])
def test_payments_are_no_sales(tmp_path, heading, words):
    text, sold, _ = ledger(heading, words, -1)
    proposal = propose(written(tmp_path, docs=text), "Acme")
    assert one_value(loaded(proposal.text), SUM) == sold
    assert any(f"rows whose {heading} is" in one and "left out" in one for one in proposal.unsure)


@pytest.mark.parametrize("tax", ["VAT 20%", "MwSt. 19 %", "zzgl. 7% USt", "TVA (20%)", "Sales Tax", "Tax 8.25%"])
def test_a_line_of_tax_is_no_sale(tmp_path, tax):
    text, sold, _ = ledger("Description", ("Chair", tax))
    proposal = propose(written(tmp_path, docs=text), "Acme")
    assert one_value(loaded(proposal.text), SUM) == sold
    assert any("rows whose Description is" in one and "left out" in one for one in proposal.unsure)


@pytest.mark.parametrize("product", [
    "Tax advice", "Vatnik jacket", "Ustica lamp", "Tax", "VAT return service for our clients"])
def test_what_only_begins_like_a_tax_is_sold(tmp_path, product):
    text, sold, other = ledger("Product", ("Chair", product))
    assert one_value(loaded(propose(written(tmp_path, docs=text), "Acme").text), SUM) == sold + other


def test_words_that_leave_open_whether_an_order_brought_anything_are_told(tmp_path):
    standing = ("completed", "completed", "refunded", "on-hold", "cancelled")
    orders = lines("Order No,Date,Customer,Amount,Order Status", (
        (f"W{n}", f"2025-03-{n % 28 + 1:02d}", f"Firm {n % 30}", 100 + n, standing[n % 5]) for n in range(200)))
    proposal = propose(written(tmp_path, orders=orders), "Acme")
    assert any("'refunded', 'on-hold' count as sales" in one or "'on-hold', 'refunded' count as sales" in one
               for one in proposal.unsure)


def test_invoices_that_call_customers_contacts_are_of_customers_and_their_credits_are_returns(tmp_path):
    invoices = lines("ContactName,InvoiceNumber,Type,InvoiceDate,LineAmount", (
        (f"Firm {n % 30}", f"I{n}", "ACCREC" if n % 10 else "ACCRECCREDIT", f"2025-03-{n % 28 + 1:02d}", 100 + n)
        for n in range(200)))
    engine = loaded(propose(written(tmp_path, invoices=invoices), "Acme").text)
    assert one_value(engine, "select sum(amount) from order_line") == 100 * sum(
        (100 + n) * (1 if n % 10 else -1) for n in range(200))
    assert one_value(engine, "select count(distinct account_id) from order_line") == 30


def documents(invoice, credit, sign=1):
    """Such a ledger in which the letters of its number tell the kind of a row."""
    return docs("Document No,Date,Customer,Amount",
                lambda n, other: (f"{credit if other else invoice}{1000 + n}", sign * n if other else n))


NUMBERS = [("INV-", "CN-"), ("RE2025-", "GS2025-"), ("FA ", "AV "), ("", "CN")]


@pytest.mark.parametrize(("invoice", "credit"), NUMBERS)
@pytest.mark.parametrize("sign", [1, -1])
def test_credit_notes_that_only_their_number_tells_count_below_zero(tmp_path, invoice, credit, sign):
    text, sold, credited = documents(invoice, credit, sign)
    proposal = propose(written(tmp_path, docs=text), "Acme")
    assert one_value(loaded(proposal.text), SUM) == sold - credited
    assert any("are taken for credit notes" in one for one in proposal.unsure) is (sign == 1)


@pytest.mark.parametrize(("invoice", "credit"), [("BE-", "AV-"), ("CN-", "INV-"), ("S", "M")])
def test_other_letters_before_numbers_are_sales(tmp_path, invoice, credit):
    text, sold, other = documents(invoice, credit)
    assert one_value(loaded(propose(written(tmp_path, docs=text), "Acme").text), SUM) == sold + other


SIDES = [("S/H", ("S", "H")), ("Soll/Haben-Kennzeichen", ("Soll", "Haben")), ("Dr/Cr", ("Dr", "Cr"))]


@pytest.mark.parametrize(("heading", "words"), SIDES)
@pytest.mark.parametrize("sign", [1, -1])
def test_the_rarer_side_of_an_account_takes_sales_back(tmp_path, heading, words, sign):
    text, sold, credited = ledger(heading, words, sign)
    proposal = propose(written(tmp_path, docs=text), "Acme")
    assert one_value(loaded(proposal.text), SUM) == sold - credited
    assert any("are taken for returns" in one for one in proposal.unsure) is (sign == 1)


@pytest.mark.parametrize(("heading", "words"), SIDES)
def test_where_both_sides_are_of_many_rows_what_is_credited_is_taken_for_payments(tmp_path, heading, words):
    rows = [(n, f"2025-{n % 12 + 1:02d}-{n % 28 + 1:02d}", f"C{n % 30}", words[n % 2], n) for n in range(1, 201)]
    text = lines(f"Invoice No,Date,Customer,{heading},Amount", rows)
    proposal = propose(written(tmp_path, docs=text), "Acme")
    assert one_value(loaded(proposal.text), SUM) == 100 * sum(range(2, 201, 2))
    assert any(f"of the sides of {heading} one is taken for sales" in one for one in proposal.unsure)


@pytest.mark.parametrize(("account", "customer"), [("Account", "Customer"), ("Account Code", "Contact Name")])
def test_an_account_that_is_booked_is_no_customer(tmp_path, account, customer):
    text = lines(f"Invoice No,Invoice Date,{account},{customer},Amount", (
        (f"A{n}", f"2025-{n % 12 + 1:02d}-{n % 28 + 1:02d}", 4000 + n % 3, f"Firm {n % 30}", n) for n in range(1, 201)))
    engine = loaded(propose(written(tmp_path, docs=text), "Acme").text)
    assert one_value(engine, "select count(*) from account") == 30


@pytest.mark.parametrize("sign", [1, -1])
def test_lines_of_credit_notes_count_below_zero_where_only_their_heads_tell_what_they_are(tmp_path, sign):
    kinds = ["Credit note" if n % 10 == 3 else "Invoice" for n in range(60)]
    signs = [-1 if kind == "Credit note" else 1 for kind in kinds]
    heads = lines("Invoice No,Type,Customer,Invoice Date", (
        (f"I{n}", kinds[n], f"Firm {n % 20}", f"2025-03-{n % 28 + 1:02d}") for n in range(60)))
    sold = lines("Invoice No,SKU,Qty,Amount", ((f"I{n // 2}", f"S{n % 2}", 1, 10 + n if sign == 1 else (10 + n) * signs[
        n // 2]) for n in range(120)))
    engine = loaded(propose(written(tmp_path, invoices=heads, invoice_lines=sold), "Acme").text)
    assert one_value(engine, SUM) == 100 * sum((10 + n) * signs[n // 2] for n in range(120))

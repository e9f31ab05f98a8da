"""Where people decide, pages say at which account each of them is."""

from datetime import UTC, datetime

import pytest

from marketsofone.project import run_project, state_objection

from .conftest import hired

MARKET = """
[market]
name = "Acme"
currency = "EUR"
margin_rate = 0.3

[steps]
competitiveness = "opportunity.outcome"
attractiveness = "opportunity.amount"

[sources.accounts.account]
account_id = "id"

[sources.people.contact]
contact_id = "id"
account_id = "account"
decides = "decides"

[sources.deals.opportunity]
opportunity_id = "id"
contact_id = "person"
account_id = "account"
outcome = "outcome"
closed_at = "closed"
amount = "amount"
"""


@pytest.fixture
def staffed(small_company, tmp_path):
    """A company whose buyers are people at accounts, one of them with an odd name."""
    names = ["Müller & <b>Söhne</b>", "Łódź/2", "C#", "7"]
    small_company(
        tmp_path, MARKET, accounts=["id", *names],
        people=["id,account,decides", "ann@example.com,7,false",
                *(f"P{number},{name},true" for number, name in enumerate(names))],
        deals=["id,person,account,outcome,closed,amount",
               *(f"D{n},P{n % 4},{names[n % 4]},{'won' if n % 3 else 'lost'},2026-05-0{n + 1},{100 + n}"
                 for n in range(8))])
    run_project(tmp_path, now=datetime(2026, 7, 1, tzinfo=UTC))
    with hired(tmp_path) as engaged:
        yield engaged


def test_today_and_the_page_of_a_person_name_the_account(staffed):
    browser = staffed.browser("admin")
    rows = {row["source_id"]: row for row in staffed.shelf.listed(most=10).rows}
    assert rows["P0"]["kind"] == "contact"
    assert "At <bdi>Müller &amp; &lt;b&gt;Söhne&lt;/b&gt;</bdi>, in <bdi>" in browser.get("/").text
    page = browser.get(f"/buyer/{rows['P0']['buyer_id']}").text
    assert "One contact at <bdi>Müller &amp; &lt;b&gt;Söhne&lt;/b&gt;</bdi>, in" in page


def test_what_was_sold_is_not_said_to_be_orders_where_there_are_none(staffed):
    row = staffed.shelf.listed(most=1).rows[0]
    page = staffed.browser("admin").get(f"/buyer/{row['buyer_id']}").text
    assert "Contribution of what was sold" in page
    assert "Contribution of the orders" not in page


def test_who_objects_and_is_no_buyer_is_named_on_no_page_of_a_colleague_from_that_moment(staffed):
    colleague = next(row for row in staffed.shelf.listed(most=10).rows if row["source_id"] == "P3")
    browser = staffed.browser("admin")
    assert "ann@example.com" in browser.get(f"/buyer/{colleague['buyer_id']}").text
    state_objection(staffed.folder, "contact", "ann@example.com", "ana")
    assert "ann@example.com" not in browser.get(f"/buyer/{colleague['buyer_id']}").text

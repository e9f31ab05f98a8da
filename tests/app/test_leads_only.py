"""A company that knows of its leads only whether they let it in: what nothing tells is said nowhere, not as nought."""

import re
from datetime import UTC, datetime

import pytest

from marketsofone.project import run_project
from marketsofone.project.reading.effort_spent import Spent, spent_on

from .conftest import hired

MARKET = """
[market]
name = "Leads"
currency = "EUR"
as_of = 2026-06-30

[steps]
pull = "opportunity.entered"

[sources.leads.opportunity]
opportunity_id = "lead"
opened_at = "came"
entered = "let_in"

[sources.leads.opportunity.dimensions]
approach = "way"

[sources.said.permission]
about = "'opportunity'"
about_id = "lead"
purpose = "purpose"
basis = "basis"
"""
REFUSED = "L7"


@pytest.fixture(scope="module")
def folder(small_company, tmp_path_factory):
    leads = [f"L{n},2026-0{1 + n % 6}-11,{'true' if n % 3 else 'false'},{('call', 'mail')[n % 2]}" for n in range(60)]
    made = small_company(tmp_path_factory.mktemp("leads"), MARKET, leads=["lead,came,let_in,way", *leads],
                         said=["lead,purpose,basis", f"{REFUSED},contact,refused"])
    run_project(made, now=datetime(2026, 7, 1, tzinfo=UTC))
    return made


@pytest.fixture
def leads(folder, tmp_path):
    for each in folder.iterdir():
        if not each.name.startswith("record"):
            (tmp_path / each.name).symlink_to(each)
    with hired(tmp_path) as engaged:
        yield engaged


def page_of(team, key):
    return team.browser("admin").get("/find", params={"text": key}, follow_redirects=True).text


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_what_was_won_sold_and_touched_is_not_told_as_nought_where_no_row_tells(leads):
    found = spent_on(leads.shelf, "market")
    assert found == Spent(None, None, None, 60, None, None, None, None)
    text = words(leads.browser("admin").get("/segment/market").text)
    effort = text.partition("Where effort went, and the plan")[2].partition("All that is on record")[0]
    assert effort.strip() == "Opportunities 60 Contribution of what was sold no evidence"
    assert "Won 0" not in words(page_of(leads, "L4"))


def test_an_opportunity_without_a_chance_says_once_that_there_is_no_evidence(leads):
    assert "L4 not recorded no evidence </td>" not in page_of(leads, "L4")
    assert "no evidence to no evidence" not in page_of(leads, "L4")


def test_no_place_says_that_an_hour_is_expected_to_earn_most_where_what_it_earns_is_not_known(leads, folder):
    today = words(leads.browser("admin").get("/").text)
    assert "What an hour earns is not known" in today
    assert "best first: by the scores that have evidence, of 59 buyers" in today
    first = leads.shelf.listed(most=1).rows[0]["source_id"]
    assert "Rank 1 by the scores that have evidence" in words(page_of(leads, first))
    report = words((leads.shelf.snapshot.path / "report.html").read_text(encoding="utf-8"))
    assert re.search(r"Approach L\d+ next: pull \d+\.\d% \(90% interval \d+\.\d% to \d+\.\d%\)\.", report)


def test_of_whom_no_basis_for_contact_holds_no_page_says_how_to_approach_it(leads):
    told, other = words(page_of(leads, REFUSED)), words(page_of(leads, "L4"))
    assert "Not ranked" in told
    assert "Not to be approached: no basis for contact holds." in told
    assert "Approach by" in other
    assert "Approach by" not in told


def test_a_plan_that_is_missing_is_told_in_a_sentence(leads):
    told = words(leads.browser("admin").get("/plan").text)
    assert re.search(r"There is no plan to show\. [A-Z][^.]+\. A plan needs", told)

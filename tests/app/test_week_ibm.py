"""The week of each of the four on `ibm_win_loss`: no reps, no dates, no touches, each opportunity a buyer."""

import pytest


def test_the_week_of_an_analyst_on_ibm(sit_at_ibm):
    analyst = sit_at_ibm("analyst")
    assert analyst.heading() == "Today"
    assert unknown_pull(analyst).count() > 0
    analyst.tab.locator(".move h2 a").first.click()
    key = analyst.heading()
    judge(analyst, "competitiveness", "60")
    said = analyst.tab.locator("ul.said").inner_text()
    assert "competitiveness 60.0%, worth 3 trials" in said
    analyst.tab.get_by_role("searchbox").fill(key)
    with analyst.tab.expect_navigation():
        analyst.tab.get_by_role("searchbox").press("Enter")
    assert analyst.heading() in (key, "Find a buyer")
    analyst.go("/data")
    assert analyst.heading() == "Data"


def judge(seat, score, value):
    form = seat.tab.locator("form[action$='/judgement']")
    form.locator("select").select_option(score)
    form.get_by_label("Value").fill(value)
    seat.submit("State")


@pytest.mark.parametrize("role", ["rep", "leader"])
def test_who_is_tied_to_no_rep_of_ibm_is_told_so_and_still_sees_the_market(sit_at_ibm, role):
    seat = sit_at_ibm(role)
    assert "no buyer of this run is yours" in seat.tab.locator("main").inner_text()
    seat.go("/market")
    drill(seat)
    assert seat.tab.locator("a[href^='/buyer/']").count() == 0
    seat.go("/plan")
    assert seat.heading() == "Plan"


def test_the_week_of_a_marketing_leader_on_ibm(sit_at_ibm):
    marketing = sit_at_ibm("marketing")
    drill(marketing)
    marketing.go("/crosswalk")
    assert "Nothing that marketing spent is on record" in marketing.tab.locator("main").inner_text()
    with marketing.tab.expect_download() as coming:
        marketing.tab.locator("table.walk td.cell a").first.click()
    assert coming.value.suggested_filename.endswith(".csv")


def unknown_pull(seat):
    """Where pull is said to be not known, for nothing here tells of an approach."""
    return seat.tab.locator(".move .figure:has(.tag:text-is('Pull')) .none")


def drill(seat):
    seat.tab.locator("table.cards tbody th a").first.click()
    seat.tab.locator("#scores").wait_for()

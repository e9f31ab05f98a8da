"""The week of a marketing leader, in a real browser: which audiences hold which sales segments."""

import csv


def test_the_week_of_a_marketing_leader(sit, tmp_path):
    marketing = sit("marketing")
    assert marketing.tab.url.endswith("/market")
    assert marketing.tab.get_by_role("searchbox").count() == 0
    marketing.tab.get_by_role("link", name="The buyers' viewpoint").click()
    marketing.tab.locator("table tbody tr").first.wait_for()

    marketing.tab.get_by_role("link", name="Crosswalk").click()
    assert marketing.heading() == "Crosswalk"
    line = marketing.tab.locator("table.walk tbody tr").first
    with marketing.tab.expect_download() as coming:
        line.locator("td.cell a").first.click()
    file = tmp_path / "audience.csv"
    coming.value.save_as(file)
    head, *rows = csv.reader(file.read_text(encoding="utf-8-sig").splitlines())
    assert head
    assert rows

    marketing.go("/segment/market")
    assert marketing.tab.locator("a[href^='/buyer/']").count() == 0

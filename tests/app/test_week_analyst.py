"""The week of an analyst, in a real browser: what was read, how it is mapped, what a segment rests on."""


def test_the_week_of_an_analyst(sit):
    analyst = sit("analyst")
    analyst.tab.get_by_role("link", name="Data", exact=True).click()
    assert analyst.heading() == "Data"
    assert {"Files", "Sources", "What was read", "Runs"} <= set(analyst.tab.locator("h2").all_inner_texts())
    analyst.tab.get_by_role("link", name="See how the files could be mapped anew").click()
    assert "[sources." in analyst.tab.locator("pre").inner_text()

    analyst.go("/market?level=1")
    first = analyst.tab.locator("table.cards tbody tr").first
    told = first.locator("td.figure .value").all_inner_texts()
    first.locator("th a").click()
    analyst.tab.locator("#scores").wait_for()
    assert analyst.tab.locator("#scores tbody tr").first.locator("td.figure .value").all_inner_texts() == told

    analyst.tab.locator("#scores tbody tr").first.locator("td.figure a").first.click()
    assert analyst.tab.locator("table tbody tr").count() > 0

    analyst.go("/segment/market?order=source_id")
    keys = analyst.tab.locator("#members ~ .scroll tbody th a").all_inner_texts()
    assert keys == sorted(keys)
    analyst.tab.locator("#members ~ .scroll tbody th a").first.click()
    assert analyst.heading() == keys[0]
    judge(analyst, "attractiveness", "900")
    assert "attractiveness EUR 900, worth 3 trials" in analyst.tab.locator("ul.said").inner_text()


def judge(seat, score, value):
    form = seat.tab.locator("form[action$='/judgement']")
    form.locator("select").select_option(score)
    form.get_by_label("Value").fill(value)
    seat.submit("State")

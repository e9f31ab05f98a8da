import re

import pytest

from marketsofone.project.showing.market import best_first


def shown(browser, address):
    """Strata in the table of a page, in its order."""
    text = browser.get(address).text
    return re.findall(r'/segment/(\w+)"><bdi>', text[text.index('id="segments"'):])


@pytest.fixture
def browser(team):
    return team.browser("leader")


@pytest.fixture
def branch(team):
    """A stratum that is split further, below the market."""
    split = {row["parent_id"] for row in team.shelf.strata}
    found = [row for row in team.shelf.strata if row["level"] == 1 and row["stratum_id"] in split]
    return found[0] if found else team.shelf.strata[0]


def test_the_market_shows_its_leaves_best_hour_first(team, browser):
    split = {row["parent_id"] for row in team.shelf.strata}
    leaves = best_first([row for row in team.shelf.strata if row["stratum_id"] not in split])
    assert shown(browser, "/market") == [row["stratum_id"] for row in leaves]


def test_every_bubble_and_every_block_leads_somewhere_and_says_where(browser):
    text = browser.get("/market").text
    bubbles = re.findall(r'<a href="/segment/(\w+)" aria-label="([^"]+)"><g class="(?:first|other)', text)
    assert bubbles
    assert all("Pull" in label and "Competitiveness" in label for _, label in bubbles)
    blocks = re.findall(r'<a href="([^"]+)" aria-label="(?:Look inside|Open) [^"]+"><svg', text)
    assert len(blocks) > 1
    assert all(browser.get(address.replace("&amp;", "&")).status_code == 200 for address in set(blocks))


def test_filters_stand_in_the_address(team, browser):
    holds = {"level=1": lambda row: row["level"] == 1, "level=all&least=100": lambda row: row["buyers"] >= 100,
             "level=all&text=SECTOR": lambda row: "sector" in row["path"]}
    for query, answers in holds.items():
        expected = {row["stratum_id"] for row in team.shelf.strata if answers(row)}
        assert expected
        assert set(shown(browser, f"/market?{query}")) == expected


def test_a_value_holds_what_lies_within_it(team, browser, branch):
    within = set(team.shelf.below(branch["stratum_id"]))
    address = browser.get("/market", params={"level": "all", "value": branch["name"]}).request.url
    if branch["parent_id"]:
        assert set(shown(browser, str(address))) == within


def test_a_focus_shows_one_branch_and_the_way_back(team, browser, branch):
    text = browser.get(f"/market?level=all&focus={branch['stratum_id']}").text
    assert set(shown(browser, f"/market?level=all&focus={branch['stratum_id']}")) == set(
        team.shelf.below(branch["stratum_id"]))
    assert 'aria-label="The branch you look at"' in text


PLACES = [
    ("", "Competitiveness", "Pull", "Attractiveness"),
    ("x=pull&y=attractiveness&size=competitiveness", "Pull", "Attractiveness", "Competitiveness"),
    ("x=pull&y=pull&size=pull", "Pull", "Competitiveness", "Attractiveness"),
    ("x=value_per_hour&show=colour", "Value of an hour", "Pull", "Attractiveness")]


def test_each_score_can_take_each_place(browser):
    for query, across, up, third in PLACES:
        text = browser.get(f"/market?{query}").text
        assert re.search(rf'aria-label="Segments by {across}( in EUR)? across and {up}( in EUR)? up', text)
        assert f"{third} is the {'colour' if 'colour' in query else 'area'}" in text


def test_the_buyers_viewpoint_leaves_out_what_they_are_worth(browser):
    text = browser.get("/market?view=buyers").text
    assert "What buyers want, segment by segment" in text
    assert "They let us in" in text
    assert "Attractiveness" not in text[text.index("What buyers want, segment"):]


def test_filters_that_nothing_answers_to_say_so(browser):
    text = browser.get("/market?text=%3Cscript%3E").text
    assert "No segment answers to these filters" in text
    assert "<script>" not in text.replace('<script src="/assets/app.js" defer></script>', "")


def test_a_strange_address_is_told_so(browser):
    for query in ("x=revenue", "level=best", "least=-1", "start=-1", "view=rivals", "focus=" + "x" * 200):
        answer = browser.get(f"/market?{query}")
        assert answer.status_code == 422
        assert "not understood" in answer.text
    assert browser.get("/market?focus=gone").status_code == 404

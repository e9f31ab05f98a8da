import re

import pytest

from marketsofone.app.pages.today import MOVES
from marketsofone.app.repairing import in_browser
from marketsofone.project.statements.entering import Notebook


@pytest.fixture
def own(team):
    """The rep's own best buyer."""
    rep = min(team.shelf.reps)
    return next(row for row in team.shelf.listed(order="place", most=400).rows if row["rep_id"] == rep)


def moves(browser):
    return [int(each) for each in re.findall(r'<h2><a href="/buyer/(\d+)"', browser.get("/").text)]


def test_today_holds_a_handful_of_own_moves_best_first(team, own):
    shown = moves(team.browser("rep"))
    places = [team.shelf.buyer(each)["place"] for each in shown]
    assert len(shown) == MOVES
    assert shown[0] == own["buyer_id"]
    assert places == sorted(places)


@pytest.mark.parametrize("said", ["done", "not now", "not relevant"])
def test_an_answered_move_makes_room_for_the_next_and_is_on_record_with_its_reason(team, own, said):
    browser = team.browser("rep")
    before = moves(browser)
    assert browser.post(f"/buyer/{own['buyer_id']}/answer", data={"said": said, "reason": "busy"}).status_code == 303
    after = moves(browser)
    assert before[0] not in after
    assert len(after) == MOVES
    (entry,) = Notebook(team.folder).of_kind("answer")
    assert (entry.says.answer, entry.says.reason, entry.stated_by) == (said, "busy", "rep")


def test_a_second_answer_corrects_the_first(team, own):
    browser = team.browser("rep")
    for said in ("done", "not relevant"):
        browser.post(f"/buyer/{own['buyer_id']}/answer", data={"said": said, "reason": "busy"})
    assert [each.says.answer for each in Notebook(team.folder).of_kind("answer")] == ["not relevant"]


def test_what_a_rep_writes_of_a_buyer_stands_on_its_page_and_can_be_taken_back(team, own):
    browser, address = team.browser("rep"), f"/buyer/{own['buyer_id']}"
    sent = {
        "contact": {"channel": "call", "came": "answered", "minutes": "12", "note": "Asked for a trial."},
        "wish": {"kind": "expectation", "theme": "delivery", "words": "by Friday", "strength": "80"},
        "judgement": {"score": "pull", "value": "60", "sure": "4"},
        "note": {"text": "<b>Bold</b> & brave"},
    }
    for kind, data in sent.items():
        assert browser.post(f"{address}/{kind}", data=data).status_code == 303, kind
    page = browser.get(address).text
    for words in ("call: answered, 12 minutes", "Asked for a trial.", "delivery, strength 80.0%: by Friday",
                  "pull 60.0%, worth 4 trials", "&lt;b&gt;Bold&lt;/b&gt; &amp; brave"):
        assert words in page
    number = re.search(r'name="number" value="(\d+)"', page)[1]
    assert browser.post(f"{address}/undo", data={"number": number}).status_code == 303
    assert "no longer in force" in browser.get(address).text


def test_nobody_takes_back_the_words_of_another_without_the_right_to_decide(team, own):
    address = f"/buyer/{own['buyer_id']}"
    team.browser("leader").post(f"{address}/note", data={"text": "Mind the audit."})
    (entry,) = Notebook(team.folder).of_kind("note")
    assert team.browser("rep").post(f"{address}/undo", data={"number": entry.id}).status_code == 409
    assert team.browser("analyst").post(f"{address}/undo", data={"number": entry.id}).status_code == 303


def test_a_stale_form_loses_nothing_and_says_so(team, own):
    rep, leader = team.browser("rep"), team.browser("leader")
    address = f"/buyer/{own['buyer_id']}"
    rep.post(f"{address}/note", data={"text": "one"})
    (first,) = Notebook(team.folder).of_kind("note")
    assert leader.post(f"{address}/note", data={"text": "two", "supersedes": first.id}).status_code == 303
    answer = rep.post(f"{address}/note", data={"text": "three", "supersedes": first.id})
    assert answer.status_code == 409
    assert "superseded by" in answer.text
    assert [each.says.text for each in Notebook(team.folder).of_kind("note")] == ["two"]


def test_a_rep_writes_nothing_of_a_buyer_of_another(team):
    rep = min(team.shelf.reps)
    other = next(row for row in team.shelf.listed(most=400).rows if row["rep_id"] != rep)
    answer = team.browser("rep").post(f"/buyer/{other['buyer_id']}/note", data={"text": "mine"})
    assert answer.status_code == 404
    assert Notebook(team.folder).of_kind("note") == ()


def test_looking_and_writing_leave_a_trail_of_ids_and_never_of_words(team, own):
    browser = team.browser("rep")
    browser.get(f"/buyer/{own['buyer_id']}")
    browser.post(f"/buyer/{own['buyer_id']}/note", data={"text": "secret words"})
    trail = [(each.action, each.subject) for each in team.door.trail()]
    assert ("saw", f"buyer {own['buyer_id']}") in trail
    assert any(action.startswith("stated note") for action, _ in trail)
    assert not any("secret" in action + subject for action, subject in trail)


def test_a_key_leads_to_its_buyer_and_part_of_one_to_a_list(team, own):
    browser = team.browser("rep")
    assert browser.get("/find", params={"text": own["source_id"]}).headers["location"] == f"/buyer/{own['buyer_id']}"
    assert own["source_id"] in browser.get("/find", params={"text": own["source_id"][:-1].lower()}).text
    assert "No buyer" in browser.get("/find", params={"text": "%_'; drop"}).text
    assert "No buyer" in browser.get("/find", params={"text": 500 * "k"}).text, "keys have up to so many signs"


def test_a_buyers_numbers_open_to_the_rows_they_rest_on(team, own):
    from marketsofone.project.reading.rows import read_rows

    page = team.browser("rep").get(f"/buyer/{own['buyer_id']}").text
    rows = read_rows(team.shelf.snapshot, buyer=own["buyer_id"]).rows
    assert "What the numbers rest on" in page
    for row in rows[:5]:
        assert f"{row.source}, row {row.source_row:,}" in page
        assert str(row.happened_on) in page


def test_an_opportunity_that_is_decided_shows_no_chance_any_more(team):
    browser = team.browser("admin")
    every = (team.shelf.of_buyer("opportunities", row["buyer_id"]) for row in team.shelf.listed(most=400).rows)
    held = next(each for each in every if {"won", "open"} <= {one["outcome"] for one in each})
    page = browser.get(f"/buyer/{held[0]['buyer_id']}").text.split('id="opportunities"')[1]
    for one in held:
        line = page.split(one["source_id"])[1].split("</tr>")[0]
        assert ('"Chance of winning">decided' in line) == (one["outcome"] in ("won", "lost"))
        assert ("%" in line) == (one["outcome"] == "open")


def test_a_move_says_where_it_is_with_a_customer(team):
    plan = {row["buyer_id"]: row for row in team.shelf.snapshot.table("plan").to_pylist()}
    page = team.browser("admin").get("/").text
    for part in page.split('<li class="move">')[1:]:
        row = plan[int(re.search(r'/buyer/(\d+)"', part)[1])]
        assert ("The plan gives this customer" in part) == row["won"]
        assert ("The plan gives it" in part) == (not row["won"])


def test_a_judgement_that_is_no_percentage_is_refused_in_percent(team, own):
    browser, address = team.browser("rep"), f"/buyer/{own['buyer_id']}/judgement"
    for value in ("150", "0", "-3"):
        answer = browser.post(address, data={"score": "pull", "value": value})
        assert answer.status_code == 409
        assert "one that is not between 0 and 100" in answer.text
    assert not Notebook(team.folder).of_kind("judgement")


def test_a_key_that_is_typed_whole_opens_though_longer_ones_begin_with_it(team, own, monkeypatch):
    longer = {**own, "buyer_id": own["buyer_id"] + 1, "source_id": own["source_id"] + "0"}
    monkeypatch.setattr(type(team.shelf), "found", lambda *_: (own, longer))
    browser = team.browser("rep")
    assert browser.get("/find", params={"text": own["source_id"]}).headers["location"] == f"/buyer/{own['buyer_id']}"
    assert browser.get("/find", params={"text": own["source_id"][:3]}).status_code == 200


def test_today_says_what_its_numbers_take_for_granted(team, monkeypatch):
    manifest = {**team.shelf.snapshot.manifest, "conditional_on": ["pull"],
                "labels": ["pull: no evidence: [steps] pull is not set", "attractiveness: margin assumed: 30%"]}
    browser = team.browser("rep")
    for page in ("/", "/market"):
        assert "margin assumed" not in browser.get(page).text
    monkeypatch.setattr(type(team.shelf.snapshot), "manifest", property(lambda _: manifest))
    for page in ("/", "/market"):
        text = browser.get(page).text
        assert "the ranking takes for granted that the buyer lets us in. Attractiveness: margin assumed: 30%." in text
        assert "[steps]" not in text


def test_today_tells_what_a_buyer_said_it_wishes(team, own):
    browser = team.browser("rep")
    assert "It told us" not in browser.get("/").text
    browser.post(f"/buyer/{own['buyer_id']}/wish", data={
        "kind": "expectation", "theme": "delivery", "words": "by Friday <now>", "strength": "80"})
    page = browser.get("/").text
    assert "It told us an expectation: <bdi>delivery, strength 80.0%: by Friday &lt;now&gt;</bdi>" in page
    assert page.count("It told us") == 1


def test_no_page_and_no_problem_sends_whoever_works_in_the_browser_to_a_command_line(team, own):
    pages = ("/", "/market", "/plan", "/crosswalk", f"/buyer/{own['buyer_id']}", f"/buyer/{own['buyer_id']}/rows",
             f"/segment/{own['stratum_id']}", "/buyer/999999999", "/segment/none", "/market?run=none",
             "/plan/scenarios?scenario=leave%3Dnowhere", "/market?a=nobody&b=nowhere", "/find?text=nobody")
    for role in ("rep", "leader", "marketing"):
        browser = team.browser(role)
        for address in pages:
            found = re.search(r".{40}\bm1 [a-z].{40}", browser.get(address).text, re.DOTALL)
            assert not found, f"{role} at {address}: {found}"


def test_a_problem_says_what_its_reader_may_do_on_a_page_else_whom_to_ask(team):
    assert "The page Market lists them" in team.browser("rep").get("/segment/none").text
    assert "The search field lists buyers" in team.browser("rep").get("/buyer/999999999").text
    (team.folder / "runs").unlink()
    assert "Run it first: ask an analyst or an admin." in team.browser("rep").get("/market").text
    assert "Run it first: on the page Data." in team.browser("analyst").get("/market").text


def test_a_problem_holds_neither_names_of_columns_nor_the_place_of_the_project(team):
    (team.folder / "runs").unlink()
    told = team.browser("rep").get("/market").text
    assert "<h1>This project was asked for its results. Found: no finished run.</h1>" in told
    assert str(team.folder) not in told


@pytest.mark.parametrize("address", ["/segment/none", "/buyer/999999999"])
def test_what_a_run_does_not_hold_is_told_without_names_of_columns(team, address):
    assert not re.search("stratum_id|buyer_id", team.browser("rep").get(address).text)


@pytest.mark.parametrize(("text", "told"), [
    ("m1 rank lists buyers.", "The search field, which a leader or an analyst may use, lists buyers."),
    ("Check the keys:  m1 merge --help", "Check the keys: in the terminal, by whoever looks after this app."),
    ("Take them out, or write them as m1 strata shows them; 3 keys.",
     "Take them out, or write them as the page Market, which an admin may use, shows them; 3 keys."),
    ("See what each clause says:\n  m1 segment preview 'big ones'",
     "See what each clause says: in the terminal, by whoever looks after this app."),
    ("State who looks after them, or see m1 plan solve --assign.",
     "State who looks after them, or see the page Plan, which an admin may use."),
    ("See m1 crosswalk, m1 plan solve and m1 rank.",
     "See the page Crosswalk, which an admin may use, the page Plan, which an admin may use, and the search field, "
     "which a leader or an analyst may use."),
    ("Nothing to do.", "Nothing to do."),
])
def test_only_the_command_gives_way_and_the_words_around_it_stand(text, told):
    assert in_browser(text, None) == told

"""The week of a rep, in a real browser."""

import re

import pytest

from marketsofone.app.pages.today import MOVES


def keys_of(seat):
    return seat.tab.locator(".move h2 a").all_inner_texts()


@pytest.fixture
def open_day(team):
    """A run whose project file fixes no day: what is stated since moves scores."""
    team.app.state.office.shelf().snapshot.manifest["market"]["market"]["as_of"] = None


def test_the_week_of_a_rep(sit, team, open_day):
    rep = sit("rep")
    assert rep.heading() == "Today"
    moves = keys_of(rep)
    assert len(moves) == MOVES

    put_off(rep, "Not now", "budget later")
    assert moves[0] not in keys_of(rep)
    assert keys_of(rep)[0] == moves[1]

    rep.tab.get_by_role("link", name=moves[1], exact=True).click()
    assert rep.heading() == moves[1]
    record_contact(rep, "Let us in", "Wants to see it running.")
    assert "call: answered, 20 minutes" in said(rep)
    wish(rep, "expectation", "delivery", "By Friday, or not at all.")
    assert "By Friday, or not at all." in said(rep)
    judge(rep, "pull", "75", "6")
    assert "moved by what was stated since the run: pull" in rep.tab.locator(".old").inner_text().lower()
    with rep.tab.expect_navigation():
        rep.tab.get_by_role("button", name=re.compile("Take back judgement")).click()
    assert "no longer in force" in said(rep)

    find(rep, moves[2])
    assert rep.heading() == moves[2]
    assert ("answer", "rep") in {(each.kind, each.stated_by) for each in statements(team)}


def test_what_a_rep_writes_on_a_phone_takes_under_half_a_minute(sit):
    """Taps, not seconds of a machine: the outcome of a contact needs one tap to open it and one to state it."""
    rep = sit("rep", width=390)
    first = keys_of(rep)[0]
    rep.tab.locator("summary", has_text="Record a contact").first.click()
    rep.submit("No answer")
    assert first not in keys_of(rep)
    find(rep, first)
    assert "call: no answer" in said(rep)


def test_an_answer_is_taken_back_where_it_was_given(sit):
    rep = sit("rep")
    first = keys_of(rep)[0]
    put_off(rep, "Not relevant", "closed down")
    assert first not in keys_of(rep)
    with rep.tab.expect_navigation():
        rep.tab.get_by_role("button", name=f"Take back the answer to {first}").click()
    assert keys_of(rep)[0] == first


def test_all_a_rep_needs_works_without_script(sit):
    rep = sit("rep", script=False)
    first = keys_of(rep)[0]
    put_off(rep, "Done", "approached")
    assert first not in keys_of(rep)
    find(rep, first)
    record_contact(rep, "Open", "")
    assert "call: not known yet" in said(rep)


def put_off(seat, word, reason):
    form = seat.tab.get_by_role("form", name=re.compile(f"^{word}: ")).first
    with seat.tab.expect_navigation():
        form.get_by_role("button", name=reason).click()


def record_contact(seat, came, note):
    form = seat.tab.locator("form#contact")
    form.get_by_label(came).check()
    form.get_by_label("Note").fill(note)
    seat.submit("Record")


def wish(seat, kind, theme, words):
    form = seat.tab.locator("form[action$='/wish']")
    form.get_by_label("Which").select_option(kind)
    form.get_by_label("About").fill(theme)
    form.get_by_label("In its own words").fill(words)
    seat.submit("Write down")


def judge(seat, score, value, sure):
    form = seat.tab.locator("form[action$='/judgement']")
    form.locator("select").select_option(score)
    form.get_by_label("Value").fill(value)
    form.get_by_label("Worth how many trials").fill(sure)
    seat.submit("State")


def find(seat, key):
    seat.tab.get_by_role("searchbox").fill(key)
    with seat.tab.expect_navigation():
        seat.tab.get_by_role("searchbox").press("Enter")


def said(seat):
    return seat.tab.locator("ul.said").inner_text()


def statements(team):
    return team.app.state.office.notebook.of_kind("answer")

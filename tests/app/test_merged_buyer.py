"""What people said of a buyer stays said of it when its key was merged into another: shown, corrected, taken back."""

import pytest

from marketsofone.project import run_project, simulate_project, state_merge
from marketsofone.project.snapshots.shelf import Shelf
from marketsofone.project.statements.entering import Notebook

from .conftest import hired

JUDGED = {"kind": "judgement", "score": "pull", "value": 0.4, "sure": 2.0}


@pytest.fixture
def merged(tmp_path):
    """A team whose two first buyers to approach were merged after things were said of the one whose key is gone now."""
    simulate_project(tmp_path, accounts=80, seed=11)
    rows = Shelf(run_project(tmp_path)).listed(order="place", most=2).rows
    first, key = sorted(row["source_id"] for row in rows)
    notebook = Notebook(tmp_path)
    notebook.enter("note", "buyer", key, {"text": "They know us."}, "admin")
    notebook.enter("wish", "account", key, {"kind": "need", "theme": "speed"}, "admin")
    notebook.enter("answer", "buyer", key, {"answer": "not relevant", "reason": "too small"}, "admin")
    notebook.enter("judgement", "buyer", key, {"score": "pull", "value": 0.9, "sure": 5.0}, "admin")
    notebook.close()
    state_merge(tmp_path, "account", key, first, "ana")
    run_project(tmp_path)
    with hired(tmp_path) as team:
        (row,) = [each for each in team.shelf.listed(most=100).rows if each["source_id"] == first]
        assert team.shelf.keys_of(row) == (first, key)
        yield team, row["buyer_id"]


def stated(browser, buyer):
    told = browser.get(f"/api/v1/buyers/{buyer}/statements").json()
    return {each["kind"]: (each["number"], each["says"]) for each in told}


def test_its_page_and_the_api_show_what_was_said_of_either_key(merged):
    team, buyer = merged
    browser = team.browser("admin")
    page = browser.get(f"/buyer/{buyer}").text
    assert "They know us." in page
    assert "speed" in page
    assert {"note", "wish", "answer", "judgement"} <= stated(browser, buyer).keys()


def test_an_answer_of_either_key_holds_on_today_until_it_is_corrected(merged):
    team, buyer = merged
    browser = team.browser("admin")
    move = f'/buyer/{buyer}/answer"'
    assert move not in browser.get("/").text
    answer = browser.post(f"/buyer/{buyer}/answer", data={"said": "done", "reason": "met"})
    assert answer.status_code == 303
    assert stated(browser, buyer)["answer"][1]["answer"] == "done"
    assert len(team.app.state.office.notebook.of_kind("answer")) == 1
    browser.post("/today/undo", data={"number": stated(browser, buyer)["answer"][0]})
    assert move in browser.get("/").text


def test_what_was_said_is_corrected_and_taken_back_from_the_page_of_the_merged_buyer(merged):
    team, buyer = merged
    browser = team.browser("admin")
    number = stated(browser, buyer)["judgement"][0]
    answer = browser.post(f"/api/v1/buyers/{buyer}/statements", json={**JUDGED, "supersedes": number})
    assert answer.status_code == 201, answer.text
    assert stated(browser, buyer)["judgement"][1]["value"] == 0.4
    answer = browser.post(f"/buyer/{buyer}/judgement", data={"score": "pull", "value": "30", "sure": "2"})
    assert answer.status_code == 303
    assert stated(browser, buyer)["judgement"][1]["value"] == 0.3
    assert browser.post(f"/buyer/{buyer}/undo", data={"number": stated(browser, buyer)["note"][0]}).status_code == 303
    assert "note" not in stated(browser, buyer)

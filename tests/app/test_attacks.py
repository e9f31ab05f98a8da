"""What someone may try who is signed in: another's buyers on every route, runs and files beyond the project."""

import re
import shutil

import pytest
from fastapi.routing import APIRoute

FORM = {"text": "x", "said": "done", "reason": "a", "score": "pull", "value": "50", "channel": "call",
        "came": "answered", "kind": "need", "theme": "x", "number": "1", "back": "today"}
RUNS = ("%00", "..%2F..%2Fetc", "..", ".", "x" * 255, "x" * 3000, "%2Fetc", "latest%00", "%ff", "＝1")


def routes(app, holding=""):
    return [route for route in app.routes if isinstance(route, APIRoute) and holding in route.path]


@pytest.fixture
def anothers(team):
    """A buyer that the rep does not serve."""
    rep = min(team.shelf.reps)
    return next(row for row in team.shelf.listed(most=400).rows if row["rep_id"] != rep)


def test_a_rep_reaches_the_buyer_of_another_on_no_route_and_writes_nothing(team, anothers):
    browser, tried = team.browser("rep"), 0
    for route in routes(team.app, "{buyer_id}"):
        address = re.sub(r"\{number\}", "1", route.path.replace("{buyer_id}", str(anothers["buyer_id"])))
        body = {"json": {"kind": "note", "text": "x"}} if route.path.startswith("/api/") else {"data": FORM}
        for method in route.methods - {"HEAD"}:
            answer = browser.request(method, address, **({} if method in ("GET", "DELETE") else body))
            assert answer.status_code == 404, (method, route.path, answer.status_code)
            assert anothers["source_id"] not in answer.text
            tried += 1
    assert tried >= 14
    assert team.app.state.office.notebook.history("buyer", anothers["source_id"]) == ()


@pytest.mark.parametrize("run", RUNS)
def test_a_run_is_asked_for_by_no_name_that_leads_elsewhere_on_any_page(team, run):
    browser = team.browser("admin")
    for route in routes(team.app):
        if "GET" not in route.methods or route.path in ("/enter", "/invitation", "/sign-in"):
            continue
        address = re.sub(r"\{stratum_id\}|\{other_id\}", "market", route.path)
        address = re.sub(r"\{before\}|\{after\}", run, address)
        address = re.sub(r"\{\w+\}", "1", address)
        answer = browser.get(f"{address}?run={run}&before={run}&after={run}")
        assert answer.status_code < 500, (route.path, answer.status_code)
        assert "Traceback" not in answer.text


@pytest.mark.parametrize("job", ["../../etc/passwd", "\0", "x" * 101, "none", ""])
def test_a_job_is_stopped_by_its_own_name_only(team, job):
    assert team.browser("analyst").post("/data/runs/stop", data={"job": job}).status_code in (409, 422)


def test_nobody_takes_back_the_answer_of_another_from_today(team):
    rep = min(team.shelf.reps)
    own = next(row for row in team.shelf.listed(most=400).rows if row["rep_id"] == rep)
    team.browser("rep").post(f"/buyer/{own['buyer_id']}/answer", data={"said": "done", "reason": "busy"})
    (entry,) = team.app.state.office.notebook.of_kind("answer")
    for role in ("admin", "leader"):
        assert team.browser(role).post("/today/undo", data={"number": entry.id}).status_code == 409
    assert team.browser("marketing").post("/today/undo", data={"number": entry.id}).status_code == 403
    assert team.browser("rep").post("/today/undo", data={"number": entry.id}).status_code == 303
    assert team.app.state.office.notebook.of_kind("answer") == ()


@pytest.mark.parametrize("minutes", ["nan", "inf", "-1", "1e400", "0", "x"])
def test_minutes_that_are_none_leave_neither_contact_nor_answer(team, minutes):
    rep = min(team.shelf.reps)
    own = next(row for row in team.shelf.listed(most=400).rows if row["rep_id"] == rep)
    sent = {"channel": "call", "came": "answered", "minutes": minutes, "back": "today", "note": "a"}
    answer = team.browser("rep").post(f"/buyer/{own['buyer_id']}/contact", data=sent)
    assert answer.status_code in (409, 422)
    assert team.app.state.office.notebook.history("buyer", own["source_id"]) == ()


def test_a_note_that_cannot_be_kept_takes_its_contact_with_it(team):
    rep = min(team.shelf.reps)
    own = next(row for row in team.shelf.listed(most=400).rows if row["rep_id"] == rep)
    sent = {"channel": "call", "came": "answered", "back": "today", "note": "a\0b"}
    assert team.browser("rep").post(f"/buyer/{own['buyer_id']}/contact", data=sent).status_code == 409
    assert team.app.state.office.notebook.history("buyer", own["source_id"]) == ()


def test_results_that_vanish_while_the_app_serves_give_a_clear_page_on_every_route(team, company):
    browser = team.browser("analyst")
    assert browser.get("/market").status_code == 200
    (team.folder / "runs").unlink()
    shutil.copytree(company / "runs", team.folder / "runs")
    run = (team.folder / "runs/latest").read_text().strip()
    (team.folder / "runs" / run / "facts.parquet").unlink()
    for address in ("/", "/market", "/segment/market", "/plan", "/crosswalk", "/find?text=a"):
        answer = browser.get(address)
        assert answer.status_code == 404, address
        assert "facts.parquet" in answer.text
    assert browser.get("/data").status_code == 200
    assert browser.get("/api/v1/buyers").headers["content-type"] == "application/problem+json"

from datetime import UTC, datetime

import pytest

from marketsofone.errors import RecordRefused
from marketsofone.project import run_project
from marketsofone.project.snapshots.shelf import Shelf
from marketsofone.project.snapshots.snapshot import open_snapshot
from marketsofone.project.statements.entering import Notebook
from marketsofone.project.statements.restating import restated
from marketsofone.report.words import day


@pytest.fixture
def notebook(project):
    opened = Notebook(project)
    yield opened
    opened.close()


def a_buyer(shelf):
    return next(row for row in shelf.listed(most=50).rows if row["pull_trials"] > 0)


def test_what_is_stated_between_runs_moves_a_buyer_as_the_next_run_does(project, notebook, company):
    text = (company / "market.toml").read_text().replace("as_of = 2026-06-30", "as_of = 2099-12-31")
    (project / "market.toml").unlink()
    (project / "market.toml").write_text(text)
    (project / "runs").unlink()
    shelf = Shelf(run_project(project))
    buyer = a_buyer(shelf)
    assert restated(shelf, notebook, buyer) == {**buyer, "restated": ()}
    about = ("account", buyer["source_id"])
    notebook.enter("contact", *about, {"channel": "call", "happened_at": datetime.now(UTC), "answered": False}, "ann")
    notebook.enter("judgement", *about, {"score": "competitiveness", "value": 0.9, "sure": 6.0}, "ann")
    notebook.enter("judgement", *about, {"score": "attractiveness", "value": 500.0, "sure": 2.0}, "ann")
    moved = restated(shelf, notebook, buyer)
    assert set(moved["restated"]) == {"pull", "competitiveness", "attractiveness"}
    assert moved["pull"] < buyer["pull"]
    assert moved["competitiveness"] > buyer["competitiveness"]
    again = Shelf(run_project(project))
    run = again.buyer(buyer["buyer_id"])
    for name in ("pull", "competitiveness", "attractiveness", "value_per_hour"):
        step = abs(moved[name] - buyer[name])
        assert moved[name] == pytest.approx(run[name], abs=0.25 * step)
        assert moved[f"{name}_low"] == pytest.approx(run[f"{name}_low"], abs=0.4 * step)
    assert restated(again, notebook, run)["restated"] == ()


def test_what_is_taken_back_moves_the_buyer_back(project, notebook):
    (project / "market.toml").unlink()
    shelf = Shelf(open_snapshot(project))
    shelf.snapshot.manifest["market"]["market"]["as_of"] = None
    buyer = a_buyer(shelf)
    number = notebook.enter("judgement", "buyer", buyer["source_id"],
                            {"score": "pull", "value": 0.9, "sure": 4.0}, "ann")
    assert restated(shelf, notebook, buyer)["pull"] > buyer["pull"]
    notebook.withdraw(number, "ann")
    assert restated(shelf, notebook, buyer)["pull"] == buyer["pull"]


def test_a_statement_after_a_fixed_as_of_date_moves_nothing_as_in_a_run_of_that_day(project, notebook):
    shelf = Shelf(open_snapshot(project))
    buyer = a_buyer(shelf)
    about = ("account", buyer["source_id"])
    notebook.enter("judgement", *about, {"score": "pull", "value": 0.9, "sure": 40.0}, "ann")
    notebook.enter("contact", *about, {"channel": "call", "happened_at": datetime.now(UTC), "answered": True}, "ann")
    assert restated(shelf, notebook, buyer)["restated"] == ()
    (project / "runs").unlink()
    again = Shelf(run_project(project))
    run = again.buyer(buyer["buyer_id"])
    assert run["pull_trials"] == buyer["pull_trials"]
    assert restated(again, notebook, run) == {**run, "restated": ()}, "the run left it out, so nothing is taken off"


def test_a_contact_written_down_is_the_last_touch_at_once_and_a_page_says_where_it_moves_no_score(team):
    row = team.shelf.listed(order="place", most=1).rows[0]
    admin, address, today = team.browser("admin"), f"/buyer/{row['buyer_id']}", day(datetime.now(UTC).date())
    assert f"Last touch {today}." not in admin.get("/").text
    assert admin.post(f"{address}/contact", data={"channel": "call", "came": "no answer"}).status_code == 303
    for page in (admin.get("/").text, admin.get(address).text):
        assert f"Last touch {today}." in page
    late = "The project fixes 2026-06-30 as its day: what is written down now is kept and shown, and moves no score."
    assert late in admin.get(address).text
    assert "changed since the run" not in admin.get("/").text
    team.app.state.office.shelf().snapshot.manifest["market"]["market"]["as_of"] = None
    assert late not in admin.get(address).text
    assert "changed since the run" in admin.get("/").text


def test_a_correction_of_what_someone_else_corrected_is_refused(notebook):
    number = notebook.enter("note", "buyer", "A", {"text": "one"}, "ann")
    notebook.enter("note", "buyer", "A", {"text": "two"}, "bob", supersedes=number)
    with pytest.raises(RecordRefused, match="superseded by"):
        notebook.enter("note", "buyer", "A", {"text": "three"}, "ann", supersedes=number)


@pytest.mark.parametrize(("kind", "values"), [("spell", {}), ("note", {}), ("note", {"text": "a", "tone": "b"})])
def test_what_is_no_statement_is_refused(notebook, kind, values):
    with pytest.raises(RecordRefused):
        notebook.enter(kind, "buyer", "A", values, "ann")

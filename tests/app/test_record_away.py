"""The record's database away for a while, and two people who write at once: nothing acknowledged is lost."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from starlette.testclient import TestClient

from marketsofone.app import application
from marketsofone.project.statements.entering import Notebook
from marketsofone.record import database

SAME_SITE = {"sec-fetch-site": "same-origin"}


def own_browser(app):
    browser = TestClient(app, headers=SAME_SITE, follow_redirects=False, raise_server_exceptions=False)
    browser.get("/enter?key=k")
    return browser


def a_buyer(app):
    return app.state.office.shelf().listed(most=1).rows[0]["buyer_id"]


def is_clear(answer):
    """A page with what happened and what to do: no trace, no address of a database."""
    return (answer.status_code == 503 and "cannot be reached just now" in answer.text
            and not any(word in answer.text for word in ("Traceback", "sqlite", "postgresql", "psycopg", "record.db")))


def test_a_postgresql_that_goes_away_is_said_and_works_again_when_it_is_back(project, own_postgresql):
    text = (project / "market.toml").read_text()
    (project / "market.toml").unlink()
    (project / "market.toml").write_text(f'{text}\n[record]\nurl = "{own_postgresql.get_uri()}"\n')
    app = application(project, local_key="k")
    browser, note = own_browser(app), f"/buyer/{a_buyer(app)}/note"
    assert browser.post(note, data={"text": "before"}).status_code == 303

    own_postgresql.stop()
    assert is_clear(browser.post(note, data={"text": "lost?"}))
    assert is_clear(browser.get(note.removesuffix("/note")))
    market = browser.get("/market")
    assert market.status_code == 200
    assert "Who objected since this run cannot be told just now" in market.text
    assert is_clear(browser.get("/"))
    problem = browser.get("/api/v1/statements", params={"about": "buyer", "about_id": "A"})
    assert "postgresql" not in problem.text

    own_postgresql.start()
    assert browser.post(note, data={"text": "after"}).status_code == 303
    assert [each.says.text for each in app.state.office.notebook.of_kind("note")] == ["before", "after"]
    app.state.office.close()


def test_a_locked_file_is_said_and_works_again_when_it_is_free(project, monkeypatch):
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.2)
    app = application(project, local_key="k")
    browser, note = own_browser(app), f"/buyer/{a_buyer(app)}/note"
    with closing(sqlite3.connect(project / "record.db", isolation_level=None)) as another:
        another.execute("begin immediate")
        assert is_clear(browser.post(note, data={"text": "lost?"}))
        assert browser.get("/market").status_code == 200
    assert browser.post(note, data={"text": "after"}).status_code == 303
    assert [each.says.text for each in app.state.office.notebook.of_kind("note")] == ["after"]
    app.state.office.close()


def test_of_two_who_correct_the_same_words_at_once_one_is_acknowledged_and_the_other_told(team):
    address = f"/buyer/{team.shelf.listed(most=1).rows[0]['buyer_id']}/note"
    analyst, admin = team.browser("analyst"), team.browser("admin")
    for turn in range(5):
        analyst.post(address, data={"text": f"first {turn}"})
        first = Notebook(team.folder).of_kind("note")[-1]

        def corrected(who, turn=turn, first=first):
            browser, name = who
            answer = browser.post(address, data={"text": f"{name} {turn}", "supersedes": first.id})
            return name, answer.status_code, answer.text

        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(corrected, ((analyst, "analyst"), (admin, "admin"))))
        assert sorted(status for _, status, _ in answers) == [303, 409]
        winner = next(name for name, status, _ in answers if status == 303)
        assert "superseded by" in next(text for _, status, text in answers if status == 409)
        assert Notebook(team.folder).of_kind("note")[-1].says.text == f"{winner} {turn}"

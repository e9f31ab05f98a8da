"""A database connected from the browser: stated, its tables seen, mapped, agreed to, run."""

import re
import socket
import sqlite3
import tomllib
from html import unescape

import duckdb
import pytest
from starlette.testclient import TestClient

from marketsofone.app import application
from marketsofone.errors import MarketError
from marketsofone.project import run_project
from marketsofone.project.files.connecting import tables_of
from marketsofone.project.snapshots.snapshot import open_snapshot

from .conftest import hired

DEALS = [(f"o{n}", f"a{n % 9}", ("won", "lost")[n % 3 == 0], 100.0 + n, f"2026-0{1 + n % 6}-11") for n in range(90)]
HEAD = "opportunity_id text, account_id text, stage text, amount real, closed_date text"


@pytest.fixture
def folder(tmp_path):
    """A project folder without a project file, and two databases of the same deals among its files."""
    (tmp_path / "new/files").mkdir(parents=True)
    for connect, name in ((sqlite3.connect, "crm.db"), (duckdb.connect, "crm.duckdb")):
        con = connect(tmp_path / "new/files" / name)
        con.execute(f"create table deals ({HEAD})")
        con.executemany("insert into deals values (?, ?, ?, ?, ?)", DEALS)
        con.execute("create table notes (line text)")
        con.execute("insert into notes values ('nothing to see')")
        con.commit()
        con.close()
    return tmp_path / "new"


@pytest.fixture
def alone(folder):
    app = application(folder, local_key="key")
    browser = TestClient(app, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False)
    browser.get("/enter?key=key")
    yield browser
    app.state.office.close()


@pytest.fixture
def server(postgresql):
    """A real server with the same deals."""
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(postgresql.get_uri()) as con:
        con.execute("drop table if exists deals, notes")
        con.execute(f"create table deals ({HEAD})")
        con.cursor().executemany("insert into deals values (%s, %s, %s, %s, %s)", DEALS)
        con.execute("create table notes (line text)")
        con.execute("insert into notes values ('nothing to see')")
    return postgresql.get_uri()


def hidden(name, page):
    return unescape(re.search(rf'name="{name}" value="([^"]*)"', page)[1])


@pytest.mark.parametrize("address", ["sqlite:///files/crm.db", "duckdb:///files/crm.duckdb", "${M1_CRM}"])
def test_a_database_is_stated_mapped_agreed_to_and_run(alone, folder, address, monkeypatch):
    monkeypatch.setenv("M1_CRM", "sqlite:///files/crm.db")
    connected(alone, folder, address)


def test_a_server_is_stated_by_a_variable_mapped_agreed_to_and_run(alone, folder, server, monkeypatch):
    monkeypatch.setenv("M1_CRM", server)
    connected(alone, folder, "${M1_CRM}")


def connected(alone, folder, address):
    page = alone.post("/data/database", data={"address": address}).text
    assert re.findall(r'name="table" value="(\w+)"', page) == ["deals", "notes"]
    asked = {"address": address, "table": ["deals", "notes"]}
    page = alone.post("/data/database/proposal", data=asked).text
    assert "notes" in page  # what could not be told is told
    sent = {"digest": hidden("digest", page), "address": hidden("address", page),
            "table": re.findall(r'name="table" value="(\w+)"', page)}
    assert alone.post("/data/proposal", data=sent).status_code == 303
    said = tomllib.loads((folder / "market.toml").read_text())["sources"]["deals"]
    assert (said["url"], said["table"]) == (address, "deals")
    run_project(folder)
    assert open_snapshot(folder).manifest["counts"]["buyers"] == 9
    assert "deals" in alone.get("/data").text


@pytest.mark.parametrize(("address", "found"), [
    ("postgresql://reader:hunter2@db.example/crm", "one in clear"),
    ("postgresql://reader@db.example/crm?password=hunter2", "one in clear"),
    ("postgresql://reader:${HOME}@db.example/crm", "1 other"),
    ("postgresql://reader:${M1_CRM_PASSWORD}@db.example/crm", "an address"),
    ("postgresql:///crm?host=/var/run/postgresql", "an address"),
    ("sqlite:///record.db", "another place"),
    ("sqlite:///files/../record.db", "another place"),
    ("sqlite:////etc/passwd", "another place"),
    ("sqlite:///files/${M1_SECRET}/../../record.db", "another place"),
    ("mysql://db.example/crm", "another beginning"),
    ("/etc/passwd", "another beginning"),
])
def test_an_address_that_reaches_too_far_or_tells_a_secret_is_refused_and_not_repeated(team, address, found):
    answer = team.browser("analyst").post("/data/database", data={"address": address})
    assert answer.status_code == 422
    assert found in unescape(answer.text)
    assert "hunter2" not in answer.text


def test_a_secret_of_the_server_is_never_told(team, monkeypatch):
    monkeypatch.setenv("M1_CRM_PASSWORD", "hunter2")
    for address in ("sqlite:///${M1_CRM_PASSWORD}", "${M1_CRM_PASSWORD}", "duckdb:///${M1_CRM_PASSWORD}",
                    "postgresql://reader:${M1_CRM_PASSWORD}@127.0.0.1:9/crm"):
        for path in ("/data/database", "/data/database/proposal", "/data/proposal"):
            answer = team.browser("analyst").post(path, data={"address": address, "table": "x", "digest": "x"})
            assert answer.status_code in (404, 422)
            assert "hunter2" not in answer.text


def test_no_password_of_the_server_reaches_a_server_that_someone_in_a_browser_names(team, monkeypatch):
    monkeypatch.setenv("M1_CRM_PASSWORD", "hunter2")
    monkeypatch.setenv("PGPASSWORD", "hunter3")
    with socket.create_server(("127.0.0.1", 0)) as foreign:
        foreign.settimeout(0.5)
        port = foreign.getsockname()[1]
        for who in ("reader:${M1_CRM_PASSWORD}", "reader"):
            address = f"postgresql://{who}@127.0.0.1:{port}/crm"
            answer = team.browser("analyst").post("/data/database", data={"address": address})
            assert answer.status_code == 422
            assert "${M1_CRM}" in answer.text
        with pytest.raises(TimeoutError):
            foreign.accept()


@pytest.mark.parametrize("path", ["/data/database", "/data/database/proposal", "/data/proposal"])
def test_a_link_or_form_of_another_site_reaches_no_server_with_a_variable_of_this_one(alone, path, monkeypatch):
    monkeypatch.setenv("TOLD_NOBODY", "hunter2")
    with socket.create_server(("127.0.0.1", 0)) as foreign:
        foreign.settimeout(0.2)
        port = foreign.getsockname()[1]
        asked = {"address": f"postgresql://x:${{TOLD_NOBODY}}@127.0.0.1:{port}/x", "table": "x", "digest": "x"}
        alone.get(path, params=asked, headers={"sec-fetch-site": "cross-site"})
        assert alone.post(path, data=asked, headers={"sec-fetch-site": "cross-site"}).status_code == 403
        with pytest.raises(TimeoutError):
            foreign.accept()


def test_the_database_that_keeps_accounts_and_sessions_is_lent_to_nobody(project, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("M1_RECORD", f"sqlite:///{tmp_path_factory.mktemp('away')}/record.db")
    settings = (project / "market.toml").read_text()
    (project / "market.toml").unlink()
    (project / "market.toml").write_text(settings + '\n[record]\nurl = "${M1_RECORD}"\n')
    with hired(project) as engaged:
        for path in ("/data/database", "/data/database/proposal", "/data/proposal"):
            answer = engaged.browser("analyst").post(
                path, data={"address": "${M1_RECORD}", "table": ["person", "sealed"], "digest": "x"})
            assert answer.status_code == 422, path
            assert "sealed" not in answer.text


@pytest.mark.parametrize("role", ["rep", "leader", "marketing"])
def test_only_those_who_load_look_into_a_database(team, role):
    assert team.browser(role).post("/data/database", data={"address": "sqlite:///files/x.db"}).status_code == 403


def test_a_link_out_of_the_folder_of_files_leads_nowhere(folder, tmp_path):
    (tmp_path / "outside.db").write_bytes((folder / "files/crm.db").read_bytes())
    (folder / "files/link.db").symlink_to(tmp_path / "outside.db")
    with pytest.raises(MarketError, match="another place"):
        tables_of(folder, "sqlite:///files/link.db", owner=False)


def test_a_file_that_is_no_database_is_told_plainly(alone, folder):
    (folder / "files/crm.db").write_text("no database at all, but a text that goes on and on and on")
    answer = alone.post("/data/database", data={"address": "sqlite:///files/crm.db"})
    assert answer.status_code == 422
    assert "Traceback" not in answer.text

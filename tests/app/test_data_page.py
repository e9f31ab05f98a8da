import json
import re
import shutil
from html import unescape

import pytest
from starlette.testclient import TestClient

from marketsofone.app import application
from marketsofone.app.guarding import MOST_UPLOAD_BYTES
from marketsofone.app.pages import data
from marketsofone.project.jobs.job import job_file, list_jobs, note
from marketsofone.project.jobs.working import work
from marketsofone.project.snapshots.snapshot import list_snapshots

DEALS = b"opportunity_id,account_id,stage\n" + b"".join(b"o%d,a%d,won\n" % (n, n % 5) for n in range(30))


@pytest.fixture
def own_files(team):
    """The team's project with a folder of files of its own."""
    (team.folder / "files").unlink()
    (team.folder / "files").mkdir()
    return team


@pytest.fixture
def alone(tmp_path):
    """A browser on a project folder that holds nothing yet, opened by its link."""
    (tmp_path / "new").mkdir()
    app = application(tmp_path / "new", local_key="key")
    browser = TestClient(app, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False)
    browser.get("/enter?key=key")
    yield browser
    app.state.office.close()


def sent(browser, name, content, **fields):
    return browser.post("/data/files", files=[("files", (name, content))], data=fields)


def hidden(name, page):
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def test_the_page_shows_what_was_read_and_it_adds_up(team):
    page = team.browser("analyst").get("/data").text
    for row in team.shelf.small("health"):
        assert row["read"] == row["accepted"] + row["refused"]
        assert f"<td class=\"count\" data-label=\"Read\">{row['read']:,}</td>" in page
    for run in list_snapshots(team.folder):
        assert run.run_id in page


def test_every_finding_stands_on_the_page(team):
    page = team.browser("analyst").get("/data").text
    assert page.count("<li class=\"warning\">") + page.count("<li class=\"info\">") == len(team.shelf.small("findings"))


def test_refused_rows_are_told_with_their_reasons_a_sheet_at_a_time(team):
    browser = team.browser("analyst")
    rows = team.shelf.small("quarantine")
    page = browser.get("/data/refused").text
    assert f"Refused rows ({len(rows):,})" in page
    assert browser.get("/data/refused?start=1000000").status_code == 200
    assert browser.get("/data/refused?start=-1").status_code == 422


def test_a_file_is_sent_mapped_and_agreed_to_without_any_script(alone, tmp_path):
    assert "No results can be shown" in alone.get("/data").text
    assert sent(alone, "deals.csv", DEALS).status_code == 303
    assert (tmp_path / "new/files/deals.csv").read_bytes() == DEALS
    assert "not mapped" in alone.get("/data").text
    digest = hidden("digest", alone.get("/data/proposal").text)
    assert alone.post("/data/proposal", data={"digest": digest}).status_code == 303
    page = alone.get("/data").text
    assert "not mapped" not in page
    assert "opportunity" in page
    assert "already" in alone.post("/data/proposal", data={"digest": digest}).text
    assert "files that suggest something else" in alone.post("/data/proposal", data={"digest": "x"}).text


def test_a_file_outside_the_folder_or_over_another_is_refused(own_files):
    browser, folder = own_files.browser("analyst"), own_files.folder
    before = {path.name for path in folder.iterdir()}
    assert sent(browser, "../../deals.csv", DEALS).status_code == 303
    assert [path.name for path in (folder / "files").iterdir()] == ["deals.csv"]
    assert {path.name for path in folder.iterdir()} == before
    assert "already" in sent(browser, "deals.csv", b"new").text
    assert sent(browser, "deals.csv", b"new", replace="yes").status_code == 303
    assert (folder / "files/deals.csv").read_bytes() == b"new"
    assert sent(browser, "deals.exe", b"new").status_code == 422


def test_an_enormous_file_is_refused_before_it_is_read(own_files):
    browser = own_files.browser("analyst")
    answer = browser.post("/data/files", content=b"", headers={"content-length": str(MOST_UPLOAD_BYTES + 1)})
    assert answer.status_code == 413
    assert "nothing was changed" in answer.text
    assert [*(own_files.folder / "files").iterdir()] == []


def test_a_file_that_is_longer_than_it_said_is_refused_with_nothing_kept(own_files, monkeypatch):
    monkeypatch.setattr("marketsofone.app.guarding.MOST_UPLOAD_BYTES", 5_000)
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="deals.csv"\r\n\r\n'
    answer = own_files.browser("analyst").post(
        "/data/files", content=iter([head, *[b"a" * 1000] * 20, b"\r\n--x--\r\n"]),
        headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 422
    assert "Nothing of it was kept" in answer.text
    assert [*(own_files.folder / "files").iterdir()] == []


def test_who_may_not_load_sends_nothing(own_files):
    assert sent(own_files.browser("leader"), "deals.csv", DEALS).status_code == 403
    assert [*(own_files.folder / "files").iterdir()] == []


def test_the_trail_tells_which_file_by_its_fingerprint_and_never_by_its_name(own_files):
    sent(own_files.browser("analyst"), "jane doe.csv", DEALS)
    trail = [each.action + each.subject for each in own_files.door.trail()]
    assert any("sent file" in each for each in trail)
    assert not any("jane" in each for each in trail)


def test_a_run_is_started_watched_and_stopped_and_a_stale_form_starts_no_other(team):
    browser = team.browser("analyst")
    page = browser.get("/data").text
    assert browser.get("/data/progress").json() == {"job": None, "going": False, "rooms": []}
    assert browser.post("/data/runs", data={"seen": hidden("seen", page)}).status_code == 303
    (job,) = list_jobs(team.folder)
    try:
        told = browser.get("/data/progress").json()
        assert (told["job"], told["going"]) == (job.job_id, True)
        watching = browser.get("/data").text
        assert '<noscript><meta http-equiv="refresh"' in watching
        assert "Stop this run" in watching
        assert browser.post("/data/runs", data={"seen": hidden("seen", page)}).status_code == 409
        assert browser.post("/data/runs", data={"seen": job.job_id}).status_code == 409
        assert browser.post("/data/runs/stop", data={"job": "another"}).status_code == 409
    finally:
        stopped = browser.post("/data/runs/stop", data={"job": job.job_id}).status_code
    assert stopped == 303
    assert "The last run was stopped" in browser.get("/data").text
    assert browser.get("/market").status_code == 200
    assert [each.state for each in list_jobs(team.folder)] == ["stopped"]


def test_a_failed_run_tells_why_and_the_last_results_stay_up(team):
    (team.folder / "market.toml").unlink()
    (team.folder / "market.toml").write_text("[market]\ncurrency = 12\n")
    (team.folder / "jobs").mkdir()
    note(job_file(team.folder, "one"), "started")
    work(team.folder, "one")
    page = unescape(team.browser("analyst").get("/data").text)
    assert "The last run failed" in page
    (job,) = list_jobs(team.folder)
    assert job.wanted in page
    assert job.repair in page
    assert team.browser("analyst").get("/market").status_code == 200


def test_findings_and_failed_runs_say_what_to_do_on_a_page(team, monkeypatch):
    finding = {"severity": "warning", "place": "record", "code": "names_gone",
               "message": "A name is of a segment that is gone: m1 strata tells.",
               "repair": "m1 diff --segments says what became of it; to name another:\n  m1 name A B"}
    monkeypatch.setattr(data, "_rows", lambda desk, name: (finding,) if name == "findings" else ())
    (team.folder / "jobs").mkdir()
    note(job_file(team.folder, "one"), "started")
    note(job_file(team.folder, "one"), "failed", wanted="A run is there.", found="none.",
         repair="First:\n  m1 run here")
    page = unescape(team.browser("analyst").get("/data").text)
    assert "A name is of a segment that is gone: the page Market tells." in page
    assert "The page Data says what became of it; to name another: on the page of the segment." in page
    assert "First: on the page Data." in page
    assert not re.search(r"\bm1 [a-z]", page)


def test_an_older_run_can_be_looked_at_and_says_that_it_is_one(team):
    older, later = two_runs(team)
    browser = team.browser("analyst")
    assert f"You look at run {older}" in browser.get(f"/market?run={older}").text
    assert "You look at run" not in browser.get("/market").text
    assert f"<b>{later}" not in browser.get("/data").text
    page = browser.get(f"/data/difference?before={older}&after={later}").text
    assert f"From {older} to {later}" in page
    assert "No buyer moved" in page


def test_a_run_that_is_gone_gives_a_clear_page_and_the_others_stay_up(team):
    older, later = two_runs(team)
    browser = team.browser("analyst")
    shutil.rmtree(team.folder / "runs" / later)
    gone = browser.get("/market")
    assert gone.status_code == 404
    assert "was asked for" in gone.text
    assert "Traceback" not in gone.text
    assert "No results can be shown" in browser.get("/data").text
    assert browser.get(f"/market?run={older}").status_code == 200
    assert browser.get("/market?run=../../etc").status_code in (404, 422)


def two_runs(team):
    """The run of the company twice, under two names: nothing differs between them."""
    (older,) = [run.run_id for run in list_snapshots(team.folder)]
    source = (team.folder / "runs").resolve()
    (team.folder / "runs").unlink()
    shutil.copytree(source, team.folder / "runs")
    later = f"2027{older[4:]}"
    shutil.copytree(source / older, team.folder / "runs" / later)
    manifest = team.folder / "runs" / later / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "run_id": later}))
    (team.folder / "runs/latest").write_text(later)
    return older, later

import http.client
import json
import re
import socket
import subprocess
import sys
from contextlib import closing
from threading import Lock, Thread
from time import sleep
from urllib.parse import urlencode, urlsplit

import pytest

from marketsofone.project.snapshots.shelf import Shelf
from marketsofone.project.snapshots.snapshot import open_snapshot
from marketsofone.project.statements.entering import Notebook

WRITERS = 4
ENOUGH = 12


@pytest.fixture
def server(project):
    """The app of the project in a process of its own, and the link that opens it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen([sys.executable, "-m", "marketsofone", "serve", str(project), "--port", str(port)],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        yield process, urlsplit(process.stdout.readline().removeprefix("Open ").strip())
        process.kill()


def cookie_of(link):
    for _ in range(200):
        with closing(http.client.HTTPConnection(link.netloc, timeout=30)) as connection:
            try:
                connection.request("GET", f"{link.path}?{link.query}")
                return re.match(r"m1=[^;]+", connection.getresponse().getheader("set-cookie"))[0]
            except ConnectionRefusedError:
                sleep(0.05)
    raise AssertionError("the server did not come up")


def test_an_address_that_is_taken_is_told_before_any_link_is(project, server):
    _process, link = server
    again = subprocess.run([sys.executable, "-m", "marketsofone", "serve", str(project), "--port", str(link.port)],
                           capture_output=True, text=True, timeout=120)
    assert (again.returncode, again.stdout) == (2, "")
    assert f"m1 serve --port {link.port + 1}" in again.stderr
    assert "Traceback" not in again.stderr


def write_notes(link, cookie, address, name, acknowledged, lock):
    """Writes one note after another until the server is gone; what it said yes to is kept."""
    headers = {"cookie": cookie, "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}
    for number in range(1_000):
        text = f"note {number} of {name}"
        with closing(http.client.HTTPConnection(link.netloc, timeout=30)) as connection:
            try:
                connection.request("POST", address, urlencode({"text": text}), headers)
                status = connection.getresponse().status
            except (OSError, http.client.HTTPException):
                return
        if status == 303:
            with lock:
                acknowledged.append(text)


def send_half_a_file(connection, cookie):
    """Announces more than it sends."""
    connection.putrequest("POST", "/data/files")
    for name, value in {"cookie": cookie, "sec-fetch-site": "same-origin", "content-length": "50000000",
                        "content-type": "multipart/form-data; boundary=x"}.items():
        connection.putheader(name, value)
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="deals.csv"\r\n\r\n'
    connection.endheaders(head + b"a" * 1_000_000)


def test_a_server_killed_while_people_write_loses_nothing_acknowledged_and_keeps_no_half_file(project, server):
    process, link = server
    buyer = Shelf(open_snapshot(project)).listed().rows[0]
    (project / "files").unlink()
    (project / "files").mkdir()
    cookie, acknowledged, lock = cookie_of(link), [], Lock()
    writers = [Thread(target=write_notes, args=(link, cookie, f"/buyer/{buyer['buyer_id']}/note", name,
                                                acknowledged, lock)) for name in range(WRITERS)]
    with closing(http.client.HTTPConnection(link.netloc, timeout=30)) as sending:
        send_half_a_file(sending, cookie)
        for writer in writers:
            writer.start()
        while len(acknowledged) < ENOUGH and any(writer.is_alive() for writer in writers):
            sleep(0.01)
        process.kill()
        for writer in writers:
            writer.join()
    assert len(acknowledged) >= ENOUGH
    notebook = Notebook(project)
    kept = {entry.says.text for entry in notebook.of_kind("note")}
    notebook.close()
    assert set(acknowledged) <= kept
    assert len(kept) <= len(acknowledged) + WRITERS
    assert [*(project / "files").iterdir()] == []


def test_progress_is_asked_for_without_the_server_that_started_the_run(team):
    jobs = team.folder / "jobs"
    jobs.mkdir()
    lines = [{"event": "started"}, {"event": "began", "pid": 1}, {"event": "room", "name": "sources"}]
    text = "".join(json.dumps({"at": "2026-07-01T08:00:00+00:00", **line}) + "\n" for line in lines)
    (jobs / "20260701-080000000.jsonl").write_text(text)
    browser = team.browser("analyst")
    assert browser.get("/data/progress").json()["state"] == "lost"
    page = browser.get("/data").text
    assert "ended without a word" in page
    assert "broke off" in page
    assert "Start a run" in page

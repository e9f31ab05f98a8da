import gzip
import os
import shutil
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from playwright.sync_api import Page, sync_playwright
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from starlette.testclient import TestClient

from marketsofone.app import application
from marketsofone.project import run_project, simulate_project
from marketsofone.project.people import signing
from marketsofone.project.people.signing import Door
from marketsofone.project.snapshots.shelf import Shelf
from marketsofone.project.snapshots.snapshot import open_snapshot

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("M1_DATA", ROOT.parent / "shared" / "data"))
PASSWORD = "correct horse battery"
SAME_SITE = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="session")
def company(tmp_path_factory):
    """A project with one run, which tests copy where they write."""
    folder = tmp_path_factory.mktemp("company")
    simulate_project(folder, accounts=400, seed=3)
    run_project(folder, now=datetime(2026, 7, 1, tzinfo=UTC))
    return folder


@pytest.fixture
def project(company, tmp_path):
    """The company with a record of its own: runs and files are shared, what people write is not."""
    for name in ("market.toml", "files", "runs"):
        (tmp_path / name).symlink_to(company / name)
    return tmp_path


@dataclass
class Team:
    """An app where people sign in, and a browser for each of them."""

    folder: Path
    app: object
    door: Door
    shelf: Shelf

    def browser(self, role: str | None = None) -> TestClient:
        client = TestClient(self.app, base_url="http://testserver", headers=SAME_SITE, follow_redirects=False)
        if role is not None:
            answer = client.post("/sign-in", data={"name": role, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
        return client


@pytest.fixture(autouse=True)
def light_hashing(monkeypatch):
    """The same algorithm at less cost: tests sign in hundreds of times."""
    light = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(signing, "_hasher", lambda: light)
    signing._nobody.cache_clear()


@contextmanager
def hired(folder):
    """One person of each role; the rep and the leader are tied to the first rep and its team, where there is one."""
    app = application(folder)
    door = app.state.office.door
    shelf = Shelf(open_snapshot(folder))
    rep = shelf.reps[min(shelf.reps)] if shelf.reps else {"source_id": None, "team": None}
    for role in ("admin", "analyst", "leader", "marketing", "rep"):
        person = door.people.add(role, role, rep=rep["source_id"] if role == "rep" else None,
                                 team=rep["team"] if role == "leader" else None)
        door.choose_password(door.invite(person), PASSWORD)
    yield Team(folder, app, door, shelf)
    app.state.office.close()


@pytest.fixture
def team(project):
    """The team of the simulated company."""
    with hired(project) as engaged:
        yield engaged


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def chromium():
    """A real browser; it ends with the module, for while it runs no test here may have an event loop of its own."""
    if CHROMIUM is None:
        pytest.skip("no chromium: the app was not seen in a browser")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@contextmanager
def listening(app):
    """The app behind a real server on a free port; gives its address."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
        thread = Thread(target=server.run, kwargs={"sockets": [place]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{place.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@dataclass
class Seat:
    """Someone before a browser: the tab, what it asked of which host, and what it complained about."""

    tab: Page
    address: str
    asked: list[str]
    said: list[str]

    def go(self, path: str) -> None:
        answer = self.tab.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status)

    def heading(self) -> str:
        return self.tab.locator("h1").inner_text()

    def submit(self, button: str) -> None:
        """Presses a button of a form and waits for the page that follows."""
        with self.tab.expect_navigation():
            self.tab.get_by_role("button", name=button, exact=True).first.click()

    def elsewhere(self) -> list[str]:
        return [url for url in self.asked if not url.startswith(self.address + "/")]


@contextmanager
def seats_at(chromium, address):
    """Seats people before browsers; when all have left, none may have asked another host or heard a complaint."""
    taken = []

    def seated(role, width=1280, scheme="light", script=True):
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme,
                                       java_script_enabled=script)
        context.set_default_timeout(60_000)   # how long a page takes says how busy the machine is
        seat = Seat(context.new_page(), address, [], [])
        seat.tab.on("request", lambda request: seat.asked.append(request.url))
        seat.tab.on("console", lambda message: seat.said.append(message.text))
        seat.tab.on("pageerror", lambda error: seat.said.append(str(error)))
        taken.append(seat)
        seat.go("/sign-in")
        seat.tab.get_by_label("Name").fill(role)
        seat.tab.get_by_label("Password").fill(PASSWORD)
        seat.submit("Sign in")
        return seat

    yield seated
    for seat in taken:
        seat.tab.context.close()
    assert [(seat.elsewhere(), seat.said) for seat in taken] == [([], [])] * len(taken)


@pytest.fixture(scope="session")
def ibm(tmp_path_factory):
    """A run of the example `ibm_win_loss`, on every eighth of its rows."""
    file = DATA / "ibm_win_loss" / "WA_Fn-UseC_-Sales-Win-Loss.csv.gz"
    if not file.is_file():
        pytest.skip(f"ibm_win_loss is not in M1_DATA (looked in a folder called {DATA.name})")
    folder = tmp_path_factory.mktemp("ibm")
    with gzip.open(file, "rt", encoding="utf-8") as text:
        head, *rows = text.readlines()
    (folder / "deals.csv").write_text(head + "".join(rows[::8]), encoding="utf-8")
    settings = (ROOT / "examples" / "ibm_win_loss" / "market.toml").read_text(encoding="utf-8")
    settings = settings.replace("${M1_DATA}/ibm_win_loss/" + file.name, "deals.csv")
    (folder / "market.toml").write_text(settings.replace("traits = true", "traits = false"), encoding="utf-8")
    run_project(folder)
    return folder


@pytest.fixture
def ibm_team(ibm, tmp_path):
    """A team that works on `ibm_win_loss`, with a record of its own."""
    for name in ("market.toml", "deals.csv", "runs"):
        (tmp_path / name).symlink_to(ibm / name)
    with hired(tmp_path) as engaged:
        yield engaged


@pytest.fixture
def sit(chromium, team):
    """Seats someone of the team by role, signed in."""
    with listening(team.app) as address, seats_at(chromium, address) as seated:
        yield seated


@pytest.fixture
def sit_at_ibm(chromium, ibm_team):
    """Seats someone of the team that works on `ibm_win_loss`."""
    with listening(ibm_team.app) as address, seats_at(chromium, address) as seated:
        yield seated

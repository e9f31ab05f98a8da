from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from starlette.testclient import TestClient

from marketsofone.app import application
from marketsofone.project import run_project, signing, simulate_project
from marketsofone.project.shelf import Shelf
from marketsofone.project.signing import Door
from marketsofone.project.snapshot import open_snapshot

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


@pytest.fixture
def team(project):
    """One person of each role; the rep and the leader are tied to the first rep and its team."""
    app = application(project)
    door = app.state.office.door
    shelf = Shelf(open_snapshot(project))
    rep = shelf.reps[min(shelf.reps)]
    for role in ("admin", "analyst", "leader", "marketing", "rep"):
        person = door.people.add(role, role, rep=rep["source_id"] if role == "rep" else None,
                                 team=rep["team"] if role == "leader" else None)
        door.choose_password(door.invite(person), PASSWORD)
    yield Team(project, app, door, shelf)
    app.state.office.close()

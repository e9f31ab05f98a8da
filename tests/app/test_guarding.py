import pytest
from starlette.testclient import TestClient

from marketsofone.app import application
from marketsofone.app.guarding import MOST_BYTES, Tries
from marketsofone.app.office import Office
from marketsofone.app.serving import how_served

PASSWORD = "correct horse battery"


def test_a_form_sent_from_another_site_changes_nothing(team):
    browser = team.browser("rep")
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
        assert browser.post("/sign-out", headers=headers).status_code == 403
    assert browser.get("/market").status_code == 200


def test_an_old_browser_is_judged_by_the_origin_it_states(team):
    browser = team.browser("rep")
    del browser.headers["sec-fetch-site"]
    assert browser.post("/sign-out", headers={"origin": "http://elsewhere"}).status_code == 403
    assert browser.post("/sign-out").status_code == 403
    assert browser.post("/sign-out", headers={"origin": "http://testserver"}).status_code == 303


def test_every_answer_forbids_foreign_scripts_and_frames(team):
    for address in ("/market", "/sign-in", "/nowhere", "/assets/app.css"):
        policy = team.browser("rep").get(address).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def test_a_body_larger_than_the_app_takes_is_refused(team):
    answer = team.browser("rep").post("/sign-in", content=b"x" * (MOST_BYTES + 1))
    assert answer.status_code == 413


def test_guessing_passwords_gets_slow_even_for_who_then_knows_it(team):
    browser = team.browser()
    answers = [browser.post("/sign-in", data={"name": "rep", "password": f"guess number {n}"}).status_code
               for n in range(10)]
    assert answers[0] == 403
    assert answers[-1] == 429
    assert browser.post("/sign-in", data={"name": "rep", "password": PASSWORD}).status_code == 429


def proxied(team, of, *, secure=True):
    """A browser at an address, behind a proxy of this machine."""
    served = how_served(team.app, secure=secure)
    served.load()
    said = {"sec-fetch-site": "same-origin", "x-forwarded-for": f"9.9.9.9, {of}", "x-forwarded-proto": "https"}
    return TestClient(served.loaded_app, headers=said, client=("127.0.0.1", 5), follow_redirects=False)


def test_who_guesses_through_the_proxy_keeps_nobody_out_but_itself(team):
    for n in range(9):
        last = proxied(team, "10.0.0.66").post("/sign-in", data={"name": f"n{n}", "password": "guess"})
    assert last.status_code == 429
    own = {"name": "rep", "password": PASSWORD}
    assert proxied(team, "10.0.0.66").post("/sign-in", data=own).status_code == 429
    assert proxied(team, "10.0.0.7").post("/sign-in", data=own).status_code == 303


def test_without_a_proxy_nobody_gives_an_address_of_its_own_choice(team):
    told = [proxied(team, f"10.0.0.{n}", secure=False).post("/sign-in", data={"name": f"n{n}", "password": "guess"})
            for n in range(9)]
    assert told[-1].status_code == 429


def test_an_invitation_behind_a_proxy_is_a_link_by_https(team):
    admin = team.door.people.named("admin")
    browser = proxied(team, "10.0.0.7")
    browser.post("/sign-in", data={"name": "admin", "password": PASSWORD})
    page = browser.post(f"/people/{admin.id}/invitation").text
    assert "https://testserver/invitation?key=" in page


def test_tries_are_forgotten_after_a_while():
    tries = Tries(most=2, seconds=10)
    assert [tries.allowed("a", now=lambda: 0.0) for _ in range(3)] == [True, True, False]
    assert tries.allowed("a", now=lambda: 11.0)


def test_who_signs_in_uses_up_no_try_of_the_others_at_the_same_address():
    tries = Tries(most=2)
    for _ in range(9):
        assert tries.allowed("office")
        tries.succeeded("office")
    assert [tries.allowed("office") for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("to", ["https://elsewhere/", "//elsewhere/", "/\\elsewhere", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(team, to):
    answer = team.browser().post("/sign-in", data={"name": "rep", "password": PASSWORD, "to": to})
    assert answer.headers["location"] == "/"


def test_the_local_link_opens_everything_and_another_key_nothing(project):
    browser = TestClient(application(project, local_key="the-key"), follow_redirects=False)
    assert browser.get("/enter?key=wrong").status_code == 303
    assert browser.get("/market").status_code == 303
    assert browser.get("/enter?key=the-key").status_code == 303
    assert browser.get("/market").status_code == 200
    assert browser.get("/enter?key=the-key").headers["location"] == "/"
    browser.app.state.office.close()


def test_the_local_link_opens_once_and_the_next_one_is_told_where_the_app_was_started(project):
    told = []
    app = application(project, local_key="the-key", tell=told.append)
    first, second = (TestClient(app, follow_redirects=False) for _ in range(2))
    first.get("/enter?key=the-key")
    assert second.get("/enter?key=the-key").headers["location"].startswith("/sign-in")
    assert second.get("/market").status_code == 303
    assert "printed last" in second.get("/sign-in").text
    second.get(f"/enter?key={told[0]}")
    assert [browser.get("/market").status_code for browser in (first, second)] == [200, 200]
    assert len({*told, "the-key"}) == 3
    app.state.office.close()


def test_tries_that_are_refused_take_no_room_and_keep_nobody_out_for_longer():
    tries = Tries(most=2, seconds=10)
    for moment in range(9):
        tries.allowed("a", f"from {moment}", now=lambda moment=moment: float(moment))
    assert tries.allowed("a", now=lambda: 12.0)
    long = Tries(most=2)
    assert [long.allowed("x" * 1_000_000 + end) for end in "abc"] == [True, True, False]


def test_a_fault_is_a_guarded_page_and_its_text_stays_out_of_page_and_log(team, caplog, monkeypatch):
    def broken(*_):
        raise ValueError("ann@example.org")

    monkeypatch.setattr(Office, "shelf", broken)
    for address in ("/market", "/api/v1/buyers"):
        answer = team.browser("analyst").get(address)
        assert answer.status_code == 500
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "ann@example.org" not in answer.text + caplog.text
    assert "ValueError in test_guarding.py, line" in caplog.text

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import unescape

import pytest

from marketsofone.project.people.managing import Desk
from marketsofone.project.snapshots.shelf import Scope

PASSWORD = "correct horse battery"


@pytest.fixture
def admin(team):
    return team.browser("admin")


def stamp_of(browser, address):
    return re.search(r'name="stamp" value="(\d+)"', browser.get(address).text)[1]


def secret_in(answer):
    return re.search(r'readonly value="([^"]+)"', answer.text)[1]


def test_a_person_is_added_tied_invited_and_signs_in(team, admin):
    rep = team.shelf.reps[min(team.shelf.reps)]["source_id"]
    there = admin.post("/people", data={"name": "Zoë", "role": "rep", "rep": rep}).headers["location"]
    link = secret_in(admin.post(f"{there}/invitation"))
    assert link not in admin.get(there).text
    assert link not in admin.get("/people").text
    browser = team.browser()
    assert "Zoë" in browser.get(link).text
    key = link.partition("key=")[2]
    assert browser.post("/invitation", data={"key": key, "password": PASSWORD}).status_code == 303
    assert browser.get("/").status_code == 200
    assert team.browser().post("/invitation", data={"key": key, "password": PASSWORD}).status_code == 409
    assert team.browser().get(link).status_code == 404


def test_a_newer_invitation_ends_the_earlier_one(team, admin):
    first, second = (secret_in(admin.post("/people/2/invitation")) for _ in range(2))
    assert team.browser().get(first).status_code == 404
    assert team.browser().get(second).status_code == 200


def test_a_closed_account_ends_sessions_and_keys_and_comes_back_without_the_keys(team, admin):
    rep = team.door.people.named("rep")
    text = team.door.make_key(rep, "sheet", "read")
    browser, address = team.browser("rep"), f"/people/{rep.id}"
    assert admin.post(f"{address}/close", data={"stamp": stamp_of(admin, address)}).status_code == 303
    assert browser.get("/market").status_code == 303
    assert team.browser().post("/sign-in", data={"name": "rep", "password": PASSWORD}).status_code == 403
    assert admin.post(f"{address}/invitation").status_code == 409
    assert admin.post(f"{address}/reopen", data={"stamp": stamp_of(admin, address)}).status_code == 303
    assert team.browser("rep").get("/market").status_code == 200
    assert team.browser().get("/api/v1/strata", headers={"authorization": f"Bearer {text}"}).status_code == 401


def test_a_form_shown_before_someone_else_changed_the_person_changes_nothing(team, admin):
    person = team.door.people.named("analyst")
    address, stale = f"/people/{person.id}", stamp_of(admin, f"/people/{person.id}")
    assert admin.post(address, data={"stamp": stale, "role": "leader"}).status_code == 303
    for way, sent in ((address, {"role": "admin"}), (f"{address}/close", {})):
        answer = admin.post(way, data={"stamp": stale, **sent})
        assert answer.status_code == 409
        assert "someone else changed it in between" in answer.text
    kept = team.door.people.named("analyst")
    assert (kept.role, kept.active) == ("leader", True)


def test_the_last_admin_stays(team, admin):
    person = team.door.people.named("admin")
    address = f"/people/{person.id}"
    for way, sent in ((address, {"role": "rep"}), (f"{address}/close", {})):
        answer = admin.post(way, data={"stamp": stamp_of(admin, address), **sent})
        assert answer.status_code == 409
        assert "last admin" in answer.text


def test_another_role_signs_the_person_out(team, admin):
    browser, person = team.browser("rep"), team.door.people.named("rep")
    address = f"/people/{person.id}"
    admin.post(address, data={"stamp": stamp_of(admin, address), "role": "marketing"})
    assert browser.get("/market").status_code == 303


@pytest.mark.parametrize("sent", [
    {"name": "admin", "role": "rep"}, {"name": " ", "role": "rep"}, {"name": "x", "role": "king"},
    {"name": "x" * 201, "role": "rep"}, {"name": "x", "role": "rep", "rep": "nobody"},
    {"name": "x", "role": "leader", "team": "'; drop table person"}, {"name": "a\0b", "role": "rep"}, {"role": "rep"},
])
def test_who_cannot_be_added_is_refused_with_reason_and_leaves_nothing(team, admin, sent):
    before = team.door.people.every()
    answer = admin.post("/people", data=sent)
    assert answer.status_code in (409, 422)
    assert "<h1>" in answer.text
    assert team.door.people.every() == before


@pytest.mark.parametrize("person_id", ["0", "-1", "99999999999999999999", "77777", "abc", "1.5", "%00"])
def test_a_person_who_is_not_there_gives_a_clear_page(admin, person_id):
    for answer in (admin.get(f"/people/{person_id}"), admin.post(f"/people/{person_id}/close", data={"stamp": "1"})):
        assert answer.status_code in (404, 422)
        assert "<h1>" in answer.text


def test_a_key_of_mine_is_shown_once_opens_and_ends(team):
    browser = team.browser("rep")
    text = secret_in(browser.post("/me/keys", data={"label": "sheet", "scope": "read"}))
    page = browser.get("/me").text
    assert text not in page
    assert "sheet" in page
    program = {"authorization": f"Bearer {text}"}
    assert team.browser().get("/api/v1/strata", headers=program).status_code == 200
    number = re.search(r'name="number" value="(\d+)"', page)[1]
    assert browser.post("/me/keys/end", data={"number": number}).status_code == 303
    assert team.browser().get("/api/v1/strata", headers=program).status_code == 401
    assert browser.post("/me/keys/end", data={"number": number}).status_code == 404


def test_a_key_shows_when_it_ends_and_is_refused_with_a_reason_after(team, admin):
    rep = team.door.people.named("rep")
    address = f"/people/{rep.id}"
    assert "ends after 90 days" in admin.post(f"{address}/keys", data={"label": "sheet", "scope": "read"}).text
    days = (datetime.now(UTC) + timedelta(days=7)).date()
    admin.post(f"{address}/keys", data={"label": "week", "scope": "read", "days": "7"})
    assert f"ends {days}" in admin.get(address).text
    for wrong in ("0", "-3", "3651", "1.5", "soon"):
        sent = {"label": "sheet", "scope": "read", "days": wrong}
        assert team.browser("rep").post("/me/keys", data=sent).status_code == 422
    old = team.door.make_key(rep, "old one", "read", datetime(2026, 1, 1, tzinfo=UTC), days=1)
    assert "old one" not in admin.get(address).text
    answer = team.browser().get("/api/v1/strata", headers={"authorization": f"Bearer {old}"})
    assert (answer.status_code, answer.json()["title"]) == (401, "This API key ended on 2026-01-02.")


def test_a_key_made_before_keys_had_an_end_still_opens_and_says_so(team, admin):
    rep = team.door.people.named("rep")
    team.door.people.add_key({"person_id": rep.id, "kind": "api", "label": "nightly", "scope": "read", "ends_at": None,
                              "digest": sha256(b"text").hexdigest(), "made_at": datetime(2026, 1, 1, tzinfo=UTC)})
    assert "without an end" in admin.get(f"/people/{rep.id}").text
    assert team.browser().get("/api/v1/strata", headers={"authorization": "Bearer text"}).status_code == 200


def test_nobody_ends_the_key_of_another(team):
    text = team.door.make_key(team.door.people.named("admin"), "theirs", "read")
    number = Desk(team.door).keys(team.door.people.named("admin"))[0].id
    assert team.browser("rep").post("/me/keys/end", data={"number": number}).status_code == 404
    assert team.browser().get("/api/v1/strata", headers={"authorization": f"Bearer {text}"}).status_code == 200


def test_a_changed_password_keeps_this_session_and_ends_the_others(team):
    here, elsewhere = team.browser("rep"), team.browser("rep")
    new = "a staple more than before"
    assert here.post("/me/password", data={"old": "wrong one here", "new": new}).status_code == 409
    assert here.post("/me/password", data={"old": PASSWORD, "new": "short"}).status_code == 409
    assert here.post("/me/password", data={"old": PASSWORD, "new": new}).status_code == 303
    assert here.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 303
    assert team.browser().post("/sign-in", data={"name": "rep", "password": new}).status_code == 303


def test_guessing_the_old_password_gets_slow(team):
    browser = team.browser("rep")
    answers = [browser.post("/me/password", data={"old": "wrong one here", "new": PASSWORD}).text for _ in range(10)]
    assert "too many tries" in answers[-1]


def test_the_trail_tells_by_id_what_was_done_and_can_be_narrowed_to_a_person(team, admin):
    person = team.door.people.named("rep")
    admin.post(f"/people/{person.id}/invitation")
    team.browser("rep").post("/me/keys", data={"label": "secret label", "scope": "read"})
    lines = Desk(team.door).trail(person)
    assert {each.person_id for each in lines} == {person.id}
    assert lines[0].action == "made a key of"
    text = admin.get(f"/people?of={person.id}").text
    assert "made a key of" in text
    assert "invited" not in text.partition(">Who saw")[2]
    assert "secret label" not in admin.get("/people").text


def test_the_trail_is_read_to_its_beginning_a_sheet_at_a_time(team, admin):
    person, browser = team.door.people.named("rep"), team.browser("rep")
    buyer = team.shelf.listed(Scope(frozenset({min(team.shelf.reps)})), most=1).rows[0]["buyer_id"]
    for _ in range(130):
        browser.get(f"/buyer/{buyer}/rows")
    address, seen = f"/people?of={person.id}", 0
    while address:
        text = admin.get(address).text
        seen += text.count(f"rows of buyer {buyer}")
        following = re.search(r'<a href="([^"#]*)#trail">Earlier', text)
        address = unescape(following[1]) if following else ""
    assert seen == 130


def test_strange_names_are_shown_as_text(team, admin):
    name = "<script>alert(1)</script> \u202e=1+1 😀"
    there = admin.post("/people", data={"name": name, "role": "rep"}).headers["location"]
    for address in ("/people", there):
        text = admin.get(address).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text
